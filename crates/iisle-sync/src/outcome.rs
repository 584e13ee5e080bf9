use std::fmt;

use iisle_path::RelPath;
use iisle_report::HeldBy;
use iisle_tree::workshop::Waits;
use iisle_tree::{Holder, TreeError};
use thiserror::Error;

use crate::plan::Kept;
use crate::step::Step;

/// What was done, or will be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what is counted; bytes are those of the files")]
pub struct Totals {
    pub created_files: u64,
    pub created_bytes: u64,
    pub replaced_files: u64,
    pub replaced_bytes: u64,
    pub touched_files: u64,
    pub renamed_files: u64,
    pub deleted_files: u64,
    pub created_directories: u64,
    pub deleted_directories: u64,
    pub marked_directories: u64,
    pub unchanged_files: u64,
    pub unchanged_bytes: u64,
    pub kept: u64,
}

impl Totals {
    /// Counts one step as done.
    pub(crate) fn count(&mut self, step: &Step) {
        match step {
            Step::CreateDirectory { path: _ } => self.created_directories += 1,
            Step::RenameCase { from: _, path: _, old: _ } => self.renamed_files += 1,
            Step::Create { path: _, source: _, stamp } => {
                self.created_files += 1;
                self.created_bytes += stamp.size;
            }
            Step::Replace { path: _, source: _, stamp, old: _ } => {
                self.replaced_files += 1;
                self.replaced_bytes += stamp.size;
            }
            Step::Touch { path: _, stamp: _, old: _ } => self.touched_files += 1,
            Step::MarkDirectory { path: _, marks: _, old: _ } => self.marked_directories += 1,
            Step::Delete { path: _, old: _ } => self.deleted_files += 1,
            Step::DeleteDirectory { path: _ } => self.deleted_directories += 1,
        }
    }
}

/// A file that somebody keeps from being changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The file.
    pub path: RelPath,
    /// Who holds it; empty when the system will not say.
    pub holders: Vec<Holder>,
}

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Every step is done.
    Done,
    /// There was nothing to do.
    Unchanged,
    /// The plan said that it must not be executed; nothing was changed.
    Refused,
    /// Files are in use; nothing was changed.
    Locked,
    /// It failed before anything was changed.
    Failed,
    /// It failed after something was changed: every file is old or new, and the same command goes
    /// on from there.
    Stopped,
    /// It failed after something was changed, and everything is again as it was.
    RolledBack,
    /// It failed, and so did taking it back or bringing the app online: the journal is kept, and
    /// the next run goes on from there.
    OfflineLeft,
}

impl Ending {
    /// The word for it in reports.
    ///
    /// Source: `sync.md` §5.8. There is none for a sync that stopped midway without a rollback;
    /// the exit code tells it from one that changed nothing.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Locked => "locked",
            Self::Failed | Self::Stopped => "failed",
            Self::RolledBack => "rolled-back",
            Self::OfflineLeft => "offline-left",
        }
    }

    /// The exit code it calls for.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done | Self::Unchanged => 0,
            Self::Refused => 1,
            Self::Locked | Self::Failed | Self::RolledBack => 2,
            Self::Stopped | Self::OfflineLeft => 3,
        }
    }
}

/// What came of executing a plan.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// What was done.
    pub totals: Totals,
    /// Steps that were done.
    pub done_steps: u64,
    /// Steps of the plan.
    pub planned_steps: u64,
    /// What stays although it differs.
    pub kept: Vec<Kept>,
    /// Files that are in use.
    pub locked: Vec<Locked>,
    /// Everything that went wrong, in the order of the plan.
    pub errors: Vec<StepError>,
    /// Steps that were not done, in the order of the plan.
    pub undone: Vec<Step>,
    /// How long the app was offline, if it was taken offline.
    pub offline: Option<std::time::Duration>,
    /// How long files were swapped in, of a deployment as a whole: so long old and new ones stood side
    /// by side.
    pub swapping: Option<std::time::Duration>,
    /// How long was waited for files that somebody held.
    pub waits: Waits,
}

/// Who keeps something from working, as progress tells it.
pub fn held_by(holders: &[Holder]) -> Vec<HeldBy> {
    let held_by = |Holder { pid, name, user, service }| HeldBy { pid, name, user, service };
    holders.iter().cloned().map(held_by).collect()
}

/// Why a step was not done, or none was begun.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum StepError {
    #[error("`{0}` of the source changed since the sync was planned")]
    SourceChanged(RelPath),
    #[error("`{0}` at the destination changed since the sync was planned")]
    DestinationChanged(RelPath),
    #[error("not enough room at the destination: {needed} bytes are needed, {available} are free")]
    NoSpace { needed: u64, available: u64 },
    #[error("{} cannot be written to: new files cannot get their places there", folder(.0.as_ref()))]
    Closed(Option<RelPath>),
    #[error("it was interrupted")]
    Interrupted,
    #[error(transparent)]
    Source(SourceError),
    #[error(transparent)]
    Staged(crate::staged::StagedError),
    #[error(transparent)]
    Destination(TreeError),
}

fn folder(path: Option<&RelPath>) -> String {
    path.map_or_else(|| "the destination".to_owned(), |path| format!("`{path}` at the destination"))
}

/// A failure of the source: that failure, and on which side it was.
#[derive(Debug)]
pub struct SourceError(pub TreeError);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in the source: {}", self.0)
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
