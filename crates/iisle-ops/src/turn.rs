//! Who changes a site, and waiting until it is one's own turn.

use std::time::{Duration, Instant};

use iisle_report::{HeldBy, Retry};
use iisle_tree::Ticks;
use iisle_tree::workshop::{LocalWorkshop, Lock, LockError};
use serde_json::{Value, json};

use crate::staged::NoEntry;
use crate::{Context, Failure};

/// How often is asked at first whether the other one has ended; each time a little later.
const FIRST_POLL: Duration = Duration::from_millis(100);
/// No later than this.
const LAST_POLL: Duration = Duration::from_secs(1);

/// Another deployment that is at work somewhere, as far as it said who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtWork {
    /// Process id, on its machine.
    pub pid: Option<u32>,
    /// Account.
    pub user: Option<String>,
    /// Machine.
    pub host: Option<String>,
    /// When it began, by the clock of the volume.
    pub since: Option<Ticks>,
    /// What it said of itself, when that was something else.
    pub said: Option<String>,
}

impl AtWork {
    /// What a deployment says of itself.
    pub(crate) fn this(context: &Context<'_>) -> String {
        let user = context.variable("USER").or_else(|| context.variable("USERNAME"));
        let host = context.variable("HOSTNAME").or_else(|| context.variable("COMPUTERNAME"));
        json!({ "pid": std::process::id(), "user": user, "host": host }).to_string()
    }

    fn read(said: &str, since: Option<Ticks>) -> Self {
        let value: Value = serde_json::from_str(said).unwrap_or_default();
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let pid = value["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
        let is_other = !value.is_object() && !said.is_empty();
        Self {
            pid,
            user: text("user"),
            host: text("host"),
            since,
            said: is_other.then(|| said.to_owned()),
        }
    }

    fn words(&self) -> String {
        let Self { pid, user, host, since: _, said } = self;
        let known = [
            pid.map(|pid| format!("pid {pid}")),
            user.as_ref().map(|user| format!("user {user}")),
            host.as_ref().map(|host| format!("host {host}")),
            said.clone(),
        ];
        known.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn failure(&self) -> Failure {
        let words = self.words();
        let by = if words.is_empty() { String::new() } else { format!(": {words}") };
        Failure::new(format!("another deployment is at work there{by}"))
            .hint("wait until it has ended, or let --wait do it, and run the same command again")
    }
}

/// Locks the site of `shop`, waiting up to `limit` for whoever is at work there.
pub(crate) fn take(
    context: &Context<'_>,
    shop: &LocalWorkshop,
    limit: Duration,
) -> Result<Lock, NoEntry> {
    let (this, started) = (AtWork::this(context), Instant::now());
    let (mut poll, mut attempt) = (FIRST_POLL, 0);
    loop {
        let other = match shop.lock(&this) {
            Ok(lock) => return Ok(lock),
            Err(LockError::Busy { holder, since }) => AtWork::read(&holder, since),
            Err(LockError::Tree(error)) => return Err(error.into()),
            Err(error) => return Err(NoEntry::Failed(Failure::of(&error))),
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
        let message = "another deployment is at work there";
        context.monitor.retry(&Retry { message, path: None, attempt, holders: &holders });
        std::thread::sleep(poll.min(left));
        poll = (poll * 5 / 4).min(LAST_POLL);
    }
}

#[cfg(test)]
mod tests {
    use super::{AtWork, take};
    use crate::staged::NoEntry;
    use crate::testing::in_context;
    use iisle_tree::Ticks;
    use iisle_tree::workshop::LocalWorkshop;
    use std::time::Duration;

    #[test]
    fn whoever_is_at_work_is_named_as_far_as_it_said_so() {
        let other = AtWork::read(r#"{"pid":7,"user":"ann","host":null}"#, Some(Ticks(1)));
        assert_eq!(
            (other.pid, other.user.as_deref(), other.since),
            (Some(7), Some("ann"), Some(Ticks(1)))
        );
        assert_eq!(other.words(), "pid 7, user ann");
        assert_eq!(AtWork::read("by hand", None).words(), "by hand");
        assert_eq!(AtWork::read("", None).failure().message, "another deployment is at work there");
        let this = in_context(AtWork::this);
        assert_eq!(AtWork::read(&this, None).pid, Some(std::process::id()));
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
