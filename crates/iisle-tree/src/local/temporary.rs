use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::system;

const PREFIX: &str = ".iisle-";
const SUFFIX: &str = ".tmp";
const PART: &str = ".part";

/// Makes names of this process unique; the process id does the rest.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A file beside the one it will become. Dropped before [`commit`](Self::commit), it is removed.
///
/// It is locked as long as it is open, so that a cleanup by another run can tell a file in the
/// making from one that a crash left behind.
#[derive(Debug)]
pub(crate) struct Temporary {
    file: Option<File>,
    path: PathBuf,
}

impl Temporary {
    /// Creates it in the folder of `target`, which must exist.
    pub(crate) fn beside(target: &Path) -> io::Result<Self> {
        let folder = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{PREFIX}{}-{number}{SUFFIX}", std::process::id()));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => {
                    // Where locks are not supported the file is merely not protected from a cleanup.
                    if let Err(error) = file.try_lock() {
                        tracing::debug!(path = %path.display(), %error, "temporary is not locked");
                    }
                    return Ok(Self { file: Some(file), path });
                }
                // Left by a crash of an earlier process that had our id.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&mut self) -> &mut File {
        self.file.as_mut().expect("open until it is committed or dropped")
    }

    /// Gives it the name `target`, replacing a file of that name in one step.
    pub(crate) fn commit(mut self, target: &Path) -> io::Result<()> {
        let result = system::replace(&self.path, target);
        if result.is_ok() {
            self.file = None;
        }
        result
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        drop(file);
        if let Err(error) = system::remove(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "a temporary file stays behind");
        }
    }
}

/// Whether a file of this name is one of our temporaries.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX))
        .and_then(|middle| middle.split_once('-'))
        .is_some_and(|(pid, number)| digits(pid) && digits(number))
}

/// The name of a begun copy that a later one may go on with; `key` is hexadecimal.
pub(crate) fn part_name(key: &str) -> String {
    format!("{PREFIX}{key}{PART}")
}

/// Whether a file of this name is a begun copy of ours.
pub(crate) fn is_part(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(PART))
        .is_some_and(|key| !key.is_empty() && key.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Removes the temporary `path` unless its writer is still alive; whether it was removed.
pub(crate) fn remove_abandoned(path: &Path) -> io::Result<bool> {
    let file = match OpenOptions::new().read(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => {
            drop(file);
            system::remove(path)?;
            Ok(true)
        }
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// The name a file is set aside under while another takes its place.
pub(crate) fn aside(target: &Path) -> PathBuf {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{PREFIX}{}-{number}{SUFFIX}", std::process::id());
    target.with_file_name(OsString::from(name))
}

#[cfg(test)]
mod tests {
    use super::{Temporary, is_temporary, remove_abandoned};
    use std::io::Write;

    #[test]
    fn only_our_own_names_are_temporaries() {
        assert!(is_temporary(".iisle-12-7.tmp"));
        for name in
            [".iisle-.tmp", ".iisle-12.tmp", ".iisle-a-1.tmp", "iisle-1-1.tmp", ".iisle-1-1.tmpx"]
        {
            assert!(!is_temporary(name), "{name}");
        }
    }

    #[test]
    fn a_temporary_becomes_the_file_or_vanishes() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.txt");
        let mut kept = Temporary::beside(&target).unwrap();
        kept.file().write_all(b"new").unwrap();
        drop(Temporary::beside(&target).unwrap());
        assert!(!remove_abandoned(&kept.path).unwrap(), "its writer is alive");
        kept.commit(&target).unwrap();
        let names: Vec<_> =
            folder.path().read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["a.txt"]);
    }

    #[test]
    fn what_a_crash_left_behind_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".iisle-1-1.tmp");
        drop(std::fs::File::create(&left).unwrap());
        assert!(remove_abandoned(&left).unwrap());
        assert!(!left.exists());
    }
}
