use iisle_tree::workshop::Waits;
use iisle_tree::{TreeError, TreeMut};

use crate::outcome::{Ending, Locked, Outcome, StepError, Totals};
use crate::plan::Plan;
use crate::step::Step;

/// A volume hands out space in pieces of this size.
const CLUSTER: u64 = 4096;

/// The outcome of a plan of which nothing was done.
pub(crate) fn unbegun(
    plan: &Plan,
    ending: Ending,
    errors: Vec<StepError>,
    locked: Vec<Locked>,
) -> Outcome {
    let unchanged = Totals {
        unchanged_files: plan.unchanged_files,
        unchanged_bytes: plan.unchanged_bytes,
        kept: plan.totals().kept,
        ..Totals::default()
    };
    Outcome {
        ending,
        totals: unchanged,
        done_steps: 0,
        planned_steps: plan.steps.len() as u64,
        kept: plan.kept.clone(),
        locked,
        errors,
        undone: plan.steps.clone(),
        offline: None,
        swapping: None,
        waits: Waits::default(),
    }
}

/// An error when the file of a step is not what the plan found, or cannot be examined.
pub(crate) fn foreign_change(destination: &dyn TreeMut, step: &Step) -> Option<StepError> {
    let changed = match step {
        Step::CreateDirectory { path: _ }
        | Step::MarkDirectory { path: _, marks: _, old: _ }
        | Step::DeleteDirectory { path: _ } => Ok(false),
        Step::Create { path, source: _, stamp: _ } => {
            destination.stamp(path).map(|found| found.is_some())
        }
        Step::RenameCase { from: path, path: _, old }
        | Step::Touch { path, stamp: _, old }
        | Step::Replace { path, source: _, stamp: _, old }
        | Step::Delete { path, old } => {
            destination.is_current(path, *old).map(|is_current| !is_current)
        }
    };
    match changed {
        Ok(false) => None,
        Ok(true) => Some(StepError::DestinationChanged(step.path().clone())),
        Err(error) => Some(StepError::Destination(error)),
    }
}

/// An error when `needed` bytes are not free.
pub(crate) fn want_of_room(destination: &dyn TreeMut, needed: u64) -> Option<StepError> {
    match destination.free_space() {
        Ok(Some(available)) if needed > available => Some(StepError::NoSpace { needed, available }),
        Ok(_) => None,
        Err(error) => Some(StepError::Destination(error)),
    }
}

/// Bytes that a file of `size` bytes takes.
pub(crate) fn clusters(size: u64) -> u64 {
    size.div_ceil(CLUSTER).saturating_mul(CLUSTER)
}

/// Every file that somebody keeps from being changed as planned.
pub(crate) fn locked(destination: &dyn TreeMut, plan: &Plan) -> Result<Vec<Locked>, TreeError> {
    let mut touched = Vec::new();
    for step in &plan.steps {
        match step {
            Step::RenameCase { from: path, path: _, old: _ }
            | Step::Replace { path, source: _, stamp: _, old: _ }
            | Step::Delete { path, old: _ } => touched.push(path.clone()),
            Step::Touch { path: _, stamp: _, old: _ }
            | Step::MarkDirectory { path: _, marks: _, old: _ }
            | Step::CreateDirectory { path: _ }
            | Step::Create { path: _, source: _, stamp: _ }
            | Step::DeleteDirectory { path: _ } => {}
        }
    }
    touched.sort();
    touched.dedup();
    let found = destination.locked(&touched)?;
    Ok(found.into_iter().map(|(path, holders)| Locked { path, holders }).collect())
}
