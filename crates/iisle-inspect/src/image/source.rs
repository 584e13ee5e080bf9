use std::io::{self, Read as _, SeekFrom};

use iisle_tree::Content;
use thiserror::Error;

/// How much is read at once, at least: most headers lie together.
const CHUNK: usize = 4096;
/// Files up to this length are read as a whole: one call is cheaper than three.
const SMALL: u64 = 64 * 1024;
/// Chunks that are kept.
const MOST_CHUNKS: usize = 64;
/// No single structure of an image is longer.
const LONGEST: usize = 16 * 1024 * 1024;

/// Why an image could not be read to its end.
#[derive(Debug, Error)]
pub(super) enum Trouble {
    #[error("{0}")]
    Damaged(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Trouble {
    pub(super) fn damaged(text: impl Into<String>) -> Self {
        Self::Damaged(text.into())
    }
}

/// A file of which only the needed parts are read, each once.
pub(super) struct Source<'a> {
    content: &'a mut dyn Content,
    size: u64,
    chunks: Vec<(u64, Vec<u8>)>,
}

impl<'a> Source<'a> {
    pub(super) fn new(content: &'a mut dyn Content, size: u64) -> Self {
        Self { content, size, chunks: Vec::new() }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The `length` bytes at `offset`.
    pub(super) fn bytes(&mut self, offset: u64, length: usize) -> Result<&[u8], Trouble> {
        let end = offset.checked_add(length as u64).filter(|end| *end <= self.size);
        let Some(end) = end.filter(|_| length <= LONGEST) else {
            let size = self.size;
            return Err(Trouble::damaged(format!(
                "truncated: {length} bytes at {offset:#x} expected, the file has {size:#x}"
            )));
        };
        let holds = |(start, bytes): &(u64, Vec<u8>)| {
            *start <= offset && end <= *start + bytes.len() as u64
        };
        let at = match self.chunks.iter().position(holds) {
            Some(at) => at,
            None => self.load(offset, length)?,
        };
        let (start, bytes) = &self.chunks[at];
        let from = usize::try_from(offset - start).expect("chunks fit in memory");
        bytes.get(from..from + length).ok_or_else(|| Trouble::damaged("the file became shorter"))
    }

    /// What there is at `offset`, at most `length` bytes.
    pub(super) fn up_to(&mut self, offset: u64, length: usize) -> Result<&[u8], Trouble> {
        let rest = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.bytes(offset.min(self.size), length.min(rest))
    }

    pub(super) fn u16(&mut self, offset: u64) -> Result<u16, Trouble> {
        Ok(u16::from_le_bytes(self.array(offset)?))
    }

    pub(super) fn u32(&mut self, offset: u64) -> Result<u32, Trouble> {
        Ok(u32::from_le_bytes(self.array(offset)?))
    }

    pub(super) fn u64(&mut self, offset: u64) -> Result<u64, Trouble> {
        Ok(u64::from_le_bytes(self.array(offset)?))
    }

    fn array<const N: usize>(&mut self, offset: u64) -> Result<[u8; N], Trouble> {
        let bytes = self.bytes(offset, N)?;
        Ok(bytes.try_into().expect("so many were asked for"))
    }

    /// The bytes up to the next NUL; lossy, and cut after `limit` bytes.
    pub(super) fn text(&mut self, offset: u64, limit: usize) -> Result<String, Trouble> {
        let bytes = self.up_to(offset, limit)?;
        let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
        Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    /// Calls `visit` with windows that cover `from..to` and overlap by `overlap` bytes, until it
    /// gives an answer.
    pub(super) fn scan<T>(
        &mut self,
        from: u64,
        to: u64,
        overlap: usize,
        mut visit: impl FnMut(u64, &[u8]) -> Option<T>,
    ) -> Result<Option<T>, Trouble> {
        const WINDOW: usize = 1 << 20;
        let to = to.min(self.size);
        if from >= to {
            return Ok(None);
        }
        self.content.seek(SeekFrom::Start(from))?;
        let mut window = Vec::with_capacity(WINDOW + overlap);
        let mut start = from;
        loop {
            let rest = to - (start + window.len() as u64);
            let wanted = rest.min(WINDOW as u64);
            let before = window.len();
            self.content.take(wanted).read_to_end(&mut window)?;
            let grown = window.len() - before;
            if let Some(found) = visit(start, &window) {
                return Ok(Some(found));
            }
            if grown == 0 || rest == wanted {
                return Ok(None);
            }
            let gone = window.len().saturating_sub(overlap);
            window.drain(..gone);
            start += gone as u64;
        }
    }

    fn load(&mut self, offset: u64, length: usize) -> Result<usize, Trouble> {
        let (start, wanted) = if self.size <= SMALL {
            (0, usize::try_from(self.size).expect("small"))
        } else {
            let rest = usize::try_from(self.size - offset).unwrap_or(usize::MAX);
            (offset, length.max(CHUNK).min(rest))
        };
        self.content.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(wanted);
        self.content.take(wanted as u64).read_to_end(&mut bytes)?;
        if self.chunks.len() == MOST_CHUNKS {
            self.chunks.remove(0);
        }
        self.chunks.push((start, bytes));
        Ok(self.chunks.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::Source;

    #[test]
    fn windows_overlap_so_that_nothing_is_cut_in_two() {
        let mut bytes = vec![0_u8; 3 << 20];
        let at = (1 << 20) - 3;
        bytes[at..at + 6].copy_from_slice(b"needle");
        let size = bytes.len() as u64;
        let mut content = Cursor::new(bytes);
        let mut source = Source::new(&mut content, size);
        let find = |start: u64, window: &[u8]| {
            memchr::memmem::find(window, b"needle").map(|found| start + found as u64)
        };
        assert_eq!(source.scan(0, size, 5, find).unwrap(), Some(at as u64));
        assert_eq!(source.scan(0, at as u64 + 5, 5, find).unwrap(), None);
    }

    #[test]
    fn what_lies_beyond_the_end_is_refused() {
        let mut content = Cursor::new(vec![1, 2, 3]);
        let mut source = Source::new(&mut content, 3);
        assert!(source.u16(1).is_ok() && source.u16(2).is_err() && source.u32(0).is_err());
        assert!(source.bytes(u64::MAX, 2).is_err());
        // A tree may say a length that is no longer true.
        let mut source = Source::new(&mut content, 300);
        assert!(source.bytes(0, 200).is_err());
    }
}
