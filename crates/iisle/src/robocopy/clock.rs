use std::time::{Duration, Instant};

use iisle_ops::Ticks;
use iisle_ops::robocopy::Pace;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dates;

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
        std::thread::sleep(time);
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
