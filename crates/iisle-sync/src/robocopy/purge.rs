use std::path::{Path, PathBuf};

use iisle_tree::folder::{self, Detail, Shape, SystemError};
use iisle_tree::host;

use super::compare::is_purged;
use super::event::{Action, Event};
use super::run::Walk;

/// Something that only the destination has and that is to be deleted; its path below the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deletion {
    /// A file, or a link whatever it leads to.
    File(PathBuf),
    /// A directory with everything in it that is not excluded.
    Tree(PathBuf),
}

impl Walk<'_> {
    /// Deletes it, as often as it takes or is allowed.
    pub(super) fn purge(&mut self, deletion: &Deletion) {
        match deletion {
            Deletion::File(below) => self.purge_file(below),
            Deletion::Tree(below) => self.purge_tree(below),
        }
    }

    fn purge_file(&mut self, below: &Path) {
        let (place, shown) = (self.host_destination(below), self.shown_destination(below));
        let remove = &mut || folder::remove_entry(&place);
        if self.persist(Action::DeletingExtraFile, &shown, remove).is_none() {
            self.tally.other_failures += 1;
        }
    }

    /// Deletes what a purge takes, and the directory when nothing is left in it.
    fn purge_tree(&mut self, below: &Path) {
        let action = Action::DeletingExtraDirectory;
        let (place, shown) = (self.host_destination(below), self.shown_destination(below));
        if self.holds_source(&place) {
            let (at, error) = (self.pace.now(), SystemError::of(5));
            self.say(Event::Error { at, error, action, path: shown });
            self.say(Event::Failed);
            self.tally.other_failures += 1;
            return;
        }
        let Some(listing) =
            self.persist(action, &shown, &mut || folder::list(&place, Detail::Usual))
        else {
            self.tally.other_failures += 1;
            return;
        };
        for entry in listing.entries.iter().filter(|entry| is_purged(self.job, entry, below)) {
            let below = below.join(&entry.name);
            let is_tree = entry.shape == Shape::Directory && !entry.is_link;
            self.purge(&if is_tree { Deletion::Tree(below) } else { Deletion::File(below) });
        }
        for part in &listing.parts {
            self.purge_file(&below.join(part));
        }
        let is_empty = folder::list(&place, Detail::Usual)
            .is_ok_and(|left| left.entries.is_empty() && left.parts.is_empty());
        let remove = &mut || folder::remove_empty(&place);
        if is_empty && self.persist(action, &shown, remove).is_none() {
            self.tally.other_failures += 1;
        }
    }

    /// Whether the source lies in that directory of the destination, or is it.
    pub(super) fn holds_source(&self, place: &Path) -> bool {
        self.source_inside
            && host::overlap(&self.job.source, place).is_ok_and(|overlap| {
                !matches!(overlap, host::Overlap::Apart | host::Overlap::SecondInside)
            })
    }
}
