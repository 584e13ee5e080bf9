//! Who changes a site, and waiting until it is one's own turn.

use std::time::{Duration, Instant};

use iisle_report::{HeldBy, Pauses, Retry};
use iisle_tree::Ticks;
use iisle_tree::workshop::{LocalWorkshop, Lock, LockError};
use serde_json::{Map, Value};

use crate::presence::Presence;
use crate::releases::deployment_id;
use crate::staged::NoEntry;
use crate::sync_failure::CLOSED;
use crate::{Context, Failure};

/// What to do about a work folder that takes nothing.
const OF_ANOTHER: &str =
    "run as the account that deployed there before, or let this one write to its work folder";

/// Another deployment that is at work somewhere, as far as it said who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtWork {
    /// Process id, on its machine.
    pub pid: Option<u32>,
    /// Account.
    pub user: Option<String>,
    /// Machine.
    pub host: Option<String>,
    /// The deployment, `20261120T173000Z-7f3a`.
    pub id: Option<String>,
    /// The verb that it runs.
    pub command: Option<String>,
    /// What it was doing when it last said so.
    pub phase: Option<String>,
    /// When it began, by the clock of the volume.
    pub since: Option<Ticks>,
    /// When it last said that it is alive, by the clock of the volume.
    pub heartbeat: Option<Ticks>,
    /// How long ago that was; `None` also when our clock says that it has yet to come.
    pub heartbeat_ago: Option<Duration>,
    /// What it said of itself, when that was something else.
    pub said: Option<String>,
}

impl AtWork {
    /// What a deployment says of itself.
    fn this(context: &Context<'_>) -> Map<String, Value> {
        let user = context.variable("USER").or_else(|| context.variable("USERNAME"));
        let host = context.variable("HOSTNAME").or_else(|| context.variable("COMPUTERNAME"));
        let mut this = Map::new();
        let mut tell = |name: &str, value: Value| drop(this.insert(name.to_owned(), value));
        tell("pid", std::process::id().into());
        tell("user", user.into());
        tell("host", host.into());
        tell("command", context.verb.into());
        this
    }

    /// What another deployment said of itself, when by the clock of the volume, and how long ago.
    pub(crate) fn read(said: &str, told: Option<Ticks>, ago: Option<Duration>) -> Self {
        let value: Value = serde_json::from_str(said).unwrap_or_default();
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let heartbeat = value["heartbeat"].as_str().and_then(ticks);
        let pid = value["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
        let is_other = !value.is_object() && !said.is_empty();
        Self {
            pid,
            user: text("user"),
            host: text("host"),
            id: text("id"),
            command: text("command"),
            phase: text("phase"),
            // Who says nothing more has said it when it began.
            since: value["started"].as_str().and_then(ticks).or(told),
            heartbeat,
            heartbeat_ago: heartbeat.and(ago),
            said: is_other.then(|| said.to_owned()),
        }
    }

    fn words(&self) -> String {
        let known = [
            self.pid.map(|pid| format!("pid {pid}")),
            self.user.as_ref().map(|user| format!("user {user}")),
            self.host.as_ref().map(|host| format!("host {host}")),
            self.said.clone(),
        ];
        known.into_iter().flatten().chain(self.doings()).collect::<Vec<_>>().join(", ")
    }

    /// What it runs, how far it is, and whether it is alive.
    fn doings(&self) -> Vec<String> {
        let ago = self.heartbeat_ago.map(|ago| ago.as_secs());
        let known = [
            self.command.as_ref().map(|command| format!("command {command}")),
            self.phase.as_ref().map(|phase| format!("phase {phase}")),
            ago.map(|seconds| format!("last heartbeat {seconds} s ago")),
        ];
        known.into_iter().flatten().collect()
    }

    pub(crate) fn failure(&self) -> Failure {
        let words = self.words();
        let by = if words.is_empty() { String::new() } else { format!(": {words}") };
        Failure::new(format!("another deployment is at work there{by}"))
            .hint("wait until it has ended, or let --wait do it, and run the same command again")
    }
}

fn ticks(time: &str) -> Option<Ticks> {
    let time: jiff::Timestamp = time.parse().ok()?;
    let nanoseconds = u32::try_from(time.subsec_nanosecond()).ok()?;
    Some(Ticks::from_unix(time.as_second(), nanoseconds))
}

/// The lock of a site. Others are told what is done until it is given back.
pub(crate) struct Turn {
    // Ended before the lock is given back.
    presence: Presence,
    lock: Lock,
    id: String,
}

impl Turn {
    fn new(lock: Lock, mut who: Map<String, Value>) -> Self {
        let id = deployment_id(lock.taken());
        who.insert("id".to_owned(), id.as_str().into());
        Self { presence: Presence::new(lock.notice().clone(), who, lock.taken()), lock, id }
    }

    /// Something else is done from now on; `phase` is a word for those who wait.
    pub(crate) fn enter(&self, phase: &'static str) {
        self.presence.enter(phase);
    }

    pub(crate) fn presence(&self) -> &Presence {
        &self.presence
    }

    /// The name of the deployment that has its turn.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// When it was given, by the clock of the volume.
    pub(crate) fn taken(&self) -> Ticks {
        self.lock.taken()
    }
}

/// Locks the site of `shop`, waiting up to `limit` for whoever is at work there.
pub(crate) fn take(
    context: &Context<'_>,
    shop: &LocalWorkshop,
    limit: Duration,
) -> Result<Turn, NoEntry> {
    let (who, started) = (AtWork::this(context), Instant::now());
    let this = Value::Object(who.clone()).to_string();
    let (mut pauses, mut attempt) = (Pauses::default(), 0);
    loop {
        let other = match shop.lock(&this) {
            Ok(lock) => return Ok(Turn::new(lock, who)),
            Err(LockError::Busy { holder, told, ago }) => AtWork::read(&holder, told, ago),
            Err(LockError::Tree(error)) => return Err(error.into()),
            Err(error) => return Err(NoEntry::Failed(closed(&error))),
        };
        let left = limit.saturating_sub(started.elapsed());
        if left.is_zero() || context.monitor.is_interrupted() {
            return Err(NoEntry::Busy(Box::new(other)));
        }
        attempt += 1;
        let name = other.said.clone().unwrap_or_else(|| "another deployment".to_owned());
        let user = other.user.clone();
        let holders: Vec<_> =
            other.pid.map(|pid| HeldBy { pid, name, user, service: None }).into_iter().collect();
        let doings = other.doings().join(", ");
        let doings = if doings.is_empty() { doings } else { format!(" ({doings})") };
        let message = format!("another deployment is at work there{doings}");
        context.monitor.retry(&Retry { message: &message, path: None, attempt, holders: &holders });
        std::thread::sleep(pauses.longer().min(left));
    }
}

/// Why nothing can be deployed there, and what to do about it.
fn closed(error: &LockError) -> Failure {
    let failure = Failure::of(error);
    let (hint, source) = match error {
        LockError::OfAnother { work: _, site: _, source } => (OF_ANOTHER, source),
        LockError::Closed { folder: _, source } => (CLOSED, source),
        _ => return failure,
    };
    // For a full or a read-only volume there is another remedy.
    if !source.is_denied() {
        return failure;
    }
    Failure { hints: vec![hint.to_owned()], ..failure }
}

#[cfg(test)]
mod tests {
    use super::{AtWork, take};
    use crate::staged::NoEntry;
    use crate::testing::in_context;
    use iisle_tree::Ticks;
    use iisle_tree::workshop::LocalWorkshop;
    use std::time::Duration;

    const AGO: Duration = Duration::from_millis(3900);

    #[test]
    fn whoever_is_at_work_is_named_as_far_as_it_said_so() {
        let other =
            AtWork::read(r#"{"pid":7,"user":"ann","host":null}"#, Some(Ticks(1)), Some(AGO));
        assert_eq!(
            (other.pid, other.user.as_deref(), other.since),
            (Some(7), Some("ann"), Some(Ticks(1)))
        );
        assert_eq!(other.words(), "pid 7, user ann", "it never said that it is alive");
        assert_eq!(AtWork::read("by hand", None, Some(AGO)).words(), "by hand");
        let nobody = AtWork::read("", None, None);
        assert_eq!(nobody.failure().message, "another deployment is at work there");
    }

    // SD-36
    #[test]
    fn how_far_another_deployment_is_and_whether_it_is_alive_is_told() {
        let said = r#"{"id":"20231114T221320Z-1","pid":7,"command":"deploy","phase":"swap",
            "started":"2023-11-14T22:13:20Z","heartbeat":"2023-11-14T22:13:23.5Z"}"#;
        let other = AtWork::read(said, Some(Ticks(1)), Some(AGO));
        let words = "pid 7, command deploy, phase swap, last heartbeat 3 s ago";
        assert_eq!(other.words(), words);
        assert_eq!(other.since, Some(Ticks::from_unix(1_700_000_000, 0)));
        assert_eq!(other.heartbeat, Some(Ticks::from_unix(1_700_000_003, 500_000_000)));
        // Where the clocks differ nothing is said of it.
        let other = AtWork::read(said, Some(Ticks(1)), None);
        assert_eq!(other.words(), "pid 7, command deploy, phase swap");
    }

    // SD-36
    #[test]
    fn whoever_has_its_turn_says_who_it_is_and_what_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let [shop, other] =
            [(); 2].map(|()| LocalWorkshop::beside(&folder.path().join("site")).unwrap());
        in_context(|context| {
            let Ok(turn) = take(context, &shop, Duration::ZERO) else { panic!("nobody is there") };
            turn.enter("swap");
            let Err(NoEntry::Busy(seen)) = take(context, &other, Duration::ZERO) else {
                panic!("it is held");
            };
            assert_eq!(seen.pid, Some(std::process::id()));
            assert_eq!(seen.id.as_deref(), Some(turn.id()));
            assert_eq!(
                (seen.command.as_deref(), seen.phase.as_deref()),
                (Some("sync"), Some("swap"))
            );
            assert!(
                seen.since.is_some() && seen.heartbeat.is_some() && seen.heartbeat_ago.is_some()
            );
        });
    }

    // SD-36
    #[test]
    fn a_turn_is_waited_for_as_long_as_one_is_ready_to() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        let shop = LocalWorkshop::beside(&site).unwrap();
        let other = LocalWorkshop::beside(&site).unwrap();
        let held = other.lock("{}").unwrap();
        in_context(|context| {
            let busy = take(context, &shop, Duration::ZERO);
            assert!(matches!(busy, Err(NoEntry::Busy(_))));
            std::thread::scope(|scope| {
                let waiting = scope.spawn(|| take(context, &shop, Duration::MAX).is_ok());
                drop(held);
                assert!(waiting.join().unwrap());
            });
        });
    }
}
