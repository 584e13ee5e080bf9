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
    /// Bytes that are seen instead of those of the file, by their places, in order.
    instead: Arc<[(u64, [u8; 4])]>,
    position: u64,
}

impl View {
    pub(crate) fn new(mut content: Box<dyn Content>) -> io::Result<Self> {
        let cut = content.seek(SeekFrom::End(0))?;
        let content = Arc::new(Mutex::new(content));
        Ok(Self { content, cut, tail: Arc::default(), instead: Arc::default(), position: 0 })
    }

    /// The same file, with `tail` instead of everything from `cut` on.
    pub(crate) fn with_tail(&self, cut: u64, tail: Vec<u8>) -> Self {
        let cut = cut.min(self.cut);
        Self { cut, tail: tail.into(), position: 0, ..self.clone() }
    }

    /// The same file, with other bytes in some places, none of which share any.
    pub(crate) fn with_instead(&self, mut instead: Vec<(u64, [u8; 4])>) -> Self {
        instead.sort_unstable();
        Self { instead: instead.into(), position: 0, ..self.clone() }
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
            let read = content.read(&mut buffer[..room])?;
            put(&self.instead, self.position, &mut buffer[..read]);
            read
        };
        self.position += read as u64;
        Ok(read)
    }
}

/// Puts the bytes of `instead` into those that were read at `position`.
fn put(instead: &[(u64, [u8; 4])], position: u64, read: &mut [u8]) {
    let first = instead.partition_point(|(place, _)| place.saturating_add(4) <= position);
    for (place, bytes) in &instead[first..] {
        if *place >= position.saturating_add(read.len() as u64) {
            return;
        }
        for (at, byte) in (*place..).zip(bytes) {
            let at = at.checked_sub(position).and_then(|at| usize::try_from(at).ok());
            if let Some(seen) = at.and_then(|at| read.get_mut(at)) {
                *seen = *byte;
            }
        }
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn other_bytes_are_seen_in_their_places_however_they_are_read() {
        let view = View::new(Box::new(Cursor::new(b"0123456789".to_vec()))).unwrap();
        let other = view.with_instead(vec![(7, *b"wxyz"), (1, *b"abcd")]);
        for at_once in 1..=10 {
            let (mut seen, mut part) = (Vec::new(), vec![0; at_once]);
            let mut reader = other.clone();
            while let Ok(read @ 1..) = reader.read(&mut part) {
                seen.extend_from_slice(&part[..read]);
            }
            assert_eq!(seen, b"0abcd56wxy", "{at_once} at once");
        }
        let mut as_it_is = Vec::new();
        view.clone().read_to_end(&mut as_it_is).unwrap();
        assert_eq!(as_it_is, b"0123456789");
    }
}
