use std::collections::BTreeMap;

use iisle_path::RelPath;
use iisle_tree::Stamp;
use iisle_tree::workshop::{Look, Spot, Workshop};

use super::layout::work;
use super::stage::Digests;
use super::{StagedError, unflushed};
use crate::manifest::{Entry, Head, Manifest, Stream};
use crate::plan::Plan;
use crate::step::Step;

/// More is no manifest of ours.
const LIMIT: u64 = 4 << 30;

/// Where the manifest of a stream lies.
fn spot(stream: &str) -> Spot {
    work(&format!("manifest-{stream}.json"))
}

/// Where the next manifest lies until its deployment is committed.
pub(super) fn new_spot() -> Spot {
    work("manifest.new")
}

/// Where the manifest before the last deployment is kept.
fn old_spot() -> Spot {
    work("backup/manifest.json")
}

/// Whether the stream has ever deployed here.
pub fn has_manifest(shop: &dyn Workshop, stream: &Stream) -> Result<bool, StagedError> {
    Ok(shop.state(&spot(stream.as_str()))?.is_some())
}

/// What the last deployment of a stream brought; `None` when there was none, or when a power cut took
/// what was noted of a first one.
///
/// # Errors
/// When it cannot be read. A sync that cannot know which files are its own must not guess.
pub fn read_manifest(
    shop: &dyn Workshop,
    stream: &Stream,
) -> Result<Option<Manifest>, StagedError> {
    let spot = spot(stream.as_str());
    if shop.state(&spot)?.is_none() {
        return Ok(None);
    }
    let text = shop.read(&spot, LIMIT)?;
    match Manifest::parse(text) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(_) if unflushed::may_be_incomplete(shop)? => Ok(None),
        Err(problem) => Err(StagedError::Manifest { stream: stream.as_str().to_owned(), problem }),
    }
}

/// The streams that have deployed here, by name.
pub fn streams(shop: &dyn Workshop) -> Result<Vec<Stream>, StagedError> {
    let names = shop.names(None)?;
    let named = names.iter().filter_map(|name| {
        Stream::parse(name.strip_prefix("manifest-")?.strip_suffix(".json")?).ok()
    });
    Ok(named.collect())
}

/// Writes the manifest that counts once the deployment is committed.
pub(super) fn write_new(
    shop: &dyn Workshop,
    head: &Head<'_>,
    known: &Manifest,
    plan: &Plan,
    steps: &[Step],
    digests: &Digests,
    retimed: &BTreeMap<usize, Stamp>,
) -> Result<(), StagedError> {
    let text = known.changed(head, &changes(known, plan, steps, digests, retimed));
    Ok(shop.create(&new_spot(), Look::of_own(text.len()), &mut text.as_slice())?)
}

/// What a deployment changes in what is known, by path.
fn changes<'p>(
    known: &Manifest,
    plan: &'p Plan,
    steps: &'p [Step],
    digests: &Digests,
    retimed: &BTreeMap<usize, Stamp>,
) -> Vec<(&'p RelPath, Option<Entry>)> {
    let entry = |stamp: Stamp, digest| Entry {
        size: stamp.size,
        modified: stamp.modified,
        digest,
        origin: None,
    };
    let mut changes = Vec::with_capacity(steps.len() + plan.unchanged.len());
    let before = |path: &RelPath, old: Stamp| {
        known.get(path).filter(|known| known.is(old)).unwrap_or_else(|| entry(old, None))
    };
    let unchanged = plan.unchanged.iter();
    changes.extend(unchanged.map(|(path, stamp)| (path, Some(before(path, *stamp)))));
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::CreateDirectory { path: _ }
            | Step::MarkDirectory { path: _, marks: _, old: _ }
            | Step::DeleteDirectory { path: _ } => {}
            Step::RenameCase { from, path, old } => {
                changes.push((path, Some(before(from, *old))));
                changes.push((from, None));
            }
            Step::Create { path, source: _, stamp }
            | Step::Replace { path, source: _, stamp, old: _ } => {
                let origin = retimed.get(&number).map(|stamp| stamp.modified);
                let new = Entry { origin, ..entry(*stamp, digests[number]) };
                changes.push((path, Some(new)));
            }
            Step::Touch { path, stamp, old } => {
                changes.push((path, Some(entry(*stamp, before(path, *old).digest))));
            }
            Step::Delete { path, old: _ } => changes.push((path, None)),
        }
    }
    // Of what was first renamed and then replaced the last counts.
    changes.sort_by(|a, b| a.0.cmp(b.0));
    changes.dedup_by(|later, earlier| {
        let is_same = later.0 == earlier.0;
        if is_same {
            *earlier = *later;
        }
        is_same
    });
    changes
}

/// Makes the new manifest the one that counts. Doing it twice does it once.
pub(super) fn install(shop: &dyn Workshop, stream: &str) -> Result<(), StagedError> {
    if shop.state(&new_spot())?.is_none() {
        return Ok(());
    }
    if shop.state(&spot(stream))?.is_some() && shop.state(&old_spot())?.is_none() {
        shop.link(&spot(stream), &old_spot())?;
    }
    Ok(shop.rename(&new_spot(), &spot(stream))?)
}

/// Makes the manifest before the deployment the one that counts. Doing it twice does it once.
pub(super) fn restore(
    shop: &dyn Workshop,
    stream: &str,
    had_manifest: bool,
) -> Result<(), StagedError> {
    if shop.state(&new_spot())?.is_some() {
        // It was never installed, or not quite.
        return Ok(shop.remove(&new_spot())?);
    }
    if !had_manifest {
        return Ok(shop.remove(&spot(stream))?);
    }
    if shop.state(&old_spot())?.is_some() {
        shop.rename(&old_spot(), &spot(stream))?;
        // Two names of one file are not renamed over each other.
        shop.remove(&old_spot())?;
    }
    Ok(())
}
