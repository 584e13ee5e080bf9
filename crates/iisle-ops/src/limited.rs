//! How fast is copied.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use iisle_path::RelPath;
use iisle_tree::{Content, ReadThrough, Reading, Tree, TreeError};

use crate::Context;

/// Bytes that are read before the next look at the clock.
const BLOCK: usize = 64 << 10;

/// How fast is copied, by the clock on the wall.
///
/// Source: `sync.md` §2.5; the timetables of rclone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bandwidth {
    /// Bytes a second, at most; `None` for as many as can be.
    pub usual: Option<u64>,
    /// Hours in which another rate holds; of several that overlap the last one counts.
    pub hours: Vec<Hours>,
}

/// A part of every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first minute of the day, `0..1440`.
    pub from: u16,
    /// The first minute that is no longer one of them, `0..=1440`; before `from` when they last
    /// beyond midnight.
    pub until: u16,
    /// Bytes a second, at most; `None` for as many as can be.
    pub rate: Option<u64>,
}

impl Hours {
    fn contain(&self, minute: u16) -> bool {
        if self.from <= self.until {
            (self.from..self.until).contains(&minute)
        } else {
            minute >= self.from || minute < self.until
        }
    }
}

impl Bandwidth {
    /// Whether there is no limit at any time.
    pub fn is_unlimited(&self) -> bool {
        self.usual.is_none() && self.hours.iter().all(|hours| hours.rate.is_none())
    }

    /// The rate in a minute of the day.
    pub fn at(&self, minute: u16) -> Option<u64> {
        let hours = self.hours.iter().rev().find(|hours| hours.contain(minute));
        hours.map_or(self.usual, |hours| hours.rate)
    }
}

/// A tree whose files are read no faster than so many bytes a second, all of them together.
pub(crate) type Limited<'a> = ReadThrough<&'a dyn Tree, Valve<'a>>;

/// Lets so many bytes a second through.
pub(crate) struct Valve<'a> {
    bandwidth: &'a Bandwidth,
    minute_of_day: &'a (dyn Fn() -> u16 + Send + Sync),
    /// When the next byte may be read.
    next: Mutex<Option<Instant>>,
    sleep: fn(Duration),
}

/// `None` where there is no limit.
pub(crate) fn limited<'a>(
    tree: &'a dyn Tree,
    bandwidth: &'a Bandwidth,
    context: &Context<'a>,
) -> Option<Limited<'a>> {
    let (sleep, minute_of_day) = (std::thread::sleep, context.minute_of_day);
    let reading = Valve { bandwidth, minute_of_day, next: Mutex::new(None), sleep };
    (!bandwidth.is_unlimited()).then_some(ReadThrough { tree, reading })
}

impl Valve<'_> {
    /// The rate that holds now, at least one byte a second.
    fn rate(&self) -> Option<u64> {
        self.bandwidth.at((self.minute_of_day)()).map(|rate| rate.max(1))
    }

    /// Waits until `bytes` more were due at `rate`.
    fn pass(&self, bytes: usize, rate: u64) {
        let nanoseconds = bytes as u128 * 1_000_000_000 / u128::from(rate);
        let cost = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        let now = Instant::now();
        let due = {
            let mut next = self.next.lock().expect("no holder of this lock panics");
            // Time in which nothing was read is not made up for.
            let due = next.map_or(now, |next| next.max(now)) + cost;
            *next = Some(due);
            due
        };
        (self.sleep)(due.saturating_duration_since(now));
    }
}

struct Slow<'a> {
    content: Box<dyn Content + 'a>,
    valve: &'a Valve<'a>,
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(rate) = self.valve.rate() else {
            let length = buffer.len().min(BLOCK);
            return self.content.read(&mut buffer[..length]);
        };
        // A slow line is better fed often than in lumps.
        let block = usize::try_from(rate / 8).unwrap_or(BLOCK).clamp(1, BLOCK);
        let length = buffer.len().min(block);
        let read = self.content.read(&mut buffer[..length])?;
        if read > 0 {
            self.valve.pass(read, rate);
        }
        Ok(read)
    }
}

impl Seek for Slow<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.content.seek(position)
    }
}

impl Reading for Valve<'_> {
    fn open<'a>(
        &'a self,
        tree: &'a dyn Tree,
        path: &RelPath,
    ) -> Result<Box<dyn Content + 'a>, TreeError> {
        Ok(Box::new(Slow { content: tree.open(path)?, valve: self }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Bandwidth, Hours, Valve, limited};
    use crate::testing::in_context;
    use iisle_path::{NameRules, RelPath};
    use iisle_tree::{Content, LocalTree, Snapshot, Stamp, Tree, TreeError, host};
    use std::io::Read;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    static SLEPT: AtomicU64 = AtomicU64::new(0);

    #[test]
    fn bytes_take_as_long_as_the_rate_says_and_come_through_whole() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        host::write_atomic(&folder.path().join("a"), &bytes).unwrap();
        let tree = LocalTree::open(folder.path()).unwrap();
        let sleep = |time: Duration| {
            // Nobody waits in a test: the last wait is as long as all of them.
            SLEPT.fetch_max(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
        };
        let read = |bandwidth: &Bandwidth| {
            in_context(|context| {
                let mut limited = limited(&tree, bandwidth, context).unwrap();
                limited.reading = Valve { sleep, ..limited.reading };
                let mut read = Vec::new();
                limited.open(&RelPath::parse("a").unwrap())?.read_to_end(&mut read).unwrap();
                Ok::<_, TreeError>(read)
            })
        };
        // It is midnight in tests.
        let hours = vec![Hours { from: 23 * 60, until: 60, rate: None }];
        let by_day = Bandwidth { usual: Some(1_000), hours };
        assert!(read(&by_day).unwrap() == bytes);
        assert_eq!(SLEPT.load(Ordering::Relaxed), 0, "no limit at night");
        let always = Bandwidth { usual: Some(1_000), hours: Vec::new() };
        assert!(read(&always).unwrap() == bytes);
        let slept = SLEPT.load(Ordering::Relaxed);
        assert!((90_000..=100_000).contains(&slept), "{slept} ms for 100 s");
    }

    #[test]
    fn the_last_of_the_hours_that_hold_counts() {
        let hours = |from, until, rate| Hours { from, until, rate };
        let bandwidth = Bandwidth {
            usual: Some(7),
            hours: vec![hours(480, 1080, Some(1)), hours(720, 780, None), hours(1320, 60, Some(9))],
        };
        let rates = [0, 60, 479, 480, 719, 720, 780, 1080, 1320, 1439].map(|at| bandwidth.at(at));
        let (day, night, usual) = (Some(1), Some(9), Some(7));
        assert_eq!(rates, [night, usual, usual, day, day, None, day, usual, night, night]);
        assert!(Bandwidth::default().is_unlimited() && !bandwidth.is_unlimited());
    }

    /// A tree of nothing but programs.
    struct Programs;

    impl Tree for Programs {
        fn snapshot(&self) -> Result<Snapshot, TreeError> {
            Ok(Snapshot::default())
        }

        fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
            Err(TreeError::NotFound(path.to_string()))
        }

        fn names(&self) -> NameRules {
            NameRules::Windows
        }

        fn stamp(&self, _: &RelPath) -> Result<Option<Stamp>, TreeError> {
            Ok(None)
        }

        fn is_current(&self, _: &RelPath, _: Stamp) -> Result<bool, TreeError> {
            Ok(false)
        }

        fn is_executable(&self, _: &RelPath) -> bool {
            true
        }
    }

    #[test]
    fn a_program_is_one_however_slowly_it_is_read() {
        let bandwidth = Bandwidth { usual: Some(1), hours: Vec::new() };
        let path = RelPath::parse("App").unwrap();
        assert!(in_context(|context| limited(&Programs, &bandwidth, context)
            .unwrap()
            .is_executable(&path)));
    }
}
