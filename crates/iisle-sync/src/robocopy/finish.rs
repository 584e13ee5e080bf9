use std::path::{Path, PathBuf};

use iisle_tree::folder::{self, Detail, Shape};

use super::event::{Action, Event};
use super::job::{Moving, Recursion, RunMode};
use super::run::Walk;
use super::selection::Places;
use super::tally::Tally;

/// What has to wait until everything is copied.
impl Walk<'_> {
    /// Everything that has to wait until all files are copied; then the counts.
    pub(super) fn finish(mut self) -> Tally {
        self.flush();
        let deletions = std::mem::take(&mut self.deletions);
        if self.pace.is_interrupted() {
            return self.tally;
        }
        if !deletions.is_empty() && self.tally.has_failures() {
            let count = deletions.len();
            self.say(Event::Note(format!(
                "{count} extra entries were not deleted, because not everything could be copied \
                 (--robocopy-order deletes them first)"
            )));
        } else {
            for deletion in &deletions {
                self.purge(deletion);
            }
        }
        if !self.tally.has_failures() {
            for (folder, part) in std::mem::take(&mut self.parts) {
                // What stays is looked for again by the next run.
                if let Err(error) = folder::remove_part(&folder, &part) {
                    tracing::debug!(%error, "a begun copy stays");
                }
            }
        }
        for (place, carry) in std::mem::take(&mut self.dressed).into_iter().rev() {
            if let Err(error) = folder::set_facts(&place, carry) {
                tracing::debug!(%error, "the directory keeps its own time and attributes");
            }
        }
        if self.job.moving == Moving::Everything && self.job.mode == RunMode::Execute {
            self.remove_source(&PathBuf::new(), 1);
        }
        self.tally
    }

    /// Removes the directories of the source that are empty now, deepest first.
    fn remove_source(&mut self, below: &Path, depth: u32) {
        let place = self.host_source(below);
        let recurses = self.job.recursion != Recursion::Top
            && self.job.levels.is_none_or(|levels| depth < levels);
        if recurses && let Ok(listing) = folder::list(&place, Detail::Usual) {
            for entry in listing.entries {
                if entry.shape == Shape::Directory && !entry.is_link {
                    self.remove_source(&below.join(&entry.name), depth + 1);
                }
            }
        }
        let is_empty = folder::list(&place, Detail::Usual)
            .is_ok_and(|listing| listing.entries.is_empty() && listing.parts.is_empty());
        let is_wanted = below.as_os_str().is_empty() || !self.is_excluded(below);
        if is_empty && is_wanted {
            let shown = self.shown_source(below);
            let remove = &mut || folder::remove_empty(&place);
            if self.persist(Action::DeletingSourceDirectory, &shown, remove).is_none() {
                self.tally.other_failures += 1;
            }
        }
    }

    fn is_excluded(&self, below: &Path) -> bool {
        let Some(name) = below.file_name() else { return false };
        let (source, destination) = (self.shown_source(below), self.shown_destination(below));
        let places = Places { source: &source, destination: &destination, below };
        self.job.selection.excludes_directory(&name.to_string_lossy(), places)
    }
}
