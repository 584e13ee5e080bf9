//! The one door through which sites are changed: locks the folder, ends what an earlier run began,
//! plans, and deploys as a whole.

use std::num::NonZero;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use iisle_path::{NameRules, RelPath};
use iisle_sync::staged::{
    Away, Direction, Doing, Held, Offline, Recovered, StagedError, Staging, Times, deploy,
    has_manifest, is_unfinished, keep_digests, may_be_incomplete, page_path, read_digests,
    read_manifest, recover, settle, streams,
};
use iisle_sync::{
    Care, Compare, DigestStore, Ending, Guard, Known, KnownDigests, List, Manifest, Outcome, Plan,
    Policy, Side, Stream, Why, case_sensitive_folders,
};
use iisle_tree::workshop::{LocalWorkshop, Look, Spot, State, Workshop};
use iisle_tree::{LocalTree, Stamp, Ticks, Tree, TreeError, host};

use crate::drift::{Drift, Drifted, Found, Joined, Joining, MAX_CONFIG, drift, lost_handler};
use crate::protection::with_own;
use crate::shadow_copy::{AppCopy, AppCopyState, Copies, Watch, programs, programs_at_top, times};
use crate::shutdown::{ShadowCopy, Shutdown};
use crate::sync::{OfflineWish, OnLocked, StagedOptions, SyncOutcome};
use crate::turn::{self, AtWork, Turn};
use crate::{Context, Failure};

/// More is no page.
const MAX_PAGE: u64 = 64 << 10;

/// The pages that a source brings for the time when the app is away, best first.
///
/// Source: `sync.md` AO-1, AO-3.
const PAGES: [&str; 3] =
    ["app_offline.htm", "app_offline.htm.template", "App_offline-Template.htm"];

/// Source: `sync.md` AO-3.
const PAGE_OF_SOURCE: &str =
    "it is shown while files are swapped, and not deployed: it would keep the site offline";
/// Source: `sync.md` AO-2.
const FOREIGN_PAGE: &str = "it was not put there by this deployment and stays: the site is offline until somebody removes it";

/// What the name of a file in the work folder begins with that keeps the `web.config` of a deployment.
const BASE: &str = "base.";
/// So many of a stream are kept: deployments can be taken back.
const KEPT_BASES: usize = 8;

/// `None` when the deployment has a name that is not one of ours.
fn base_path(stream: &Stream, deployment: &str) -> Option<RelPath> {
    RelPath::parse(&format!("{BASE}{}.{deployment}.config", stream.as_str())).ok()
}

/// A folder that is changed, and its work folder.
pub(crate) struct Site {
    shop: LocalWorkshop,
    /// Held from the moment on when there is something to protect.
    turn: Option<Turn>,
    /// How long is waited for the lock.
    wait: Duration,
    /// How a deployment is ended that an earlier run began.
    direction: Direction,
}

/// Why a deployment does not begin.
pub(crate) enum NoEntry {
    /// Another one is at work there.
    Busy(Box<AtWork>),
    /// An earlier deployment cannot be ended or taken back: how that leaves the site, and why.
    Ended(Ending, Failure),
    /// The system or an earlier deployment is in the way.
    Failed(Failure),
}

impl From<Failure> for NoEntry {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<TreeError> for NoEntry {
    fn from(error: TreeError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StagedError> for NoEntry {
    fn from(error: StagedError) -> Self {
        Self::Failed(stuck(&error, ".NAME.deploy"))
    }
}

/// What a person is told of an error in what `work`, the work folder, says.
fn stuck(error: &StagedError, work: &str) -> Failure {
    let hint = match error {
        StagedError::NoDeployment { .. } => "name one of those that are known".to_owned(),
        StagedError::PlanForm { .. } => {
            "end it with the version of iisle that began it: run the same command, or --rollback, with that one".to_owned()
        }
        _ => format!("set the file right, or remove the folder `{work}` to give the backup up"),
    };
    Failure::of(error).hint(hint)
}

/// Why an earlier deployment was not ended or taken back: nothing was changed, or it is still amid.
fn unended(shop: &LocalWorkshop, error: &StagedError) -> NoEntry {
    let failure = stuck(error, &shop.work().display().to_string());
    match is_unfinished(shop) {
        Ok(true) => NoEntry::Ended(Ending::OfflineLeft, failure),
        _ if error.is_foreign() => NoEntry::Ended(Ending::Refused, failure),
        _ => NoEntry::Failed(failure),
    }
}

pub(crate) fn threads() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// What is planned, and what was seen on the way.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) drift: Vec<Drift>,
    /// What is written instead of a file of the source.
    pub(crate) joined: Option<Joined>,
    /// What the stream brought before, if it was looked at while the site was locked.
    pub(crate) known: Option<Manifest>,
}

/// What is brought to a site, and how it gets there.
#[derive(Clone, Copy)]
pub(crate) struct Delivery<'a> {
    /// What is written.
    pub(crate) source: &'a dyn Tree,
    /// The same without what was joined with changes on the server.
    pub(crate) pristine: &'a dyn Tree,
    /// What the manifest calls it.
    pub(crate) origin: &'a str,
    /// The folder of the site.
    pub(crate) destination: &'a LocalTree,
    /// Files that are written at the same time, at most.
    pub(crate) threads: NonZero<usize>,
    /// What is done.
    pub(crate) plan: &'a Plan,
    /// What the stream brought before, if it was looked at while the site was locked.
    pub(crate) known: Option<&'a Manifest>,
}

/// What is known of the site, read when it is asked for.
struct Claims<'a> {
    shop: &'a LocalWorkshop,
    stream: &'a Stream,
    /// When the site was locked, if it is.
    locked: Option<Ticks>,
    /// Whether files may be missing or cut off whose sizes and times say that they are there.
    may_be_incomplete: bool,
    manifest: OnceLock<Option<Manifest>>,
    failure: OnceLock<StagedError>,
}

impl Known for Claims<'_> {
    fn manifest(&self) -> Option<&Manifest> {
        let read = || {
            read_manifest(self.shop, self.stream).unwrap_or_else(|error| {
                self.failure.get_or_init(|| error);
                None
            })
        };
        self.manifest.get_or_init(read).as_ref()
    }

    fn digests(&self) -> Option<&dyn DigestStore> {
        Some(self)
    }
}

impl DigestStore for Claims<'_> {
    fn digests(&self, side: Side) -> KnownDigests {
        match side {
            Side::Destination if self.may_be_incomplete => KnownDigests::default(),
            Side::Source | Side::Destination => read_digests(self.shop, self.stream, side),
        }
    }

    /// Who does not hold the lock changes nothing there.
    fn since(&self) -> Option<Ticks> {
        self.locked
    }

    fn keep(&self, side: Side, digests: Vec<u8>) {
        if let Err(error) = keep_digests(self.shop, self.stream, side, &digests) {
            tracing::debug!(%error, ?side, "digests are not kept for the next sync");
        }
    }
}

impl Site {
    /// The site in `destination`. Nothing is created.
    pub(crate) fn of(destination: &Path, options: &StagedOptions) -> Result<Self, NoEntry> {
        let shop = LocalWorkshop::beside(destination)?.waiting(options.lock_limit);
        let StagedOptions { wait, recovery: direction, .. } = *options;
        Ok(Self { shop, turn: None, wait, direction })
    }

    /// Where somebody has deployed before: locks the site and ends what an earlier run began.
    pub(crate) fn settle(&mut self, context: &Context<'_>) -> Result<(), NoEntry> {
        if self.turn.is_none() && host::is_dir(self.shop.work()) {
            self.begin(context)?;
        }
        Ok(())
    }

    /// Locks the site and ends what an earlier run began; whether the site may be another one than before:
    /// there was something to end, or somebody has deployed for the first time meanwhile.
    pub(crate) fn begin(&mut self, context: &Context<'_>) -> Result<bool, NoEntry> {
        if self.turn.is_some() {
            return Ok(false);
        }
        let turn = self.turn.insert(turn::take(context, &self.shop, self.wait)?);
        if !is_unfinished(&self.shop)? {
            return Ok(!streams(&self.shop)?.is_empty());
        }
        turn.enter("recover");
        let recovered = recover(&self.shop, self.direction);
        let recovered = recovered.map_err(|error| unended(&self.shop, &error))?;
        turn.enter("plan");
        tracing::info!(?recovered, "ended what an earlier run began");
        Ok(true)
    }

    /// Where the site is locked: tells those who wait for it that something else is done now.
    pub(crate) fn enter(&self, phase: &'static str) {
        self.turn.iter().for_each(|turn| turn.enter(phase));
    }

    /// Plans with `plan`, which is given the policy and what an earlier deployment brought, and adds
    /// what only this place knows: changes on the server, files of other streams.
    pub(crate) fn plan(
        &self,
        (source, destination): (&dyn Tree, &LocalTree),
        policy: &Policy,
        options: &StagedOptions,
        plan: impl FnOnce(&Policy, &dyn Known) -> Result<Plan, Failure>,
    ) -> Result<Planned, NoEntry> {
        let stream = &options.stream;
        let mut policy = match policy.care {
            Care::None => policy.clone(),
            Care::Site | Care::Extras => with_own(policy, destination)?,
        };
        if !has_manifest(&self.shop, stream)? {
            policy.list = List::Everything;
        }
        let may_be_incomplete = may_be_incomplete(&self.shop)?;
        if may_be_incomplete {
            tracing::info!("the system was started anew since the first copy: files are read");
            (policy.compare, policy.list) = (Compare::Contents, List::Everything);
        }
        let known = Claims {
            shop: &self.shop,
            stream,
            locked: self.turn.as_ref().map(Turn::taken),
            may_be_incomplete,
            manifest: OnceLock::new(),
            failure: OnceLock::new(),
        };
        let mut plan = plan(&policy, &known)?;
        let is_about_all = policy.included.is_empty() && policy.excluded.is_empty();
        if may_be_incomplete && plan.is_empty() && is_about_all && self.turn.is_some() {
            // What was just read is as it should be.
            settle(&self.shop)?;
        }
        let mut drifted = Drifted::default();
        if !plan.is_empty() {
            if let Some(manifest) = known.manifest() {
                let base = if may_be_incomplete { None } else { self.base(stream, manifest)? };
                let joining = Joining { source, base };
                let found = Found { tree: destination, may_be_incomplete };
                drifted = drift(&mut plan, manifest, &found, options.on_drift, &joining);
            }
            plan.refused.extend(lost_handler(&plan, source, destination));
            // Where names are compared as they are written, no folder is an exception.
            if destination.names() == NameRules::Windows {
                let tells_case = |folder: Option<&RelPath>| destination.tells_case(folder);
                plan.refused.extend(case_sensitive_folders(&plan, &tells_case));
            }
            self.refuse_files_of_others(&mut plan, stream)?;
        }
        if let Some(error) = known.failure.into_inner() {
            return Err(error.into());
        }
        let Drifted { found: drift, joined } = drifted;
        // Where nobody is kept out, it may be another one by now.
        let known = known.manifest.into_inner().flatten().filter(|_| self.turn.is_some());
        Ok(Planned { plan, drift, joined, known })
    }

    /// The `web.config` that the deployment of `manifest` brought, if it did.
    fn base(&self, stream: &Stream, manifest: &Manifest) -> Result<Option<Vec<u8>>, TreeError> {
        let path = manifest.deployment().and_then(|name| base_path(stream, &name));
        let Some(spot) = path.map(Spot::Work) else { return Ok(None) };
        if self.shop.state(&spot)?.is_none() {
            return Ok(None);
        }
        self.shop.read(&spot, MAX_CONFIG).map(Some)
    }

    /// Keeps the `web.config` that the deployment `id` brought, for [`base`](Self::base). It is no
    /// reason to fail: without it changes of the next one are not joined.
    fn keep_base(&self, source: &dyn Tree, stream: &Stream, id: &str) -> Result<(), TreeError> {
        let config = crate::webconfig::path();
        let Some(stamp) = source.stamp(&config)? else { return Ok(()) };
        let content = source.read_all(&config, MAX_CONFIG)?;
        let stamp = Stamp { size: content.len() as u64, read_only: false, ..stamp };
        let Some(spot) = base_path(stream, id).map(Spot::Work) else { return Ok(()) };
        self.shop.create(&spot, Look::of(stamp), &mut content.as_slice())?;
        let begin = format!("{BASE}{}.", stream.as_str());
        let names = self.shop.names(None)?;
        let old = names.iter().rev().filter(|name| name.starts_with(&begin)).skip(KEPT_BASES);
        for name in old.filter_map(|name| RelPath::parse(name).ok()) {
            self.shop.remove(&Spot::Work(name))?;
        }
        Ok(())
    }

    /// A path that two streams bring would be deleted by the one or the other.
    ///
    /// Source: `sync.md` §5.10.
    fn refuse_files_of_others(&self, plan: &mut Plan, own: &Stream) -> Result<(), NoEntry> {
        for stream in streams(&self.shop)?.into_iter().filter(|stream| stream != own) {
            let Some(manifest) = read_manifest(&self.shop, &stream)? else { continue };
            let taken = plan.steps.iter().filter(|step| {
                !matches!(
                    step,
                    iisle_sync::Step::CreateDirectory { .. }
                        | iisle_sync::Step::DeleteDirectory { .. }
                ) && manifest.get(step.path()).is_some()
            });
            let guards: Vec<_> = taken
                .map(|step| Guard::OtherStream(step.path().clone(), stream.as_str().to_owned()))
                .collect();
            plan.refused.extend(guards);
        }
        Ok(())
    }

    /// Whether the app would be taken offline for `plan`.
    pub(crate) fn goes_offline(
        &self,
        options: &StagedOptions,
        destination: &LocalTree,
        plan: &Plan,
    ) -> Result<bool, Failure> {
        if plan.is_empty() || self.shop.state(&Spot::Top)?.is_none() {
            return Ok(false);
        }
        let shutdown = Shutdown::of(destination.root());
        let away = Away { page: &[], limit: shutdown.limit };
        Ok(offline(options, &shutdown, away).is_needed(destination, plan)?)
    }

    /// Takes back the deployment that was just done here.
    pub(crate) fn take_back(&self) -> Result<(), StagedError> {
        self.enter(Doing::TakingBack.word());
        iisle_sync::staged::rollback(&self.shop).map(drop)
    }

    /// Deploys as a whole.
    pub(crate) fn execute(
        &self,
        context: &Context<'_>,
        options: &StagedOptions,
        delivery: &Delivery<'_>,
    ) -> (Outcome, String) {
        let Delivery { source, pristine: _, origin, destination, threads, plan, known } = *delivery;
        let page = page(source);
        let shutdown = Shutdown::of(destination.root());
        let limit = options.offline_limit.unwrap_or(shutdown.limit);
        let offline = offline(options, &shutdown, Away { page: &page, limit });
        let id = self.turn.as_ref().map_or_else(String::new, |turn| turn.id().to_owned());
        let presence = self.turn.as_ref().map(Turn::presence);
        let held = match options.on_locked {
            OnLocked::Fail => Held::Wait(options.lock_limit),
            OnLocked::MoveAside => Held::MoveAside,
        };
        let now = self.turn.as_ref().map(Turn::taken);
        let times = match (shutdown.shadow_copy, now) {
            (Some(ShadowCopy { folder, keeps_newer: true }), Some(now)) => {
                times(plan, Copies::of(destination.root(), &folder).as_ref(), now)
            }
            _ => Times::Source,
        };
        let staging = Staging {
            source,
            destination,
            shop: &self.shop,
            monitor: context.monitor,
            threads,
            offline,
            held,
            verify: options.verify,
            times,
            stream: &options.stream,
            known,
            id: &id,
            origin,
            sleep: &std::thread::sleep,
            interrupted: &|| context.monitor.is_interrupted(),
            enter: &|doing: Doing| presence.into_iter().for_each(|told| told.enter(doing.word())),
        };
        if plan.kept.iter().any(|kept| kept.why == Why::AppOffline) {
            context.monitor.warning(PAGE_OF_SOURCE, Some(&page_path()));
        }
        let outcome = deploy(&staging, plan);
        let is_done = outcome.ending == Ending::Done;
        if is_done && matches!(self.shop.state(&Spot::Site(page_path())), Ok(Some(State::File(_))))
        {
            context.monitor.warning(FOREIGN_PAGE, Some(&page_path()));
        }
        if is_done && let Err(error) = self.keep_base(delivery.pristine, &options.stream, &id) {
            tracing::warn!(%error, "changes of web.config on the server will not be joined");
        }
        (outcome, id)
    }

    /// Whether an app that runs from a copy of its files has come to have what `plan` brought, after a
    /// while if it runs; `None` where there is no such copy. What a person has to do about it is told.
    ///
    /// Source: `sync.md` AO-5.
    pub(crate) fn app_copy(
        &self,
        context: &Context<'_>,
        options: &StagedOptions,
        destination: &LocalTree,
        plan: &Plan,
    ) -> Option<AppCopy> {
        app_copy(context, options, (self.turn.as_ref(), destination), programs(plan))
    }
}

/// Whether an app is taken offline, as it was wished.
fn offline<'a>(options: &StagedOptions, shutdown: &Shutdown, away: Away<'a>) -> Offline<'a> {
    match options.offline {
        // An app that runs from a copy holds none of these files.
        OfflineWish::WhenInUse if shutdown.shadow_copy.is_some() => Offline::Never,
        OfflineWish::WhenInUse => Offline::Auto(away),
        OfflineWish::Always => Offline::Always(away),
        OfflineWish::Never => Offline::Never,
    }
}

/// What is found of the copy that an app runs from: see [`Site::app_copy`].
fn app_copy(
    context: &Context<'_>,
    options: &StagedOptions,
    (turn, destination): (Option<&Turn>, &LocalTree),
    (programs, wakes): (Vec<RelPath>, bool),
) -> Option<AppCopy> {
    let Shutdown { limit, shadow_copy } = Shutdown::of(destination.root());
    let ShadowCopy { folder, keeps_newer } = shadow_copy.filter(|_| !programs.is_empty())?;
    let Some(copies) = Copies::of(destination.root(), &folder) else {
        return Some(AppCopy { folder, state: AppCopyState::Unseen });
    };
    if let Some(turn) = turn {
        turn.enter(Doing::Waiting.word());
    }
    let watch = Watch {
        site: destination,
        programs: &programs,
        wakes,
        keeps_newer,
        limit: options.offline_limit.unwrap_or(limit),
        monitor: context.monitor,
        sleep: &std::thread::sleep,
    };
    let found = watch.run(&|| copies.last())?;
    if let Some(message) = found.warning() {
        context.monitor.warning(&message, None);
    }
    Some(found)
}

/// The page that the source brings, or ours: it is shown while files are swapped.
fn page(source: &dyn Tree) -> Vec<u8> {
    let own = PAGES.iter().find_map(|name| {
        source.read_all(&RelPath::parse(name).expect("it is a name"), MAX_PAGE).ok()
    });
    own.unwrap_or_else(|| iisle_webdeploy::offline_page().as_bytes().to_vec())
}

/// Takes back what the last sync did; what has become of the copy that the app runs from, if it does.
pub(crate) fn rollback(
    context: &Context<'_>,
    destination: &Path,
    options: &StagedOptions,
) -> Result<(SyncOutcome, Option<AppCopy>), NoEntry> {
    let shop = LocalWorkshop::beside(destination)?;
    // Without a work folder no sync has been there, and none is made for nothing.
    if !host::is_dir(shop.work()) {
        LocalTree::open(destination)?;
        return Ok((SyncOutcome::NothingToTakeBack, None));
    }
    let turn = turn::take(context, &shop, options.wait)?;
    turn.enter(Doing::TakingBack.word());
    let recovered = match &options.back_to {
        None => iisle_sync::staged::rollback(&shop),
        Some(id) => iisle_sync::staged::rollback_to(&shop, id),
    };
    let recovered = recovered.map_err(|error| unended(&shop, &error))?;
    let copy = match (recovered, LocalTree::open(destination)) {
        (Recovered::TakenBack, Ok(tree)) => {
            app_copy(context, options, (Some(&turn), &tree), (programs_at_top(&tree)?, true))
        }
        _ => None,
    };
    let outcome = match recovered {
        Recovered::Nothing => SyncOutcome::NothingToTakeBack,
        Recovered::Dropped | Recovered::Completed | Recovered::TakenBack => SyncOutcome::TakenBack,
    };
    Ok((outcome, copy))
}

#[cfg(test)]
mod tests {
    use super::{NoEntry, Site};
    use crate::sync::{Engine, StagedOptions, SyncMode, SyncRequest, SyncSettings, sync};
    use crate::testing::in_context;
    use iisle_tree::host;

    // SD-36
    #[test]
    fn whoever_planned_before_somebody_deployed_for_the_first_time_plans_again() {
        let folder = tempfile::tempdir().unwrap();
        let [source, destination] = ["new", "site"].map(|name| folder.path().join(name));
        host::create_dir_all(&source).unwrap();
        host::write_atomic(&source.join("a.js"), b"a").unwrap();
        let options = StagedOptions::default();
        let of = || Site::of(&destination, &options).unwrap_or_else(|_| panic!("it is there"));
        let begin = |site: &mut Site| in_context(|context| site.begin(context));
        let (mut before, mut alone) = (of(), of());
        let begun: Result<bool, NoEntry> = begin(&mut alone);
        assert!(begun.is_ok_and(|is_other| !is_other), "nobody has been there");
        drop(alone);
        let request = SyncRequest {
            source,
            destination: destination.clone(),
            settings: SyncSettings::default(),
            mode: SyncMode::Execute,
            engine: Engine::default(),
        };
        in_context(|context| sync(context, &request)).unwrap();
        assert!(begin(&mut before).is_ok_and(|is_other| is_other), "it is another site by now");
    }
}
