use std::collections::BTreeSet;

use iisle_path::{NameRules, RelPath};
use iisle_tree::workshop::{Spot, State, Workshop};
use iisle_tree::{Stamp, TreeError};

use super::StagedError;
use super::layout::{Layout, Part, aside, backup, whole};
use super::unflushed::is_remnant;
use crate::policy::same_stamp;
use crate::step::Step;

/// Swaps a destination in that was missing, or makes sure that this has happened.
pub(super) fn bring_whole(shop: &dyn Workshop) -> Result<(), StagedError> {
    let staged = Spot::Work(whole());
    match (shop.state(&staged)?, shop.state(&Spot::Top)?) {
        (Some(_), None) => Ok(shop.rename(&staged, &Spot::Top)?),
        (None, Some(State::Directory)) => Ok(()),
        _ => Err(StagedError::ForeignFolder),
    }
}

/// Does a step, or what is left of it. Doing it twice does it once.
pub(super) fn forward(
    shop: &dyn Workshop,
    layout: &Layout<'_>,
    number: usize,
    step: &Step,
) -> Result<(), StagedError> {
    let part = layout.part(number);
    if matches!(part, Part::Whole | Part::Inside) {
        return Ok(());
    }
    let (staged, backup) = (layout.staged(number), backup(number));
    match step {
        Step::CreateDirectory { path } => {
            let target = site(path);
            match (shop.state(&staged)?, shop.state(&target)?) {
                (Some(_), None) => Ok(shop.rename(&staged, &target)?),
                (None, Some(State::Directory)) => Ok(()),
                _ => Err(StagedError::Foreign(path.clone())),
            }
        }
        Step::DeleteDirectory { path } => Ok(shop.retire_directory(path, &backup)?),
        Step::RenameCase { from, path, old: _ } => Ok(shop.rename(&site(from), &site(path))?),
        Step::Create { path, source: _, stamp } => {
            let target = site(path);
            match (whole_file(shop, &staged, path, *stamp)?, shop.state(&target)?) {
                (Some(_), None) => Ok(shop.rename(&staged, &target)?),
                (None, Some(found)) if is(found, *stamp) => Ok(()),
                _ => Err(StagedError::Foreign(path.clone())),
            }
        }
        Step::Replace { path, source: _, stamp, old } => {
            let target = site(path);
            match (whole_file(shop, &staged, path, *stamp)?, shop.state(&target)?) {
                (Some(_), Some(found)) if is(found, *old) => {
                    if shop.state(&backup)?.is_none() {
                        shop.link(&target, &backup)?;
                    }
                    replace(shop, number, &staged, &target)
                }
                // It was moved aside, and the machine stopped before the new one took its place.
                (Some(_), None) if shop.state(&backup)?.is_some() => {
                    Ok(shop.rename(&staged, &target)?)
                }
                (None, Some(found)) if is(found, *stamp) => Ok(()),
                _ => Err(StagedError::Foreign(path.clone())),
            }
        }
        Step::Touch { path, stamp, old } => match shop.state(&site(path))? {
            Some(found) if is(found, *old) || is(found, *stamp) => {
                Ok(shop.touch(&site(path), *stamp)?)
            }
            _ => Err(StagedError::Foreign(path.clone())),
        },
        Step::MarkDirectory { path, marks, old: _ } => match shop.state(&site(path))? {
            Some(State::Directory) => Ok(shop.mark_directory(&site(path), *marks)?),
            _ => Err(StagedError::Foreign(path.clone())),
        },
        Step::Delete { path, old } => {
            let target = site(path);
            match (shop.state(&backup)?, shop.state(&target)?) {
                (None, Some(found)) if is(found, *old) => Ok(shop.rename(&target, &backup)?),
                // A folder may have taken its place already.
                (Some(_), None | Some(State::Directory)) => Ok(()),
                _ => Err(StagedError::Foreign(path.clone())),
            }
        }
    }
}

/// What stands in the stage, which must be the whole new file: a power cut may have come before it was
/// on the medium.
fn whole_file(
    shop: &dyn Workshop,
    staged: &Spot,
    path: &RelPath,
    stamp: Stamp,
) -> Result<Option<State>, StagedError> {
    match shop.state(staged)? {
        Some(found) if !is(found, stamp) => Err(StagedError::Unverified(path.clone())),
        found => Ok(found),
    }
}

/// Puts the new file over the old one. Where that cannot be because the old one is being executed,
/// the old one is moved aside first, which can always be.
///
/// Source: `sync.md` LK-5. A `web.config` is never missing, not even for a moment.
fn replace(
    shop: &dyn Workshop,
    number: usize,
    staged: &Spot,
    target: &Spot,
) -> Result<(), StagedError> {
    let Err(error) = shop.rename(staged, target) else { return Ok(()) };
    let is_config = matches!(target, Spot::Site(path) if crate::step::is_web_config(path));
    if is_config || !matches!(error, TreeError::InUse { path: _, holders: _, source: _ }) {
        return Err(error.into());
    }
    let aside = aside(number);
    shop.remove(&aside)?;
    shop.create_directory(&folder(&aside))?;
    shop.rename(target, &aside)?;
    shop.rename(staged, target).map_err(|error| {
        if let Err(error) = shop.rename(&aside, target) {
            tracing::error!(%target, %error, "cannot be put back; the journal knows");
        }
        StagedError::from(error)
    })
}

/// The names of all files and folders that steps make, as Windows compares them.
pub(super) fn made(steps: &[Step]) -> BTreeSet<String> {
    let is_new = |step: &&Step| {
        matches!(
            step,
            Step::Create { path: _, source: _, stamp: _ } | Step::CreateDirectory { path: _ }
        )
    };
    steps.iter().filter(is_new).map(|step| folded(step.path().as_str())).collect()
}

fn folded(path: &str) -> String {
    NameRules::Windows.fold(path)
}

/// What must stand where a step has brought a new file, so that it may be taken away again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// The file as it was brought.
    Brought,
    /// That, or what a power cut has left of it.
    Remnants,
}

impl Expected {
    fn is(self, found: State, brought: Stamp) -> bool {
        match (self, found) {
            (Self::Remnants, State::File(left)) if is_remnant(left, brought.modified) => true,
            _ => is(found, brought),
        }
    }
}

/// Whether a step that is done can be taken back: nobody has changed its file since, and where a folder
/// has taken its place, there is nothing in it but what steps have made.
pub(super) fn can_go_back(
    shop: &dyn Workshop,
    number: usize,
    step: &Step,
    made: &BTreeSet<String>,
    expected: Expected,
) -> Result<(), StagedError> {
    let foreign = |path: &RelPath| Err(StagedError::Foreign(path.clone()));
    match step {
        Step::CreateDirectory { path: _ }
        | Step::MarkDirectory { path: _, marks: _, old: _ }
        | Step::DeleteDirectory { path: _ }
        | Step::RenameCase { from: _, path: _, old: _ } => Ok(()),
        Step::Create { path, source: _, stamp } => match shop.state(&site(path))? {
            Some(found) if !expected.is(found, *stamp) => foreign(path),
            _ => Ok(()),
        },
        Step::Touch { path, stamp, old: _ } => match shop.state(&site(path))? {
            Some(found) if is(found, *stamp) => Ok(()),
            _ => foreign(path),
        },
        Step::Replace { path, source: _, stamp, old } => {
            let kept = shop.state(&backup(number))?.is_some_and(|kept| is(kept, *old));
            match shop.state(&site(path))? {
                Some(found) if kept && is(found, *stamp) => Ok(()),
                _ => foreign(path),
            }
        }
        Step::Delete { path, old } => {
            let kept = shop.state(&backup(number))?.is_some_and(|kept| is(kept, *old));
            match shop.state(&site(path))? {
                None if kept => Ok(()),
                Some(State::Directory) if kept => {
                    let mut found = shop.below(path)?;
                    found.push(path.to_string());
                    let other = found.into_iter().find(|found| !made.contains(&folded(found)));
                    other.map_or(Ok(()), |found| occupied(path, found))
                }
                _ => foreign(path),
            }
        }
    }
}

/// The error for a file that cannot come back because `found` lies in a folder of its name.
fn occupied(path: &RelPath, found: String) -> Result<(), StagedError> {
    if found == path.as_str() {
        return Err(StagedError::Foreign(path.clone()));
    }
    Err(StagedError::Occupied { path: path.clone(), found })
}

/// Takes a step back, or what has been done of it. Doing it twice does it once.
pub(super) fn back(
    shop: &dyn Workshop,
    layout: &Layout<'_>,
    number: usize,
    step: &Step,
    expected: Expected,
) -> Result<(), StagedError> {
    let (staged, backup) = (layout.staged(number), backup(number));
    match step {
        // What lies in the stage was never swapped in, and whatever stands there is not ours.
        Step::CreateDirectory { path: _ } if shop.state(&staged)?.is_some() => Ok(()),
        Step::CreateDirectory { path } => Ok(shop.remove_directory(&site(path))?),
        Step::DeleteDirectory { path } => match shop.state(&site(path))? {
            Some(State::File(_) | State::Other) => Err(StagedError::Foreign(path.clone())),
            Some(State::Directory) => Ok(()),
            None => {
                let is_kept = shop.state(&backup)?.is_some();
                // One that could not be moved away, or not back, is made anew.
                if is_kept && shop.rename(&backup, &site(path)).is_ok() {
                    return Ok(());
                }
                let made = shop.create_directory(&site(path));
                made.or_else(|error| blocked(shop, path, error))
            }
        },
        Step::RenameCase { from, path, old: _ } => {
            if shop.state(&site(path))?.is_none() {
                return Ok(());
            }
            Ok(shop.rename(&site(path), &site(from))?)
        }
        Step::Create { path, source: _, stamp } => {
            let target = site(path);
            match (shop.state(&staged)?, shop.state(&target)?) {
                // A folder that has its place again is not ours to remove.
                (Some(_), _) | (None, None | Some(State::Directory)) => Ok(()),
                (None, Some(found)) if expected.is(found, *stamp) => Ok(shop.remove(&target)?),
                (None, Some(_)) => Err(StagedError::Foreign(path.clone())),
            }
        }
        Step::Touch { path, stamp, old } => match shop.state(&site(path))? {
            Some(found) if is(found, *stamp) || is(found, *old) => {
                Ok(shop.touch(&site(path), *old)?)
            }
            _ => Err(StagedError::Foreign(path.clone())),
        },
        Step::MarkDirectory { path, marks: _, old } => match shop.state(&site(path))? {
            Some(State::Directory) => Ok(shop.mark_directory(&site(path), *old)?),
            // A new one that is not there yet, or one that somebody removed since.
            _ => Ok(()),
        },
        Step::Replace { path, source: _, stamp, old } => {
            if shop.state(&backup)?.is_none() {
                return Ok(());
            }
            let target = site(path);
            let found = shop.state(&target)?;
            if found.is_some_and(|found| is(found, *old)) && shop.state(&staged)?.is_some() {
                // It was never replaced: who holds it need not let go of it, though its second name
                // cannot be removed until then.
                if let Err(error) = shop.remove(&backup) {
                    tracing::debug!(%error, %path, "its backup is left to the next run");
                }
                return Ok(());
            }
            if found.is_some_and(|found| !is(found, *old) && !is(found, *stamp)) {
                return Err(StagedError::Foreign(path.clone()));
            }
            shop.rename(&backup, &target)?;
            // Two names of one file are not renamed over each other.
            Ok(shop.remove(&backup)?)
        }
        Step::Delete { path, old: _ } => {
            let target = site(path);
            match (shop.state(&backup)?, shop.state(&target)?) {
                (None, _) => Ok(()),
                (Some(_), None) => {
                    let renamed = shop.rename(&backup, &target);
                    renamed.or_else(|error| blocked(shop, path, error))
                }
                (Some(_), Some(State::Directory)) => {
                    let found = shop.below(path)?.into_iter().next();
                    occupied(path, found.unwrap_or_else(|| path.to_string()))
                }
                (Some(_), Some(_)) => Err(StagedError::Foreign(path.clone())),
            }
        }
    }
}

/// The error for something that cannot come back because of `error`, or because somebody has put a file
/// in the place of a folder above it.
fn blocked(shop: &dyn Workshop, path: &RelPath, error: TreeError) -> Result<(), StagedError> {
    for folder in path.ancestors() {
        if let Ok(Some(State::File(_) | State::Other)) = shop.state(&site(&folder)) {
            return Err(StagedError::Foreign(path.clone()));
        }
    }
    Err(error.into())
}

fn site(path: &RelPath) -> Spot {
    Spot::Site(path.clone())
}

/// The folder that a spot of the work folder lies in.
fn folder(spot: &Spot) -> Spot {
    match spot {
        Spot::Top => Spot::Top,
        Spot::Work(path) => Spot::Work(path.parent().unwrap_or_else(|| path.clone())),
        Spot::Site(path) => path.parent().map_or(Spot::Top, Spot::Site),
    }
}

fn is(found: State, stamp: Stamp) -> bool {
    matches!(found, State::File(found) if same_stamp(found, stamp))
}
