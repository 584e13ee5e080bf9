//! The one door through which sites are changed: locks the folder, ends what an earlier run began,
//! plans, and deploys as a whole.

use std::num::NonZero;
use std::path::Path;
use std::sync::OnceLock;

use iisle_path::RelPath;
use iisle_sync::staged::{
    Away, Direction, Held, Offline, Recovered, StagedError, Staging, deploy, has_manifest,
    is_unfinished, keep_digests, other_streams, read_digests, read_manifest, recover,
};
use iisle_sync::{
    DigestStore, Ending, Guard, Known, KnownDigests, List, Manifest, Outcome, Plan, Policy, Side,
    Stream,
};
use iisle_tree::workshop::{LocalWorkshop, Lock, LockError};
use iisle_tree::{LocalTree, Ticks, Tree, TreeError, host};

use crate::drift::{Drift, drift};
use crate::releases::deployment_id;
use crate::shutdown::Shutdown;
use crate::sync::{OfflineWish, OnLocked, StagedOptions, SyncOutcome};
use crate::{Context, Failure};

/// More is no page.
const MAX_PAGE: u64 = 64 << 10;

/// The pages that a source brings for the time when the app is away, best first.
///
/// Source: `sync.md` AO-1, AO-3.
const PAGES: [&str; 3] =
    ["app_offline.htm", "app_offline.htm.template", "App_offline-Template.htm"];

/// A folder that is changed, and its work folder.
pub(crate) struct Site {
    shop: LocalWorkshop,
    /// Held from the moment on when there is something to protect.
    lock: Option<Lock>,
}

/// Why a deployment does not begin.
pub(crate) enum NoEntry {
    /// Another one is at work there.
    Busy(Failure),
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
        let failure = Failure::of(&error)
            .hint("set the file right, or remove the folder `.NAME.deploy` to give the backup up");
        Self::Failed(failure)
    }
}

impl From<LockError> for NoEntry {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Tree(error) => error.into(),
            error => {
                let hint = "wait until it has ended, and run the same command again";
                Self::Busy(Failure::of(&error).hint(hint))
            }
        }
    }
}

pub(crate) fn threads() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// What is planned, and what was seen on the way.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) drift: Vec<Drift>,
}

/// What is brought to a site, and how it gets there.
#[derive(Clone, Copy)]
pub(crate) struct Delivery<'a> {
    /// The tree that the plan was made from.
    pub(crate) source: &'a dyn Tree,
    /// What the manifest calls it.
    pub(crate) origin: &'a str,
    /// The folder of the site.
    pub(crate) destination: &'a LocalTree,
    /// Files that are written at the same time, at most.
    pub(crate) threads: NonZero<usize>,
    /// What is done.
    pub(crate) plan: &'a Plan,
}

/// What is known of the site, read when it is asked for.
struct Claims<'a> {
    shop: &'a LocalWorkshop,
    stream: &'a Stream,
    /// When the site was locked, if it is.
    locked: Option<Ticks>,
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
        read_digests(self.shop, self.stream, side)
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
        Ok(Self { shop, lock: None })
    }

    /// Where somebody has deployed before: locks the site and ends what an earlier run began.
    pub(crate) fn settle(&mut self, context: &Context<'_>) -> Result<(), NoEntry> {
        if self.lock.is_none() && host::is_dir(self.shop.work()) {
            self.begin(context)?;
        }
        Ok(())
    }

    /// Locks the site and ends what an earlier run began; whether there was something.
    pub(crate) fn begin(&mut self, context: &Context<'_>) -> Result<bool, NoEntry> {
        if self.lock.is_some() {
            return Ok(false);
        }
        self.lock = Some(self.shop.lock(&who(context))?);
        if !is_unfinished(&self.shop)? {
            return Ok(false);
        }
        let recovered = recover(&self.shop, Direction::default())?;
        tracing::info!(?recovered, "ended what an earlier run began");
        Ok(true)
    }

    /// Plans with `plan`, which is given the policy and what an earlier deployment brought, and adds
    /// what only this place knows: changes on the server, files of other streams.
    pub(crate) fn plan(
        &self,
        destination: &LocalTree,
        policy: &Policy,
        options: &StagedOptions,
        plan: impl FnOnce(&Policy, &dyn Known) -> Result<Plan, Failure>,
    ) -> Result<Planned, NoEntry> {
        let stream = &options.stream;
        let mut policy = policy.clone();
        if !has_manifest(&self.shop, stream)? {
            policy.list = List::Everything;
        }
        let known = Claims {
            shop: &self.shop,
            stream,
            locked: self.lock.as_ref().map(Lock::taken),
            manifest: OnceLock::new(),
            failure: OnceLock::new(),
        };
        let mut plan = plan(&policy, &known)?;
        let mut drifted = Vec::new();
        if !plan.is_empty() {
            if let Some(manifest) = known.manifest() {
                drifted = drift(&mut plan, manifest, destination, options.on_drift);
            }
            self.refuse_files_of_others(&mut plan, stream)?;
        }
        match known.failure.into_inner() {
            Some(error) => Err(error.into()),
            None => Ok(Planned { plan, drift: drifted }),
        }
    }

    /// A path that two streams bring would be deleted by the one or the other.
    ///
    /// Source: `sync.md` §5.10.
    fn refuse_files_of_others(&self, plan: &mut Plan, own: &Stream) -> Result<(), NoEntry> {
        for stream in other_streams(&self.shop, own)? {
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

    /// Deploys as a whole.
    pub(crate) fn execute(
        &self,
        context: &Context<'_>,
        options: &StagedOptions,
        delivery: &Delivery<'_>,
    ) -> (Outcome, String) {
        let Delivery { source, origin, destination, threads, plan } = *delivery;
        let page = page(source);
        let shutdown = Shutdown::of(destination.root());
        let limit = options.offline_limit.unwrap_or(shutdown.limit);
        let away = Away { page: &page, limit };
        let offline = match options.offline {
            // An app that runs from a copy holds none of these files.
            OfflineWish::WhenInUse if shutdown.from_copy => Offline::Never,
            OfflineWish::WhenInUse => Offline::Auto(away),
            OfflineWish::Always => Offline::Always(away),
            OfflineWish::Never => Offline::Never,
        };
        let id = self.lock.as_ref().map_or_else(String::new, |lock| deployment_id(lock.taken()));
        let held = match options.on_locked {
            OnLocked::Fail => Held::Wait(options.lock_limit),
            OnLocked::MoveAside => Held::MoveAside,
        };
        let staging = Staging {
            source,
            destination,
            shop: &self.shop,
            monitor: context.monitor,
            threads,
            offline,
            held,
            stream: &options.stream,
            id: &id,
            origin,
            sleep: &std::thread::sleep,
            interrupted: &|| context.monitor.is_interrupted(),
        };
        (deploy(&staging, plan), id)
    }
}

/// What others are told of this run.
pub(crate) fn who(context: &Context<'_>) -> String {
    let user = context.variable("USER").or_else(|| context.variable("USERNAME"));
    let host = context.variable("HOSTNAME").or_else(|| context.variable("COMPUTERNAME"));
    let pid = std::process::id();
    let said = [("user", user), ("host", host)];
    let mut words = vec![format!("pid {pid}")];
    words.extend(said.iter().filter_map(|(word, value)| Some(format!("{word} {}", (*value)?))));
    words.join(", ")
}

/// The page that the source brings, or ours: it is shown while files are swapped.
fn page(source: &dyn Tree) -> Vec<u8> {
    let own = PAGES.iter().find_map(|name| {
        source.read_all(&RelPath::parse(name).expect("it is a name"), MAX_PAGE).ok()
    });
    own.unwrap_or_else(|| iisle_webdeploy::offline_page().as_bytes().to_vec())
}

/// Takes back what the last sync did.
pub(crate) fn rollback(context: &Context<'_>, destination: &Path) -> Result<SyncOutcome, NoEntry> {
    let shop = LocalWorkshop::beside(destination)?;
    // Without a work folder no sync has been there, and none is made for nothing.
    if !host::is_dir(shop.work()) {
        return Ok(SyncOutcome::Ended(Ending::Unchanged));
    }
    let _lock = shop.lock(&who(context))?;
    Ok(match iisle_sync::staged::rollback(&shop)? {
        Recovered::Nothing => SyncOutcome::Ended(Ending::Unchanged),
        Recovered::Dropped | Recovered::Completed | Recovered::TakenBack => SyncOutcome::TakenBack,
    })
}
