use std::path::Path;

use iisle_tree::folder::{self, Carry, Detail, Entry, Facts, Listing, SystemError};

use super::compare::{Compared, DirectoryVerdict, Folder, compare};
use super::event::{Action, DirectoryTag, Event};
use super::frames::{Frame, Presence};
use super::job::{DirectoryFlags, Job, Recursion, RunMode};
use super::replace::{By, Replacement};
use super::run::Walk;

/// `ERROR_CANT_RESOLVE_FILENAME`.
const CANT_RESOLVE: u32 = 1921;

/// Directories.
impl Walk<'_> {
    /// Walks one directory and everything below it. `is_linked` says that a link leads to it.
    pub(super) fn directory(
        &mut self,
        below: &Path,
        facts: Facts,
        presence: Presence,
        is_linked: bool,
    ) {
        if self.pace.is_interrupted() {
            return;
        }
        let (source, destination) = (self.host_source(below), self.host_destination(below));
        self.tally.directories.total += 1;
        if is_linked && self.is_circle(&source) {
            let (at, error) = (self.pace.now(), SystemError::of(CANT_RESOLVE));
            let path = self.shown_source(below);
            self.say(Event::Error { at, error, action: Action::CopyingDirectory, path });
            self.say(Event::Failed);
            self.tally.directories.failed += 1;
            return;
        }
        let began = self.pace.elapsed();
        let Some((ours, theirs)) = self.listings(below, &source, &destination, presence) else {
            self.tally.directories.failed += 1;
            return;
        };
        let folder = Folder {
            source: &ours.entries,
            destination: &theirs.entries,
            below,
            names: self.names,
        };
        let job = self.job;
        let compared = compare(job, &folder);
        self.tally.scanning += self.pace.elapsed().saturating_sub(began);
        self.parts.extend(theirs.parts.into_iter().map(|part| (destination.clone(), part)));
        let is_own = !is_linked && self.frames.last().is_none_or(|above| above.is_own);
        self.frames.push(Frame { below: below.to_owned(), presence, facts, is_own });
        self.entries(below, &compared);
        let frame = self.frames.pop().expect("it was pushed above");
        if frame.is_own && frame.presence != Presence::Broken {
            self.walked.push(frame.below);
        }
        match frame.presence {
            Presence::Created => self.tally.directories.copied += 1,
            Presence::There => self.tally.directories.skipped += 1,
            Presence::Missing => {
                self.tally.directories.copied += 1;
                self.tally.uncreated_directories += 1;
            }
            Presence::Broken => self.tally.directories.failed += 1,
        }
    }

    fn listings(
        &mut self,
        below: &Path,
        source: &Path,
        destination: &Path,
        presence: Presence,
    ) -> Option<(Listing, Listing)> {
        let detail =
            if self.job.classes.include_modified { Detail::Changed } else { Detail::Usual };
        let shown = self.shown_source(below);
        let mut list = || folder::list(source, detail);
        let ours = self.persist(Action::CopyingDirectory, &shown, &mut list)?;
        if presence == Presence::Missing {
            return Some((ours, Listing::default()));
        }
        let shown = self.shown_destination(below);
        let mut list = || folder::list(destination, detail);
        let theirs = self.persist(Action::AccessingDestinationDirectory, &shown, &mut list)?;
        Some((ours, theirs))
    }

    /// Tells the directory, then what only the destination has there, directories first, then its
    /// files and at last the directories below it.
    ///
    /// Source: public captures of runs with and without `/S`, `/E` and `/MIR`.
    fn entries(&mut self, below: &Path, compared: &Compared<'_>) {
        let recurses = self.recurses();
        let gets_file = compared.files.iter().any(|file| self.copies(file));
        let (is_root, presence) = (below.as_os_str().is_empty(), self.presence());
        let creates = is_root || self.job.recursion == Recursion::All || gets_file;
        let tag = match presence {
            Presence::Created | Presence::Missing => DirectoryTag::New,
            Presence::There | Presence::Broken => DirectoryTag::Plain,
        };
        let (files, path) = (Some(compared.matching_files), self.shown_source(below));
        self.say(Event::Directory { tag, files, path });
        if creates && !self.ensure() {
            return;
        }
        for extra in &compared.extra_directories {
            if recurses {
                self.extra_directory(below, extra);
            } else if self.reports_directories_beside() {
                self.report_extra_directory(&below.join(&extra.name));
            }
        }
        for extra in &compared.extra_files {
            self.extra_file(below, extra.entry, extra.is_selected);
        }
        for file in &compared.files {
            self.file(below, file);
        }
        for (entry, verdict) in &compared.directories {
            let is_mismatched =
                matches!(verdict, DirectoryVerdict::Mismatch | DirectoryVerdict::Replacing);
            if recurses {
                self.entered(&below.join(&entry.name), entry, *verdict);
            } else if is_mismatched && self.reports_directories_beside() {
                self.mismatched(&below.join(&entry.name));
            }
        }
        self.dress();
    }

    /// A directory of the source.
    fn entered(&mut self, below: &Path, entry: &Entry, verdict: DirectoryVerdict) {
        let is_linked = entry.is_link;
        match verdict {
            DirectoryVerdict::Both | DirectoryVerdict::New => {
                if self.is_destination(below) {
                    return;
                }
                let presence = match verdict {
                    DirectoryVerdict::Both => Presence::There,
                    _ => Presence::Missing,
                };
                self.directory(below, entry.facts, presence, is_linked);
            }
            DirectoryVerdict::NewLink | DirectoryVerdict::KnownLink => self.linked(below, verdict),
            DirectoryVerdict::Named => self.left_out(below, DirectoryTag::Named),
            DirectoryVerdict::SkippedLink => self.left_out(below, DirectoryTag::Junction),
            DirectoryVerdict::Lonely => self.left_out(below, DirectoryTag::Lonely),
            DirectoryVerdict::Mismatch => self.mismatched(below),
            DirectoryVerdict::Replacing => {
                self.mismatched(below);
                let by = By::Directory { facts: entry.facts, is_linked };
                self.replace(Replacement { below: below.to_owned(), by });
            }
        }
    }

    fn mismatched(&mut self, below: &Path) {
        self.tally.directories.total += 1;
        self.tally.directories.mismatch += 1;
        self.passed(below, DirectoryTag::Mismatch);
    }

    /// A directory that is not walked counts as one that is there.
    ///
    /// Source: public reports of runs with `/XD`.
    fn left_out(&mut self, below: &Path, tag: DirectoryTag) {
        self.tally.directories.total += 1;
        self.tally.directories.skipped += 1;
        self.passed(below, tag);
    }

    fn passed(&mut self, below: &Path, tag: DirectoryTag) {
        let path = self.shown_source(below);
        self.say(Event::Directory { tag, files: None, path });
    }

    /// A link to a directory that is copied as one.
    fn linked(&mut self, below: &Path, verdict: DirectoryVerdict) {
        self.tally.directories.total += 1;
        if verdict == DirectoryVerdict::KnownLink {
            self.tally.directories.skipped += 1;
            return self.passed(below, DirectoryTag::Plain);
        }
        self.passed(below, DirectoryTag::New);
        let (from, to) = (self.host_source(below), self.host_destination(below));
        let shown = self.shown_source(below);
        let is_done = self.job.mode == RunMode::List
            || (self.ensure()
                && self
                    .persist(Action::CopyingDirectory, &shown, &mut || {
                        folder::copy_link(&from, &to)
                    })
                    .is_some());
        if is_done {
            self.tally.directories.copied += 1;
        } else {
            self.tally.directories.failed += 1;
        }
    }

    fn recurses(&self) -> bool {
        let levels = self.job.levels.map_or(usize::MAX, |levels| levels as usize);
        self.job.recursion != Recursion::Top && self.frames.len() < levels
    }

    /// Whether extra and mismatched directories are reported although no directory is walked: they
    /// stay.
    ///
    /// Source: public captures of runs without `/S`, which tell of extra directories with `*.*` and
    /// not with another file specification, and `RoboSharp`, whose tests compare with the real program
    /// at `/LEV:1`. That mismatched ones are told as well is our reading.
    fn reports_directories_beside(&self) -> bool {
        let Job { recursion, levels, ref selection, reports_all_extras, .. } = *self.job;
        recursion == Recursion::Top
            && levels != Some(1)
            && (selection.includes_all() || reports_all_extras)
    }

    pub(super) fn presence(&self) -> Presence {
        self.frames.last().map_or(Presence::There, |frame| frame.presence)
    }

    /// Makes sure that the destination has the directory that is being walked; whether it does.
    pub(super) fn ensure(&mut self) -> bool {
        for at in 0..self.frames.len() {
            if self.frames[at].presence == Presence::Missing {
                let below = self.frames[at].below.clone();
                let (place, shown) =
                    (self.host_destination(&below), self.shown_destination(&below));
                let is_done = self.job.mode == RunMode::List
                    || self
                        .persist(Action::CreatingDestinationDirectory, &shown, &mut || {
                            folder::create(&place)
                        })
                        .is_some();
                self.frames[at].presence =
                    if is_done { Presence::Created } else { Presence::Broken };
            }
            if self.frames[at].presence == Presence::Broken {
                return false;
            }
        }
        true
    }

    /// Whether a directory of the source is one that is being walked.
    fn is_circle(&self, source: &Path) -> bool {
        let Ok(identity) = folder::identity(source) else { return false };
        let mut above = self.frames.iter().map(|frame| self.host_source(&frame.below));
        above.any(|place| folder::identity(&place).is_ok_and(|known| known == identity))
    }

    /// Whether a directory of the source is the destination.
    fn is_destination(&self, below: &Path) -> bool {
        let Some(destination) = self.destination_inside else { return false };
        folder::identity(&self.host_source(below)).is_ok_and(|identity| identity == destination)
    }

    /// Notes what the directory that is being walked gets in the end.
    fn dress(&mut self) {
        let DirectoryFlags { attributes, times } = self.job.directories;
        let Some(frame) = self.frames.last() else { return };
        let is_new = frame.presence == Presence::Created;
        let is_there = is_new || (times && frame.presence == Presence::There);
        if !is_there || !(attributes || times) || self.job.mode == RunMode::List {
            return;
        }
        let carry = Carry {
            modified: times.then_some(frame.facts.modified),
            // What is there already may have been made hidden or read-only on purpose.
            attributes: (attributes && is_new).then_some(frame.facts.attributes),
        };
        self.dressed.push((self.host_destination(&frame.below.clone()), carry));
    }
}
