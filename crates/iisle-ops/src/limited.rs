use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use iisle_path::RelPath;
use iisle_tree::{Content, ReadThrough, Reading, Tree, TreeError};

/// Bytes that are read before the next look at the clock.
const BLOCK: usize = 64 << 10;

/// A tree whose files are read no faster than so many bytes a second, all of them together.
pub(crate) type Limited<'a> = ReadThrough<&'a dyn Tree, Valve>;

/// Lets so many bytes a second through.
pub(crate) struct Valve {
    /// Bytes a second, at least one.
    rate: u64,
    /// When the next byte may be read.
    next: Mutex<Option<Instant>>,
    sleep: fn(Duration),
}

pub(crate) fn limited(tree: &dyn Tree, rate: u64) -> Limited<'_> {
    let sleep = std::thread::sleep;
    ReadThrough { tree, reading: Valve { rate: rate.max(1), next: Mutex::new(None), sleep } }
}

impl Valve {
    /// Waits until `bytes` more were due.
    fn pass(&self, bytes: usize) {
        let nanoseconds = bytes as u128 * 1_000_000_000 / u128::from(self.rate);
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
    valve: &'a Valve,
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A slow line is better fed often than in lumps.
        let block = usize::try_from(self.valve.rate / 8).unwrap_or(BLOCK).clamp(1, BLOCK);
        let length = buffer.len().min(block);
        let read = self.content.read(&mut buffer[..length])?;
        if read > 0 {
            self.valve.pass(read);
        }
        Ok(read)
    }
}

impl Seek for Slow<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.content.seek(position)
    }
}

impl Reading for Valve {
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
    use super::{Valve, limited};
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
        let mut limited = limited(&tree, 1_000);
        let sleep = |time: Duration| {
            // Nobody waits in a test: the last wait is as long as all of them.
            SLEPT.fetch_max(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
        };
        limited.reading = Valve { sleep, ..limited.reading };
        let mut read = Vec::new();
        limited.open(&RelPath::parse("a").unwrap()).unwrap().read_to_end(&mut read).unwrap();
        assert!(read == bytes);
        let slept = SLEPT.load(Ordering::Relaxed);
        assert!((90_000..=100_000).contains(&slept), "{slept} ms for 100 s");
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
        assert!(limited(&Programs, 1).is_executable(&RelPath::parse("App").unwrap()));
    }
}
