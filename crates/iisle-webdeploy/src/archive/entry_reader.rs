use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom, Take};

use flate2::bufread::DeflateDecoder;
use iisle_tree::Content;

use super::Method;
use super::nested::begins_as_archive;
use super::view::View;

/// Where the bytes of an entry lie and what they must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) method: Method,
    /// Where the compressed bytes begin in the archive.
    pub(crate) start: u64,
    pub(crate) compressed: u64,
    pub(crate) size: u64,
    pub(crate) crc: u32,
}

/// Entries up to this many bytes are unpacked in memory, which is several times as fast.
const WHOLE: u64 = 8 * 1024 * 1024;

impl Location {
    /// The bytes of an entry of at most [`WHOLE`] bytes; `None` when it is longer.
    fn whole(&self, view: &View) -> io::Result<Option<Vec<u8>>> {
        if self.size > WHOLE || self.compressed > WHOLE {
            return Ok(None);
        }
        let length = |bytes: u64| usize::try_from(bytes).expect("it was compared with a limit");
        let mut raw = vec![0; length(self.compressed)];
        let mut view = view.clone();
        view.seek(SeekFrom::Start(self.start))?;
        view.read_exact(&mut raw)?;
        let bytes = match self.method {
            Method::Stored => raw,
            Method::Deflated => {
                let mut bytes = vec![0; length(self.size)];
                let found = libdeflater::Decompressor::new().deflate_decompress(&raw, &mut bytes);
                match found {
                    Ok(found) => bytes.truncate(found),
                    // What is wrong is said by the reader that goes step by step.
                    Err(_) => return Ok(None),
                }
                bytes
            }
        };
        let is_right = bytes.len() as u64 == self.size && crc32fast::hash(&bytes) == self.crc;
        Ok(is_right.then_some(bytes))
    }

    /// Opens the entry; size and checksum are verified while it is read, or were.
    pub(crate) fn open(&self, view: &View) -> io::Result<Box<dyn Content>> {
        Ok(match self.whole(view)? {
            Some(bytes) => Box::new(Cursor::new(bytes)),
            None => Box::new(EntryReader::new(view.clone(), *self)?),
        })
    }

    /// Reads the entry to its end and compares size and checksum; how many bytes it has, and
    /// those bytes when it begins as an archive does and has at most `keep` of them.
    pub(crate) fn verify(&self, view: &View, keep: u64) -> io::Result<(u64, Option<Vec<u8>>)> {
        let is_kept = |start: &[u8]| self.size <= keep && begins_as_archive(start);
        if let Some(bytes) = self.whole(view)? {
            return Ok((bytes.len() as u64, Some(bytes).filter(|bytes| is_kept(bytes))));
        }
        let mut reader = EntryReader::new(view.clone(), *self)?;
        let mut start = Vec::new();
        let read = (&mut reader).take(4).read_to_end(&mut start)? as u64;
        if !is_kept(&start) {
            return Ok((read + io::copy(&mut reader, &mut io::sink())?, None));
        }
        reader.read_to_end(&mut start)?;
        Ok((start.len() as u64, Some(start)))
    }
}

/// Reads an entry and refuses to end before size and checksum were right.
///
/// Reading is sequential; a seek backwards starts over.
pub(crate) struct EntryReader {
    view: View,
    location: Location,
    decoder: Decoder,
    hasher: crc32fast::Hasher,
    position: u64,
}

enum Decoder {
    Stored(Take<View>),
    Deflated(DeflateDecoder<BufReader<Take<View>>>),
}

impl EntryReader {
    pub(crate) fn new(view: View, location: Location) -> io::Result<Self> {
        let decoder = Decoder::new(&view, location)?;
        Ok(Self { view, location, decoder, hasher: crc32fast::Hasher::new(), position: 0 })
    }

    fn restart(&mut self) -> io::Result<()> {
        self.decoder = Decoder::new(&self.view, self.location)?;
        self.hasher = crc32fast::Hasher::new();
        self.position = 0;
        Ok(())
    }

    /// Called at the end of the data, which `more` shows to go on or not.
    fn verify(&self, more: usize) -> io::Result<()> {
        let wrong = |problem: String| io::Error::new(io::ErrorKind::InvalidData, problem);
        if self.position != self.location.size || more > 0 {
            let found = if more > 0 { "more".to_owned() } else { self.position.to_string() };
            let expected = self.location.size;
            return Err(wrong(format!("the entry should have {expected} bytes and has {found}")));
        }
        let (expected, found) = (self.location.crc, self.hasher.clone().finalize());
        if expected == found {
            return Ok(());
        }
        Err(wrong(format!("the checksum should be {expected:08x} and is {found:08x}")))
    }
}

impl Decoder {
    fn new(view: &View, location: Location) -> io::Result<Self> {
        let mut view = view.clone();
        view.seek(SeekFrom::Start(location.start))?;
        let section = view.take(location.compressed);
        Ok(match location.method {
            Method::Stored => Self::Stored(section),
            Method::Deflated => {
                Self::Deflated(DeflateDecoder::new(BufReader::with_capacity(32 * 1024, section)))
            }
        })
    }
}

impl Read for Decoder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(section) => section.read(buffer),
            Self::Deflated(decoder) => decoder.read(buffer),
        }
    }
}

impl Read for EntryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let left = self.location.size.saturating_sub(self.position);
        if left == 0 {
            // What lies behind the declared size is never handed out.
            let more = self.decoder.read(&mut [0])?;
            self.verify(more)?;
            return Ok(0);
        }
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.decoder.read(&mut buffer[..room])?;
        if read == 0 {
            self.verify(0)?;
        }
        self.hasher.update(&buffer[..read]);
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for EntryReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.location.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let target = target.ok_or(io::ErrorKind::InvalidInput)?;
        if target < self.position {
            self.restart()?;
        }
        let skipped = target.min(self.location.size) - self.position;
        io::copy(&mut self.by_ref().take(skipped), &mut io::sink())?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Location, WHOLE};
    use crate::archive::{Method, view::View};

    /// An entry of so many bytes that begins with `start`, stored.
    fn stored(start: &[u8], size: u64) -> (View, Location, Vec<u8>) {
        let mut bytes = start.to_vec();
        bytes.resize(usize::try_from(size).unwrap(), 7);
        let crc = crc32fast::hash(&bytes);
        let location = Location { method: Method::Stored, start: 0, compressed: size, size, crc };
        (View::new(Box::new(Cursor::new(bytes.clone()))).unwrap(), location, bytes)
    }

    #[test]
    fn a_verified_archive_is_given_out_so_that_it_is_read_once() {
        for size in [100, WHOLE + 1] {
            let (view, location, bytes) = stored(b"PK\x03\x04", size);
            assert!(location.verify(&view, size).unwrap() == (size, Some(bytes)), "{size}");
            assert!(location.verify(&view, size - 1).unwrap() == (size, None), "{size}");
            let wrong = Location { crc: !location.crc, ..location };
            wrong.verify(&view, size).unwrap_err();
            let (view, location, _) = stored(b"MZ", size);
            assert!(location.verify(&view, size).unwrap() == (size, None), "{size}");
        }
    }
}
