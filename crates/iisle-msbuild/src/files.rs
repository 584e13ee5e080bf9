use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};

/// What stands behind a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file, also through a link.
    File,
    /// A folder, also through a link.
    Folder,
}

/// One name of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name alone.
    pub name: String,
    /// File or folder.
    pub kind: EntryKind,
}

/// The files an evaluation may look at: a disk, a tree of a test.
///
/// Paths are absolute, use the separators of the [`Host`](crate::Host) or `/`, and hold no `.` or
/// `..`. How names compare is up to the implementation: on Windows it ignores case.
pub trait ProjectFiles: Sync {
    /// The bytes of a file.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is none; whatever else stopped the reading.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// What stands there; `None` when nothing does or it cannot be seen.
    fn entry(&self, path: &Path) -> Option<EntryKind>;

    /// The names in a folder, in any order; empty when it cannot be listed.
    fn list(&self, folder: &Path) -> Vec<Entry>;
}

/// Project files held in memory, names compared as on Linux.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// No file at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file; its folders come into being with it.
    pub fn insert(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// The files below a folder; paths sort by their parts, so they stand together.
    fn below(&self, folder: &Path) -> impl Iterator<Item = &PathBuf> {
        let from = (Bound::Excluded(folder), Bound::Unbounded);
        let folder = folder.to_owned();
        self.files
            .range::<Path, _>(from)
            .map(|(file, _)| file)
            .take_while(move |file| file.starts_with(&folder))
    }
}

impl ProjectFiles for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn entry(&self, path: &Path) -> Option<EntryKind> {
        if self.files.contains_key(path) {
            return Some(EntryKind::File);
        }
        self.below(path).next().map(|_| EntryKind::Folder)
    }

    fn list(&self, folder: &Path) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for file in self.below(folder) {
            let Ok(rest) = file.strip_prefix(folder) else { continue };
            let mut parts = rest.components();
            let Some(first) = parts.next() else { continue };
            let kind = if parts.next().is_some() { EntryKind::Folder } else { EntryKind::File };
            let name = first.as_os_str().to_string_lossy().into_owned();
            // Files of one folder stand together.
            if entries.last().is_none_or(|entry| entry.name != name) {
                entries.push(Entry { name, kind });
            }
        }
        entries
    }
}
