use std::path::PathBuf;

use iisle_tree::folder::{self, Facts};

use super::files::FileStep;
use super::frames::Presence;
use super::job::{Purge, PurgeOrder, RunMode};
use super::purge::Deletion;
use super::run::Walk;

/// A file of the source where the destination has a directory, or the reverse, when a purge is to
/// make room for it.
#[derive(Debug, Clone)]
pub(super) struct Replacement {
    /// Its path below both roots.
    pub(super) below: PathBuf,
    pub(super) by: By,
}

/// What takes the place.
#[derive(Debug, Clone)]
pub(super) enum By {
    File(FileStep),
    /// `is_linked` says that a link leads to it.
    Directory {
        facts: Facts,
        is_linked: bool,
    },
}

/// Mismatched entries.
///
/// A purge deletes what stands in the way, and the entry of the source is then one that the
/// destination does not have. It counts as mismatched and as copied. What is excluded stays, and
/// with it the mismatch.
///
/// Source: the manual of robocopy 1.70, "True Replication".
impl Walk<'_> {
    /// Replaces it now or in the end, as extras are deleted.
    pub(super) fn replace(&mut self, replacement: Replacement) {
        match (self.job.purge, self.job.purge_order) {
            (Purge::Nothing, _) => {}
            (Purge::Extras, PurgeOrder::AsListed) => self.perform_replacement(replacement),
            (Purge::Extras, PurgeOrder::AfterCopies) => self.replacements.push(replacement),
        }
    }

    /// Makes room and copies.
    pub(super) fn perform_replacement(&mut self, replacement: Replacement) {
        let Replacement { below, by } = replacement;
        if self.job.mode == RunMode::Execute {
            let place = self.host_destination(&below);
            self.purge(&match by {
                By::File(_) => Deletion::Tree(below.clone()),
                By::Directory { .. } => Deletion::File(below.clone()),
            });
            if !matches!(folder::examine(&place), Ok(None)) {
                return;
            }
        }
        match by {
            By::File(step) => self.copy(step),
            By::Directory { facts, is_linked } => {
                // It was counted when it was met.
                self.tally.directories.total -= 1;
                self.directory(&below, facts, Presence::Missing, is_linked);
            }
        }
    }
}
