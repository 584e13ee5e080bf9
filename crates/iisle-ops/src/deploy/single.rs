use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use iisle_path::RelPath;
use iisle_sync::{Ending, Outcome, Plan, Step, StepError, Totals};
use iisle_tree::host::{self, AtomicFile};
use iisle_tree::{LocalTree, Stamp, Tree, TreeError, TreeMut};

/// What single files were before a deployment. It lies beside them as long as the deployment is at
/// work, for the folder around them has no journal; what a crash leaves of it the next run removes.
pub(super) struct Before {
    /// The opposite of every step, the last one first.
    undo: Vec<Undo>,
}

enum Undo {
    /// There was no such file.
    Remove(RelPath),
    /// It had another name.
    Rename { from: RelPath, to: RelPath },
    /// It had another time.
    Touch(RelPath, Stamp),
    /// It had other content.
    Write(RelPath, Stamp, AtomicFile),
}

/// Does `plan` for single files of `tree`, the folder `root`: all of it, or nothing. What they were is
/// kept for as long as something after them may fail.
pub(super) fn execute(
    work: &iisle_sync::Context<'_>,
    tree: &LocalTree,
    root: &Path,
    plan: &Plan,
) -> (Outcome, Option<Before>) {
    let before = match Before::of(tree, root, plan) {
        Ok(before) => before,
        Err(error) => {
            let mut outcome = iisle_sync::execute(work, &Plan::default());
            outcome.ending = Ending::Failed;
            outcome.errors.push(StepError::Destination(error));
            return (outcome, None);
        }
    };
    let mut outcome = iisle_sync::execute(work, plan);
    if outcome.ending != Ending::Stopped {
        return (outcome, Some(before));
    }
    match before.put_back(tree) {
        Ok(()) => {
            outcome.ending = Ending::RolledBack;
            outcome.totals = Totals::default();
        }
        Err(error) => outcome.errors.push(StepError::Destination(error)),
    }
    (outcome, None)
}

impl Before {
    /// Keeps what `plan` will change below `root`.
    pub(super) fn of(tree: &LocalTree, root: &Path, plan: &Plan) -> Result<Self, TreeError> {
        let keep = |path: &RelPath, old: &Stamp| {
            let mut kept = host::create_file_atomic(&root.join(path.as_str()))?;
            let copied = io::copy(&mut tree.open(path)?, &mut kept);
            copied.map_err(|source| TreeError::io("keep", path.as_str(), source))?;
            Ok(Undo::Write(path.clone(), *old, kept))
        };
        let steps = plan.steps.iter().rev().filter_map(|step| match step {
            Step::Create { path, source: _, stamp: _ } => Some(Ok(Undo::Remove(path.clone()))),
            Step::RenameCase { from, path, old: _ } => {
                Some(Ok(Undo::Rename { from: path.clone(), to: from.clone() }))
            }
            Step::Touch { path, stamp: _, old } => Some(Ok(Undo::Touch(path.clone(), *old))),
            Step::Replace { path, source: _, stamp: _, old } | Step::Delete { path, old } => {
                Some(keep(path, old))
            }
            // Folders are nobody's here: an empty one that was made stays.
            Step::CreateDirectory { path: _ }
            | Step::MarkDirectory { path: _, marks: _, old: _ }
            | Step::DeleteDirectory { path: _ } => None,
        });
        Ok(Self { undo: steps.collect::<Result<_, _>>()? })
    }

    /// Makes the files what they were, also those that were not changed.
    pub(super) fn put_back(self, tree: &LocalTree) -> Result<(), TreeError> {
        for undo in self.undo {
            match undo {
                Undo::Remove(path) => tree.remove(&path)?,
                Undo::Rename { from, to } => {
                    if tree.stamp(&from)?.is_some() {
                        tree.rename(&from, &to)?;
                    }
                }
                Undo::Touch(path, stamp) => tree.touch(&path, stamp)?,
                Undo::Write(path, stamp, mut kept) => {
                    kept.seek(SeekFrom::Start(0))
                        .map_err(|source| TreeError::io("put back", path.as_str(), source))?;
                    tree.write(&path, stamp, &mut kept)?;
                }
            }
        }
        Ok(())
    }
}
