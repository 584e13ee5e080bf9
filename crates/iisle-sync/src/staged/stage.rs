use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase};
use iisle_tree::digest::{Digest, Hashing};
use iisle_tree::workshop::{Look, Spot, Workshop};
use iisle_tree::{Stamp, Tree, TreeError};

use super::StagedError;
use super::layout::{Layout, Part, whole};
use crate::blocks::Blocks;
use crate::outcome::{SourceError, StepError};
use crate::step::Step;
use crate::watched::Watched;

/// How it is made sure that new files were written as they were read, before any is swapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// They are read again.
    Full,
    /// The system's word is taken.
    Written,
}

impl Verify {
    /// So many bytes in all are read again.
    const MOST: u64 = 256 << 20;

    /// What is done when nothing was asked for, with so many bytes in all: what lies on a share is read
    /// again however much it is.
    ///
    /// Source: `sync.md` SD-11.
    fn of(bytes: u64, is_on_own_volume: bool) -> Self {
        if bytes <= Self::MOST || !is_on_own_volume { Self::Full } else { Self::Written }
    }
}

/// Errors after which the rest is not tried: nothing will be swapped in anyway.
const MAX_ERRORS: usize = 100;

/// What new files are made from.
pub(super) struct Supply<'a> {
    pub(super) source: &'a dyn Tree,
    pub(super) shop: &'a dyn Workshop,
    pub(super) monitor: &'a dyn Monitor,
    pub(super) threads: NonZero<usize>,
    /// How new files are verified; `None` when that is for their number and place to say.
    pub(super) verify: Option<Verify>,
    /// What files of the source are that get another time here, by the numbers of their steps.
    pub(super) retimed: &'a BTreeMap<usize, Stamp>,
    /// Whether nothing more is to be written.
    pub(super) interrupted: &'a (dyn Fn() -> bool + Sync),
}

/// The digests of the new files by the numbers of their steps.
pub(super) type Digests = Vec<Option<Digest>>;

impl Supply<'_> {
    /// Writes every new file of `steps` into the work folder and verifies it.
    ///
    /// # Errors
    /// Everything that went wrong, in the order of the steps.
    pub(super) fn stage(
        &self,
        steps: &[Step],
        layout: &Layout<'_>,
    ) -> Result<Digests, Vec<StepError>> {
        self.folders(steps, layout).map_err(|error| vec![StepError::Destination(error)])?;
        let new: Vec<usize> =
            (0..steps.len()).filter(|number| steps[*number].content().is_some()).collect();
        let sizes: Vec<_> = new.iter().map(|number| steps[*number].size()).collect();
        let bytes = sizes.iter().sum();
        self.monitor.begin(Phase::Copy, Some(new.len() as u64), Some(bytes));
        let verify = self.verify.unwrap_or_else(|| Verify::of(bytes, self.shop.is_on_own_volume()));
        let blocks = Blocks::new(&sizes, self.threads);
        let stopped = AtomicBool::new(false);
        let digests = Mutex::new(vec![None; steps.len()]);
        let errors = Mutex::new(Vec::new());
        let work = || {
            let mut done = Vec::new();
            while let Some(block) = blocks.take() {
                for number in &new[block] {
                    if stopped.load(Ordering::Relaxed) || (self.interrupted)() {
                        return;
                    }
                    let step = &steps[*number];
                    match self.one(*number, step, layout, verify) {
                        Ok(digest) => {
                            done.push((*number, digest));
                            self.monitor.advance(Phase::Copy, 1, 0);
                            self.monitor.step(step.word(), step.path(), step.size());
                        }
                        Err(error) => {
                            let full =
                                matches!(&error, StepError::Destination(error) if error.is_full());
                            let mut errors = errors.lock().expect("no holder of this lock panics");
                            errors.push((*number, error));
                            if full || errors.len() >= MAX_ERRORS {
                                stopped.store(true, Ordering::Relaxed);
                            }
                        }
                    }
                }
                let mut digests = digests.lock().expect("no holder of this lock panics");
                for (number, digest) in done.drain(..) {
                    digests[number] = Some(digest);
                }
            }
        };
        std::thread::scope(|scope| {
            // A few files are done sooner than threads start.
            for _ in 1..self.threads.get().min(new.len() / 4) {
                scope.spawn(work);
            }
            work();
        });
        self.monitor.end(Phase::Copy);
        if (self.interrupted)() {
            // Whatever else went wrong did so because of it.
            return Err(vec![StepError::Interrupted]);
        }
        let mut errors = errors.into_inner().expect("no holder of this lock panics");
        if errors.is_empty() {
            self.marks(steps, layout).map_err(|error| vec![StepError::Destination(error)])?;
            return Ok(digests.into_inner().expect("no holder of this lock panics"));
        }
        errors.sort_by_key(|(number, _)| *number);
        Err(errors.into_iter().map(|(_, error)| error).collect())
    }

    /// Creates the folders that are swapped in as such.
    fn folders(&self, steps: &[Step], layout: &Layout<'_>) -> Result<(), TreeError> {
        let stage = RelPath::parse("stage").expect("it is a name");
        self.shop.create_stage(&stage)?;
        if layout.is_whole() {
            self.shop.create_directory(&Spot::Work(whole()))?;
        }
        for (number, step) in steps.iter().enumerate() {
            let Step::CreateDirectory { path } = step else { continue };
            let staged = layout.staged(number);
            if layout.part(number) == Part::Top {
                self.shop.create_directory_for(&staged, &Spot::Site(path.clone()))?;
            } else {
                self.shop.create_directory(&staged)?;
            }
        }
        Ok(())
    }

    /// Gives the new folders their attributes; those that are there get theirs when they are swapped.
    fn marks(&self, steps: &[Step], layout: &Layout<'_>) -> Result<(), TreeError> {
        for (number, step) in steps.iter().enumerate() {
            let Step::MarkDirectory { path: _, marks, old: _ } = step else { continue };
            if layout.part(number) != Part::Alone {
                self.shop.mark_directory(&layout.staged(number), *marks)?;
            }
        }
        Ok(())
    }

    fn one(
        &self,
        number: usize,
        step: &Step,
        layout: &Layout<'_>,
        verify: Verify,
    ) -> Result<Digest, StepError> {
        let (from, stamp) = step.content().expect("only steps with content are staged");
        let expected = self.retimed.get(&number).copied().unwrap_or(stamp);
        let spot = &layout.staged(number);
        // What lies in a new folder has the rights of that.
        let place = (layout.part(number) == Part::Alone).then(|| Spot::Site(step.path().clone()));
        let old = place.as_ref().filter(|_| matches!(step, Step::Replace { .. }));
        let in_source = |error| match error {
            TreeError::NotFound(_) => StepError::SourceChanged(from.clone()),
            error => StepError::Source(SourceError(error)),
        };
        let mut content =
            Watched::open(self.source, from, expected, self.monitor).map_err(in_source)?;
        let executable = self.source.is_executable(from);
        let look = Look { stamp, like: old, place: place.as_ref(), executable };
        let mut hashing = Hashing::new(&mut content);
        let created = self.shop.create(spot, look, &mut hashing);
        let (digest, checksum) = hashing.finish();
        match created {
            Ok(()) => {}
            Err(_) if content.is_changed() => return Err(StepError::SourceChanged(from.clone())),
            Err(error) if content.is_failed() => return Err(in_source(error)),
            Err(error) => return Err(StepError::Destination(error)),
        }
        let found = match verify {
            Verify::Full => self.shop.checksum(spot).map_err(StepError::Destination)?,
            Verify::Written => checksum,
        };
        if found == checksum {
            Ok(digest)
        } else {
            Err(StepError::Staged(StagedError::Unverified(step.path().clone())))
        }
    }
}

/// Directories that the files of `steps` need and that neither are there nor are created by a step.
pub(super) fn missing_directories(
    shop: &dyn Workshop,
    steps: &[Step],
    layout: &Layout<'_>,
) -> Result<Vec<Step>, TreeError> {
    let mut known = std::collections::BTreeSet::new();
    let mut missing = std::collections::BTreeSet::new();
    for (number, step) in steps.iter().enumerate() {
        let Step::Create { path, source: _, stamp: _ } = step else { continue };
        if layout.part(number) == Part::Inside {
            continue;
        }
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

#[cfg(test)]
mod tests {
    use super::Verify;

    // SD-11
    #[test]
    fn much_is_trusted_unless_it_lies_on_a_share() {
        assert_eq!(Verify::of(256 << 20, true), Verify::Full);
        assert_eq!(Verify::of((256 << 20) + 1, true), Verify::Written);
        assert_eq!(Verify::of(u64::MAX, false), Verify::Full);
    }
}
