//! Files that somebody changed on the server since they were deployed.

use iisle_path::RelPath;
use iisle_sync::staged::is_remnant;
use iisle_sync::{Entry, Guard, Kept, Manifest, Plan, Step, Why};
use iisle_tree::digest::{Digest, of_file};
use iisle_tree::{LocalTree, Stamp, Tree};

use crate::merge::merge;
use crate::overlay::Overlay;
use crate::webconfig;

/// More is no web.config.
pub(crate) const MAX_CONFIG: u64 = 16 << 20;

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
    /// Changes of a `web.config` on both sides are joined; one that contradicts stops the sync. All
    /// else is as with `Careful`.
    Merge,
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

/// What was found, and what is written instead of a file of the source.
#[derive(Debug, Default)]
pub(crate) struct Drifted {
    pub(crate) found: Vec<Drift>,
    /// The `web.config` that both sides changed, joined.
    pub(crate) joined: Option<Joined>,
}

/// What changes of a `web.config` are joined with.
pub(crate) struct Joining<'a> {
    /// Where the new one is.
    pub(crate) source: &'a dyn Tree,
    /// The one that was deployed last, before anybody changed it on the server.
    pub(crate) base: Option<Vec<u8>>,
}

/// The folder in which changes are looked for.
pub(crate) struct Found<'a> {
    /// The folder.
    pub(crate) tree: &'a LocalTree,
    /// Whether files may be missing or cut off because the machine stopped before they were on the medium.
    pub(crate) may_be_incomplete: bool,
}

impl Found<'_> {
    /// Whether a file was cut off when the machine stopped.
    fn is_cut_off(&self, old: Stamp, deployed: &Entry) -> bool {
        self.may_be_incomplete && is_remnant(old, deployed.modified)
    }
}

/// Finds what the plan would overwrite although somebody changed it, and does with the plan what is
/// asked for such files.
pub(crate) fn drift(
    plan: &mut Plan,
    manifest: &Manifest,
    site: &Found<'_>,
    on_drift: OnDrift,
    joining: &Joining<'_>,
) -> Drifted {
    let destination = site.tree;
    let root = webconfig::path();
    let base = joining.base.as_deref().map(Digest::of);
    let found: Vec<Drift> = plan
        .steps
        .iter()
        .filter_map(|step| {
            let (path, old) = overwritten(step)?;
            let entry = manifest.get(path).filter(|entry| !site.is_cut_off(old, entry))?;
            // What was joined and deployed still holds the change.
            let base = base.filter(|_| *path == root);
            let was = base.or(entry.digest.filter(|_| !entry.is(old)))?;
            let is = of_file(destination, path).ok();
            // Only its time was changed.
            (is != Some(was)).then(|| Drift { path: path.clone(), was, is })
        })
        .collect();
    let has_drifted = found.iter().any(|drift| drift.path == root);
    let joined = (on_drift == OnDrift::Merge && has_drifted)
        .then(|| join(plan, destination, joining))
        .flatten();
    for Drift { path, was: _, is: _ } in &found {
        let fails = match on_drift {
            OnDrift::Careful => is_setting(path),
            OnDrift::Merge => is_setting(path) && (*path != root || joined.is_none()),
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
            bytes: None,
        }));
        plan.kept.sort();
    }
    Drifted { found, joined }
}

/// Whether the plan would take the handler of the app out of the `web.config` at the root.
///
/// Source: `sync.md` SD-17.
pub(crate) fn lost_handler(
    plan: &Plan,
    source: &dyn Tree,
    destination: &LocalTree,
) -> Option<Guard> {
    let root = webconfig::path();
    let replaced = plan.steps.iter().find_map(|step| match step {
        Step::Replace { path, source, .. } if *path == root => Some(source),
        _ => None,
    })?;
    let old = destination.read_all(&root, MAX_CONFIG).ok().filter(|old| has_handler(old));
    old?;
    let new = source.read_all(replaced, MAX_CONFIG).ok()?;
    (!has_handler(&new)).then_some(Guard::HandlerLost(root))
}

fn has_handler(text: &[u8]) -> bool {
    iisle_webconfig::read(text).is_ok_and(|config| {
        iisle_webconfig::explain(&config).handlers.iter().any(|handler| {
            let modules = handler.modules.as_deref().unwrap_or_default().to_ascii_lowercase();
            handler.kind == "add" && modules.contains("aspnetcoremodule")
        })
    })
}

/// Joins what both sides changed of the `web.config` at the root, and has the plan write that. `None`
/// when there is nothing to join, or when the changes contradict each other.
fn join(plan: &mut Plan, destination: &LocalTree, joining: &Joining<'_>) -> Option<Joined> {
    let root = webconfig::path();
    let is_root = |step: &Step| matches!(step, Step::Replace { path, .. } if *path == root);
    let at = plan.steps.iter().position(is_root)?;
    let Step::Replace { path, source, stamp, old: _ } = &mut plan.steps[at] else { return None };
    let base = joining.base.as_ref()?;
    let ours = joining.source.read_all(source, MAX_CONFIG).ok()?;
    let theirs = destination.read_all(path, MAX_CONFIG).ok()?;
    let [base, ours, text] = [base, &ours, &theirs].map(|bytes| std::str::from_utf8(bytes).ok());
    let content = merge(base?, ours?, text?)?.into_bytes();
    // Lines that fit do not always make a document.
    iisle_webconfig::read(&content).ok()?;
    let source = source.clone();
    stamp.size = content.len() as u64;
    if content == theirs {
        plan.steps.remove(at);
    }
    Some(Joined { source, content })
}

/// The `web.config` that both sides changed, joined.
#[derive(Debug)]
pub(crate) struct Joined {
    source: RelPath,
    content: Vec<u8>,
}

impl Joined {
    /// The source with this `web.config`.
    pub(crate) fn put_into<'a>(&self, source: &'a dyn Tree) -> Overlay<'a> {
        let mut overlay = Overlay::new(source);
        overlay.put(self.source.clone(), self.content.clone());
        overlay
    }
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
        | Step::MarkDirectory { path: _, marks: _, old: _ }
        | Step::DeleteDirectory { path: _ } => None,
    }
}

/// Whether people change such a file on servers, and would miss it.
fn is_setting(path: &RelPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    path.has_extension("config") || name.starts_with("appsettings") && path.has_extension("json")
}
