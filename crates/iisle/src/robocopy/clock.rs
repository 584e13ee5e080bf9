use std::time::{Duration, Instant};

use iisle_ops::robocopy::Pace;
use iisle_ops::{Ticks, interrupt};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dates;

/// How long a wait goes on after somebody asked for an end.
const NAP: Duration = Duration::from_millis(100);

/// The clocks of this machine.
#[derive(Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    began: Instant,
}

impl Clock {
    pub(super) fn of_this_machine() -> Self {
        Self { zone: TimeZone::system(), began: Instant::now() }
    }

    /// Where the clocks on the wall are.
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

impl Pace for Clock {
    fn sleep(&self, time: Duration) {
        let mut left = time;
        while !left.is_zero() && !interrupt::is_asked() {
            let nap = left.min(NAP);
            std::thread::sleep(nap);
            left -= nap;
        }
    }

    fn is_interrupted(&self) -> bool {
        interrupt::is_asked()
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn now(&self) -> Ticks {
        dates::from_timestamp(Timestamp::now())
    }

    fn minute_of_day(&self) -> u16 {
        dates::minute_of_day(self.now(), &self.zone)
    }
}
