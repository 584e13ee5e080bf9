use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use iisle_tree::folder::{self, Attributes, Carry, Copying, Facts, SystemError};
use iisle_tree::{TreeError, host};

use super::event::{Action, Event, FileTag, Pace};
use super::job::{Job, LowSpace, Moving};
use super::{Class, tally::Tally};

/// How long a low volume is left alone before it is asked again.
const SPACE_POLL: Duration = Duration::from_secs(1);

/// A file that is to be copied.
#[derive(Debug, Clone)]
pub(super) struct FileStep {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
    /// The place of the source as it is shown.
    pub(super) shown: PathBuf,
    pub(super) class: Class,
    pub(super) facts: Facts,
    /// What the destination has there.
    pub(super) existing: Option<Facts>,
    pub(super) as_link: bool,
}

/// What came of copying a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    pub(super) is_copied: bool,
    /// Something after the copy failed: the source could not be deleted.
    pub(super) other_failures: u64,
    pub(super) copying: Duration,
    pub(super) waiting: Duration,
}

impl FileStep {
    pub(super) fn line(&self) -> Event {
        Event::File {
            tag: FileTag::Copied(self.class),
            size: self.facts.size,
            modified: self.facts.modified,
            path: self.shown.clone(),
        }
    }

    /// Adds what came of it to the counts.
    pub(super) fn count(&self, done: Done, tally: &mut Tally) {
        let Done { is_copied, other_failures, copying, waiting } = done;
        let size = self.facts.size;
        if is_copied {
            tally.files.copied += 1;
            tally.bytes.copied += size;
        } else {
            tally.files.failed += 1;
            tally.bytes.failed += size;
        }
        tally.other_failures += other_failures;
        tally.copying += copying;
        tally.waiting += waiting;
    }

    /// Copies the file, as often as it takes or is allowed.
    pub(super) fn perform(&self, job: &Job, pace: &dyn Pace, say: &mut dyn FnMut(Event)) -> Done {
        if pace.is_interrupted() {
            return Done::default();
        }
        if let Some(hours) = job.hours.filter(|hours| hours.every_file) {
            await_hours(hours, pace, say);
        }
        say(self.line());
        let began = pace.elapsed();
        let mut waited = Duration::ZERO;
        let mut persist = Persist { job, pace, waited: &mut waited };
        let again = Some(self.line());
        let copied =
            persist.until_done(Action::CopyingFile, &self.shown, again.as_ref(), say, &mut |say| {
                self.await_space(job, pace, say);
                self.copy(job, pace, say)
            });
        let mut done = Done { is_copied: copied.is_some(), ..Done::default() };
        if done.is_copied {
            say(Event::Progress(100));
            if job.clears_archive && job.moving == Moving::Nothing {
                let attributes = Some(self.facts.attributes.without(Attributes::ARCHIVE));
                let carry = Carry { modified: None, attributes };
                let changed = persist.until_done(
                    Action::ChangingAttributes,
                    &self.shown,
                    None,
                    say,
                    &mut |_| folder::set_facts(&self.from, carry),
                );
                done.other_failures = u64::from(changed.is_none());
            }
            if job.moving != Moving::Nothing {
                let action = Action::DeletingSourceFile;
                let deleted = persist.until_done(action, &self.shown, None, say, &mut |_| {
                    folder::remove_entry(&self.from)
                });
                done.other_failures = u64::from(deleted.is_none());
            }
        }
        done.copying = pace.elapsed().saturating_sub(began).saturating_sub(waited);
        done.waiting = waited;
        done
    }

    fn copy(
        &self,
        job: &Job,
        pace: &dyn Pace,
        say: &mut dyn FnMut(Event),
    ) -> Result<(), TreeError> {
        if self.as_link {
            return folder::copy_link(&self.from, &self.to);
        }
        let carry = self.carry(job);
        if !job.copy.data {
            return folder::set_facts(&self.to, carry);
        }
        let copying = Copying {
            content: job.content,
            carry,
            resume: job.resume,
            block: job.throttle.block(self.facts.size),
        };
        let (began, size) = (pace.elapsed(), self.facts.size);
        let (mut done, mut shown) = (0, None);
        folder::copy_file(&self.from, &self.facts, &self.to, &copying, &mut |bytes| {
            done += bytes;
            job.throttle.hold(pace, size, began, done, bytes);
            let percent = percent(done, size);
            // Nothing is told of a file that cannot be opened, and nothing before the first bytes.
            if shown.is_none() {
                shown = Some(0);
                say(Event::Progress(0));
            }
            // The end is told when the file has its name.
            if Some(percent) > shown && percent < 100 {
                shown = Some(percent);
                say(Event::Progress(percent));
            }
            let broken = || std::io::Error::other("it was interrupted");
            if pace.is_interrupted() { Err(broken()) } else { Ok(()) }
        })
    }

    /// What the copy gets beside its content.
    pub(super) fn carry(&self, job: &Job) -> Carry {
        let (add, remove) = (job.add_attributes, job.remove_attributes);
        let base = match (job.copy.attributes, add.is_empty() && remove.is_empty()) {
            (true, _) => Some(self.facts.attributes),
            (false, false) => {
                Some(self.existing.map_or(Attributes::NONE, |existing| existing.attributes))
            }
            (false, true) => None,
        };
        Carry {
            modified: job.copy.times.then_some(self.facts.modified),
            attributes: base.map(|base| base.with(add).without(remove)),
        }
    }

    /// Waits while the copy would leave less room than is wished.
    fn await_space(&self, job: &Job, pace: &dyn Pace, say: &mut dyn FnMut(Event)) {
        let Some(wish) = job.low_space else { return };
        let folder = self.to.parent().unwrap_or(&self.to);
        let mut said = false;
        // A volume that will not say how full it is cannot be waited for.
        while let Ok(free) = host::free_space(folder) {
            let floor = match wish {
                LowSpace::Bytes(bytes) => bytes,
                LowSpace::Tenth => host::volume_size(folder).unwrap_or(0) / 10,
            };
            if free >= floor.saturating_add(self.facts.size) || pace.is_interrupted() {
                return;
            }
            if !said {
                said = true;
                let shown = self.shown.display();
                say(Event::Note(format!("waiting for room on the volume to copy `{shown}`")));
            }
            pace.sleep(SPACE_POLL);
        }
    }
}

fn percent(done: u64, size: u64) -> u8 {
    let percent = u128::from(done) * 100 / u128::from(size.max(1));
    u8::try_from(percent.min(100)).unwrap_or(100)
}

/// Waits until copies may start.
pub(super) fn await_hours(hours: super::Hours, pace: &dyn Pace, say: &mut dyn FnMut(Event)) {
    let at = pace.minute_of_day();
    if !hours.contain(at) {
        say(Event::Paused { at, until: hours.from });
    }
    while !hours.contain(pace.minute_of_day()) && !pace.is_interrupted() {
        pace.sleep(Duration::from_mins(1));
    }
}

/// Something that may fail and may tell how it goes.
type Act<'a, T> = &'a mut dyn FnMut(&mut dyn FnMut(Event)) -> Result<T, TreeError>;

/// Tries again after errors, and tells of them.
pub(super) struct Persist<'a> {
    pub(super) job: &'a Job,
    pub(super) pace: &'a dyn Pace,
    /// Grows by the time that was waited.
    pub(super) waited: &'a mut Duration,
}

impl Persist<'_> {
    /// What `act` gives in the end; `None` when it failed for good. `line` is said again before
    /// every further try.
    pub(super) fn until_done<T>(
        &mut self,
        action: Action,
        path: &std::path::Path,
        line: Option<&Event>,
        say: &mut dyn FnMut(Event),
        act: Act<'_, T>,
    ) -> Option<T> {
        let retry = self.job.retry;
        let mut left = retry.times;
        loop {
            let error = match act(say) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            tracing::debug!(path = %path.display(), error = %chain(&error), "{}", action.words());
            if self.pace.is_interrupted() {
                // That is why, or it does not matter any more.
                return None;
            }
            let error = SystemError::from(&error);
            let hopeless = match (error.code, action) {
                (BAD_NET_NAME, _) => !retry.unknown_shares,
                // A file stands there.
                (ALREADY_EXISTS, Action::CreatingDestinationDirectory) => true,
                _ => false,
            };
            let at = self.pace.now();
            say(Event::Error { at, error, action, path: path.to_owned() });
            if hopeless || left == 0 {
                let tried_again = retry.times > 0 && !hopeless;
                // With threads the limit is told even where there was none.
                let tells_limit = tried_again || self.job.threads.is_some();
                say(if tells_limit { Event::GaveUp } else { Event::Failed });
                return None;
            }
            left -= 1;
            say(Event::Waiting(retry.wait));
            self.pace.sleep(retry.wait);
            *self.waited += retry.wait;
            if let Some(line) = line {
                say(line.clone());
            }
        }
    }
}

/// `ERROR_ALREADY_EXISTS`.
const ALREADY_EXISTS: u32 = 183;
/// `ERROR_BAD_NET_NAME`.
const BAD_NET_NAME: u32 = 67;

fn chain(error: &TreeError) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}

/// Something that waits for its turn to be said: an event, or a file and what will be said of it.
pub(super) enum Queued {
    Event(Event),
    File(FileStep),
}

/// What came of a file, and what is to be said of it.
type Told = (Done, Vec<Event>);

/// Copies the files of `queue`, several at a time, and says everything in the order of the queue.
pub(super) fn perform_all(
    job: &Job,
    pace: &dyn Pace,
    threads: NonZero<u8>,
    queue: Vec<Queued>,
    tally: &mut Tally,
    say: &mut dyn FnMut(Event),
) {
    let steps: Vec<&FileStep> = queue
        .iter()
        .filter_map(|queued| match queued {
            Queued::File(step) => Some(step),
            Queued::Event(_) => None,
        })
        .collect();
    let results: Vec<Mutex<Option<Told>>> = steps.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((step, result)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            steps.get(at).zip(results.get(at))
        } {
            let mut said = Vec::new();
            let done = step.perform(job, pace, &mut |event| {
                // Half-done lines would be glued together.
                if !matches!(event, Event::Progress(percent) if percent < 100) {
                    said.push(event);
                }
            });
            *result.lock().expect("no holder of this lock panics") = Some((done, said));
        }
    };
    std::thread::scope(|scope| {
        let helpers = usize::from(threads.get()).min(steps.len()).saturating_sub(1);
        for _ in 0..helpers {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_iter();
    for queued in queue {
        match queued {
            Queued::Event(event) => say(event),
            Queued::File(step) => {
                let result = results
                    .next()
                    .and_then(|result| result.into_inner().expect("no holder of this lock panics"));
                let (done, said) = result.expect("every file of the queue was performed");
                said.into_iter().for_each(&mut *say);
                step.count(done, tally);
            }
        }
    }
}
