use iisle_tree::folder::{self, Detail};

use super::event::{Action, Event};
use super::job::{Moving, RunMode};
use super::run::Walk;
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
        let count = deletions.len() + self.replacements.len();
        if count > 0 && self.tally.has_failures() {
            self.say(Event::Note(format!(
                "{count} extra entries were not deleted, because not everything could be copied \
                 (--robocopy-order deletes them first)"
            )));
        } else {
            for deletion in &deletions {
                self.purge(deletion);
            }
            for replacement in std::mem::take(&mut self.replacements) {
                self.perform_replacement(replacement);
            }
            self.flush();
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
            self.remove_source();
        }
        self.tally
    }

    /// Removes the directories of the source that were walked and are empty now, deepest first. What was
    /// left out or stood in the way of something has not been moved.
    fn remove_source(&mut self) {
        let mut walked = std::mem::take(&mut self.walked);
        // What took a place in the end was walked behind the directory that it lies in.
        walked.sort_by_key(|below| std::cmp::Reverse(below.components().count()));
        for below in walked {
            let place = self.host_source(&below);
            let is_empty = folder::list(&place, Detail::Usual)
                .is_ok_and(|listing| listing.entries.is_empty() && listing.parts.is_empty());
            let shown = self.shown_source(&below);
            let remove = &mut || folder::remove_empty(&place);
            if is_empty && self.persist(Action::DeletingSourceDirectory, &shown, remove).is_none() {
                self.tally.other_failures += 1;
            }
        }
    }
}
