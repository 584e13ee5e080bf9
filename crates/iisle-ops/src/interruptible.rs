use std::io::{self, Read, Seek, SeekFrom};

use iisle_path::RelPath;
use iisle_report::Monitor;
use iisle_tree::{Content, ReadThrough, Reading, Tree, TreeError};

/// A tree whose files cannot be read any more once somebody wants an end: for work that only ever
/// reads, and whose result is then not wanted.
pub(crate) fn interruptible<'a>(
    tree: &'a dyn Tree,
    monitor: &'a dyn Monitor,
) -> ReadThrough<&'a dyn Tree, UntilInterrupted<'a>> {
    ReadThrough { tree, reading: UntilInterrupted(monitor) }
}

/// Reads until somebody wants an end.
pub(crate) struct UntilInterrupted<'a>(&'a dyn Monitor);

impl UntilInterrupted<'_> {
    fn go_on(&self) -> io::Result<()> {
        if self.0.is_interrupted() {
            return Err(io::Error::other("it was interrupted"));
        }
        Ok(())
    }
}

impl Reading for UntilInterrupted<'_> {
    fn open<'a>(
        &'a self,
        tree: &'a dyn Tree,
        path: &RelPath,
    ) -> Result<Box<dyn Content + 'a>, TreeError> {
        self.go_on().map_err(|error| TreeError::io("read", path.as_str(), error))?;
        Ok(Box::new(Open { content: tree.open(path)?, reading: self }))
    }
}

struct Open<'a> {
    content: Box<dyn Content + 'a>,
    reading: &'a UntilInterrupted<'a>,
}

impl Read for Open<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reading.go_on()?;
        self.content.read(buffer)
    }
}

impl Seek for Open<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.content.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::interruptible;
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
        let tree = interruptible(&tree, &watch);
        let mut content = tree.open(&path).unwrap();
        let mut one = [0];
        content.read_exact(&mut one).unwrap();
        watch.0.store(true, Ordering::Relaxed);
        assert_eq!(content.read(&mut one).unwrap_err().to_string(), "it was interrupted");
        assert!(tree.open(&path).is_err());
    }
}
