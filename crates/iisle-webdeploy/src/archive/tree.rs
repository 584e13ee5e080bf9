use iisle_path::{NameRules, RelPath};
use iisle_tree::{Content, Snapshot, Stamp, Tree, TreeError, Visibility};

use super::{Archive, ArchiveEntry, DosTime};

/// An archive as a tree of files. Names compare without case, as Web Deploy compares them.
pub(crate) struct ArchiveTree {
    pub(crate) archive: Archive,
    /// Minutes by which the clock that the times were taken from was ahead of UTC.
    offset_minutes: i32,
}

const READ_ONLY: u32 = 0x01;

impl ArchiveTree {
    pub(crate) fn new(archive: Archive, offset_minutes: i32) -> Self {
        Self { archive, offset_minutes }
    }

    fn stamp_of(&self, entry: &ArchiveEntry) -> Stamp {
        let modified = entry.time.ticks(self.offset_minutes);
        let modified = modified.or_else(|| DosTime::EARLIEST.ticks(self.offset_minutes));
        Stamp {
            size: entry.location.size,
            modified: modified.expect("the earliest date exists"),
            read_only: entry.attributes & READ_ONLY != 0,
            visibility: Some(Visibility::of_bits(entry.attributes)),
        }
    }
}

impl Tree for ArchiveTree {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        let mut snapshot = Snapshot::default();
        for entry in self.archive.entries.values() {
            let stamp = self.stamp_of(entry);
            if entry.is_directory {
                snapshot.directories.insert(entry.path.clone(), Stamp { size: 0, ..stamp });
            } else {
                snapshot.files.insert(entry.path.clone(), stamp);
            }
        }
        Ok(snapshot)
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        let entry = self.archive.get(path.as_str());
        let entry = entry.ok_or_else(|| TreeError::NotFound(path.to_string()))?;
        if entry.is_directory {
            return Err(TreeError::NotAFile(path.to_string()));
        }
        self.archive
            .open_entry(entry)
            .map_err(|source| TreeError::io("open", path.as_str(), source))
    }

    fn names(&self) -> NameRules {
        NameRules::Windows
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        let entry = self.archive.get(path.as_str()).filter(|entry| !entry.is_directory);
        Ok(entry.map(|entry| self.stamp_of(entry)))
    }

    fn is_current(&self, _: &RelPath, _: Stamp) -> Result<bool, TreeError> {
        Ok(true)
    }

    fn is_executable(&self, _: &RelPath) -> bool {
        false
    }
}
