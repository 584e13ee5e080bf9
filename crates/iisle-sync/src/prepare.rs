use std::collections::{BTreeMap, BTreeSet};

use iisle_path::{NameRules, RelPath};
use iisle_report::{Monitor, Phase};
use iisle_tree::digest::of_files;
use iisle_tree::{Snapshot, Tree, TreeError};

use crate::manifest::Manifest;
use crate::matching::{Pair, pairs};
use crate::plan::{Plan, Sides, plan};
use crate::policy::{Compare, Extras, Policy};

/// Looks at both trees and plans: everything that a dry run does.
pub fn prepare(
    source: &dyn Tree,
    destination: &dyn Tree,
    policy: &Policy,
    monitor: &dyn Monitor,
) -> Result<Plan, TreeError> {
    prepare_managed(source, destination, policy, &Unknown, monitor)
}

/// What is known of earlier deployments.
pub trait Known {
    /// What the last deployment of the same stream brought; `None` when there was none. Costly the
    /// first time.
    fn manifest(&self) -> Option<&Manifest>;
}

/// Nothing is known.
struct Unknown;

impl Known for Unknown {
    fn manifest(&self) -> Option<&Manifest> {
        None
    }
}

/// As [`prepare`], knowing of earlier deployments. The manifest is asked for only when the destination
/// has files that the source does not have.
pub fn prepare_managed(
    source: &dyn Tree,
    destination: &dyn Tree,
    policy: &Policy,
    known: &dyn Known,
    monitor: &dyn Monitor,
) -> Result<Plan, TreeError> {
    let (ours, theirs) = snapshots(source, destination, monitor)?;
    let names = destination.names();
    let mut sides =
        Sides { source: &ours, destination: &theirs, names, equal: None, manifest: None };
    let equal;
    if policy.compare == Compare::Contents {
        equal = equal_contents(source, destination, &sides, policy, monitor);
        sides.equal = Some(&equal);
    }
    if policy.extras == Extras::Managed && has_extras(&sides) {
        sides.manifest = known.manifest();
    }
    Ok(plan(&sides, policy))
}

/// Whether the destination has files that the source does not have under just this name.
fn has_extras(sides: &Sides<'_>) -> bool {
    let mut ours = sides.source.files.keys().peekable();
    sides.destination.files.keys().any(|path| {
        while ours.next_if(|own| *own < path).is_some() {}
        ours.peek().is_none_or(|own| *own != path)
    })
}

/// Lists both trees at the same time: the source first.
pub fn snapshots(
    source: &dyn Tree,
    destination: &dyn Tree,
    monitor: &dyn Monitor,
) -> Result<(Snapshot, Snapshot), TreeError> {
    monitor.begin(Phase::Scan, None, None);
    let list = |tree: &dyn Tree| {
        let snapshot = tree.snapshot();
        if let Ok(snapshot) = &snapshot {
            monitor.advance(Phase::Scan, snapshot.files.len() as u64, 0);
        }
        snapshot
    };
    let (ours, theirs) = std::thread::scope(|scope| {
        let theirs = scope.spawn(|| list(destination));
        (list(source), theirs.join().expect("listing a tree does not panic"))
    });
    monitor.end(Phase::Scan);
    Ok((ours?, theirs?))
}

/// The files of the source whose content equals that of their counterpart, by SHA-256.
///
/// Only files of one size are read. One that cannot be read counts as different: the attempt to
/// copy it will say why.
pub fn equal_contents(
    source: &dyn Tree,
    destination: &dyn Tree,
    sides: &Sides<'_>,
    policy: &Policy,
    monitor: &dyn Monitor,
) -> BTreeSet<RelPath> {
    let (ours, theirs) =
        same_size(&sides.source.files, &sides.destination.files, sides.names, policy);
    let size = |path: &RelPath| sides.source.files.get(path).map_or(0, |stamp| stamp.size);
    let bytes: u64 = ours.iter().map(size).sum();
    monitor.begin(Phase::Hash, Some(2 * ours.len() as u64), Some(2 * bytes));
    let progress = |files, bytes| monitor.advance(Phase::Hash, files, bytes);
    let left = of_files(source, &ours, &progress);
    let right = of_files(destination, &theirs, &progress);
    monitor.end(Phase::Hash);
    ours.into_iter()
        .zip(left.into_iter().zip(right))
        .filter_map(|(path, digests)| match digests {
            (Ok(a), Ok(b)) => (a == b).then_some(path),
            _ if monitor.is_interrupted() => None,
            (Err(error), _) | (_, Err(error)) => {
                monitor.warning(&format!("cannot compare it: {error}"), Some(&path));
                None
            }
        })
        .collect()
}

/// Pairs of files that only their content can tell apart.
fn same_size(
    source: &BTreeMap<RelPath, iisle_tree::Stamp>,
    destination: &BTreeMap<RelPath, iisle_tree::Stamp>,
    names: NameRules,
    policy: &Policy,
) -> (Vec<RelPath>, Vec<RelPath>) {
    pairs(source, destination, names)
        .into_iter()
        .filter_map(|pair| match pair {
            Pair { source: Some((ours, a)), destination: Some((theirs, b)) } => {
                let asked = a.size == b.size && policy.selects(ours);
                asked.then(|| (ours.clone(), theirs.clone()))
            }
            _ => None,
        })
        .unzip()
}
