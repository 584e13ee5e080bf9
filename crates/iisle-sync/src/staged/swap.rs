use iisle_path::RelPath;
use iisle_tree::Stamp;
use iisle_tree::workshop::{Spot, State, Workshop};

use super::StagedError;
use super::stage::{backup, staged};
use crate::policy::same_stamp;
use crate::step::Step;

/// Does a step, or what is left of it. Doing it twice does it once.
pub(super) fn forward(shop: &dyn Workshop, number: usize, step: &Step) -> Result<(), StagedError> {
    let (staged, backup) = (staged(number), backup(number));
    match step {
        Step::CreateDirectory { path } => Ok(shop.create_directory(&site(path))?),
        Step::DeleteDirectory { path } => Ok(shop.remove_directory(&site(path))?),
        Step::RenameCase { from, path, old: _ } => Ok(shop.rename(&site(from), &site(path))?),
        Step::Create { path, source: _, stamp } => {
            let (target, foreign) = (site(path), || StagedError::Foreign(path.clone()));
            match (shop.state(&staged)?, shop.state(&target)?) {
                (Some(_), None) => Ok(shop.rename(&staged, &target)?),
                (None, Some(found)) if is(found, *stamp) => Ok(()),
                _ => Err(foreign()),
            }
        }
        Step::Replace { path, source: _, stamp, old } | Step::Touch { path, stamp, old } => {
            let target = site(path);
            let found = shop.state(&target)?;
            match (shop.state(&staged)?, found) {
                (Some(_), Some(found)) if is(found, *old) => {
                    if shop.state(&backup)?.is_none() {
                        shop.link(&target, &backup)?;
                    }
                    Ok(shop.rename(&staged, &target)?)
                }
                (None, Some(found)) if is(found, *stamp) => Ok(()),
                _ => Err(StagedError::Foreign(path.clone())),
            }
        }
        Step::Delete { path, old } => {
            let target = site(path);
            match (shop.state(&backup)?, shop.state(&target)?) {
                (None, Some(found)) if is(found, *old) => {
                    shop.create_directory(&folder(&backup))?;
                    Ok(shop.rename(&target, &backup)?)
                }
                (Some(_), None) => Ok(()),
                _ => Err(StagedError::Foreign(path.clone())),
            }
        }
    }
}

/// Whether a step that is done can be taken back: nobody has changed its file since.
pub(super) fn can_go_back(
    shop: &dyn Workshop,
    number: usize,
    step: &Step,
) -> Result<(), StagedError> {
    let foreign = |path: &RelPath| Err(StagedError::Foreign(path.clone()));
    match step {
        Step::CreateDirectory { path: _ }
        | Step::DeleteDirectory { path: _ }
        | Step::RenameCase { from: _, path: _, old: _ } => Ok(()),
        Step::Create { path, source: _, stamp } => match shop.state(&site(path))? {
            Some(found) if !is(found, *stamp) => foreign(path),
            _ => Ok(()),
        },
        Step::Replace { path, source: _, stamp, old } | Step::Touch { path, stamp, old } => {
            let kept = shop.state(&backup(number))?.is_some_and(|kept| is(kept, *old));
            match shop.state(&site(path))? {
                Some(found) if kept && is(found, *stamp) => Ok(()),
                _ => foreign(path),
            }
        }
        Step::Delete { path, old } => {
            let kept = shop.state(&backup(number))?.is_some_and(|kept| is(kept, *old));
            if kept && shop.state(&site(path))?.is_none() { Ok(()) } else { foreign(path) }
        }
    }
}

/// Takes a step back, or what has been done of it. Doing it twice does it once.
pub(super) fn back(shop: &dyn Workshop, number: usize, step: &Step) -> Result<(), StagedError> {
    let (staged, backup) = (staged(number), backup(number));
    match step {
        Step::CreateDirectory { path } => Ok(shop.remove_directory(&site(path))?),
        Step::DeleteDirectory { path } => Ok(shop.create_directory(&site(path))?),
        Step::RenameCase { from, path, old: _ } => {
            if shop.state(&site(path))?.is_none() {
                return Ok(());
            }
            Ok(shop.rename(&site(path), &site(from))?)
        }
        Step::Create { path, source: _, stamp } => {
            let target = site(path);
            match (shop.state(&staged)?, shop.state(&target)?) {
                (Some(_), _) | (None, None) => Ok(()),
                (None, Some(found)) if is(found, *stamp) => Ok(shop.remove(&target)?),
                (None, Some(_)) => Err(StagedError::Foreign(path.clone())),
            }
        }
        Step::Replace { path, source: _, stamp, old } | Step::Touch { path, stamp, old } => {
            if shop.state(&backup)?.is_none() {
                return Ok(());
            }
            let target = site(path);
            if let Some(found) = shop.state(&target)?
                && !is(found, *old)
                && !is(found, *stamp)
            {
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
                (Some(_), None) => Ok(shop.rename(&backup, &target)?),
                (Some(_), Some(_)) => Err(StagedError::Foreign(path.clone())),
            }
        }
    }
}

fn site(path: &RelPath) -> Spot {
    Spot::Site(path.clone())
}

/// The folder that a spot of the work folder lies in.
fn folder(spot: &Spot) -> Spot {
    match spot {
        Spot::Work(path) => Spot::Work(path.parent().unwrap_or_else(|| path.clone())),
        Spot::Site(path) => Spot::Site(path.parent().unwrap_or_else(|| path.clone())),
    }
}

fn is(found: State, stamp: Stamp) -> bool {
    matches!(found, State::File(found) if same_stamp(found, stamp))
}
