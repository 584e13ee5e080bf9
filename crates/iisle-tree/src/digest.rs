//! SHA-256 of files, the digest of record, and the checksum that a file just written is compared by.

use std::fmt;
use std::io::{self, Read};

use iisle_path::RelPath;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::{Tree, TreeError};

/// Bytes that are read at a time, at most.
const BLOCK: usize = 256 * 1024;

/// A SHA-256. Printed as `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of `parts`, one behind the other.
    pub(crate) fn of_parts<T: AsRef<[u8]>>(parts: impl Iterator<Item = T>) -> Self {
        let mut hash = Sha256::new();
        parts.for_each(|part| hash.update(part));
        Self(hash.finalize().into())
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text
            .strip_prefix("sha256:")
            .filter(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&hex[at..at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The 64 digits without the name of the algorithm.
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).expect("a nibble is a digit"));
            }
            text
        })
    }
}

impl From<[u8; 32]> for Digest {
    /// The digest with these bytes, computed elsewhere.
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a file that was just written is compared by with what was read for it: its CRC-32.
///
/// It tells chance apart, not intent, and takes a twentieth of the time of a [`Digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksum(u32);

impl Checksum {
    /// The checksum of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(crc32fast::hash(bytes))
    }

    /// The checksum of everything that `content` gives, which is probably `expected` bytes.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn of_reader(content: &mut dyn Read, expected: u64) -> io::Result<Self> {
        let mut hasher = crc32fast::Hasher::new();
        blocks(content, expected, |block| hasher.update(block))?;
        Ok(Self(hasher.finalize()))
    }
}

/// A reader that keeps digest and checksum of everything that was read through it.
pub struct Hashing<'a> {
    content: &'a mut dyn Read,
    hash: Sha256,
    checksum: crc32fast::Hasher,
}

impl fmt::Debug for Hashing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing").finish_non_exhaustive()
    }
}

impl<'a> Hashing<'a> {
    /// Nothing was read so far.
    pub fn new(content: &'a mut dyn Read) -> Self {
        Self { content, hash: Sha256::new(), checksum: crc32fast::Hasher::new() }
    }

    /// Digest and checksum of what was read.
    pub fn finish(self) -> (Digest, Checksum) {
        (Digest(self.hash.finalize().into()), Checksum(self.checksum.finalize()))
    }
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        self.hash.update(&buffer[..length]);
        self.checksum.update(&buffer[..length]);
        Ok(length)
    }
}

/// The digest of everything that `content` gives, and how many bytes that were.
pub fn of_reader(content: &mut dyn Read) -> io::Result<(Digest, u64)> {
    digest(content, &|_| ())
}

/// The digest of one file.
pub fn of_file(tree: &dyn Tree, path: &RelPath) -> Result<Digest, TreeError> {
    of_watched(tree, path, &|_| ())
}

/// The digests of `paths`, in their order, computed in parallel. A file that cannot be read does
/// not keep the others from being read.
///
/// `progress` is told how many files were finished and how many bytes read since the last time,
/// from any thread.
pub fn of_files(
    tree: &dyn Tree,
    paths: &[RelPath],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Vec<Result<Digest, TreeError>> {
    let one = |path: &RelPath| {
        let digest = of_watched(tree, path, &|bytes| progress(0, bytes));
        progress(1, 0);
        digest
    };
    paths.par_iter().map(one).collect()
}

fn of_watched(
    tree: &dyn Tree,
    path: &RelPath,
    progress: &dyn Fn(u64),
) -> Result<Digest, TreeError> {
    let mut content = tree.open(path)?;
    let (digest, _) = digest(&mut content, progress)
        .map_err(|source| TreeError::io("read", path.as_str(), source))?;
    Ok(digest)
}

fn digest(content: &mut dyn Read, progress: &dyn Fn(u64)) -> io::Result<(Digest, u64)> {
    let mut hasher = Sha256::new();
    let mut total = 0;
    blocks(content, u64::MAX, |block| {
        hasher.update(block);
        total += block.len() as u64;
        progress(block.len() as u64);
    })?;
    Ok((Digest(hasher.finalize().into()), total))
}

/// Room for what is read at a time of content that is probably `expected` bytes.
pub(crate) fn buffer(expected: u64) -> Vec<u8> {
    // One byte more, so that the end is seen by the same read.
    vec![0; usize::try_from(expected.saturating_add(1)).unwrap_or(BLOCK).min(BLOCK)]
}

/// Hands everything that `content` gives, which is probably no more than `expected` bytes, to `each`.
fn blocks(content: &mut dyn Read, expected: u64, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = buffer(expected);
    loop {
        match content.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => each(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, of_files, of_reader};
    use crate::{MemoryTree, Ticks};
    use iisle_path::RelPath;
    use std::sync::atomic::{AtomicU64, Ordering};

    // SD-9
    #[test]
    fn digests_are_those_of_fips_180() {
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), abc);
        let (digest, length) = of_reader(&mut b"abc".as_slice()).unwrap();
        assert_eq!((digest, length), (Digest::of(b"abc"), 3));
    }

    #[test]
    fn many_files_keep_their_order_and_one_failure_hides_nothing() {
        let tree = MemoryTree::unix().with_file("a", "1", Ticks(0)).with_file("c", "333", Ticks(0));
        let paths = ["c", "b", "a"].map(|path| RelPath::parse(path).unwrap());
        let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let found = of_files(&tree, &paths, &|f, b| {
            files.fetch_add(f, Ordering::Relaxed);
            bytes.fetch_add(b, Ordering::Relaxed);
        });
        assert_eq!(found[0].as_ref().unwrap(), &Digest::of(b"333"));
        assert_eq!(found[1].as_ref().unwrap_err().to_string(), "`b` does not exist");
        assert_eq!(found[2].as_ref().unwrap(), &Digest::of(b"1"));
        assert_eq!((files.into_inner(), bytes.into_inner()), (3, 4));
    }
}
