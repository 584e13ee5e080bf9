use std::io::{self, Read, Seek, SeekFrom};

use iisle_path::{NameRules, RelPath};
use iisle_report::Monitor;
use iisle_tree::{Content, FileVersion, Snapshot, Stamp, Tree, TreeError};

/// A tree whose files cannot be read any more once somebody wants an end: for work that only ever
/// reads, and whose result is then not wanted.
pub(crate) struct Interruptible<'a> {
    tree: &'a dyn Tree,
    monitor: &'a dyn Monitor,
}

impl<'a> Interruptible<'a> {
    pub(crate) fn new(tree: &'a dyn Tree, monitor: &'a dyn Monitor) -> Self {
        Self { tree, monitor }
    }

    fn go_on(&self) -> io::Result<()> {
        if self.monitor.is_interrupted() {
            return Err(io::Error::other("it was interrupted"));
        }
        Ok(())
    }
}

struct Open<'a> {
    content: Box<dyn Content + 'a>,
    tree: &'a Interruptible<'a>,
}

impl Read for Open<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tree.go_on()?;
        self.content.read(buffer)
    }
}

impl Seek for Open<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.content.seek(position)
    }
}

impl Tree for Interruptible<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        self.tree.snapshot()
    }

    fn versioned_snapshot(&self) -> Result<(Snapshot, Vec<Option<FileVersion>>), TreeError> {
        self.tree.versioned_snapshot()
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        self.go_on().map_err(|error| TreeError::io("read", path.as_str(), error))?;
        Ok(Box::new(Open { content: self.tree.open(path)?, tree: self }))
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

#[cfg(test)]
mod tests {
    use super::Interruptible;
    use iisle_path::RelPath;
    use iisle_report::Monitor;
    use iisle_tree::{MemoryTree, Ticks, Tree};
    use std::io::Read;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[derive(Default)]
    struct Watch(AtomicBool);

    impl Monitor for Watch {
        fn is_interrupted(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn nothing_more_is_read_once_somebody_wants_an_end() {
        let (watch, path) = (Watch::default(), RelPath::parse("a").unwrap());
        let tree = MemoryTree::unix().with_file("a", "1234", Ticks(0));
        let tree = Interruptible::new(&tree, &watch);
        let mut content = tree.open(&path).unwrap();
        let mut one = [0];
        content.read_exact(&mut one).unwrap();
        watch.0.store(true, Ordering::Relaxed);
        assert_eq!(content.read(&mut one).unwrap_err().to_string(), "it was interrupted");
        assert!(tree.open(&path).is_err());
    }
}
