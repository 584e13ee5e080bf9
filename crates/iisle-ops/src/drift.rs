//! Files that somebody changed on the server since they were deployed.

use iisle_path::RelPath;
use iisle_sync::{Guard, Kept, Manifest, Plan, Step, Why};
use iisle_tree::digest::{Digest, of_file};
use iisle_tree::{LocalTree, Stamp};

/// What becomes of files that were changed on the server and would be overwritten.
///
/// Source: `sync.md` SD-28.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnDrift {
    /// Settings (`*.config`, `appsettings*.json`) stop the sync, everything else is overwritten.
    #[default]
    Careful,
    /// They stop the sync.
    Fail,
    /// They stay as they are.
    Keep,
    /// They are overwritten; the backup has them until the next sync.
    Overwrite,
}

/// A file that was changed on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The file.
    pub path: RelPath,
    /// What was deployed.
    pub was: Digest,
    /// What is there; `None` when it cannot be read.
    pub is: Option<Digest>,
}

/// Finds what the plan would overwrite although somebody changed it, and does with the plan what is
/// asked for such files.
pub(crate) fn drift(
    plan: &mut Plan,
    manifest: &Manifest,
    destination: &LocalTree,
    on_drift: OnDrift,
) -> Vec<Drift> {
    let found: Vec<Drift> = plan
        .steps
        .iter()
        .filter_map(|step| {
            let (path, old) = overwritten(step)?;
            let entry = manifest.get(path)?;
            let was = entry.digest.filter(|_| !entry.is(old))?;
            let is = of_file(destination, path).ok();
            // Only its time was changed.
            (is != Some(was)).then(|| Drift { path: path.clone(), was, is })
        })
        .collect();
    for Drift { path, was: _, is: _ } in &found {
        let fails = match on_drift {
            OnDrift::Careful => is_setting(path),
            OnDrift::Fail => true,
            OnDrift::Keep | OnDrift::Overwrite => false,
        };
        if fails {
            plan.refused.push(Guard::Drift(path.clone()));
        }
    }
    if on_drift == OnDrift::Keep {
        let is_found = |path: &RelPath| found.iter().any(|drift| drift.path == *path);
        plan.steps.retain(|step| !is_found(step.path()));
        plan.kept.extend(found.iter().map(|drift| Kept {
            path: drift.path.to_string(),
            why: Why::Changed,
            files: 1,
        }));
        plan.kept.sort();
    }
    found
}

/// The file whose content a step takes away, and what it is now.
fn overwritten(step: &Step) -> Option<(&RelPath, Stamp)> {
    match step {
        Step::Replace { path, source: _, stamp: _, old } | Step::Delete { path, old } => {
            Some((path, *old))
        }
        Step::CreateDirectory { path: _ }
        | Step::RenameCase { from: _, path: _, old: _ }
        | Step::Create { path: _, source: _, stamp: _ }
        | Step::Touch { path: _, stamp: _, old: _ }
        | Step::DeleteDirectory { path: _ } => None,
    }
}

/// Whether people change such a file on servers, and would miss it.
fn is_setting(path: &RelPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    path.has_extension("config") || name.starts_with("appsettings") && path.has_extension("json")
}
