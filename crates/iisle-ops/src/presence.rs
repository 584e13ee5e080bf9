//! What those who wait for a site are told of the deployment that is at work there.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use iisle_tree::Ticks;
use iisle_tree::workshop::Notice;
use serde_json::{Map, Value};

/// How often it is told anew that the deployment is alive: seldom enough to cost nothing.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Tells what a deployment is doing and, for as long as it lives, that it is alive. What cannot be told
/// is no reason to fail: the lock is what counts.
///
/// Source: `sync.md` SD-36.
#[derive(Debug)]
pub(crate) struct Presence {
    board: Arc<Board>,
    heart: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Board {
    notice: Notice,
    /// What does not change.
    who: Map<String, Value>,
    /// When the lock was taken, by the clock of the volume and by that of the process.
    since: (Ticks, Instant),
    now: Mutex<Now>,
    is_over: Condvar,
}

#[derive(Debug)]
struct Now {
    phase: &'static str,
    is_over: bool,
}

impl Presence {
    /// `who` is told with every word; `taken` is when the lock was given.
    pub(crate) fn new(notice: Notice, who: Map<String, Value>, taken: Ticks) -> Self {
        Self::beating(notice, who, taken, HEARTBEAT)
    }

    fn beating(notice: Notice, who: Map<String, Value>, taken: Ticks, every: Duration) -> Self {
        let now = Mutex::new(Now { phase: "plan", is_over: false });
        let since = (taken, Instant::now());
        let board = Arc::new(Board { notice, who, since, now, is_over: Condvar::new() });
        board.tell("plan");
        let heart = std::thread::Builder::new().name("heartbeat".to_owned()).spawn({
            let board = Arc::clone(&board);
            move || board.beat(every)
        });
        let heart = heart
            .inspect_err(|error| tracing::debug!(%error, "nobody is told that we are alive"))
            .ok();
        Self { board, heart }
    }

    /// Something else is done from now on.
    pub(crate) fn enter(&self, phase: &'static str) {
        let mut now = self.board.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.phase != phase {
            now.phase = phase;
            self.board.tell(phase);
        }
    }
}

impl Board {
    /// Writes down that we are alive, and at what. Nobody else does meanwhile.
    fn tell(&self, phase: &str) {
        let (taken, started) = self.since;
        let lived = i64::try_from(started.elapsed().as_nanos() / 100).unwrap_or(i64::MAX);
        let mut words = self.who.clone();
        words.insert("started".to_owned(), time(taken).into());
        words.insert("phase".to_owned(), phase.into());
        words.insert("heartbeat".to_owned(), time(Ticks(taken.0.saturating_add(lived))).into());
        if let Err(error) = self.notice.write(&Value::Object(words).to_string()) {
            tracing::debug!(%error, "those who wait are not told what is done");
        }
    }

    fn beat(&self, every: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        while !now.is_over {
            let waited = self.is_over.wait_timeout_while(now, every, |now| !now.is_over);
            now = waited.unwrap_or_else(PoisonError::into_inner).0;
            if !now.is_over {
                self.tell(now.phase);
            }
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.board.now.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
        self.board.is_over.notify_all();
        // Nothing is told any more once somebody else may have the lock.
        if self.heart.take().is_some_and(|heart| heart.join().is_err()) {
            tracing::debug!("the heartbeat ended early");
        }
    }
}

/// RFC 3339 in UTC; nothing for a time that no calendar has.
fn time(ticks: Ticks) -> Option<String> {
    let (seconds, nanoseconds) = ticks.to_unix();
    let nanoseconds = i32::try_from(nanoseconds).ok()?;
    jiff::Timestamp::new(seconds, nanoseconds).ok().map(|time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::Presence;
    use crate::turn::AtWork;
    use iisle_tree::Ticks;
    use iisle_tree::workshop::{LocalWorkshop, LockError};
    use std::time::Duration;

    // SD-36
    #[test]
    fn those_who_wait_are_told_what_is_done_and_that_somebody_is_alive() {
        let folder = tempfile::tempdir().unwrap();
        let [shop, other] =
            [(); 2].map(|()| LocalWorkshop::beside(&folder.path().join("site")).unwrap());
        let lock = shop.lock("{}").unwrap();
        let seen = || match other.lock("{}") {
            Err(LockError::Busy { holder, told, ago }) => AtWork::read(&holder, told, ago),
            other => panic!("{other:?}"),
        };
        let who = || serde_json::from_str(r#"{"pid":7,"command":"sync"}"#).unwrap();
        let taken = Ticks::from_unix(1_700_000_000, 0);
        let presence = Presence::beating(lock.notice().clone(), who(), taken, Duration::MAX);
        let at = seen();
        assert_eq!(
            (at.pid, at.command.as_deref(), at.phase.as_deref()),
            (Some(7), Some("sync"), Some("plan"))
        );
        assert_eq!(at.since, Some(taken));
        assert!(at.heartbeat >= Some(taken) && at.heartbeat_ago.is_some(), "{at:?}");
        presence.enter("swap");
        assert_eq!(seen().phase.as_deref(), Some("swap"));
        drop(presence);
        // Nobody does anything, and yet it is told anew.
        let presence =
            Presence::beating(lock.notice().clone(), who(), taken, Duration::from_millis(1));
        let first = seen().heartbeat;
        while seen().heartbeat == first {}
        drop(presence);
        let last = seen();
        assert_eq!(seen().heartbeat, last.heartbeat, "whoever has ended is not alive");
    }
}
