use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase};
use iisle_tree::digest::Hashing;
use iisle_tree::workshop::{Spot, Workshop};
use iisle_tree::{Stamp, Tree, TreeError};

use super::StagedError;
use crate::outcome::{SourceError, StepError};
use crate::step::Step;
use crate::watched::Watched;

/// So many bytes in all are read again after they were written; beyond, what was written is trusted.
const READ_AGAIN: u64 = 256 << 20;

/// Where the new file of the step number `number` is written.
pub(super) fn staged(number: usize) -> Spot {
    numbered("stage", number)
}

/// Where the old file of the step number `number` is kept.
pub(super) fn backup(number: usize) -> Spot {
    numbered("backup", number)
}

fn numbered(folder: &str, number: usize) -> Spot {
    Spot::Work(RelPath::parse(&format!("{folder}/{number}")).expect("both are names"))
}

/// What new files are made from.
pub(super) struct Supply<'a> {
    pub(super) source: &'a dyn Tree,
    /// Files of it that only get another time are copied.
    pub(super) destination: &'a dyn Tree,
    pub(super) shop: &'a dyn Workshop,
    pub(super) monitor: &'a dyn Monitor,
    pub(super) threads: NonZero<usize>,
}

impl Supply<'_> {
    /// Writes every new file of `steps` into the work folder and verifies it; what went wrong.
    pub(super) fn stage(&self, steps: &[Step]) -> Vec<StepError> {
        let new: Vec<(usize, &Step)> =
            steps.iter().enumerate().filter(|(_, step)| stamp(step).is_some()).collect();
        let bytes = new.iter().filter_map(|(_, step)| stamp(step)).map(|stamp| stamp.size).sum();
        self.monitor.begin(Phase::Copy, Some(new.len() as u64), Some(bytes));
        let reads_again = bytes <= READ_AGAIN;
        let (next, errors) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let work = || {
            while let Some((number, step)) = new.get(next.fetch_add(1, Ordering::Relaxed)) {
                match self.one(*number, step, reads_again) {
                    Ok(()) => {
                        self.monitor.advance(Phase::Copy, 1, 0);
                        self.monitor.step(step.word(), step.path(), step.size());
                    }
                    Err(error) => {
                        errors
                            .lock()
                            .expect("no holder of this lock panics")
                            .push((*number, error));
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.threads.get().min(new.len().max(1)) {
                scope.spawn(work);
            }
            work();
        });
        self.monitor.end(Phase::Copy);
        let mut errors = errors.into_inner().expect("no holder of this lock panics");
        errors.sort_by_key(|(number, _)| *number);
        errors.into_iter().map(|(_, error)| error).collect()
    }

    fn one(&self, number: usize, step: &Step, reads_again: bool) -> Result<(), StepError> {
        let Some(stamp) = stamp(step) else { return Ok(()) };
        let path = step.path();
        let (tree, from, expected) = match step {
            Step::Touch { path, stamp: _, old } => (self.destination, path, *old),
            Step::Create { path: _, source, stamp }
            | Step::Replace { path: _, source, stamp, old: _ } => (self.source, source, *stamp),
            _ => return Ok(()),
        };
        let in_source = |error| StepError::Source(SourceError(error));
        let mut content = Watched::open(tree, from, expected, self.monitor).map_err(in_source)?;
        let (spot, target) = (staged(number), Spot::Site(path.clone()));
        let mut hashing = Hashing::new(&mut content);
        let created = self.shop.create(&spot, stamp, Some(&target), &mut hashing);
        let digest = hashing.finish();
        match created {
            Ok(()) => {}
            Err(_) if content.is_changed() => return Err(StepError::SourceChanged(from.clone())),
            Err(error) if content.is_failed() => return Err(in_source(error)),
            Err(error) => return Err(StepError::Destination(error)),
        }
        let found = if reads_again { self.shop.digest(&spot) } else { Ok(digest) };
        match found {
            Ok(found) if found == digest => Ok(()),
            Ok(_) => Err(StepError::Staged(StagedError::Unverified(path.clone()))),
            Err(error) => Err(StepError::Destination(error)),
        }
    }
}

/// What the new file of a step is, if it has one.
pub(super) fn stamp(step: &Step) -> Option<Stamp> {
    match step {
        Step::Create { path: _, source: _, stamp }
        | Step::Replace { path: _, source: _, stamp, old: _ }
        | Step::Touch { path: _, stamp, old: _ } => Some(*stamp),
        Step::CreateDirectory { path: _ }
        | Step::RenameCase { from: _, path: _, old: _ }
        | Step::Delete { path: _, old: _ }
        | Step::DeleteDirectory { path: _ } => None,
    }
}

/// Directories that the files of `steps` need and that neither are there nor are created by a step.
pub(super) fn missing_directories(
    shop: &dyn Workshop,
    steps: &[Step],
) -> Result<Vec<Step>, TreeError> {
    let mut known = std::collections::BTreeSet::new();
    for step in steps {
        if let Step::CreateDirectory { path } = step {
            known.insert(path.clone());
        }
    }
    let mut missing = std::collections::BTreeSet::new();
    for step in steps {
        let Step::Create { path, source: _, stamp: _ } = step else { continue };
        for folder in path.ancestors() {
            if known.contains(&folder) {
                break;
            }
            if shop.state(&Spot::Site(folder.clone()))?.is_none() {
                missing.insert(folder.clone());
            }
            known.insert(folder);
        }
    }
    Ok(missing.into_iter().map(|path| Step::CreateDirectory { path }).collect())
}
