use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use iisle_path::RelPath;
use iisle_report::{Monitor, Pauses, Phase as Busy, Retry};
use iisle_tree::digest::Digest;
use iisle_tree::workshop::{Look, Spot, Waits, Workshop};
use iisle_tree::{Durability, Stamp, Ticks, Tree, TreeError, TreeMut};

use super::journal::{Journal, Phase};
use super::layout::{Layout, Part};
use super::offline::{self, Away, Offline};
use super::record::Record;
use super::recovery::{
    drop_stage, end, is_unfinished, next_plan_spot, swap_in, take_back, take_over,
};
use super::stage::{Supply, Verify, missing_directories};
use super::{StagedError, claims, unflushed};
use crate::manifest::{Head, Manifest, Stream};
use crate::outcome::{Ending, Locked, Outcome, StepError, held_by};
use crate::plan::Plan;
use crate::policy::{other_time, same_stamp};
use crate::preflight::{foreign_change, locked, unbegun, want_of_room};
use crate::step::{DELETES, FIRST_CONFIG, Step, stage};

/// What a staged sync works on.
#[derive(Clone, Copy)]
pub struct Staging<'a> {
    /// Where the new files come from: the tree whose snapshot the plan was made from.
    pub source: &'a dyn Tree,
    /// The folder that is changed: the tree whose snapshot the plan was made from.
    pub destination: &'a dyn TreeMut,
    /// The same folder and its work folder. Its lock is held by the caller.
    pub shop: &'a dyn Workshop,
    /// Told about progress.
    pub monitor: &'a dyn Monitor,
    /// Files that are written at the same time, at most.
    pub threads: NonZero<usize>,
    /// Whether the app is taken offline.
    pub offline: Offline<'a>,
    /// What becomes of files that somebody holds.
    pub held: Held,
    /// How new files are verified; `None` to read them again up to 256 MiB, and on shares.
    pub verify: Option<Verify>,
    /// The last write of new files.
    pub times: Times,
    /// Whose files these are.
    pub stream: &'a Stream,
    /// What the stream brought before, when that has been read since the lock is held.
    pub known: Option<&'a Manifest>,
    /// Tells this deployment from every other.
    pub id: &'a str,
    /// Where the files come from, for people.
    pub origin: &'a str,
    /// Waits.
    pub sleep: &'a (dyn Fn(Duration) + Sync),
    /// Whether the deployment is to be given up and taken back.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Told what comes next, a few times in all.
    pub enter: &'a (dyn Fn(Doing) + Sync),
}

/// When new files were last written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Times {
    /// When those of the source were; one that differs from the old one in its content only gets
    /// another time.
    #[default]
    Source,
    /// All of them then. The manifest knows the times of the source, so that the next plan is not
    /// misled.
    At(Ticks),
}

/// What a deployment is doing, for those who wait for its end.
///
/// Source: `sync.md` §5.1, SD-36.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Writing the new files beside the folder.
    Staging,
    /// Waiting for somebody to let go of files.
    Waiting,
    /// The app is taken offline.
    Offline,
    /// Swapping the new files in.
    Swapping,
    /// Bringing back what was there before.
    TakingBack,
    /// Everything is in place: the app comes back, old backups go.
    Finishing,
}

impl Doing {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Staging => "stage",
            Self::Waiting => "wait",
            Self::Offline => "offline",
            Self::Swapping => "swap",
            Self::TakingBack => "take-back",
            Self::Finishing => "finish",
        }
    }
}

/// What becomes of files that somebody holds, when the app was taken offline and holds them still, or
/// is not taken offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Nothing is changed, unless they are let go in time.
    Wait(Duration),
    /// They are moved aside: whoever executes them goes on with the old ones.
    MoveAside,
}

impl std::fmt::Debug for Staging<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Staging").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Does what `plan` says: all of it, or nothing.
///
/// An earlier deployment must have been ended by [`recover`](super::recover) before the plan was
/// made. The backups of the last three deployments stay.
pub fn deploy(staging: &Staging<'_>, plan: &Plan) -> Outcome {
    if !plan.refused.is_empty() {
        return unbegun(plan, Ending::Refused, Vec::new(), Vec::new());
    }
    if plan.is_empty() {
        return unbegun(plan, Ending::Unchanged, Vec::new(), Vec::new());
    }
    let deployment = Deployment { staging, plan, waits: Mutex::default() };
    let outcome = deployment.run();
    let mut waits = deployment.waits.into_inner().unwrap_or_else(PoisonError::into_inner);
    waits.add(staging.shop.waits());
    Outcome { waits, ..outcome }
}

struct Deployment<'a> {
    staging: &'a Staging<'a>,
    plan: &'a Plan,
    /// For files of the plan before anything was swapped.
    waits: Mutex<Waits>,
}

/// Why it ended before it was done.
struct Stop {
    ending: Ending,
    errors: Vec<StepError>,
    locked: Vec<Locked>,
}

impl Stop {
    fn failed(errors: Vec<StepError>) -> Self {
        if matches!(errors[..], [StepError::Interrupted]) {
            return Self::interrupted();
        }
        Self { ending: Ending::Failed, errors, locked: Vec::new() }
    }

    fn locked(locked: Vec<Locked>) -> Self {
        Self { ending: Ending::Locked, errors: Vec::new(), locked }
    }

    fn interrupted() -> Self {
        Self {
            ending: Ending::RolledBack,
            errors: vec![StepError::Interrupted],
            locked: Vec::new(),
        }
    }
}

impl From<StagedError> for Stop {
    fn from(error: StagedError) -> Self {
        Self::failed(vec![StepError::Staged(error)])
    }
}

impl From<TreeError> for Stop {
    fn from(error: TreeError) -> Self {
        Self::failed(vec![StepError::Destination(error)])
    }
}

/// A deployment whose new files lie ready.
struct Ready<'a> {
    journal: Journal,
    record: Record<'a>,
    /// Whether it is waited for until it is on the medium.
    durability: Durability,
    /// When the app was taken offline, if it was.
    away_since: Option<Instant>,
}

impl<'a> Deployment<'a> {
    fn run(&self) -> Outcome {
        let away = match self.check() {
            Ok(away) => away,
            Err(Stop { ending, errors, locked }) => {
                return unbegun(self.plan, ending, errors, locked);
            }
        };
        match self.prepare(away) {
            Ok(ready) => self.swap(ready),
            Err(stop) => self.abandon(stop),
        }
    }

    /// The outcome of a deployment that changed nothing, which is cleaned up behind it.
    fn abandon(&self, stop: Stop) -> Outcome {
        let Stop { mut ending, mut errors, locked } = stop;
        let shop = self.staging.shop;
        if let Err(error) = offline::lift(shop) {
            errors.push(StepError::Staged(error));
            ending = Ending::OfflineLeft;
        } else if let Err(error) = drop_stage(shop) {
            tracing::warn!(%error, "the work folder keeps files that the next run removes");
        }
        unbegun(self.plan, ending, errors, locked)
    }

    /// What speaks against beginning, and how the app is taken offline if it is.
    fn check(&self) -> Result<Option<Away<'a>>, Stop> {
        let Staging { destination, shop, offline, held: policy, .. } = *self.staging;
        if is_unfinished(shop)? {
            return Err(StagedError::Plan("recovery comes first".into()).into());
        }
        if shop.state(&Spot::Top)?.is_none() {
            // Where nothing is, nothing is in the way and nobody is at work.
            let layout = Layout::new(&self.plan.steps, true);
            let steps = self.plan.steps.iter().enumerate();
            let old = steps.filter(|(number, _)| layout.part(*number) == Part::Alone);
            let mut errors: Vec<_> =
                old.map(|(_, step)| StepError::DestinationChanged(step.path().clone())).collect();
            errors.extend(want_of_room(destination, self.plan.space_needed()));
            return if errors.is_empty() { Ok(None) } else { Err(Stop::failed(errors)) };
        }
        let layout = Layout::new(&self.plan.steps, false);
        let mut errors = self.foreign_changes(&layout);
        errors.extend(self.closed_folders(&layout));
        errors.extend(want_of_room(destination, self.plan.space_needed()));
        if !errors.is_empty() {
            return Err(Stop::failed(errors));
        }
        let held = locked(destination, self.plan)?;
        if let Some(away) = offline.away(destination, self.plan, !held.is_empty())? {
            return Ok(Some(away));
        }
        match policy {
            Held::Wait(limit) if !held.is_empty() => {
                self.enter(Doing::Waiting);
                let held = self.await_release(limit)?;
                if held.is_empty() { Ok(None) } else { Err(Stop::locked(held)) }
            }
            Held::Wait(_) | Held::MoveAside => Ok(None),
        }
    }

    /// Folders in which new files would not get their places.
    fn closed_folders(&self, layout: &Layout<'_>) -> impl Iterator<Item = StepError> {
        let shop = self.staging.shop;
        let steps = self.plan.steps.iter().enumerate();
        let gets_a_name = |(number, step): &(usize, &Step)| {
            layout.part(*number) != Part::Inside
                && matches!(
                    step,
                    Step::Create { .. }
                        | Step::Replace { .. }
                        | Step::CreateDirectory { path: _ }
                        | Step::RenameCase { .. }
                )
        };
        let folders: BTreeSet<_> =
            steps.filter(gets_a_name).map(|(_, step)| step.path().parent()).collect();
        let spot = |folder: &Option<RelPath>| folder.clone().map_or(Spot::Top, Spot::Site);
        let closed = folders.into_iter().filter(move |folder| !shop.takes_files(&spot(folder)));
        closed.map(StepError::Closed)
    }

    /// Every step whose file is not what the plan found, and files that cannot be examined.
    fn foreign_changes(&self, layout: &Layout<'_>) -> Vec<StepError> {
        let destination = self.staging.destination;
        let steps = self.plan.steps.iter().enumerate();
        // Where the folder is new, there is nothing that could have changed in it.
        let alone = steps.filter(|(number, _)| layout.part(*number) != Part::Inside);
        let mut errors: Vec<_> =
            alone.filter_map(|(_, step)| foreign_change(destination, step)).collect();
        let names = destination.names();
        let fold = |step: &Step| names.fold(step.path().as_str());
        let deleted = self.plan.steps.iter().filter(|step| stage(step) >= DELETES);
        let deleted: BTreeSet<_> = deleted.map(fold).collect();
        for (number, step) in self.plan.steps.iter().enumerate() {
            // Where something is deleted first, its own step has been looked at.
            if layout.part(number) == Part::Top && !deleted.contains(&fold(step)) {
                match self.staging.shop.state(&Spot::Site(step.path().clone())) {
                    Ok(None) => {}
                    Ok(Some(_)) => errors.push(StepError::DestinationChanged(step.path().clone())),
                    Err(error) => errors.push(StepError::Destination(error)),
                }
            }
        }
        errors
    }

    /// Everything that comes before the first change of the folder; the page is one that counts.
    fn prepare(&self, away: Option<Away<'_>>) -> Result<Ready<'a>, Stop> {
        let Staging { source, shop, monitor, threads, verify, interrupted, .. } = *self.staging;
        let Staging { stream, known, id, origin, .. } = *self.staging;
        self.enter(Doing::Staging);
        drop_stage(shop)?;
        let (record, retimed) = self.record()?;
        let durability = self.durability(&record)?;
        let text = record.write();
        shop.create(&next_plan_spot(), Look::of_own(text.len()), &mut text.as_bytes())?;
        let digest = Digest::of(text.as_bytes());
        drop(text);
        let layout = record.layout();
        let retimed = &retimed;
        let supply = Supply { source, shop, monitor, threads, verify, retimed, interrupted };
        let digests = supply.stage(&record.steps, &layout).map_err(Stop::failed)?;
        let tool = concat!("iisle ", env!("CARGO_PKG_VERSION"));
        let head = Head { stream, deployment: id, source: origin, tool };
        let none = Manifest::default();
        let read = if known.is_none() { claims::read_manifest(shop, stream)? } else { None };
        let known = known.or(read.as_ref()).unwrap_or(&none);
        claims::write_new(shop, &head, known, self.plan, &record.steps, &digests, retimed)?;
        if record.whole {
            self.go_on()?;
            take_over(shop)?;
            let journal = Journal::begin(shop, digest)?;
            if durability == Durability::Flushed {
                shop.flush()?;
            }
            return Ok(Ready { journal, record, durability, away_since: None });
        }
        let mut away_since = None;
        if let Some(away) = away {
            // The app is away for as short a time as can be: what takes long comes before.
            shop.flush()?;
            self.enter(Doing::Offline);
            // Where it is away already, that is not ours to end.
            away_since = offline::place(shop, away.page, id)?.then(Instant::now);
            let held = self.await_release(away.limit)?;
            if !held.is_empty() && self.staging.held != Held::MoveAside {
                return Err(Stop::locked(held));
            }
        }
        let errors = self.foreign_changes(&Layout::new(&self.plan.steps, false));
        if !errors.is_empty() {
            return Err(Stop::failed(errors));
        }
        self.go_on()?;
        take_over(shop)?;
        // One flush has all new files on the medium, and that they are about to be swapped in.
        let journal = Journal::begin(shop, digest)?;
        shop.flush()?;
        Ok(Ready { journal, record, durability, away_since })
    }

    /// Whether the deployment waits for the medium, which is noted where it does not.
    ///
    /// Nothing of a first copy can be lost, and to wait for it was measured to take longer than the copy:
    /// where a later run can tell that the system was started anew, it looks what is there.
    fn durability(&self, record: &Record<'_>) -> Result<Durability, Stop> {
        let shop = self.staging.shop;
        let Some(boot) = shop.boot().filter(|_| record.whole) else {
            return Ok(Durability::Flushed);
        };
        unflushed::note(shop, &boot)?;
        Ok(Durability::Cached)
    }

    fn enter(&self, doing: Doing) {
        (self.staging.enter)(doing);
    }

    fn go_on(&self) -> Result<(), Stop> {
        if (self.staging.interrupted)() { Err(Stop::interrupted()) } else { Ok(()) }
    }

    /// The plan with every folder it needs, and what those files of the source are that get another
    /// time here than they have there.
    fn record(&self) -> Result<(Record<'a>, BTreeMap<usize, Stamp>), Stop> {
        let Staging { shop, times, stream, id, .. } = *self.staging;
        let whole = shop.state(&Spot::Top)?.is_none();
        let mut steps = Cow::Borrowed(self.plan.steps.as_slice());
        let layout = Layout::new(&self.plan.steps, whole);
        let missing =
            if whole { Vec::new() } else { missing_directories(shop, &self.plan.steps, &layout)? };
        if !missing.is_empty() {
            let is_first = |step: &&Step| stage(step) == FIRST_CONFIG;
            let (first, rest) = steps.split_at(steps.iter().take_while(is_first).count());
            steps = Cow::Owned([first, &missing, rest].concat());
        }
        let mut retimed = BTreeMap::new();
        for number in 0..steps.len() {
            let other = match (&steps[number], times) {
                (Step::Create { stamp, .. } | Step::Replace { stamp, .. }, Times::At(time)) => {
                    (stamp.modified != time).then_some(time)
                }
                (Step::Replace { stamp, old, .. }, Times::Source) if same_stamp(*stamp, *old) => {
                    Some(other_time(stamp.modified, old.modified))
                }
                _ => None,
            };
            let Some(other) = other else { continue };
            if let Step::Create { stamp, .. } | Step::Replace { stamp, .. } =
                &mut steps.to_mut()[number]
            {
                retimed.insert(number, *stamp);
                stamp.modified = other;
            }
        }
        let had_manifest = claims::has_manifest(shop, stream)?;
        let (id, stream) = (id.to_owned(), stream.as_str().to_owned());
        Ok((Record { id, stream, whole, had_manifest, steps }, retimed))
    }

    /// Waits until nobody holds a file of the plan; who still does.
    fn await_release(&self, limit: Duration) -> Result<Vec<Locked>, Stop> {
        let (mut waited, mut pauses, mut attempt) = (Duration::ZERO, Pauses::default(), 0);
        loop {
            attempt += 1;
            let held = locked(self.staging.destination, self.plan)?;
            if held.is_empty() || waited >= limit {
                return Ok(held);
            }
            self.go_on()?;
            // All of them once; later one says enough.
            let told = if attempt == 1 { held.len() } else { 1 };
            for Locked { path, holders } in &held[..told] {
                self.staging.monitor.retry(&Retry {
                    message: "it is in use",
                    path: Some(path),
                    attempt,
                    holders: &held_by(holders),
                });
            }
            let pause = pauses.longer();
            (self.staging.sleep)(pause);
            waited += pause;
            let files = held.iter().map(|locked| locked.path.to_string());
            self.waits.lock().unwrap_or_else(PoisonError::into_inner).note(files, pause);
        }
    }

    /// Swaps everything in; when that fails, takes everything back.
    fn swap(&self, ready: Ready<'_>) -> Outcome {
        let Ready { mut journal, record, durability, away_since } = ready;
        let Staging { shop, monitor, .. } = self.staging;
        let is_deleting = record.steps.iter().any(|step| stage(step) >= DELETES);
        if is_deleting {
            monitor.begin(Busy::Delete, Some(self.plan.totals().deleted_files), None);
        }
        self.enter(Doing::Swapping);
        let began = Instant::now();
        let swapped = self.swap_unless_interrupted(&record);
        let swapping = began.elapsed();
        let swapped = swapped.and_then(|()| {
            journal.enter(*shop, Phase::Committed)?;
            self.flush(durability)
        });
        if is_deleting {
            monitor.end(Busy::Delete);
        }
        let offline = |mut outcome: Outcome| {
            outcome.offline = away_since.map(|since| since.elapsed());
            outcome.swapping = (outcome.ending == Ending::Done).then_some(swapping);
            outcome
        };
        let error = match swapped {
            Ok(()) => {
                self.enter(Doing::Finishing);
                return offline(match end(*shop, &mut journal, &record) {
                    Ok(()) => self.done(Ending::Done, Vec::new()),
                    Err(error) => self.done(Ending::OfflineLeft, vec![StepError::Staged(error)]),
                });
            }
            Err(error) => error,
        };
        let mut errors = vec![match error {
            StagedError::Interrupted => StepError::Interrupted,
            error => StepError::Staged(error),
        }];
        self.enter(Doing::TakingBack);
        let ending = match take_back(*shop, &mut journal, &record) {
            Ok(()) => Ending::RolledBack,
            Err(error) => {
                errors.push(StepError::Staged(error));
                Ending::OfflineLeft
            }
        };
        offline(unbegun(self.plan, ending, errors, Vec::new()))
    }

    /// Waits until the new state is on the medium, if it is waited for.
    fn flush(&self, durability: Durability) -> Result<(), StagedError> {
        let shop = self.staging.shop;
        if durability == Durability::Cached {
            return Ok(());
        }
        shop.flush()?;
        // Files that a first copy lost before may still be among those that were not looked at.
        if unflushed::may_be_incomplete(shop)? { Ok(()) } else { unflushed::settle(shop) }
    }

    fn swap_unless_interrupted(&self, record: &Record<'_>) -> Result<(), StagedError> {
        let interrupted = self.staging.interrupted;
        let go_on = || if interrupted() { Err(StagedError::Interrupted) } else { Ok(()) };
        swap_in(self.staging.shop, record, &go_on)?;
        go_on()
    }

    fn done(&self, ending: Ending, errors: Vec<StepError>) -> Outcome {
        let planned_steps = self.plan.steps.len() as u64;
        Outcome {
            ending,
            totals: self.plan.totals(),
            done_steps: planned_steps,
            planned_steps,
            kept: self.plan.kept.clone(),
            locked: Vec::new(),
            errors,
            undone: Vec::new(),
            offline: None,
            swapping: None,
            waits: Waits::default(),
        }
    }
}
