use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase};
use iisle_tree::{Tree, TreeError, TreeMut};

use crate::blocks::Blocks;
use crate::outcome::{Ending, Locked, Outcome, SourceError, StepError};
use crate::plan::Plan;
use crate::preflight::{clusters, foreign_change, locked, unbegun, want_of_room};
use crate::step::{DELETES, FIRST_CONFIG, ROOT_CONFIG, Step, stage};
use crate::watched::Watched;

/// Errors after which the rest is not tried: the destination is gone rather than a file broken.
const MAX_ERRORS: usize = 100;

/// What an execution works on.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where the new files come from: the tree whose snapshot the plan was made from.
    pub source: &'a dyn Tree,
    /// What is changed: the tree whose snapshot the plan was made from.
    pub destination: &'a dyn TreeMut,
    /// Told about progress.
    pub monitor: &'a dyn Monitor,
    /// Files that are copied at the same time, at most.
    pub threads: NonZero<usize>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// Does what `plan` says, and decides nothing.
///
/// Before the first change it makes sure that nothing at the destination changed since the plan
/// was made, that nobody holds a file that will be replaced or deleted, and that there is room.
/// A step that fails does not keep the others from being done, except that an existing root
/// `web.config` is replaced, and anything deleted, only when everything before went well.
pub fn execute(context: &Context<'_>, plan: &Plan) -> Outcome {
    if !plan.refused.is_empty() {
        return unbegun(plan, Ending::Refused, Vec::new(), Vec::new());
    }
    if let Err(error) = context.destination.remove_leftovers() {
        tracing::warn!(%error, "temporary files of an earlier run stay behind");
    }
    if plan.is_empty() {
        return unbegun(plan, Ending::Unchanged, Vec::new(), Vec::new());
    }
    let errors = preflight(context, plan);
    if !errors.is_empty() {
        return unbegun(plan, Ending::Failed, errors, Vec::new());
    }
    match locked(context.destination, plan) {
        Err(source) => {
            let error = StepError::Destination(source);
            return unbegun(plan, Ending::Failed, vec![error], Vec::new());
        }
        Ok(locked) if !locked.is_empty() => {
            return unbegun(plan, Ending::Locked, Vec::new(), locked);
        }
        Ok(_) => {}
    }
    Execution::new(context, plan).run()
}

/// What speaks against beginning: foreign changes at the destination, and want of room.
fn preflight(context: &Context<'_>, plan: &Plan) -> Vec<StepError> {
    let steps = plan.steps.iter();
    let mut errors: Vec<_> =
        steps.filter_map(|step| foreign_change(context.destination, step)).collect();
    errors.extend(want_of_room(context.destination, space_in_place(plan, context.threads)));
    errors
}

/// Bytes that have to be free: what is added for good, and the largest files twice for as long as
/// they stand beside those that they replace.
fn space_in_place(plan: &Plan, threads: NonZero<usize>) -> u64 {
    let mut added: u64 = 0;
    let mut twice = Vec::new();
    for step in &plan.steps {
        match step {
            Step::Create { path: _, source: _, stamp } => {
                added = added.saturating_add(clusters(stamp.size));
            }
            Step::Replace { path: _, source: _, stamp, old } => {
                let (new, old) = (clusters(stamp.size), clusters(old.size));
                added = added.saturating_add(new.saturating_sub(old));
                twice.push(new.min(old));
            }
            _ => {}
        }
    }
    twice.sort_unstable_by(|a, b| b.cmp(a));
    twice.iter().take(threads.get()).fold(added, |sum, size| sum.saturating_add(*size))
}

/// What became of one step.
enum Done {
    Yes,
    /// A directory turned out not to be empty: somebody else put something there.
    NotNeeded,
}

struct Execution<'a> {
    context: &'a Context<'a>,
    plan: &'a Plan,
    /// For every step tried, whether it is done; by its place in the plan.
    results: Mutex<Vec<Option<Result<Done, StepError>>>>,
    /// Nothing more is begun.
    stopped: AtomicBool,
    errors: AtomicUsize,
}

impl<'a> Execution<'a> {
    fn new(context: &'a Context<'a>, plan: &'a Plan) -> Self {
        let results = plan.steps.iter().map(|_| None).collect();
        Self {
            context,
            plan,
            results: Mutex::new(results),
            stopped: AtomicBool::new(false),
            errors: AtomicUsize::new(0),
        }
    }

    fn run(self) -> Outcome {
        let monitor = self.context.monitor;
        let steps = &self.plan.steps;
        let deletes = steps.iter().position(|step| stage(step) >= DELETES).unwrap_or(steps.len());
        let totals = self.plan.totals();
        let copies = totals.created_files + totals.replaced_files;
        monitor.begin(
            Phase::Copy,
            Some(copies),
            Some(totals.created_bytes + totals.replaced_bytes),
        );
        self.stages(0, deletes);
        monitor.end(Phase::Copy);
        if deletes < steps.len() {
            monitor.begin(Phase::Delete, Some(totals.deleted_files), None);
            self.stages(deletes, steps.len());
            monitor.end(Phase::Delete);
        }
        self.finish()
    }

    /// Does the steps from `start` to `end`, stage after stage.
    fn stages(&self, start: usize, end: usize) {
        let steps = &self.plan.steps[start..end];
        let mut first = start;
        for group in steps.chunk_by(|a, b| stage(a) == stage(b)) {
            let number = stage(&group[0]);
            let failed = self.errors.load(Ordering::Relaxed) > 0;
            if self.stopped.load(Ordering::Relaxed) || (failed && number >= ROOT_CONFIG) {
                return;
            }
            self.group(first, group);
            first += group.len();
            if number == FIRST_CONFIG && self.errors.load(Ordering::Relaxed) > 0 {
                // Without its `web.config` a site hands out the files that would follow.
                self.stopped.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Does the steps of one stage, several at a time; their places begin at `first`.
    fn group(&self, first: usize, group: &[Step]) {
        let threads = self.context.threads;
        let sizes: Vec<_> = group.iter().map(Step::size).collect();
        let blocks = Blocks::new(&sizes, threads);
        let work = || {
            while let Some(block) = blocks.take() {
                for index in block {
                    if self.context.monitor.is_interrupted() {
                        self.stopped.store(true, Ordering::Relaxed);
                    }
                    if self.stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    self.step(first + index, &group[index]);
                }
            }
        };
        // Directories depend on one another, and a few files are done sooner than threads start.
        let independent = !matches!(
            group[0],
            Step::CreateDirectory { path: _ } | Step::DeleteDirectory { path: _ }
        );
        let threads = if independent { threads.get().min(group.len() / 4) } else { 1 };
        if threads <= 1 {
            return work();
        }
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
    }

    fn step(&self, index: usize, step: &Step) {
        let result = self.act(step);
        match &result {
            Ok(_) => self.context.monitor.step(step.word(), step.path(), step.size()),
            Err(error) => {
                tracing::debug!(%error, path = %step.path(), "a step failed");
                let errors = self.errors.fetch_add(1, Ordering::Relaxed) + 1;
                let is_full = matches!(error, StepError::Destination(error) if error.is_full());
                if is_full || errors >= MAX_ERRORS {
                    self.stopped.store(true, Ordering::Relaxed);
                }
            }
        }
        self.results.lock().expect("no holder of this lock panics")[index] = Some(result);
    }

    fn act(&self, step: &Step) -> Result<Done, StepError> {
        let destination = self.context.destination;
        let failed = StepError::Destination;
        match step {
            Step::CreateDirectory { path } => destination.create_directory(path).map_err(failed)?,
            Step::RenameCase { from, path, old: _ } => {
                destination.rename(from, path).map_err(failed)?;
            }
            Step::Create { path, source, stamp }
            | Step::Replace { path, source, stamp, old: _ } => {
                self.copy(path, source, *stamp)?;
                self.context.monitor.advance(Phase::Copy, 1, 0);
            }
            Step::Touch { path, stamp, old: _ } => {
                destination.touch(path, *stamp).map_err(failed)?;
            }
            Step::MarkDirectory { path, marks, old: _ } => {
                destination.mark_directory(path, *marks).map_err(failed)?;
            }
            Step::Delete { path, old } => {
                if !destination.is_current(path, *old).map_err(failed)? {
                    return Err(StepError::DestinationChanged(path.clone()));
                }
                destination.remove(path).map_err(failed)?;
                self.context.monitor.advance(Phase::Delete, 1, 0);
            }
            Step::DeleteDirectory { path } => match destination.remove_directory(path) {
                Ok(()) => {}
                Err(TreeError::Io { action: _, path: _, source })
                    if source.kind() == std::io::ErrorKind::DirectoryNotEmpty =>
                {
                    return Ok(Done::NotNeeded);
                }
                Err(source) => return Err(failed(source)),
            },
        }
        Ok(Done::Yes)
    }

    fn copy(
        &self,
        path: &RelPath,
        source: &RelPath,
        stamp: iisle_tree::Stamp,
    ) -> Result<(), StepError> {
        let Context { source: tree, destination, monitor, threads: _ } = *self.context;
        let unreadable = |error| match error {
            TreeError::NotFound(_) => StepError::SourceChanged(source.clone()),
            error => StepError::Source(SourceError(error)),
        };
        let mut content = Watched::open(tree, source, stamp, monitor).map_err(unreadable)?;
        destination.write(path, stamp, &mut content).map_err(|error| {
            if monitor.is_interrupted() {
                StepError::Interrupted
            } else if content.is_changed() {
                StepError::SourceChanged(source.clone())
            } else if content.is_failed() {
                unreadable(error)
            } else {
                StepError::Destination(error)
            }
        })
    }

    fn finish(self) -> Outcome {
        let results = self.results.into_inner().expect("no holder of this lock panics");
        let plan = self.plan;
        let mut outcome = unbegun(plan, Ending::Done, Vec::new(), Vec::new());
        outcome.undone.clear();
        for (step, result) in plan.steps.iter().zip(results) {
            match result {
                Some(Ok(Done::Yes)) => {
                    outcome.totals.count(step);
                    outcome.done_steps += 1;
                }
                Some(Ok(Done::NotNeeded)) => outcome.done_steps += 1,
                Some(Err(error)) => {
                    if let StepError::Destination(TreeError::InUse {
                        path: _,
                        holders,
                        source: _,
                    }) = &error
                    {
                        let locked = Locked { path: step.path().clone(), holders: holders.clone() };
                        outcome.locked.push(locked);
                    }
                    outcome.errors.push(error);
                    outcome.undone.push(step.clone());
                }
                None => outcome.undone.push(step.clone()),
            }
        }
        let is_told = outcome.errors.iter().any(|error| matches!(error, StepError::Interrupted));
        if self.context.monitor.is_interrupted() && !outcome.undone.is_empty() && !is_told {
            outcome.errors.push(StepError::Interrupted);
        }
        outcome.ending = match () {
            () if outcome.undone.is_empty() => Ending::Done,
            () if outcome.done_steps > 0 => Ending::Stopped,
            () if !outcome.locked.is_empty() => Ending::Locked,
            () => Ending::Failed,
        };
        outcome
    }
}

#[cfg(test)]
mod tests;
