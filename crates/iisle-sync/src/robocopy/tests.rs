use std::sync::Mutex;
use std::time::Duration;

use iisle_tree::Ticks;

use super::Pace;

/// A clock that only goes when somebody sleeps.
#[derive(Debug, Default)]
pub(crate) struct Clockwork {
    naps: Mutex<Vec<Duration>>,
}

impl Clockwork {
    /// Every sleep, in milliseconds.
    pub(crate) fn slept(&self) -> Vec<u128> {
        self.naps.lock().unwrap().iter().map(Duration::as_millis).collect()
    }
}

impl Pace for Clockwork {
    fn sleep(&self, time: Duration) {
        self.naps.lock().unwrap().push(time);
    }

    fn elapsed(&self) -> Duration {
        self.naps.lock().unwrap().iter().sum()
    }

    fn now(&self) -> Ticks {
        Ticks(133_500_000_000_000_000)
    }

    fn minute_of_day(&self) -> u16 {
        u16::try_from(self.elapsed().as_secs() / 60 % 1440).unwrap()
    }
}
