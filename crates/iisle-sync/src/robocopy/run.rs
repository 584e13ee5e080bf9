use std::ffi::OsString;
use std::path::{Path, PathBuf};

use iisle_path::NameRules;
use iisle_tree::folder::{
    self, Carry, Detail, Entry, Facts, FolderId, Listing, Shape, SystemError,
};
use iisle_tree::{TreeError, host};

use super::compare::{Compared, DirectoryVerdict, FileVerdict, Folder, compare};
use super::event::{Action, DirectoryTag, Event, FileTag, Pace};
use super::files::{FileStep, Persist, Queued, await_hours, perform_all};
use super::frames::{Frame, Presence};
use super::job::{DirectoryFlags, Job, Moving, Purge, PurgeOrder, Recursion, RunMode};
use super::purge::Deletion;
use super::tally::Tally;

/// Files for each thread that may wait for their turn.
const QUEUE_FOR_EACH: usize = 64;
/// Events that may wait behind a file; beyond that, those files are copied first.
const QUEUE_EVENTS: usize = 10_000;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything was looked at; the counts say what came of it.
    Complete(Tally),
    /// The source cannot be reached. Nothing was changed.
    NoSource,
    /// The destination can neither be reached nor created. Nothing was changed.
    NoDestination,
}

impl Ended {
    /// The exit code it calls for.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Complete(tally) => tally.exit_code(),
            Self::NoSource | Self::NoDestination => 16,
        }
    }
}

/// Copies what `job` says; `say` hears of everything in order.
pub fn run(job: &Job, pace: &dyn Pace, say: &mut dyn FnMut(Event)) -> Ended {
    match Walk::begin(job, pace, say) {
        Ok(walk) => Ended::Complete(walk.finish()),
        Err(Unreachable::Source) => Ended::NoSource,
        Err(Unreachable::Destination) => Ended::NoDestination,
    }
}

/// The root that stopped a run before it began.
enum Unreachable {
    Source,
    Destination,
}

/// A run on its way.
pub(super) struct Walk<'a> {
    pub(super) job: &'a Job,
    pub(super) pace: &'a dyn Pace,
    say: &'a mut dyn FnMut(Event),
    pub(super) tally: Tally,
    /// The roots as every path below them can be reached.
    source: PathBuf,
    destination: PathBuf,
    names: NameRules,
    /// From the root to the directory that is being walked.
    frames: Vec<Frame>,
    queue: Vec<Queued>,
    queued_files: usize,
    deletions: Vec<Deletion>,
    /// Directories that get times and attributes when nothing changes in them any more.
    dressed: Vec<(PathBuf, Carry)>,
    /// Begun copies that lie in directories of the destination.
    parts: Vec<(PathBuf, OsString)>,
    /// Where the destination lies below the source: it is not copied into itself.
    destination_inside: Option<FolderId>,
    /// The source lies below the destination: it is not purged.
    pub(super) source_inside: bool,
}

impl<'a> Walk<'a> {
    /// Reaches both roots and walks them.
    fn begin(
        job: &'a Job,
        pace: &'a dyn Pace,
        say: &'a mut dyn FnMut(Event),
    ) -> Result<Self, Unreachable> {
        let fail = |say: &mut dyn FnMut(Event), error: &TreeError, action, path: &Path| {
            let (at, error) = (pace.now(), SystemError::from(error));
            say(Event::Error { at, error, action, path: path.to_owned() });
        };
        let source_action = Action::AccessingSourceDirectory;
        let reached = folder::place(&job.source).and_then(|place| Ok((existing(&place)?, place)));
        let (facts, source) = match reached {
            Ok((facts, source)) => (facts, source),
            Err(error) => {
                fail(say, &error, source_action, &job.source);
                return Err(Unreachable::Source);
            }
        };
        let destination = folder::place(&job.destination).map_err(|error| {
            fail(say, &error, Action::AccessingDestinationDirectory, &job.destination);
            Unreachable::Destination
        })?;
        let mut walk = Self {
            job,
            pace,
            say,
            tally: Tally::default(),
            names: folder::names(),
            frames: Vec::new(),
            queue: Vec::new(),
            queued_files: 0,
            deletions: Vec::new(),
            dressed: Vec::new(),
            parts: Vec::new(),
            destination_inside: None,
            source_inside: host::is_inside(&source, &destination).unwrap_or(false),
            source,
            destination,
        };
        let presence = walk.reach_destination()?;
        if host::is_inside(&walk.destination, &walk.source).unwrap_or(false) {
            walk.destination_inside = folder::identity(&walk.destination).ok();
        }
        if let Some(hours) = job.hours {
            await_hours(hours, pace);
        }
        walk.directory(&PathBuf::new(), facts, presence, false);
        Ok(walk)
    }

    /// Whether the root of the destination is there; creates it when it is not.
    fn reach_destination(&mut self) -> Result<Presence, Unreachable> {
        let place = self.destination.clone();
        if existing(&place).is_ok() {
            return Ok(Presence::There);
        }
        if self.job.mode == RunMode::List {
            return Ok(Presence::Missing);
        }
        let shown = self.job.destination.clone();
        let action = Action::CreatingDestinationDirectory;
        let created = self
            .persist(action, &shown, &mut || folder::create(&place))
            .ok_or(Unreachable::Destination);
        created.map(|()| Presence::Created)
    }

    /// Tries `act` as often as the job allows.
    pub(super) fn persist<T>(
        &mut self,
        action: Action,
        shown: &Path,
        act: &mut dyn FnMut() -> Result<T, TreeError>,
    ) -> Option<T> {
        let mut said = Vec::new();
        let is_direct = self.queue.is_empty();
        let say = &mut *self.say;
        let mut hear = |event| if is_direct { say(event) } else { said.push(event) };
        let waited = &mut self.tally.waiting;
        let mut persist = Persist { job: self.job, pace: self.pace, waited };
        let result = persist.until_done(action, shown, None, &mut hear, &mut |_| act());
        self.queue.extend(said.into_iter().map(Queued::Event));
        result
    }

    /// Says it now, or after what waits for its turn.
    pub(super) fn say(&mut self, event: Event) {
        if self.queue.is_empty() {
            (self.say)(event);
        } else {
            self.queue.push(Queued::Event(event));
            if self.queue.len() >= QUEUE_EVENTS {
                self.flush();
            }
        }
    }

    /// Copies what waits for its turn.
    pub(super) fn flush(&mut self) {
        let queue = std::mem::take(&mut self.queue);
        self.queued_files = 0;
        if let Some(threads) = self.job.threads.filter(|_| !queue.is_empty()) {
            perform_all(self.job, self.pace, threads, queue, &mut self.tally, self.say);
        }
    }

    fn shown_source(&self, below: &Path) -> PathBuf {
        at(&self.job.source, below)
    }

    pub(super) fn shown_destination(&self, below: &Path) -> PathBuf {
        at(&self.job.destination, below)
    }

    pub(super) fn host_destination(&self, below: &Path) -> PathBuf {
        at(&self.destination, below)
    }

    fn recurses(&self) -> bool {
        let levels = self.job.levels.map_or(usize::MAX, |levels| levels as usize);
        self.job.recursion != Recursion::Top && self.frames.len() < levels
    }

    /// Walks one directory and everything below it. `is_linked` says that a link leads to it.
    fn directory(&mut self, below: &Path, facts: Facts, presence: Presence, is_linked: bool) {
        let (source, destination) = (at(&self.source, below), self.host_destination(below));
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
        self.frames.push(Frame { below: below.to_owned(), presence, facts });
        self.entries(below, &compared);
        let frame = self.frames.pop().expect("it was pushed above");
        match frame.presence {
            Presence::Created => self.tally.directories.copied += 1,
            Presence::There | Presence::Missing => self.tally.directories.skipped += 1,
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

    fn entries(&mut self, below: &Path, compared: &Compared<'_>) {
        let recurses = self.recurses();
        if recurses {
            for extra in &compared.extra_directories {
                self.extra_directory(below, extra);
            }
        }
        let gets_file = compared.files.iter().any(|file| self.copies(file));
        let (is_root, presence) = (below.as_os_str().is_empty(), self.presence());
        let creates = is_root || self.job.recursion == Recursion::All || gets_file;
        let is_new = presence == Presence::Created || (presence == Presence::Missing && creates);
        let tag = if is_new { DirectoryTag::New } else { DirectoryTag::Plain };
        let (files, path) = (Some(compared.matching_files), self.shown_source(below));
        self.say(Event::Directory { tag, files, path });
        if creates && !self.ensure() {
            return;
        }
        for extra in &compared.extra_files {
            self.extra_file(below, extra.entry, extra.is_selected);
        }
        for file in &compared.files {
            self.file(below, file);
        }
        if recurses {
            for (entry, verdict) in &compared.directories {
                self.entered(&below.join(&entry.name), entry, *verdict);
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
            DirectoryVerdict::Named => self.passed(below, DirectoryTag::Named),
            DirectoryVerdict::Lonely => self.passed(below, DirectoryTag::Lonely),
            DirectoryVerdict::Mismatch => {
                self.tally.directories.total += 1;
                self.tally.directories.mismatch += 1;
                self.passed(below, DirectoryTag::Mismatch);
            }
        }
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
        let (from, to) = (at(&self.source, below), self.host_destination(below));
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

    fn presence(&self) -> Presence {
        self.frames.last().map_or(Presence::There, |frame| frame.presence)
    }

    /// Makes sure that the destination has the directory that is being walked; whether it does.
    fn ensure(&mut self) -> bool {
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

    /// Whether anything of the file is copied, data or not.
    fn copies(&self, file: &FileVerdict<'_>) -> bool {
        let flags = self.job.copy;
        let changes =
            flags.data || (file.destination.is_some() && (flags.attributes || flags.times));
        matches!(file.tag, FileTag::Copied(_)) && changes
    }

    fn file(&mut self, below: &Path, file: &FileVerdict<'_>) {
        let FileVerdict { source, destination, tag, as_link } = *file;
        let facts = source.facts;
        let below = below.join(&source.name);
        let existing =
            destination.filter(|found| found.shape == Shape::File).map(|found| found.facts);
        self.tally.files.total += 1;
        self.tally.bytes.total += facts.size;
        let line = |walk: &mut Self| {
            let path = walk.shown_source(&below);
            walk.say(Event::File { tag, size: facts.size, modified: facts.modified, path });
        };
        match tag {
            FileTag::Copied(class) if self.copies(file) => {
                self.copy(FileStep {
                    from: at(&self.source, &below),
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
            FileTag::Skipped(_) => {
                self.tally.files.skipped += 1;
                self.tally.bytes.skipped += facts.size;
                line(self);
                self.fix_times(&below, &facts, existing);
            }
            FileTag::Mismatch => {
                self.tally.files.mismatch += 1;
                self.tally.bytes.mismatch += facts.size;
                line(self);
            }
            // A file of the source is none.
            FileTag::Extra => {}
        }
    }

    fn copy(&mut self, step: FileStep) {
        if self.is_too_long(&step.shown) {
            self.say(step.line());
            let (at, error) = (self.pace.now(), SystemError::of(TOO_LONG));
            let path = step.shown.clone();
            self.say(Event::Error { at, error, action: Action::CopyingFile, path });
            self.say(Event::Failed);
            return step.count(super::files::Done::default(), &mut self.tally);
        }
        if self.job.mode == RunMode::List {
            self.say(step.line());
            let done = super::files::Done { is_copied: true, ..Default::default() };
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
    fn fix_times(&mut self, below: &Path, facts: &Facts, existing: Option<Facts>) {
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

    fn extra_file(&mut self, below: &Path, entry: &Entry, is_selected: bool) {
        let below = below.join(&entry.name);
        self.tally.files.extras += 1;
        self.tally.bytes.extras += entry.facts.size;
        let (size, modified) = (entry.facts.size, entry.facts.modified);
        let path = self.shown_destination(&below);
        self.say(Event::File { tag: FileTag::Extra, size, modified, path });
        if is_selected {
            self.delete(Deletion::File(below));
        }
    }

    fn extra_directory(&mut self, below: &Path, entry: &Entry) {
        let below = below.join(&entry.name);
        self.tally.directories.extras += 1;
        let path = self.shown_destination(&below);
        self.say(Event::Directory { tag: DirectoryTag::Extra, files: None, path });
        let is_link = entry.is_link;
        self.delete(if is_link { Deletion::File(below) } else { Deletion::Tree(below) });
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

    /// Whether a directory of the source is one that is being walked.
    fn is_circle(&self, source: &Path) -> bool {
        let Ok(identity) = folder::identity(source) else { return false };
        let mut above = self.frames.iter().map(|frame| at(&self.source, &frame.below));
        above.any(|place| folder::identity(&place).is_ok_and(|known| known == identity))
    }

    /// Whether a directory of the source is the destination.
    fn is_destination(&self, below: &Path) -> bool {
        let Some(destination) = self.destination_inside else { return false };
        folder::identity(&at(&self.source, below)).is_ok_and(|identity| identity == destination)
    }

    /// Everything that has to wait until all files are copied; then the counts.
    fn finish(mut self) -> Tally {
        self.flush();
        let deletions = std::mem::take(&mut self.deletions);
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
        let place = at(&self.source, below);
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
        let places = super::selection::Places { source: &source, destination: &destination, below };
        self.job.selection.excludes_directory(&name.to_string_lossy(), places)
    }
}

/// `ERROR_CANT_RESOLVE_FILENAME`.
const CANT_RESOLVE: u32 = 1921;
/// `ERROR_FILENAME_EXCED_RANGE`.
const TOO_LONG: u32 = 206;

/// A directory that must be there.
fn existing(place: &Path) -> Result<Facts, TreeError> {
    match folder::examine(place)? {
        Some(entry) if entry.shape == Shape::Directory => Ok(entry.facts),
        Some(_) => Err(TreeError::NotAFolder(place.display().to_string())),
        None => Err(TreeError::NotFound(place.display().to_string())),
    }
}

/// `below` under `root`, without a separator behind the root.
fn at(root: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { root.to_owned() } else { root.join(below) }
}
