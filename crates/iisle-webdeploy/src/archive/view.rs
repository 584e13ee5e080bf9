use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use iisle_tree::Content;

/// Many readers of one open file, each with a place of its own; the end of the file may be
/// replaced by other bytes.
#[derive(Clone)]
pub(crate) struct View {
    content: Arc<Mutex<Box<dyn Content>>>,
    /// Bytes of the file that are seen.
    cut: u64,
    /// What is seen behind them.
    tail: Arc<[u8]>,
    position: u64,
}

impl View {
    pub(crate) fn new(mut content: Box<dyn Content>) -> io::Result<Self> {
        let cut = content.seek(SeekFrom::End(0))?;
        Ok(Self { content: Arc::new(Mutex::new(content)), cut, tail: Arc::default(), position: 0 })
    }

    /// The same file, with `tail` instead of everything from `cut` on.
    pub(crate) fn with_tail(&self, cut: u64, tail: Vec<u8>) -> Self {
        let cut = cut.min(self.cut);
        Self { content: Arc::clone(&self.content), cut, tail: tail.into(), position: 0 }
    }

    pub(crate) fn length(&self) -> u64 {
        self.cut + self.tail.len() as u64
    }
}

impl Read for View {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = if let Some(behind) = self.position.checked_sub(self.cut) {
            let start = usize::try_from(behind).unwrap_or(usize::MAX).min(self.tail.len());
            (&self.tail[start..]).read(buffer)?
        } else {
            let room = usize::try_from(self.cut - self.position).unwrap_or(usize::MAX);
            let room = room.min(buffer.len());
            let mut content = self.content.lock().expect("no holder of this lock panics");
            content.seek(SeekFrom::Start(self.position))?;
            content.read(&mut buffer[..room])?
        };
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for View {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
