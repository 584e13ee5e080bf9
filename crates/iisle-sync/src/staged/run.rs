use std::num::NonZero;
use std::time::Duration;

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase as Busy};
use iisle_tree::digest::Digest;
use iisle_tree::workshop::{Spot, Workshop};
use iisle_tree::{Stamp, Ticks, Tree, TreeError, TreeMut};

use super::StagedError;
use super::journal::{self, Journal, Phase};
use super::offline::{self, Away, Offline};
use super::record::Record;
use super::stage::{Supply, missing_directories, stamp};
use super::swap::{back, can_go_back, forward};
use crate::execute::{clusters, foreign_changes, locked, unbegun, want_of_room};
use crate::outcome::{Ending, Locked, Outcome, StepError};
use crate::plan::Plan;
use crate::step::{DELETES, FIRST_CONFIG, Step, stage};

/// What must stay free beside the new files, for the journal and what the system keeps of them.
const ROOM_TO_SPARE: u64 = 1 << 20;
/// More is no plan of ours.
const MAX_PLAN: u64 = 1 << 30;
/// How often a held file is asked for.
const POLL: Duration = Duration::from_millis(100);

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
    /// Tells this deployment from every other.
    pub id: &'a str,
    /// Waits.
    pub sleep: &'a (dyn Fn(Duration) + Sync),
}

impl std::fmt::Debug for Staging<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Staging").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Which way an unfinished deployment is ended, once files were being swapped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// It is completed: all new files are there.
    #[default]
    Forward,
    /// It is taken back.
    Back,
}

/// What became of the deployment that an earlier run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// There was none, or it had ended.
    Nothing,
    /// It had changed nothing, and its new files are removed.
    Dropped,
    /// It is completed.
    Completed,
    /// Everything is as it was before it.
    TakenBack,
}

fn plan_spot() -> Spot {
    Spot::Work(RelPath::parse("plan.json").expect("it is a name"))
}

fn work(name: &str) -> RelPath {
    RelPath::parse(name).expect("it is a name")
}

/// Does what `plan` says: all of it, or nothing.
///
/// An earlier deployment must have been ended by [`recover`] before the plan was made. The backup
/// that the last one left is given up.
pub fn deploy(staging: &Staging<'_>, plan: &Plan) -> Outcome {
    if !plan.refused.is_empty() {
        return unbegun(plan, Ending::Refused, Vec::new(), Vec::new());
    }
    if plan.is_empty() {
        return unbegun(plan, Ending::Unchanged, Vec::new(), Vec::new());
    }
    Deployment { staging, plan }.run()
}

/// Ends what an earlier run began. Repeating it after a crash ends it all the same.
///
/// # Errors
/// When the system fails, or when somebody else changed a file meanwhile. The journal stays.
pub fn recover(shop: &dyn Workshop, direction: Direction) -> Result<Recovered, StagedError> {
    let Some(mut journal) = Journal::read(shop)? else {
        offline::lift(shop)?;
        clear(shop)?;
        return Ok(Recovered::Nothing);
    };
    match journal.phase {
        Phase::Begun | Phase::Offline => {
            offline::lift(shop)?;
            clear(shop)?;
            Ok(Recovered::Dropped)
        }
        Phase::Swapping if direction == Direction::Forward => {
            let record = read_plan(shop, &journal)?;
            complete(shop, &mut journal, &record)?;
            Ok(Recovered::Completed)
        }
        Phase::Swapping | Phase::GoingBack => {
            take_back(shop, &mut journal)?;
            Ok(Recovered::TakenBack)
        }
        Phase::Committed => {
            end(shop, &mut journal)?;
            Ok(Recovered::Completed)
        }
        Phase::Done => Ok(Recovered::Nothing),
    }
}

/// Takes the last deployment back, ended or not.
///
/// # Errors
/// As [`recover`]; a file that was changed since is not overwritten.
pub fn rollback(shop: &dyn Workshop) -> Result<Recovered, StagedError> {
    let ended = |journal: &Journal| matches!(journal.phase, Phase::Committed | Phase::Done);
    match Journal::read(shop)? {
        Some(mut journal) if ended(&journal) => {
            // All of it or nothing, as it was done.
            let record = read_plan(shop, &journal)?;
            for (number, step) in record.steps.iter().enumerate() {
                can_go_back(shop, number, step)?;
            }
            take_back(shop, &mut journal)?;
            Ok(Recovered::TakenBack)
        }
        _ => recover(shop, Direction::Back),
    }
}

/// The plan that the journal is about.
fn read_plan(shop: &dyn Workshop, journal: &Journal) -> Result<Record, StagedError> {
    let bytes = shop.read(&plan_spot(), MAX_PLAN)?;
    if Digest::of(&bytes) != journal.plan {
        return Err(StagedError::Plan("it is not the one that the journal is about".into()));
    }
    Record::read(&bytes)
}

/// Does what is left to do, and says so.
fn complete(
    shop: &dyn Workshop,
    journal: &mut Journal,
    record: &Record,
) -> Result<(), StagedError> {
    for (number, step) in record.steps.iter().enumerate() {
        forward(shop, number, step)?;
    }
    shop.flush()?;
    journal.enter(shop, Phase::Committed)?;
    end(shop, journal)
}

/// What is left to do when everything is swapped in.
fn end(shop: &dyn Workshop, journal: &mut Journal) -> Result<(), StagedError> {
    offline::lift(shop)?;
    empty(shop, "stage")?;
    journal.enter(shop, Phase::Done)
}

fn take_back(shop: &dyn Workshop, journal: &mut Journal) -> Result<(), StagedError> {
    let record = read_plan(shop, journal)?;
    if journal.phase != Phase::GoingBack {
        journal.enter(shop, Phase::GoingBack)?;
    }
    for (number, step) in record.steps.iter().enumerate().rev() {
        back(shop, number, step)?;
    }
    offline::lift(shop)?;
    shop.flush()?;
    clear(shop)
}

/// Removes everything but the lock from the work folder, the journal first: without it there is
/// nothing to go on with.
fn clear(shop: &dyn Workshop) -> Result<(), StagedError> {
    shop.remove(&journal::spot())?;
    empty(shop, "stage")?;
    empty(shop, "backup")?;
    Ok(shop.remove(&plan_spot())?)
}

fn empty(shop: &dyn Workshop, folder: &str) -> Result<(), StagedError> {
    let folder = work(folder);
    for name in shop.names(Some(&folder))? {
        if let Ok(path) = folder.join(&name) {
            shop.remove(&Spot::Work(path))?;
        }
    }
    Ok(shop.remove_directory(&Spot::Work(folder))?)
}

struct Deployment<'a> {
    staging: &'a Staging<'a>,
    plan: &'a Plan,
}

/// Why it ended before it was done.
struct Stop {
    ending: Ending,
    errors: Vec<StepError>,
    locked: Vec<Locked>,
}

impl Stop {
    fn failed(errors: Vec<StepError>) -> Self {
        Self { ending: Ending::Failed, errors, locked: Vec::new() }
    }

    fn locked(locked: Vec<Locked>) -> Self {
        Self { ending: Ending::Locked, errors: Vec::new(), locked }
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

impl Deployment<'_> {
    fn run(&self) -> Outcome {
        let away = match self.check() {
            Ok(away) => away,
            Err(Stop { ending, errors, locked }) => {
                return unbegun(self.plan, ending, errors, locked);
            }
        };
        match self.prepare(away) {
            Ok((mut journal, record)) => self.swap(&mut journal, &record),
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
        } else if let Err(error) = clear(shop) {
            tracing::warn!(%error, "the work folder keeps files that the next run removes");
        }
        unbegun(self.plan, ending, errors, locked)
    }

    /// What speaks against beginning, and how the app is taken offline if it is.
    fn check(&self) -> Result<Option<Away<'_>>, Stop> {
        let Staging { destination, shop, offline, .. } = self.staging;
        if Journal::read(*shop)?.is_some_and(|journal| journal.phase != Phase::Done) {
            return Err(StagedError::Plan("recovery comes first".into()).into());
        }
        let mut errors = foreign_changes(*destination, self.plan);
        let bytes: u64 = self.plan.steps.iter().filter_map(stamp).map(|s| clusters(s.size)).sum();
        errors.extend(want_of_room(*destination, bytes.saturating_add(ROOM_TO_SPARE)));
        if !errors.is_empty() {
            return Err(Stop::failed(errors));
        }
        let held = locked(*destination, self.plan)?;
        let away = offline.away(|| !held.is_empty());
        if held.is_empty() || away.is_some() { Ok(away) } else { Err(Stop::locked(held)) }
    }

    /// Everything that comes before the first change of the folder; the page is one that counts.
    fn prepare(&self, away: Option<Away<'_>>) -> Result<(Journal, Record), Stop> {
        let Staging { source, destination, shop, monitor, threads, offline: _, id, sleep } =
            *self.staging;
        clear(shop)?;
        let record = self.record()?;
        let text = record.write();
        let stamp =
            Stamp { size: text.len() as u64, modified: Ticks::UNIX_EPOCH, read_only: false };
        shop.create(&plan_spot(), stamp, None, &mut text.as_bytes())?;
        shop.flush()?;
        let mut journal = Journal::begin(shop, Digest::of(text.as_bytes()))?;
        let supply = Supply { source, destination, shop, monitor, threads };
        let errors = supply.stage(&record.steps);
        if !errors.is_empty() {
            return Err(Stop::failed(errors));
        }
        shop.flush()?;
        if let Some(away) = away {
            shop.create_site()?;
            journal.enter(shop, Phase::Offline)?;
            offline::place(shop, away.page, id)?;
            let held = self.await_release(away.limit, sleep)?;
            if !held.is_empty() {
                return Err(Stop::locked(held));
            }
        }
        let errors = foreign_changes(destination, self.plan);
        if errors.is_empty() { Ok((journal, record)) } else { Err(Stop::failed(errors)) }
    }

    /// The plan with every folder it needs.
    fn record(&self) -> Result<Record, Stop> {
        let steps = &self.plan.steps;
        let mut all: Vec<Step> = Vec::with_capacity(steps.len());
        let is_first = |step: &&Step| stage(step) == FIRST_CONFIG;
        all.extend(steps.iter().take_while(is_first).cloned());
        all.extend(missing_directories(self.staging.shop, steps)?);
        all.extend(steps.iter().skip_while(is_first).cloned());
        Ok(Record { id: self.staging.id.to_owned(), steps: all })
    }

    /// Waits until nobody holds a file of the plan; who still does.
    fn await_release(
        &self,
        limit: Duration,
        sleep: &(dyn Fn(Duration) + Sync),
    ) -> Result<Vec<Locked>, Stop> {
        let mut waited = Duration::ZERO;
        loop {
            let held = locked(self.staging.destination, self.plan)?;
            if held.is_empty() || waited >= limit {
                return Ok(held);
            }
            sleep(POLL);
            waited += POLL;
        }
    }

    /// Swaps everything in; when that fails, takes everything back.
    fn swap(&self, journal: &mut Journal, record: &Record) -> Outcome {
        let Staging { shop, monitor, .. } = self.staging;
        let deletes = self.plan.totals().deleted_files;
        let swapped = shop
            .create_site()
            .map_err(StagedError::from)
            .and_then(|()| journal.enter(*shop, Phase::Swapping))
            .and_then(|()| {
                let mut numbered = record.steps.iter().enumerate();
                let is_deleting = record.steps.iter().any(|step| stage(step) >= DELETES);
                if is_deleting {
                    monitor.begin(Busy::Delete, Some(deletes), None);
                }
                let done = numbered.try_for_each(|(number, step)| forward(*shop, number, step));
                if is_deleting {
                    monitor.end(Busy::Delete);
                }
                done
            })
            .and_then(|()| Ok(shop.flush()?))
            .and_then(|()| journal.enter(*shop, Phase::Committed));
        let error = match swapped {
            Ok(()) => match end(*shop, journal) {
                Ok(()) => return self.done(Ending::Done, Vec::new()),
                Err(error) => {
                    return self.done(Ending::OfflineLeft, vec![StepError::Staged(error)]);
                }
            },
            Err(error) => error,
        };
        let mut errors = vec![StepError::Staged(error)];
        match take_back(*shop, journal) {
            Ok(()) => unbegun(self.plan, Ending::RolledBack, errors, Vec::new()),
            Err(error) => {
                errors.push(StepError::Staged(error));
                unbegun(self.plan, Ending::OfflineLeft, errors, Vec::new())
            }
        }
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
        }
    }
}
