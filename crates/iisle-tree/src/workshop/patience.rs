use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Spot, Waits};
use crate::local::system;

/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_millis(10);
/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(1);

/// How long is waited for a file that somebody holds for a moment: scanners, indexers, backups.
///
/// Source: `sync.md` LK-6.
#[derive(Debug)]
pub(super) struct Patience {
    limit: Duration,
    waits: Mutex<Waits>,
}

impl Default for Patience {
    /// Ten seconds for each file.
    fn default() -> Self {
        Self::new(Duration::from_secs(10))
    }
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, waits: Mutex::default() }
    }

    /// Does `change` at `spot`, again and again as long as the file is in use and patience lasts.
    pub(super) fn with<T>(
        &self,
        spot: &Spot,
        mut change: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        let started = Instant::now();
        let mut wait = FIRST;
        loop {
            match change() {
                Err(error) if system::is_in_use(&error) && started.elapsed() < self.limit => {
                    let left = self.limit.saturating_sub(started.elapsed());
                    tracing::debug!(%error, wait = ?wait, "a file is in use");
                    let nap = jittered(wait, started.elapsed()).min(left);
                    std::thread::sleep(nap);
                    self.noted().note([spot.to_string()], nap);
                    wait = (wait * 2).min(LONGEST);
                }
                result => return result,
            }
        }
    }

    /// How long was waited so far.
    pub(super) fn waits(&self) -> Waits {
        self.noted().clone()
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A quarter more or less, so that two who wait for each other do not keep step.
fn jittered(wait: Duration, noise: Duration) -> Duration {
    let percent = 75 + noise.subsec_nanos() % 51;
    wait * percent / 100
}

#[cfg(test)]
mod tests {
    use super::{FIRST, Patience, Spot, Waits, jittered};
    use std::io;
    use std::time::Duration;

    /// An error that says that somebody holds the file.
    fn held() -> io::Error {
        io::Error::from_raw_os_error(if cfg!(unix) { 16 } else { 32 })
    }

    // LK-6
    #[test]
    fn a_file_that_is_let_go_in_time_is_had() {
        let (mut left, patience) = (3, Patience::default());
        let result = patience.with(&Spot::Top, || {
            left -= 1;
            if left > 0 { Err(held()) } else { Ok(left) }
        });
        assert_eq!(result.unwrap(), 0);
        let waits = patience.waits();
        assert_eq!(waits.files(), [("the folder itself", waits.total())]);
        assert!(waits.total() >= FIRST * 9 / 4, "{waits:?}");
    }

    // LK-6
    #[test]
    fn patience_ends_and_other_errors_are_told_at_once() {
        let mut tries = 0;
        let error = Patience::new(Duration::from_millis(25)).with(&Spot::Top, || {
            tries += 1;
            Err::<(), _>(held())
        });
        assert!(error.is_err() && (2..9).contains(&tries), "{tries}");
        let mut tries = 0;
        let patience = Patience::default();
        let denied = patience.with(&Spot::Top, || {
            tries += 1;
            Err::<(), _>(io::Error::from(io::ErrorKind::PermissionDenied))
        });
        assert!(denied.is_err());
        assert_eq!((tries, patience.waits()), (1, Waits::default()));
    }

    // LK-6
    #[test]
    fn waits_differ_by_a_quarter_at_most() {
        for noise in 0..200 {
            let wait = jittered(FIRST, Duration::from_nanos(noise));
            assert!(wait >= FIRST * 3 / 4 && wait <= FIRST * 5 / 4);
        }
    }
}
