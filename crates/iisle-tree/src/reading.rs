use iisle_path::{NameRules, RelPath};

use crate::{Content, FileVersion, Snapshot, Stamp, Tree, TreeError};

/// How the files of a tree are read.
pub trait Reading: Send + Sync {
    /// Opens the file `path` of `tree`.
    ///
    /// # Errors
    /// What the tree says, or why the file is not to be read.
    fn open<'a>(
        &'a self,
        tree: &'a dyn Tree,
        path: &RelPath,
    ) -> Result<Box<dyn Content + 'a>, TreeError>;
}

/// A tree whose files are read in some way of their own; all else is that of the tree below, which may
/// be a reference to one.
#[derive(Debug)]
pub struct ReadThrough<T, R> {
    /// The tree below.
    pub tree: T,
    /// How its files are read.
    pub reading: R,
}

impl<T: Tree, R: Reading> Tree for ReadThrough<T, R> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        self.tree.snapshot()
    }

    fn versioned_snapshot(&self) -> Result<(Snapshot, Vec<Option<FileVersion>>), TreeError> {
        self.tree.versioned_snapshot()
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        self.reading.open(&self.tree, path)
    }

    fn names(&self) -> NameRules {
        self.tree.names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        self.tree.stamp(path)
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        self.tree.is_current(path, stamp)
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        self.tree.is_executable(path)
    }
}

impl<T: Tree + ?Sized> Tree for &T {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        (**self).snapshot()
    }

    fn versioned_snapshot(&self) -> Result<(Snapshot, Vec<Option<FileVersion>>), TreeError> {
        (**self).versioned_snapshot()
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        (**self).open(path)
    }

    fn names(&self) -> NameRules {
        (**self).names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        (**self).stamp(path)
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        (**self).is_current(path, stamp)
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        (**self).is_executable(path)
    }

    fn read_all(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, TreeError> {
        (**self).read_all(path, limit)
    }
}
