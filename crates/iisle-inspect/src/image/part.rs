use std::io::{self, Read, Seek, SeekFrom};

use iisle_tree::Content;

/// A part of a file as a file of its own.
pub(crate) struct Part<'a> {
    whole: &'a mut dyn Content,
    start: u64,
    length: u64,
    at: u64,
}

impl<'a> Part<'a> {
    pub(crate) fn new(whole: &'a mut dyn Content, start: u64, length: u64) -> Self {
        Self { whole, start, length, at: 0 }
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.length.saturating_sub(self.at);
        let wanted = usize::try_from(rest).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        self.whole.seek(SeekFrom::Start(self.start + self.at))?;
        let read = self.whole.read(&mut buffer[..wanted])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Part<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _, Seek as _, SeekFrom};

    use super::Part;

    #[test]
    fn a_part_begins_and_ends_where_it_is_told() {
        let mut whole = Cursor::new(b"0123456789".to_vec());
        let mut part = Part::new(&mut whole, 3, 4);
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        assert_eq!(text, "3456");
        part.seek(SeekFrom::End(-1)).unwrap();
        text.clear();
        part.read_to_string(&mut text).unwrap();
        assert_eq!(text, "6");
        assert!(part.seek(SeekFrom::Current(-9)).is_err());
    }
}
