use std::collections::BTreeMap;
use std::io::Cursor;

use iisle_path::{NameRules, RelPath};
use iisle_tree::{Content, Snapshot, Stamp, Tree, TreeError};

/// A tree with some files replaced: what a folder will be once they are written.
///
/// Lets a dry run judge the web.config that it does not write.
pub(crate) struct Overlay<'a> {
    below: &'a dyn Tree,
    files: BTreeMap<RelPath, Vec<u8>>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn new(below: &'a dyn Tree) -> Self {
        Self { below, files: BTreeMap::new() }
    }

    /// Puts `content` at `path`; names that equal it under the rules of the tree are hidden.
    pub(crate) fn put(&mut self, path: RelPath, content: Vec<u8>) {
        self.files.insert(path, content);
    }

    fn replaced(&self, path: &RelPath) -> Option<(&RelPath, &Vec<u8>)> {
        let rules = self.names();
        self.files.iter().find(|(name, _)| rules.same(name.as_str(), path.as_str()))
    }
}

impl Tree for Overlay<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        let mut snapshot = self.below.snapshot()?;
        snapshot.files.retain(|path, _| self.replaced(path).is_none());
        for (path, content) in &self.files {
            let stamp = Stamp { size: content.len() as u64, ..Stamp::default() };
            snapshot.files.insert(path.clone(), stamp);
        }
        Ok(snapshot)
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        match self.replaced(path) {
            Some((_, content)) => Ok(Box::new(Cursor::new(content.as_slice()))),
            None => self.below.open(path),
        }
    }

    fn names(&self) -> NameRules {
        self.below.names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        match self.replaced(path) {
            Some((_, content)) => {
                Ok(Some(Stamp { size: content.len() as u64, ..Stamp::default() }))
            }
            None => self.below.stamp(path),
        }
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        match self.replaced(path) {
            Some(_) => Ok(true),
            None => self.below.is_current(path, stamp),
        }
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        self.below.is_executable(path)
    }
}
