//! `iisle robocopy`: everything that a front end with robocopy's habits needs.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use iisle_sync::robocopy::{
    Action, Class, Classes, CopyFlags, DirectoryFlags, DirectoryTag, Ended, Event, Exclusion,
    FileTag, Hours, Job, LinkRule, LowSpace, Moving, Pace, Purge, PurgeOrder, Recursion, Retry,
    Row, RunMode, Selection, Skip, Tally, Throttle, TimeRule, Wildcard, Window,
};
pub use iisle_tree::folder::{Attributes, Content, Resume, SystemError, attributes_kept};
pub use iisle_tree::host::{LogMode, console_bytes};
use iisle_tree::{TreeError, folder, host};

use crate::Failure;

/// Bytes of a job file; people write them by hand.
const MAX_JOB_FILE: u64 = 4 << 20;

/// When a run is to be repeated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watch {
    /// `/MON`: when more than so many changes are seen.
    pub changes: Option<u64>,
    /// `/MOT`: after so many minutes, if there was a change.
    pub minutes: Option<u64>,
}

/// Copies once.
pub fn run(job: &Job, pace: &dyn Pace, say: &mut dyn FnMut(Event)) -> Ended {
    iisle_sync::robocopy::run(job, pace, say)
}

/// Waits until the source has changed enough to copy again; how many changes there are, `None` when
/// the wait was given up.
///
/// Looks once a minute. A source that cannot be reached has no changes.
pub fn await_changes(job: &Job, watch: Watch, pace: &dyn Pace) -> Option<u64> {
    let Watch { changes, minutes } = watch;
    let look = Job { mode: RunMode::List, ..job.clone() };
    let mut waited = 0;
    loop {
        pace.sleep(Duration::from_mins(1));
        waited += 1;
        if minutes.is_some_and(|minutes| waited < minutes) {
            continue;
        }
        let found = match iisle_sync::robocopy::run(&look, pace, &mut |_| ()) {
            Ended::Complete(tally) => tally.files.copied + tally.directories.copied,
            Ended::NoSource | Ended::NoDestination | Ended::Interrupted(_) => 0,
        };
        if pace.is_interrupted() {
            return None;
        }
        if found > changes.unwrap_or(0) {
            return Some(found);
        }
    }
}

/// Whether that directory is there.
pub fn is_directory(path: &Path) -> bool {
    host::is_dir(path)
}

/// The bytes of a job file, looked for with the extension `.RCJ` as well.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn read_job_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let found = with_extensions(path).into_iter().find(|place| host::is_file(place));
    Ok(host::read(found.as_deref().unwrap_or(path), MAX_JOB_FILE)?)
}

fn with_extensions(path: &Path) -> [PathBuf; 3] {
    let with = |extension: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(extension);
        PathBuf::from(name)
    };
    [path.to_owned(), with(".RCJ"), with(".rcj")]
}

/// Writes a job file, with the extension `.RCJ` unless it has one; where it is.
///
/// # Errors
/// When it cannot be written; what stood there stays.
pub fn write_job_file(path: &Path, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let place =
        if path.extension().is_some() { path.to_owned() } else { path.with_extension("RCJ") };
    host::write_atomic(&place, bytes)?;
    Ok(place)
}

/// Opens a log file.
///
/// # Errors
/// What Windows says of it.
pub fn open_log(path: &Path, mode: LogMode) -> Result<Box<dyn Write + Send>, SystemError> {
    let says = |error: TreeError| match error {
        // The folder is what is missing.
        TreeError::NotFound(_) => SystemError::of(3),
        error => SystemError::from(&error),
    };
    host::open_log(path, mode).map(|log| Box::new(log) as Box<dyn Write + Send>).map_err(says)
}

/// Whether nothing has been written to that log so far.
pub fn is_empty_log(path: &Path) -> bool {
    host::size(path).unwrap_or(0) == 0
}

/// `path` as everything that is shown has it: absolute.
pub fn absolute(path: &Path, current_dir: &Path) -> PathBuf {
    let joined = current_dir.join(path);
    std::path::absolute(&joined).unwrap_or(joined)
}

/// The attributes of `wanted` that this system does not keep with a file.
pub fn attributes_lost(wanted: Attributes) -> Attributes {
    wanted.without(folder::attributes_kept())
}

#[cfg(test)]
mod tests {
    use super::{Job, Pace, Recursion, Watch, await_changes, read_job_file, write_job_file};
    use iisle_tree::Ticks;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    /// After so many minutes a file appears.
    struct Later<'a> {
        minutes: AtomicU64,
        appears: u64,
        place: &'a std::path::Path,
    }

    impl Pace for Later<'_> {
        fn sleep(&self, time: Duration) {
            assert_eq!(time, Duration::from_mins(1));
            if self.minutes.fetch_add(1, Ordering::Relaxed) + 1 == self.appears {
                iisle_tree::host::write_atomic(self.place, b"x").unwrap();
            }
        }

        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        fn now(&self) -> Ticks {
            Ticks::UNIX_EPOCH
        }

        fn minute_of_day(&self) -> u16 {
            0
        }
    }

    #[test]
    fn a_watch_ends_when_enough_has_changed_and_the_minutes_are_over() {
        let folder = tempfile::tempdir().unwrap();
        let (source, destination) = (folder.path().join("s"), folder.path().join("d"));
        iisle_tree::host::create_dir_all(&source).unwrap();
        iisle_tree::host::create_dir_all(&destination).unwrap();
        let job = Job {
            source: source.clone(),
            destination,
            recursion: Recursion::All,
            ..Job::default()
        };
        for (watch, minutes) in [
            (Watch { changes: Some(0), minutes: None }, 2),
            (Watch { changes: None, minutes: Some(5) }, 5),
        ] {
            let file = source.join("a.txt");
            iisle_tree::host::remove_file(&file).unwrap();
            let pace = Later { minutes: AtomicU64::new(0), appears: 2, place: &file };
            assert_eq!(await_changes(&job, watch, &pace), Some(1));
            assert_eq!(pace.minutes.into_inner(), minutes);
        }
    }

    #[test]
    fn job_files_have_their_own_extension() {
        let folder = tempfile::tempdir().unwrap();
        let written = write_job_file(&folder.path().join("nightly"), b"/S").unwrap();
        assert_eq!(written.file_name().unwrap(), "nightly.RCJ");
        assert_eq!(read_job_file(&folder.path().join("nightly")).unwrap(), b"/S");
        assert!(read_job_file(&folder.path().join("none")).is_err());
    }
}
