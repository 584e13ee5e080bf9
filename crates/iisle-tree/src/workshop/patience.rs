use std::io;
use std::time::{Duration, Instant};

use crate::local::system;

/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_millis(10);
/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(1);

/// How long is waited for a file that somebody holds for a moment: scanners, indexers, backups.
///
/// Source: `sync.md` LK-6.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    limit: Duration,
}

impl Default for Patience {
    /// Ten seconds for each file.
    fn default() -> Self {
        Self::new(Duration::from_secs(10))
    }
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit }
    }

    /// Does `change`, again and again as long as the file is in use and patience lasts.
    pub(super) fn with<T>(self, mut change: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        let started = Instant::now();
        let mut wait = FIRST;
        loop {
            match change() {
                Err(error) if system::is_in_use(&error) && started.elapsed() < self.limit => {
                    let left = self.limit.saturating_sub(started.elapsed());
                    tracing::debug!(%error, wait = ?wait, "a file is in use");
                    std::thread::sleep(jittered(wait, started.elapsed()).min(left));
                    wait = (wait * 2).min(LONGEST);
                }
                result => return result,
            }
        }
    }
}

/// A quarter more or less, so that two who wait for each other do not keep step.
fn jittered(wait: Duration, noise: Duration) -> Duration {
    let percent = 75 + noise.subsec_nanos() % 51;
    wait * percent / 100
}

#[cfg(test)]
mod tests {
    use super::{FIRST, Patience, jittered};
    use std::io;
    use std::time::Duration;

    /// An error that says that somebody holds the file.
    fn held() -> io::Error {
        io::Error::from_raw_os_error(if cfg!(unix) { 16 } else { 32 })
    }

    // LK-6
    #[test]
    fn a_file_that_is_let_go_in_time_is_had() {
        let mut left = 3;
        let result = Patience::default().with(|| {
            left -= 1;
            if left > 0 { Err(held()) } else { Ok(left) }
        });
        assert_eq!(result.unwrap(), 0);
    }

    // LK-6
    #[test]
    fn patience_ends_and_other_errors_are_told_at_once() {
        let mut tries = 0;
        let error = Patience::new(Duration::from_millis(25)).with(|| {
            tries += 1;
            Err::<(), _>(held())
        });
        assert!(error.is_err() && (2..9).contains(&tries), "{tries}");
        let mut tries = 0;
        let denied = Patience::default().with(|| {
            tries += 1;
            Err::<(), _>(io::Error::from(io::ErrorKind::PermissionDenied))
        });
        assert!(denied.is_err());
        assert_eq!(tries, 1);
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
