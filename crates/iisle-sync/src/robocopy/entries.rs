use std::path::{Path, PathBuf};

use iisle_tree::folder::{self, Carry, Detail, Entry, Facts, Shape, SystemError};

use super::class::Class;
use super::compare::{FileVerdict, is_purged, order};
use super::event::{Action, DirectoryTag, Event, FileTag, Skip};
use super::files::{Done, FileStep, Queued};
use super::job::{Purge, PurgeOrder, RunMode};
use super::purge::Deletion;
use super::replace::{By, Replacement};
use super::run::Walk;

/// Files for each thread that may wait for their turn.
const QUEUE_FOR_EACH: usize = 64;
/// `ERROR_FILENAME_EXCED_RANGE`.
const TOO_LONG: u32 = 206;

/// What lies in a directory.
impl Walk<'_> {
    /// Whether anything of the file is copied, data or not.
    pub(super) fn copies(&self, file: &FileVerdict<'_>) -> bool {
        let flags = self.job.copy;
        let changes =
            flags.data || (file.destination.is_some() && (flags.attributes || flags.times));
        matches!(file.tag, FileTag::Copied(_)) && changes
    }

    pub(super) fn file(&mut self, below: &Path, file: &FileVerdict<'_>) {
        let FileVerdict { source, destination, tag, as_link } = *file;
        let facts = source.facts;
        let below = below.join(&source.name);
        let existing =
            destination.filter(|found| found.shape == Shape::File).map(|found| found.facts);
        self.tally.files.total += 1;
        self.tally.bytes.total += facts.size;
        let tag = if self.is_known_link(&below, file) {
            FileTag::Skipped(Skip::Class(Class::Same))
        } else {
            tag
        };
        let line = |walk: &mut Self| {
            let path = walk.shown_source(&below);
            walk.say(Event::File { tag, size: facts.size, modified: facts.modified, path });
        };
        match tag {
            FileTag::Copied(class) if self.copies(file) => {
                self.copy(FileStep {
                    from: self.host_source(&below),
                    to: self.host_destination(&below),
                    shown: self.shown_source(&below),
                    class,
                    facts,
                    existing,
                    as_link,
                });
            }
            FileTag::Copied(_) => {
                self.tally.files.skipped += 1;
                self.tally.bytes.skipped += facts.size;
            }
            FileTag::Skipped(skip) => {
                self.tally.files.skipped += 1;
                self.tally.bytes.skipped += facts.size;
                line(self);
                // What is excluded by name is left alone altogether.
                if !matches!(skip, Skip::Named | Skip::Junction) {
                    self.fix_times(&below, &facts, existing);
                }
            }
            FileTag::Mismatch => {
                self.tally.files.mismatch += 1;
                self.tally.bytes.mismatch += facts.size;
                line(self);
                self.replace_directory(below, file);
            }
            // A file of the source is none.
            FileTag::Extra => {}
        }
    }

    /// Puts the file into the place of a directory, if it would be copied there and the directory
    /// is not excluded.
    fn replace_directory(&mut self, below: PathBuf, file: &FileVerdict<'_>) {
        let FileVerdict { source, destination, as_link, .. } = *file;
        let job = self.job;
        let above = below.parent().unwrap_or(Path::new(""));
        let is_copied = job.copy.data
            && job.classes.copies(Class::Lonely)
            && job.selection.refuses(&source.facts).is_none();
        if !is_copied || !destination.is_some_and(|found| is_purged(job, found, above)) {
            return;
        }
        let step = FileStep {
            from: self.host_source(&below),
            to: self.host_destination(&below),
            shown: self.shown_source(&below),
            class: Class::Lonely,
            facts: source.facts,
            existing: None,
            as_link,
        };
        self.replace(Replacement { below, by: By::File(step) });
    }

    /// Whether a link would be copied that the destination has: the times of what both lead to, or
    /// of links to nowhere, say nothing of it.
    fn is_known_link(&self, below: &Path, file: &FileVerdict<'_>) -> bool {
        let is_due = matches!(file.tag, FileTag::Copied(_)) && !self.job.classes.include_same;
        file.as_link
            && is_due
            && file.destination.is_some_and(|found| found.is_link)
            && folder::is_same_link(&self.host_source(below), &self.host_destination(below))
    }

    pub(super) fn copy(&mut self, step: FileStep) {
        if self.is_too_long(&step.shown) {
            self.say(step.line());
            let (at, error) = (self.pace.now(), SystemError::of(TOO_LONG));
            let path = step.shown.clone();
            self.say(Event::Error { at, error, action: Action::CopyingFile, path });
            self.say(Event::Failed);
            return step.count(Done::default(), &mut self.tally);
        }
        if self.job.mode == RunMode::List {
            self.say(step.line());
            let done = Done { is_copied: true, ..Default::default() };
            return step.count(done, &mut self.tally);
        }
        match self.job.threads {
            None => {
                let done = step.perform(self.job, self.pace, self.say);
                step.count(done, &mut self.tally);
            }
            Some(threads) => {
                self.queue.push(Queued::File(step));
                self.queued_files += 1;
                if self.queued_files >= usize::from(threads.get()) * QUEUE_FOR_EACH {
                    self.flush();
                }
            }
        }
    }

    fn is_too_long(&self, shown: &Path) -> bool {
        let Some(longest) = self.job.longest_path else { return false };
        shown.to_string_lossy().encode_utf16().count() > longest
    }

    /// Gives a file that is not copied the times of the source, when that was asked for.
    pub(super) fn fix_times(&mut self, below: &Path, facts: &Facts, existing: Option<Facts>) {
        let differs = existing.is_some_and(|existing| existing.modified != facts.modified);
        if !self.job.fixes_times || !differs || self.job.mode == RunMode::List {
            return;
        }
        let (place, shown) = (self.host_destination(below), self.shown_destination(below));
        let carry = Carry { modified: Some(facts.modified), attributes: None };
        let stamp = &mut || folder::set_facts(&place, carry);
        if self.persist(Action::StampingFile, &shown, stamp).is_none() {
            self.tally.other_failures += 1;
        }
    }

    fn report_extra_file(&mut self, below: &Path, entry: &Entry) {
        self.tally.files.extras += 1;
        self.tally.bytes.extras += entry.facts.size;
        let (size, modified) = (entry.facts.size, entry.facts.modified);
        let path = self.shown_destination(below);
        self.say(Event::File { tag: FileTag::Extra, size, modified, path });
    }

    pub(super) fn extra_file(&mut self, below: &Path, entry: &Entry, is_selected: bool) {
        let below = below.join(&entry.name);
        self.report_extra_file(&below, entry);
        if is_selected {
            self.delete(Deletion::File(below));
        }
    }

    pub(super) fn report_extra_directory(&mut self, below: &Path) {
        self.tally.directories.extras += 1;
        let path = self.shown_destination(below);
        self.say(Event::Directory { tag: DirectoryTag::Extra, files: None, path });
    }

    pub(super) fn extra_directory(&mut self, below: &Path, entry: &Entry) {
        let below = below.join(&entry.name);
        self.report_extra_directory(&below);
        if entry.is_link {
            return self.delete(Deletion::File(below));
        }
        if self.job.purge == Purge::Extras {
            self.report_extra_tree(&below);
        }
        self.delete(Deletion::Tree(below));
    }

    /// Reports what a purge takes with an extra directory: its files, then its directories.
    ///
    /// Source: public reports of mirrors.
    fn report_extra_tree(&mut self, below: &Path) {
        let place = self.host_destination(below);
        // What cannot be listed cannot be deleted either, and is told of then.
        let Ok(listing) = folder::list(&place, Detail::Usual) else { return };
        if self.holds_source(&place) {
            return;
        }
        let taken = listing.entries.iter().filter(|entry| is_purged(self.job, entry, below));
        let (mut directories, mut files): (Vec<_>, Vec<_>) =
            taken.partition(|entry| entry.shape == Shape::Directory);
        files.sort_by_cached_key(|entry| order(&entry.name));
        directories.sort_by_cached_key(|entry| order(&entry.name));
        for entry in files {
            self.report_extra_file(&below.join(&entry.name), entry);
        }
        for entry in directories {
            let below = below.join(&entry.name);
            self.report_extra_directory(&below);
            if !entry.is_link {
                self.report_extra_tree(&below);
            }
        }
    }

    /// Deletes something extra, now or in the end.
    fn delete(&mut self, deletion: Deletion) {
        if self.job.purge == Purge::Nothing || self.job.mode == RunMode::List {
            return;
        }
        match self.job.purge_order {
            PurgeOrder::AsListed => self.purge(&deletion),
            PurgeOrder::AfterCopies => self.deletions.push(deletion),
        }
    }
}
