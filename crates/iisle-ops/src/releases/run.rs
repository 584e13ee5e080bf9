use std::path::{Path, PathBuf};

use iisle_sync::{Ending, Extras, Totals};
use iisle_tree::{Ticks, host, pointer};

use super::folder::{self, NEW};
use super::state::State;
use super::upkeep::{Pointer, Switched, has_config, lock, no_config, remove_old, switch};
use crate::staged::NoEntry;
use crate::sync::{
    Engine, StagedOptions, SyncMode, SyncOutcome, SyncReport, SyncRequest, busy, sync,
};
use crate::sync_failure::CLOSED;
use crate::{Context, Failure};

/// Folders that all releases share unless others are named: what a site writes itself.
pub const SHARED: [&str; 2] = ["logs", "App_Data"];
/// Releases that are kept unless a number is given.
///
/// Source: `sync.md` §4.5.
pub const KEPT_RELEASES: usize = 3;

/// Where shared folders are.
const SHARED_FOLDER: &str = "shared";

/// A deployment into a folder of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRequest {
    /// What to deploy and how; its destination is not looked at.
    pub sync: SyncRequest,
    /// The folder of the releases.
    pub folder: PathBuf,
    /// The pointer; `None` for the one of the last time, or the link `current` in the folder.
    pub pointer: Option<Pointer>,
    /// Releases that stay, the new one among them.
    pub keep: usize,
    /// Folders of the site that all releases share.
    pub shared: Vec<String>,
    /// When it is deployed.
    pub now: Ticks,
}

/// What came of it.
#[derive(Debug)]
pub struct ReleaseReport {
    /// The copying.
    pub sync: SyncReport,
    /// The name of the new release, once it is complete; of the active one when nothing differs.
    pub release: Option<String>,
    /// What was switched.
    pub switched: Switched,
    /// Releases that were removed.
    pub pruned: Vec<String>,
}

/// Deploys into a fresh folder, then switches the pointer to it.
///
/// # Errors
/// As [`sync`]; when another deployment is at work in the folder, when the pointer is no link, or
/// when the release would leave the site without its `web.config`.
pub fn release(context: &Context<'_>, request: &ReleaseRequest) -> Result<ReleaseReport, Failure> {
    let ReleaseRequest { sync: wanted, folder, pointer, keep, shared, now } = request;
    let message = || format!("cannot make a release in `{}`", folder.display());
    crate::sync::separate(&wanted.source, folder).map_err(|e| e.context(message()))?;
    let mut wanted = wanted.clone();
    wanted.settings.extras = Extras::Keep;
    // Nothing in a fresh folder can be lost, and nobody sees it before it is complete.
    wanted.engine = Engine::InPlace(StagedOptions::default());
    let shared = shared_folders(shared)?;
    wanted.settings.exclude.extend(shared.iter().map(|path| format!("/{path}/")));
    let executes = wanted.mode == SyncMode::Execute;
    let wait = request.sync.engine.options().wait;
    let lock = match executes.then(|| lock(context, folder, wait)) {
        None => None,
        Some(Ok(lock)) => Some(lock),
        Some(Err(NoEntry::Busy(other))) => {
            let place = SyncRequest { destination: folder.clone(), ..wanted };
            return Ok(ReleaseReport {
                sync: busy(&place, *other, &message()),
                release: None,
                switched: Switched::default(),
                pruned: Vec::new(),
            });
        }
        Some(Err(NoEntry::Ended(_, failure) | NoEntry::Failed(failure))) => {
            return Err(failure.context(message()));
        }
    };
    if executes && !host::takes_files(folder) {
        let problem = format!("`{}` cannot be written to", folder.display());
        let problem = problem + ": every release is a folder in it";
        return Err(Failure::new(problem).hint(CLOSED).context(message()));
    }
    let enter = |phase| lock.iter().for_each(|turn| turn.enter(phase));
    if lock.is_some() && host::is_dir(folder) {
        folder::clear(folder)?;
    }
    let mut state = State::read(folder)?.unwrap_or_default();
    if let Some(pointer) = pointer.clone() {
        state.pointer = Some(pointer);
    }
    if let Pointer::Link(link) = state.pointer_or_default(folder) {
        // What a release is made for must be possible before it is made.
        check_link(&link, folder).map_err(|e| e.context(message()))?;
    }
    let active = state.active(folder)?;
    if let Some(active) = &active
        && let Some(report) = up_to_date(context, &wanted, &folder.join(active))?
    {
        let switched = Switched { activated: Some(active.clone()), ..Switched::default() };
        // What the releases share is not kept in spite of anything.
        let mut report = report;
        report.kept.retain(|kept| shared.iter().all(|path| path.as_str() != kept.path));
        report.totals.kept = report.kept.iter().map(|kept| kept.files.max(1)).sum();
        return Ok(ReleaseReport {
            sync: SyncReport { destination: folder.join(active), ..report },
            release: Some(active.clone()),
            switched,
            pruned: Vec::new(),
        });
    }
    let name = folder::deployment_id(*now);
    let fresh = folder.join(format!("{NEW}{name}"));
    if executes {
        host::create_dir_all(folder).map_err(|e| Failure::from(e).context(message()))?;
    }
    enter("copy");
    let report = sync(context, &SyncRequest { destination: fresh.clone(), ..wanted.clone() })?;
    let place = folder.join(&name);
    let mut report = SyncReport { destination: place.clone(), ..report };
    let is_complete =
        matches!(report.outcome, SyncOutcome::Ended(Ending::Done | Ending::Unchanged));
    if !executes || !is_complete {
        if executes {
            folder::clear(folder)?;
        }
        let switched = Switched::default();
        return Ok(ReleaseReport { sync: report, release: None, switched, pruned: Vec::new() });
    }
    let had_config = active.as_ref().is_some_and(|name| has_config(&folder.join(name)));
    if had_config && !has_config(&fresh) {
        folder::clear(folder)?;
        report.outcome = SyncOutcome::Ended(Ending::Refused);
        report.totals = Totals::default();
        report.failure = Some(no_config(&wanted.source));
        let switched = Switched::default();
        return Ok(ReleaseReport { sync: report, release: None, switched, pruned: Vec::new() });
    }
    for path in &shared {
        share(context, &wanted, folder, &fresh, path).map_err(|e| e.context(message()))?;
    }
    // Nothing points to a release that a power cut could still take.
    enter("flush");
    host::flush(&fresh).map_err(|e| Failure::from(e).context(message()))?;
    host::rename_folder(&fresh, &place).map_err(|e| Failure::from(e).context(message()))?;
    folder::clear(folder)?;
    report.outcome = SyncOutcome::Ended(Ending::Done);
    enter("switch");
    let switched = switch(folder, &mut state, &name)?;
    enter("prune");
    let pruned = remove_old(folder, &state, *keep)?.removed;
    drop(lock);
    Ok(ReleaseReport { sync: report, release: Some(name), switched, pruned })
}

/// Refuses a link that could not be made: the folder that it is to lie in is missing.
fn check_link(link: &Path, releases: &Path) -> Result<(), Failure> {
    let parent = link.parent().filter(|parent| !parent.as_os_str().is_empty());
    match parent {
        Some(parent) if parent != releases && !host::is_dir(parent) => {
            let (link, parent) = (link.display(), parent.display());
            Err(Failure::new(format!("the link `{link}` cannot be made: `{parent}` is no folder"))
                .hint("make that folder, or name another link: iisle sync SRC LINK --releases DIR"))
        }
        _ => Ok(()),
    }
}

/// The report of a check that found nothing to do.
fn up_to_date(
    context: &Context<'_>,
    wanted: &SyncRequest,
    active: &Path,
) -> Result<Option<SyncReport>, Failure> {
    let mut check = wanted.clone();
    check.mode = SyncMode::Check;
    active.clone_into(&mut check.destination);
    // What is in the active release and no longer in the source is a difference.
    check.settings.extras = Extras::Delete;
    check.settings.max_delete = Some(u64::MAX);
    if !host::is_dir(active) {
        return Ok(None);
    }
    let report = sync(context, &check)?;
    let is_same = report.outcome == SyncOutcome::Ended(Ending::Unchanged);
    Ok(is_same.then_some(SyncReport { plan: None, ..report }))
}

fn shared_folders(shared: &[String]) -> Result<Vec<iisle_path::RelPath>, Failure> {
    let parse = |path: &String| {
        iisle_path::RelPath::parse(path).map_err(|error| {
            Failure::of(&error)
                .context("what releases share is a folder of the site")
                .hint("name it as it lies in the source: --shared App_Data")
        })
    };
    shared.iter().filter(|path| !path.is_empty()).map(parse).collect()
}

/// Makes a folder of the new release a link to the shared one. What the source brings for it is
/// created there when it is missing, and never replaced.
fn share(
    context: &Context<'_>,
    wanted: &SyncRequest,
    folder: &Path,
    fresh: &Path,
    path: &iisle_path::RelPath,
) -> Result<(), Failure> {
    let common = folder.join(SHARED_FOLDER).join(path.as_str());
    host::create_dir_all(&common)?;
    let seed = wanted.source.join(path.as_str());
    if host::is_dir(&seed) {
        let mut brought = wanted.clone();
        brought.source = seed;
        brought.destination = common;
        brought.settings = crate::sync::SyncSettings {
            compare: wanted.settings.compare,
            protect: vec!["**".into()],
            ..crate::sync::SyncSettings::default()
        };
        let report = sync(context, &brought)?;
        folder::clear(&folder.join(SHARED_FOLDER))?;
        if let Some(failure) = report.failure {
            return Err(failure);
        }
    }
    let link = fresh.join(path.as_str());
    if let Some(parent) = link.parent() {
        host::create_dir_all(parent)?;
    }
    let depth = path.as_str().split('/').count();
    let above: PathBuf = std::iter::repeat_n("..", depth).collect();
    Ok(pointer::switch(&link, &above.join(SHARED_FOLDER).join(path.as_str()))?)
}
