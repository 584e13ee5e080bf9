use iisle_report::{Monitor, Phase};
use iisle_tree::{Snapshot, Tree, TreeError};

use crate::contents::{Comparison, DigestStore, Versions};
use crate::manifest::Manifest;
use crate::plan::{Plan, Sides, plan};
use crate::policy::{Compare, Extras, Policy};
use crate::step::Step;

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

    /// Where digests are kept, if they are.
    fn digests(&self) -> Option<&dyn DigestStore>;
}

/// Nothing is known.
struct Unknown;

impl Known for Unknown {
    fn manifest(&self) -> Option<&Manifest> {
        None
    }

    fn digests(&self) -> Option<&dyn DigestStore> {
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
    let by_content = policy.compare == Compare::Contents;
    let store = if by_content { known.digests() } else { None };
    let list = |tree: &dyn Tree| match store {
        Some(_) => tree.versioned_snapshot(),
        None => Ok((tree.snapshot()?, Vec::new())),
    };
    let [(ours, our_versions), (theirs, their_versions)] =
        both(source, destination, monitor, list, |(snapshot, _)| snapshot.files.len())?;
    let names = destination.names();
    let mut sides =
        Sides { source: &ours, destination: &theirs, names, differing: None, manifest: None };
    let differing;
    if by_content {
        let versions = Versions { source: &our_versions, destination: &their_versions };
        let comparison = Comparison { source, destination, sides: &sides, versions };
        differing = comparison.differing(policy, store, monitor);
        sides.differing = Some(&differing);
    }
    drop((our_versions, their_versions));
    if policy.extras == Extras::Managed && has_extras(&sides) {
        sides.manifest = known.manifest();
    }
    let mut plan = plan(&sides, policy);
    let is_about_old = |step: &Step| matches!(step, Step::Touch { .. } | Step::Replace { .. });
    if plan.steps.iter().any(is_about_old)
        && let Some(manifest) = known.manifest()
    {
        plan.leave_retimed(manifest, policy.compare, &|_| true);
    }
    Ok(plan)
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
    let files = |snapshot: &Snapshot| snapshot.files.len();
    let [ours, theirs] = both(source, destination, monitor, |tree| tree.snapshot(), files)?;
    Ok((ours, theirs))
}

/// Does with both trees at the same time what `list` does with one; `files` counts what it found.
fn both<T: Send>(
    source: &dyn Tree,
    destination: &dyn Tree,
    monitor: &dyn Monitor,
    list: impl Fn(&dyn Tree) -> Result<T, TreeError> + Sync,
    files: impl Fn(&T) -> usize + Sync,
) -> Result<[T; 2], TreeError> {
    monitor.begin(Phase::Scan, None, None);
    let list = |tree: &dyn Tree| {
        let found = list(tree);
        if let Ok(found) = &found {
            monitor.advance(Phase::Scan, files(found) as u64, 0);
        }
        found
    };
    let (ours, theirs) = std::thread::scope(|scope| {
        let theirs = scope.spawn(|| list(destination));
        (list(source), theirs.join().expect("listing a tree does not panic"))
    });
    monitor.end(Phase::Scan);
    Ok([ours?, theirs?])
}
