use std::ffi::OsString;
use std::path::{Path, PathBuf};

use iisle_path::NameRules;
use iisle_tree::folder::{self, Carry, Facts, FolderId, Shape, SystemError};
use iisle_tree::{TreeError, host};

use super::event::{Action, Event, Pace};
use super::files::{Persist, Queued, await_hours, perform_all};
use super::frames::{Frame, Presence};
use super::job::{Job, RunMode};
use super::purge::Deletion;
use super::replace::Replacement;
use super::tally::Tally;

/// Events that may wait behind a file; beyond that, those files are copied first.
const QUEUE_EVENTS: usize = 10_000;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything was looked at; the counts say what came of it.
    Complete(Tally),
    /// It was given up on request; nothing was deleted at its end. The counts say what was done.
    Interrupted(Tally),
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
            // Some copies were not made.
            Self::Interrupted(tally) => tally.exit_code() | 8,
            Self::NoSource | Self::NoDestination => 16,
        }
    }
}

/// Copies what `job` says; `say` hears of everything in order.
pub fn run(job: &Job, pace: &dyn Pace, say: &mut dyn FnMut(Event)) -> Ended {
    match Walk::begin(job, pace, say) {
        Ok(walk) => match walk.finish() {
            tally if pace.is_interrupted() => Ended::Interrupted(tally),
            tally => Ended::Complete(tally),
        },
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
    pub(super) say: &'a mut dyn FnMut(Event),
    pub(super) tally: Tally,
    /// The roots as every path below them can be reached.
    source: PathBuf,
    destination: PathBuf,
    pub(super) names: NameRules,
    /// From the root to the directory that is being walked.
    pub(super) frames: Vec<Frame>,
    pub(super) queue: Vec<Queued>,
    pub(super) queued_files: usize,
    pub(super) deletions: Vec<Deletion>,
    pub(super) replacements: Vec<Replacement>,
    /// Directories of the source that were walked, each behind those that lie in it.
    pub(super) walked: Vec<PathBuf>,
    /// Directories that get times and attributes when nothing changes in them any more.
    pub(super) dressed: Vec<(PathBuf, Carry)>,
    /// Begun copies that lie in directories of the destination.
    pub(super) parts: Vec<(PathBuf, OsString)>,
    /// Where the destination lies below the source: it is not copied into itself.
    pub(super) destination_inside: Option<FolderId>,
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
            replacements: Vec::new(),
            walked: Vec::new(),
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
            await_hours(hours, pace, walk.say);
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

    pub(super) fn shown_source(&self, below: &Path) -> PathBuf {
        at(&self.job.source, below)
    }

    pub(super) fn shown_destination(&self, below: &Path) -> PathBuf {
        at(&self.job.destination, below)
    }

    pub(super) fn host_source(&self, below: &Path) -> PathBuf {
        at(&self.source, below)
    }

    pub(super) fn host_destination(&self, below: &Path) -> PathBuf {
        at(&self.destination, below)
    }
}

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
