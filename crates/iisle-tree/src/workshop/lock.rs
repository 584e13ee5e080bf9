use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use thiserror::Error;

use crate::TreeError;

/// The file that is locked. It stays: removing it would let two think that they hold it.
const LOCK: &str = "lock";
/// The file that says who holds it; beside it, for a locked file cannot be read everywhere.
const HOLDER: &str = "lock.json";
/// More is no description of a holder.
const MAX_HOLDER: usize = 4096;

/// An exclusive lock on a work folder, released when it is dropped or when the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a lock was not given.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum LockError {
    /// Somebody else has it; what they said of themselves.
    #[error("another deployment is at work there{}", by(holder))]
    Busy { holder: String },
    #[error(transparent)]
    Tree(#[from] TreeError),
}

fn by(holder: &str) -> String {
    if holder.is_empty() { String::new() } else { format!(": {holder}") }
}

impl Lock {
    pub(super) fn take(work: &Path, who: &str) -> Result<Self, LockError> {
        let place = work.join(LOCK);
        let failed =
            |action| move |e| TreeError::io(action, work.join(LOCK).display().to_string(), e);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&place)
            .map_err(failed("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let said = fs::read(work.join(HOLDER)).unwrap_or_default();
                let said = &said[..said.len().min(MAX_HOLDER)];
                let holder = String::from_utf8_lossy(said).trim().to_owned();
                return Err(LockError::Busy { holder });
            }
            Err(fs::TryLockError::Error(error)) => return Err(failed("lock")(error).into()),
        }
        // Who holds it is a courtesy to others; the lock is what counts.
        let told =
            File::create(work.join(HOLDER)).and_then(|mut file| file.write_all(who.as_bytes()));
        if let Err(error) = told {
            tracing::debug!(%error, "the holder of the lock is not named");
        }
        Ok(Self { _file: file })
    }
}
