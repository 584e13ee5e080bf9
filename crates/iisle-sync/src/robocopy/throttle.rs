use std::time::Duration;

use super::Pace;

/// Bytes after which `/IPG` pauses.
const GAP: u64 = 64 << 10;

/// How fast files are copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttle {
    /// `/IPG`: pause after every 64 KiB.
    pub gap: Duration,
    /// `/IORATE`: bytes per second.
    pub rate: Option<u64>,
    /// `/IOMAXSIZE`: bytes read or written at a time.
    pub block: Option<u64>,
    /// `/THRESHOLD`: smaller files are not slowed down.
    pub threshold: u64,
}

impl Throttle {
    fn applies(&self, size: u64) -> bool {
        size >= self.threshold && (!self.gap.is_zero() || self.rate.is_some())
    }

    /// Bytes to copy at a time, for a file of `size` bytes; `None` when the system may choose.
    pub(super) fn block(&self, size: u64) -> Option<u64> {
        if self.applies(size) {
            return Some(self.block.unwrap_or(GAP).min(GAP));
        }
        self.block.filter(|_| size >= self.threshold)
    }

    /// Waits as long as a copy has to that began at `began` and has come to `done` of `size` bytes,
    /// the last `now` of them just now.
    pub(super) fn hold(&self, pace: &dyn Pace, size: u64, began: Duration, done: u64, now: u64) {
        if !self.applies(size) {
            return;
        }
        if !self.gap.is_zero() && now > 0 {
            pace.sleep(self.gap);
        }
        if let Some(rate) = self.rate.filter(|rate| *rate > 0) {
            let milliseconds = u128::from(done) * 1000 / u128::from(rate);
            let due = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX));
            let taken = pace.elapsed().saturating_sub(began);
            if let Some(early) = due.checked_sub(taken).filter(|early| !early.is_zero()) {
                pace.sleep(early);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Throttle;
    use crate::robocopy::tests::Clockwork;
    use std::time::Duration;

    #[test]
    fn a_rate_is_held_by_waiting_and_small_files_are_not_slowed() {
        let pace = Clockwork::default();
        let throttle = Throttle { rate: Some(1000), threshold: 500, ..Throttle::default() };
        throttle.hold(&pace, 2000, Duration::ZERO, 500, 500);
        throttle.hold(&pace, 2000, Duration::ZERO, 2000, 1500);
        throttle.hold(&pace, 100, Duration::ZERO, 100, 100);
        assert_eq!(pace.slept(), [500, 1500], "milliseconds");
        assert_eq!((throttle.block(2000), throttle.block(100)), (Some(64 << 10), None));
    }

    #[test]
    fn a_gap_follows_every_block() {
        let pace = Clockwork::default();
        let throttle = Throttle { gap: Duration::from_millis(7), ..Throttle::default() };
        for done in [1, 2, 3] {
            throttle.hold(&pace, 3, Duration::ZERO, done, 1);
        }
        assert_eq!(pace.slept(), [7, 7, 7]);
    }
}
