use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use crate::digest::Digest;
use crate::local::system;
use crate::{Ticks, TreeError};

/// The file that is locked. It stays: removing it would let two think that they hold it.
const LOCK: &str = "lock";
/// The file that says who holds it; beside it, for a locked file cannot be read everywhere.
const HOLDER: &str = "lock.json";
/// What becomes that file, so that nobody reads half of it.
const NEXT_HOLDER: &str = "lock.json.new";
/// More is no description of a holder.
const MAX_HOLDER: usize = 4096;

/// An exclusive lock on a work folder, and shared ones on those of the folders around it: a site and
/// an application below it are not changed at the same time. On Windows the site is also locked by a
/// name, for two who have different work folders. Released when it is dropped or when the process ends.
///
/// Source: `sync.md` SD-36, SD-37, SD-38.
#[derive(Debug)]
pub struct Lock {
    _files: Vec<File>,
    _name: system::NamedLock,
    notice: Notice,
    taken: Ticks,
}

/// What those who do not get a lock are told of who holds it. Only the holder writes it.
#[derive(Debug, Clone)]
pub struct Notice {
    work: PathBuf,
}

impl Notice {
    /// Tells something else than before, in one step.
    ///
    /// # Errors
    /// When it cannot be written; what was told before stays.
    pub fn write(&self, who: &str) -> Result<(), TreeError> {
        let next = self.work.join(NEXT_HOLDER);
        fs::write(&next, who)
            .and_then(|()| fs::rename(&next, self.work.join(HOLDER)))
            .map_err(|e| TreeError::io("write", self.work.join(HOLDER).display().to_string(), e))
    }
}

/// Why a lock was not given.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum LockError {
    /// Somebody else has it; what they said of themselves, when they said it by the clock of the
    /// volume, and how long ago that is, where the clocks of both allow to tell.
    #[error("another deployment is at work there{}", by(holder))]
    Busy { holder: String, told: Option<Ticks>, ago: Option<Duration> },
    /// Nothing can be written in the folder that is changed or is to be made, the nearest one that exists.
    #[error(
        "`{folder}` cannot be written to, and nothing beside it: a deployment is prepared in a work folder there"
    )]
    Closed { folder: String, source: TreeError },
    /// There is a work folder, which takes nothing.
    #[error(
        "`{work}` cannot be written to: it is the work folder of `{site}`, in which a deployment is prepared"
    )]
    OfAnother { work: String, site: String, source: TreeError },
    #[error(transparent)]
    Tree(#[from] TreeError),
}

fn by(holder: &str) -> String {
    if holder.is_empty() { String::new() } else { format!(": {holder}") }
}

impl Lock {
    /// Takes the lock of the folder `site` that lies on `file`, as [`open`] gives it; `files` are those
    /// that [`above`] gave.
    pub(super) fn take(
        site: &Path,
        work: &Path,
        (mut files, file): (Vec<File>, File),
        who: &str,
    ) -> Result<Self, LockError> {
        held(file.try_lock(), work)?;
        files.push(file);
        let named = system::named_lock(&name_of(site))
            .map_err(|e| TreeError::io("lock", site.display().to_string(), e))?;
        let Some(name) = named else {
            return Err(LockError::Busy { holder: String::new(), told: None, ago: None });
        };
        // Who holds it is a courtesy to others; the lock is what counts.
        let notice = Notice { work: work.to_owned() };
        if let Err(error) = notice.write(who) {
            tracing::debug!(%error, "the holder of the lock is not named");
        }
        // The clock of the volume, by which files are dated.
        let taken = fs::metadata(work.join(HOLDER))
            .map_or(Ticks::UNIX_EPOCH, |metadata| system::stamp(&metadata).modified);
        Ok(Self { _files: files, _name: name, notice, taken })
    }

    /// What others are told.
    pub fn notice(&self) -> &Notice {
        &self.notice
    }

    /// When it was taken, by the clock of the volume.
    pub fn taken(&self) -> Ticks {
        self.taken
    }
}

/// Shared locks on the work folders of the folders above `site`. They come before anything is made for
/// it: it may lie in a folder that a deployment at work there is about to bring.
pub(super) fn above(site: &Path) -> Result<Vec<File>, LockError> {
    let mut files = Vec::new();
    for folder in site.ancestors().skip(1) {
        // Only where somebody has deployed there is something to share.
        let Some(above) = work_folder(folder) else { continue };
        match File::open(above.join(LOCK)) {
            Ok(file) => {
                held(file.try_lock_shared(), &above)?;
                files.push(file);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::debug!(%error, folder = %above.display(), "cannot see its lock");
            }
        }
    }
    Ok(files)
}

/// The file on which the lock of a work folder lies; `shown` is what the folder is called in errors.
pub(super) fn open(work: &Path, shown: &str) -> Result<File, TreeError> {
    OpenOptions::new()
        // Nothing is ever added: some shares open an existing file in no other way.
        .append(true)
        .create(true)
        .open(work.join(LOCK))
        .map_err(|e| TreeError::io("open", Path::new(shown).join(LOCK).display().to_string(), e))
}

/// The name of a site on its machine, whatever work folder it has.
///
/// Source: `sync.md` SD-38.
fn name_of(site: &Path) -> String {
    let path = system::NAMES.fold(&site.to_string_lossy());
    format!("iisle-{}", Digest::of(path.as_bytes()).hex())
}

fn work_folder(site: &Path) -> Option<PathBuf> {
    Some(site.with_file_name(work_name(site.file_name()?)))
}

/// The name of the work folder beside a folder called `name`.
pub(super) fn work_name(name: &OsStr) -> OsString {
    let mut work = OsString::from(".");
    work.push(name);
    work.push(".deploy");
    work
}

/// Whether a lock was given, and by whom it is held if not.
fn held(tried: Result<(), fs::TryLockError>, work: &Path) -> Result<(), LockError> {
    match tried {
        Ok(()) => Ok(()),
        Err(fs::TryLockError::WouldBlock) => {
            let said = fs::read(work.join(HOLDER)).unwrap_or_default();
            let said = &said[..said.len().min(MAX_HOLDER)];
            let holder = String::from_utf8_lossy(said).trim().to_owned();
            let told = fs::metadata(work.join(HOLDER)).ok();
            let ago = told.as_ref().and_then(|told| told.modified().ok()?.elapsed().ok());
            let told = told.map(|metadata| system::stamp(&metadata).modified);
            Err(LockError::Busy { holder, told, ago })
        }
        Err(fs::TryLockError::Error(error)) => {
            Err(TreeError::io("lock", work.join(LOCK).display().to_string(), error).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lock, LockError, name_of, open};
    use std::path::Path;

    // SD-38
    #[test]
    fn a_site_has_one_name_whatever_its_work_folder_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        for work in [&one, &two] {
            std::fs::create_dir(work).unwrap();
        }
        let site = folder.path().join("Site");
        let take = |site: &Path, work: &Path, who: &str| {
            Lock::take(site, work, (Vec::new(), open(work, "work").unwrap()), who)
        };
        let lock = take(&site, &one, "ann").unwrap();
        let other = take(&site, &two, "bob");
        if cfg!(windows) {
            assert!(matches!(other, Err(LockError::Busy { .. })));
            let letters = Path::new(&site.to_string_lossy().to_uppercase()).to_owned();
            assert!(matches!(take(&letters, &two, "bob"), Err(LockError::Busy { .. })));
        } else {
            drop(other.unwrap());
        }
        drop(lock);
        drop(take(&site, &two, "bob").unwrap());
        assert_ne!(name_of(&one), name_of(&two));
    }
}
