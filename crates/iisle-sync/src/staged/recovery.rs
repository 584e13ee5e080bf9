use iisle_path::RelPath;
use iisle_tree::TreeError;
use iisle_tree::digest::Digest;
use iisle_tree::workshop::{Spot, Workshop};

use super::journal::{self, Journal, Phase};
use super::layout::{whole, work};
use super::record::Record;
use super::swap::{Expected, back, bring_whole, can_go_back, forward, made};
use super::{StagedError, claims, history, offline, unflushed};

/// More is no plan of ours.
pub(super) const MAX_PLAN: u64 = 1 << 30;

/// Which way an unfinished deployment is ended, once files were being swapped.
///
/// Source: `sync.md` SD-19.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// It is taken back.
    #[default]
    Back,
    /// It is completed: all new files are there.
    Forward,
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

pub(super) fn plan_spot() -> Spot {
    work("plan.json")
}

/// Where the plan lies until its deployment begins to change something.
pub(super) fn next_plan_spot() -> Spot {
    work("plan.next.json")
}

/// Whether an earlier run left something to be ended. Nothing is changed.
pub fn is_unfinished(shop: &dyn Workshop) -> Result<bool, StagedError> {
    let amid = Journal::read(shop)?.is_some_and(|journal| journal.phase != Phase::Done);
    Ok(amid || is_staged(shop)? || offline::is_ours(shop)?)
}

/// Whether an earlier run stopped before it changed anything.
fn is_staged(shop: &dyn Workshop) -> Result<bool, StagedError> {
    Ok(shop.state(&next_plan_spot())?.is_some())
}

/// Ends what an earlier run began. Repeating it after a crash ends it all the same.
///
/// # Errors
/// When the system fails, or when somebody else changed a file meanwhile. The journal stays.
pub fn recover(shop: &dyn Workshop, direction: Direction) -> Result<Recovered, StagedError> {
    history::mend(shop)?;
    let Some(mut journal) = Journal::read(shop)? else {
        let had = is_staged(shop)?;
        give_up(shop)?;
        return Ok(if had { Recovered::Dropped } else { Recovered::Nothing });
    };
    if journal.phase == Phase::Done {
        let had = is_staged(shop)?;
        drop_stage(shop)?;
        return Ok(if had { Recovered::Dropped } else { Recovered::Nothing });
    }
    let Some(record) = plan_unless_lost(shop, &journal)? else {
        give_up(shop)?;
        return Ok(Recovered::Dropped);
    };
    if journal.phase == Phase::Committed {
        end(shop, &mut journal, &record)?;
    } else if journal.phase == Phase::Swapping && direction == Direction::Forward {
        complete(shop, &mut journal, &record)?;
    } else {
        take_back(shop, &mut journal, &record)?;
        return Ok(Recovered::TakenBack);
    }
    Ok(Recovered::Completed)
}

/// Takes the last deployment back, ended or not.
///
/// # Errors
/// As [`recover`]; a file that was changed since is not overwritten.
pub fn rollback(shop: &dyn Workshop) -> Result<Recovered, StagedError> {
    let ended = |journal: &Journal| matches!(journal.phase, Phase::Committed | Phase::Done);
    match Journal::read(shop)? {
        Some(mut journal) if ended(&journal) && !is_staged(shop)? => {
            // All of it or nothing, as it was done.
            let record = read_plan(shop, &journal)?;
            let (made, expected) = (made(&record.steps), expected(shop, &record)?);
            let steps = record.steps.iter().enumerate();
            let foreign =
                steps.map(|(number, step)| can_go_back(shop, number, step, &made, expected));
            only_foreign(foreign)?;
            take_back(shop, &mut journal, &record)?;
            Ok(Recovered::TakenBack)
        }
        _ => recover(shop, Direction::Back),
    }
}

/// Takes deployments back until the one called `id` is the last; an unfinished one first.
///
/// # Errors
/// As [`rollback`]; when there is no such deployment, nothing is changed.
pub fn rollback_to(shop: &dyn Workshop, id: &str) -> Result<Recovered, StagedError> {
    let known = history::deployments(shop)?;
    if !known.iter().any(|known| known == id) {
        return Err(StagedError::NoDeployment { id: id.to_owned(), known: known.join(", ") });
    }
    let mut recovered =
        if is_unfinished(shop)? { recover(shop, Direction::Back)? } else { Recovered::Nothing };
    while history::deployments(shop)?.first().is_some_and(|last| last != id) {
        recovered = rollback(shop)?;
        if recovered == Recovered::Nothing {
            break;
        }
    }
    Ok(recovered)
}

/// Removes what a deployment left that changed nothing; the one before it is again the last.
fn give_up(shop: &dyn Workshop) -> Result<(), StagedError> {
    offline::lift(shop)?;
    clear(shop)?;
    history::bring_back(shop)
}

/// The plan that the journal is about; `None` when a power cut lost it: it is on the medium before the
/// first file is replaced, and no old file has gone to the backup, so that nothing was swapped in; or it
/// was a first copy, which replaces nothing. A plan that is whole was not lost, whether or not it can be
/// read here.
fn plan_unless_lost(
    shop: &dyn Workshop,
    journal: &Journal,
) -> Result<Option<Record<'static>>, StagedError> {
    match read_plan(shop, journal) {
        Err(StagedError::OtherPlan | StagedError::Tree(TreeError::NotFound(_)))
            if (journal.phase == Phase::Swapping || unflushed::may_be_incomplete(shop)?)
                && is_empty(shop, "backup")? =>
        {
            Ok(None)
        }
        read => read.map(Some),
    }
}

fn is_empty(shop: &dyn Workshop, folder: &str) -> Result<bool, StagedError> {
    let folder = RelPath::parse(folder).expect("it is a name");
    Ok(shop.names(Some(&folder))?.is_empty())
}

/// The plan that the journal is about.
fn read_plan(shop: &dyn Workshop, journal: &Journal) -> Result<Record<'static>, StagedError> {
    let bytes = shop.read(&plan_spot(), MAX_PLAN)?;
    if Digest::of(&bytes) != journal.plan {
        return Err(StagedError::OtherPlan);
    }
    Record::read(&bytes)
}

/// Does what is left of the steps; `go_on` is asked before each.
pub(super) fn swap_in(
    shop: &dyn Workshop,
    record: &Record<'_>,
    go_on: &dyn Fn() -> Result<(), StagedError>,
) -> Result<(), StagedError> {
    if record.whole {
        return bring_whole(shop);
    }
    let layout = record.layout();
    let mut numbered = record.steps.iter().enumerate();
    numbered.try_for_each(|(number, step)| {
        go_on()?;
        forward(shop, &layout, number, step)
    })
}

/// Does what is left to do, and says so.
fn complete(
    shop: &dyn Workshop,
    journal: &mut Journal,
    record: &Record<'_>,
) -> Result<(), StagedError> {
    swap_in(shop, record, &|| Ok(()))?;
    journal.enter(shop, Phase::Committed)?;
    shop.flush()?;
    end(shop, journal, record)
}

/// What is left to do when everything is swapped in.
pub(super) fn end(
    shop: &dyn Workshop,
    journal: &mut Journal,
    record: &Record<'_>,
) -> Result<(), StagedError> {
    claims::install(shop, &record.stream)?;
    offline::lift(shop)?;
    empty(shop, "stage")?;
    journal.enter(shop, Phase::Done)?;
    if let Err(error) = history::prune(shop) {
        tracing::debug!(%error, "an old backup stays");
    }
    Ok(())
}

/// Goes on past what somebody else changed, and tells all of it in the end; any other error ends it.
fn only_foreign(results: impl Iterator<Item = Result<(), StagedError>>) -> Result<(), StagedError> {
    let mut foreign = Vec::new();
    for result in results {
        match result {
            Ok(()) => {}
            Err(error) if error.is_foreign() => foreign.push(error),
            Err(error) => return Err(error),
        }
    }
    StagedError::all(foreign).map_or(Ok(()), Err)
}

/// What of a deployment must still be there when it is taken back: a first copy was not waited for.
fn expected(shop: &dyn Workshop, record: &Record<'_>) -> Result<Expected, StagedError> {
    let is_torn = record.whole && unflushed::may_be_incomplete(shop)?;
    Ok(if is_torn { Expected::Remnants } else { Expected::Brought })
}

pub(super) fn take_back(
    shop: &dyn Workshop,
    journal: &mut Journal,
    record: &Record<'_>,
) -> Result<(), StagedError> {
    if journal.phase != Phase::GoingBack {
        journal.enter(shop, Phase::GoingBack)?;
    }
    let layout = record.layout();
    let is_untouched = record.whole && shop.state(&Spot::Work(whole()))?.is_some();
    if !is_untouched {
        // What somebody else changed keeps nothing else from going back.
        let expected = expected(shop, record)?;
        let steps = record.steps.iter().enumerate().rev();
        only_foreign(steps.map(|(number, step)| back(shop, &layout, number, step, expected)))?;
        if record.whole {
            shop.remove_directory(&Spot::Top)?;
        }
    }
    claims::restore(shop, &record.stream, record.had_manifest)?;
    offline::lift(shop)?;
    shop.flush()?;
    clear(shop)?;
    if let Err(error) = history::bring_back(shop) {
        tracing::debug!(%error, "earlier backups come back with the next run");
    }
    Ok(())
}

/// Gives up what was staged: the page goes first. The backup of the last deployment stays, unless the
/// journal was begun already.
pub(super) fn drop_stage(shop: &dyn Workshop) -> Result<(), StagedError> {
    offline::lift(shop)?;
    if Journal::read(shop)?.is_some_and(|journal| journal.phase == Phase::Swapping) {
        // Without what was staged it would say what is not so.
        shop.remove(&journal::spot())?;
    }
    shop.remove(&claims::new_spot())?;
    empty(shop, "stage")?;
    shop.remove(&next_plan_spot())?;
    history::bring_back(shop)
}

/// Makes the staged deployment the one that the journal is about; the backup of the last one becomes
/// history. Stopped amid this, nothing has been changed, and nothing is known to be.
pub(super) fn take_over(shop: &dyn Workshop) -> Result<(), StagedError> {
    history::keep(shop)?;
    if let Err(error) = empty(shop, "aside") {
        // Programs that still run; a later run will find them ended.
        tracing::debug!(%error, "a file that was moved aside is still in use");
    }
    shop.create_directory(&work("backup"))?;
    Ok(shop.rename(&next_plan_spot(), &plan_spot())?)
}

/// Removes everything but the lock and what is known of files from the work folder, the journal
/// first: without it there is nothing to go on with.
fn clear(shop: &dyn Workshop) -> Result<(), StagedError> {
    shop.remove(&journal::spot())?;
    shop.remove(&claims::new_spot())?;
    empty(shop, "stage")?;
    for folder in ["backup", "aside"] {
        if let Err(error) = empty(shop, folder) {
            tracing::debug!(%error, folder, "a file there is still in use; the next run removes it");
        }
    }
    shop.remove(&next_plan_spot())?;
    if shop.state(&Spot::Top)?.is_none() {
        unflushed::settle(shop)?;
    }
    Ok(shop.remove(&plan_spot())?)
}

fn empty(shop: &dyn Workshop, folder: &str) -> Result<(), StagedError> {
    Ok(shop.remove_tree(&RelPath::parse(folder).expect("it is a name"))?)
}
