//! A tree that writes down what is done to it, and fails on command: for tests of what acts on trees.

use std::fmt;
use std::io::{self, Read};

use iisle_path::{NameRules, RelPath};

use crate::breaks::{Breaks, Fate};
use crate::folder::Attributes;
use crate::{Content, FileVersion, Holder, Snapshot, Stamp, Tree, TreeError, TreeMut};

/// When a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has happened.
    Before,
    /// It has happened, but the caller does not learn that.
    After,
}

/// Passes everything on to another tree and records every call that changes something.
pub struct Recording<'a> {
    tree: &'a dyn TreeMut,
    breaks: Breaks<Moment>,
    observer: &'a (dyn Fn(&dyn TreeMut, &str) + Sync),
}

impl fmt::Debug for Recording<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("breaks", &self.breaks).finish_non_exhaustive()
    }
}

impl<'a> Recording<'a> {
    /// Records and never fails.
    pub fn new(tree: &'a dyn TreeMut) -> Self {
        Self { tree, breaks: Breaks::never(), observer: &|_, _| () }
    }

    /// Fails the call number `number` (from 0), once.
    #[must_use]
    pub fn failing(self, number: usize, moment: Moment) -> Self {
        Self { breaks: self.breaks.once(number, moment), ..self }
    }

    /// Fails the call number `number` (from 0) and every later one.
    #[must_use]
    pub fn dying(self, number: usize, moment: Moment) -> Self {
        Self { breaks: self.breaks.dying(number, moment), ..self }
    }

    /// Shows the tree and the call to `observer` after every call, also after one that failed.
    #[must_use]
    pub fn observed(self, observer: &'a (dyn Fn(&dyn TreeMut, &str) + Sync)) -> Self {
        Self { observer, ..self }
    }

    /// The calls so far, in order: `write bin/App.dll`.
    pub fn calls(&self) -> Vec<String> {
        self.breaks.calls()
    }

    fn call(
        &self,
        action: &'static str,
        path: &RelPath,
        change: impl FnOnce() -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        let text = format!("{action} {path}");
        let (number, fate) = self.breaks.next(text.clone());
        let failure = || {
            let source = io::Error::other(format!("call {number} fails on command"));
            Err(TreeError::io(action, path.as_str(), source))
        };
        let result = match fate {
            Fate::Passes => change(),
            Fate::Breaks(Moment::After) => change().and_then(|()| failure()),
            Fate::Breaks(Moment::Before) | Fate::Lost => failure(),
        };
        (self.observer)(self.tree, &text);
        result
    }
}

impl Tree for Recording<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        self.tree.snapshot()
    }

    fn versioned_snapshot(&self) -> Result<(Snapshot, Vec<Option<FileVersion>>), TreeError> {
        self.tree.versioned_snapshot()
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        self.tree.open(path)
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

impl TreeMut for Recording<'_> {
    fn write(&self, path: &RelPath, stamp: Stamp, content: &mut dyn Read) -> Result<(), TreeError> {
        self.call("write", path, || self.tree.write(path, stamp, content))
    }

    fn touch(&self, path: &RelPath, stamp: Stamp) -> Result<(), TreeError> {
        self.call("touch", path, || self.tree.touch(path, stamp))
    }

    fn mark_directory(&self, path: &RelPath, marks: Attributes) -> Result<(), TreeError> {
        self.call("mark", path, || self.tree.mark_directory(path, marks))
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), TreeError> {
        self.call("rename", from, || self.tree.rename(from, to))
    }

    fn remove(&self, path: &RelPath) -> Result<(), TreeError> {
        self.call("remove", path, || self.tree.remove(path))
    }

    fn create_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        self.call("create", path, || self.tree.create_directory(path))
    }

    fn remove_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        self.call("remove the folder", path, || self.tree.remove_directory(path))
    }

    fn locked_by(&self, path: &RelPath) -> Result<Option<Vec<Holder>>, TreeError> {
        self.tree.locked_by(path)
    }

    fn locked(&self, paths: &[RelPath]) -> Result<Vec<(RelPath, Vec<Holder>)>, TreeError> {
        self.tree.locked(paths)
    }

    fn free_space(&self) -> Result<Option<u64>, TreeError> {
        self.tree.free_space()
    }

    fn remove_leftovers(&self) -> Result<u64, TreeError> {
        self.tree.remove_leftovers()
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Recording};
    use crate::{MemoryTree, Stamp, Ticks, Tree, TreeMut};
    use iisle_path::RelPath;

    #[test]
    fn the_chosen_call_fails_before_or_after_its_effect() {
        for (moment, left) in [(Moment::Before, 2), (Moment::After, 1)] {
            let tree = MemoryTree::unix().with_file("a", "1", Ticks(1));
            let recording = Recording::new(&tree).failing(1, moment);
            let [a, b] = ["a", "b"].map(|path| RelPath::parse(path).unwrap());
            let stamp = Stamp { size: 1, ..Stamp::default() };
            recording.write(&b, stamp, &mut b"2".as_slice()).unwrap();
            assert!(recording.remove(&a).is_err());
            assert_eq!(tree.snapshot().unwrap().files.len(), left);
            recording.remove(&a).unwrap();
            assert_eq!(recording.calls(), ["write b", "remove a", "remove a"]);
        }
    }
}
