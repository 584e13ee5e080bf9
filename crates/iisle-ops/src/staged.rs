//! The way of `iisle sync --staged`: locks the folder, ends what an earlier run began, and deploys
//! as a whole.

use std::num::NonZero;
use std::path::Path;
use std::time::Duration;

use iisle_path::RelPath;
use iisle_sync::staged::{Away, Direction, Offline, Recovered, Staging, deploy, recover};
use iisle_sync::{Ending, Outcome, Plan};
use iisle_tree::workshop::{LocalWorkshop, Lock, LockError};
use iisle_tree::{LocalTree, Tree, TreeError, host};

use crate::sync::{Engine, OfflineWish, SyncOutcome};
use crate::{Context, Failure};

/// How long an app may take to let go of its files: the ten seconds that the module gives it to
/// end by default, and twenty for everything around.
///
/// Source: `sync.md` LK-6.
const RELEASE: Duration = Duration::from_secs(30);

/// More is no page.
const MAX_PAGE: u64 = 64 << 10;

/// A folder that nobody else deploys to as long as this lives.
pub(crate) struct Workplace {
    shop: LocalWorkshop,
    _lock: Lock,
}

/// Why a deployment does not begin.
pub(crate) enum NoEntry {
    /// Another one is at work there.
    Busy(Failure),
    /// The system or an earlier deployment is in the way.
    Failed(Failure),
}

impl From<TreeError> for NoEntry {
    fn from(error: TreeError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<iisle_sync::staged::StagedError> for NoEntry {
    fn from(error: iisle_sync::staged::StagedError) -> Self {
        let failure = Failure::of(&error)
            .hint("set the file right, or remove the folder `.NAME.deploy` to give the backup up");
        Self::Failed(failure)
    }
}

pub(crate) fn threads() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// Locks the folder and ends what an earlier run began. A direct sync does that only where a staged
/// one has been.
pub(crate) fn enter(
    context: &Context<'_>,
    destination: &Path,
    engine: Engine,
) -> Result<Option<Workplace>, NoEntry> {
    let place = match LocalWorkshop::beside(destination) {
        Ok(shop) => lock(context, shop, engine)?,
        // The top of a volume: no staged sync can have been there.
        Err(_) if engine == Engine::Direct => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(workplace) = &place {
        let recovered = recover(&workplace.shop, Direction::Forward)?;
        if recovered != Recovered::Nothing {
            tracing::info!(?recovered, "ended what an earlier run began");
        }
    }
    Ok(place)
}

fn lock(
    context: &Context<'_>,
    shop: LocalWorkshop,
    engine: Engine,
) -> Result<Option<Workplace>, NoEntry> {
    if engine == Engine::Direct && !host::is_dir(shop.work()) {
        return Ok(None);
    }
    match shop.lock(&who(context)) {
        Ok(lock) => Ok(Some(Workplace { shop, _lock: lock })),
        Err(LockError::Tree(error)) => Err(error.into()),
        Err(error) => {
            let hint = "wait until it has ended, and run the same command again";
            Err(NoEntry::Busy(Failure::of(&error).hint(hint)))
        }
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

/// Deploys as a whole.
pub(crate) fn execute(
    context: &Context<'_>,
    source: &dyn Tree,
    destination: &LocalTree,
    place: &Workplace,
    (wish, threads): (OfflineWish, NonZero<usize>),
    plan: &Plan,
) -> Outcome {
    let page = page(source);
    let away = Away { page: page.as_deref(), limit: RELEASE };
    let offline = match wish {
        OfflineWish::WhenInUse => Offline::WhenInUse(away),
        OfflineWish::Always => Offline::Always(away),
        OfflineWish::Never => Offline::Never,
    };
    let id = format!("of process {}", std::process::id());
    deploy(
        &Staging {
            source,
            destination,
            shop: &place.shop,
            monitor: context.monitor,
            threads,
            offline,
            id: &id,
            sleep: &std::thread::sleep,
        },
        plan,
    )
}

/// The page that the source brings: it is shown while files are swapped, and never deployed.
fn page(source: &dyn Tree) -> Option<Vec<u8>> {
    source.read_all(&RelPath::parse("app_offline.htm").ok()?, MAX_PAGE).ok()
}

/// Takes back what the last staged sync did.
pub(crate) fn rollback(context: &Context<'_>, destination: &Path) -> Result<SyncOutcome, NoEntry> {
    let nothing = SyncOutcome::Ended(Ending::Unchanged);
    // Without a work folder no staged sync has been there, and none is made for nothing.
    let Some(place) = lock(context, LocalWorkshop::beside(destination)?, Engine::Direct)? else {
        return Ok(nothing);
    };
    Ok(match iisle_sync::staged::rollback(&place.shop)? {
        Recovered::Nothing => nothing,
        Recovered::Dropped | Recovered::Completed | Recovered::TakenBack => SyncOutcome::TakenBack,
    })
}
