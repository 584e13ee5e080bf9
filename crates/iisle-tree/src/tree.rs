use std::io::{self, Read, Seek};

use iisle_path::{NameRules, RelPath};
use thiserror::Error;

use crate::folder::Attributes;
use crate::{FileVersion, Snapshot, Stamp};

/// An open file: read from any place.
pub trait Content: Read + Seek + Send {}

impl<T: Read + Seek + Send> Content for T {}

/// Files under relative paths: a disk, a package, a remote site, memory.
pub trait Tree: Send + Sync {
    /// Lists every file and directory below the root.
    fn snapshot(&self) -> Result<Snapshot, TreeError>;

    /// As [`snapshot`](Self::snapshot), and the versions of the files in their order as far as they
    /// are known; none at all where none can be known. What is not known is found out by reading.
    fn versioned_snapshot(&self) -> Result<(Snapshot, Vec<Option<FileVersion>>), TreeError> {
        Ok((self.snapshot()?, Vec::new()))
    }

    /// Opens one file.
    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError>;

    /// How names compare here: NTFS folds case, ext4 does not.
    fn names(&self) -> NameRules;

    /// What is known of the file `path` now; `None` when there is no such file.
    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError>;

    /// Whether `path` is still the file that a snapshot gave `stamp`, as far as the tree can tell;
    /// `true` where content cannot change under its readers.
    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError>;

    /// Whether the system that holds the file lets it be executed; always `false` where that is
    /// said by its name.
    fn is_executable(&self, path: &RelPath) -> bool;

    /// The whole of a file that is expected to be small.
    ///
    /// # Errors
    /// [`TreeError::TooLarge`] when it is longer than `limit` bytes.
    fn read_all(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, TreeError> {
        let mut bytes = Vec::new();
        let mut content = self.open(path)?.take(limit.saturating_add(1));
        content
            .read_to_end(&mut bytes)
            .map_err(|source| TreeError::io("read", path.as_str(), source))?;
        if bytes.len() as u64 > limit {
            return Err(TreeError::TooLarge { path: path.to_string(), limit });
        }
        Ok(bytes)
    }
}

/// A tree that can be changed. A call happened or it did not; readers never see half a file.
pub trait TreeMut: Tree {
    /// Creates or replaces `path` with `content` and sets its last write to `stamp.modified`.
    ///
    /// Missing parents are created. `content` must give `stamp.size` bytes and is read to its end
    /// before the file gets its name: an error of `content` leaves the old file in place.
    fn write(&self, path: &RelPath, stamp: Stamp, content: &mut dyn Read) -> Result<(), TreeError>;

    /// Sets last write and attributes of an existing file to those of `stamp`.
    fn touch(&self, path: &RelPath, stamp: Stamp) -> Result<(), TreeError>;

    /// Gives an existing directory those of the attributes [`MARKS`](Attributes::MARKS) that `marks` names,
    /// and takes the others of them away; nothing happens where directories have none.
    fn mark_directory(&self, path: &RelPath, marks: Attributes) -> Result<(), TreeError>;

    /// Gives the file or directory `from` the name `to`, in one step where the system can.
    ///
    /// `to` must not exist, unless it is `from` in other letters.
    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), TreeError>;

    /// Removes the file `path`; removing what is not there succeeds.
    fn remove(&self, path: &RelPath) -> Result<(), TreeError>;

    /// Creates the directory `path` and its parents; an existing one is left alone.
    fn create_directory(&self, path: &RelPath) -> Result<(), TreeError>;

    /// Removes the directory `path` if it is empty; a missing one is no error.
    fn remove_directory(&self, path: &RelPath) -> Result<(), TreeError>;

    /// Whether `path` could be replaced now: `None` when it could (or is not there), else who
    /// holds it, as far as the system tells (the list may be empty).
    fn locked_by(&self, path: &RelPath) -> Result<Option<Vec<Holder>>, TreeError>;

    /// Those of `paths` that could not be replaced now, as [`locked_by`](Self::locked_by) has it.
    fn locked(&self, paths: &[RelPath]) -> Result<Vec<(RelPath, Vec<Holder>)>, TreeError> {
        let mut locked = Vec::new();
        for path in paths {
            if let Some(holders) = self.locked_by(path)? {
                locked.push((path.clone(), holders));
            }
        }
        Ok(locked)
    }

    /// Bytes that may still be written here; `None` when there is no telling.
    fn free_space(&self) -> Result<Option<u64>, TreeError> {
        Ok(None)
    }

    /// Removes temporary files that a crash of an earlier run left behind; how many.
    fn remove_leftovers(&self) -> Result<u64, TreeError> {
        Ok(0)
    }
}

/// A process that holds a file open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// Name of the program, `w3wp.exe`.
    pub name: String,
    /// Account it runs under, where the system tells.
    pub user: Option<String>,
    /// Short name of the Windows service it is, if it is one.
    pub service: Option<String>,
}

/// Why a tree could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum TreeError {
    #[error("`{0}` does not exist")]
    NotFound(String),
    #[error("`{path}` is a link to nothing: there is no `{target}`")]
    Dangling { path: String, target: String },
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    #[error("`{0}` is a folder, expected a file")]
    NotAFile(String),
    #[error("`{0}` is a device, a pipe or a socket, expected a file")]
    Special(String),
    #[error("`{path}` is larger than {limit} bytes, the limit for files of its kind")]
    TooLarge { path: String, limit: u64 },
    #[error("`{path}` changed while it was read: expected {expected} bytes, found {found}")]
    Changed { path: String, expected: u64, found: u64 },
    #[error("`{path}` is in use{}", by(holders))]
    InUse { path: String, holders: Vec<Holder>, source: io::Error },
    #[error("`{path}` cannot exist there: {problem}")]
    Name { path: String, problem: String },
    #[error("cannot {action} `{path}`")]
    Io { action: &'static str, path: String, source: io::Error },
}

impl TreeError {
    /// An error of the system, met while doing `action` (an infinitive) on `path`.
    pub fn io(action: &'static str, path: impl Into<String>, source: io::Error) -> Self {
        Self::Io { action, path: path.into(), source }
    }

    /// As [`io`](Self::io), except that a missing file gets its own variant.
    pub(crate) fn met(action: &'static str, path: impl Into<String>, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound(path.into()),
            _ => Self::io(action, path, source),
        }
    }

    /// Whether the account has no right to do it.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied)
    }

    /// Whether there is no room left on the volume or in the quota.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. }
            if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}

fn by(holders: &[Holder]) -> String {
    let named: Vec<_> = holders.iter().map(|h| format!("{} (pid {})", h.name, h.pid)).collect();
    if named.is_empty() { String::new() } else { format!(" by {}", named.join(", ")) }
}
