use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

/// Requests that come so soon after the first are the same one: `timeout`, `make` and shells send a
/// signal to a process and to its group.
const ONE_REQUEST: Duration = Duration::from_millis(400);

/// Sets `asked` at the first request to end; at one more, ends with the code that shells give to a
/// program that a signal ended. A terminal that is gone asks as well, unless `nohup` has turned that off.
pub(crate) fn on_interrupt(asked: &Arc<AtomicBool>) -> io::Result<()> {
    let hang_up = (!ignores_hang_up()).then_some(SIGHUP);
    let mut signals = Signals::new([SIGINT, SIGTERM].into_iter().chain(hang_up))?;
    let asked = Arc::clone(asked);
    let listen = move || {
        let mut requests = Requests::default();
        for signal in signals.forever() {
            asked.store(true, Ordering::Relaxed);
            if requests.end_at_once(signal, Instant::now()) {
                low_level::exit(128 + signal);
            }
        }
    };
    std::thread::Builder::new().name("signals".into()).spawn(listen).map(drop)
}

/// The requests to end so far.
#[derive(Debug, Default)]
struct Requests {
    first: Option<Instant>,
}

impl Requests {
    /// Whether a request is one more than the first. A terminal goes once, however often that is told.
    fn end_at_once(&mut self, signal: i32, now: Instant) -> bool {
        let first = *self.first.get_or_insert(now);
        signal != SIGHUP && now.saturating_duration_since(first) > ONE_REQUEST
    }
}

/// Whether this process was started so that it outlives its terminal; where that cannot be told, it is.
///
/// Source: proc(5), `SigIgn`.
fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask & (1 << (SIGHUP - 1)) != 0)
}

#[cfg(test)]
mod tests {
    use super::{ONE_REQUEST, Requests};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use std::time::{Duration, Instant};

    // SD-35
    #[test]
    fn only_a_second_request_ends_at_once() {
        let began = Instant::now();
        let ends = |requests: &[(i32, Duration)]| {
            let mut noted = Requests::default();
            let ends: Vec<_> = requests
                .iter()
                .map(|(signal, after)| noted.end_at_once(*signal, began + *after))
                .collect();
            ends
        };
        let (now, later) = (Duration::ZERO, ONE_REQUEST * 2);
        assert_eq!(ends(&[(SIGINT, now), (SIGINT, later)]), [false, true]);
        assert_eq!(ends(&[(SIGTERM, now), (SIGTERM, now), (SIGINT, later)]), [false, false, true]);
        assert_eq!(ends(&[(SIGHUP, now), (SIGHUP, later), (SIGTERM, later)]), [false, false, true]);
    }
}
