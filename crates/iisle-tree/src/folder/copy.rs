use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Attributes, Facts};
use crate::local::{Temporary, part_name, system};
use crate::{Ticks, TreeError};

/// Bytes that are handed to the system at a time when nobody asked for less.
const CHUNK: u64 = 16 << 20;
/// Bytes after which a resumable copy is on the medium, and where the next one goes on.
const MARK: u64 = 16 << 20;
/// Bytes of a block when the file is written block by block.
const BLOCK: usize = 64 << 10;
/// And the largest block.
const MOST: usize = 16 << 20;

/// How much of a file is copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    #[default]
    Whole,
    /// All of it; runs of zeros take no room where the volume can do that.
    Sparse,
    /// Nothing: the copy is an empty file.
    Empty,
}

/// What becomes of a copy that is cut off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Resume {
    /// It vanishes.
    #[default]
    Never,
    /// It stays beside the target under a name of ours, and the next copy of the same file (size
    /// and last write) goes on near the break.
    FromBreak,
}

/// What a copy gets of the facts of its source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carry {
    /// Last write of the copy; the moment of copying when `None`.
    pub modified: Option<Ticks>,
    /// Attributes of the copy; those of a new file when `None`.
    pub attributes: Option<Attributes>,
}

/// How a file is copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copying {
    /// How much of it.
    pub content: Content,
    /// What else the copy gets.
    pub carry: Carry,
    /// What becomes of a copy that is cut off.
    pub resume: Resume,
    /// Bytes read and written at a time; as the system likes when `None`.
    pub block: Option<u64>,
}

/// Copies the file `from`, whose facts are `facts`, to `to`, in a folder that exists.
///
/// The copy bears the name `to` only when it is complete; then it replaces what had it, a read-only
/// file too. `each` hears the bytes of every block after it was written, and ends the copy with an error.
/// On Unix a program stays executable.
///
/// # Errors
/// [`TreeError::NotFound`], [`TreeError::InUse`], or what the system says, naming the side that
/// failed.
pub fn copy_file(
    from: &Path,
    facts: &Facts,
    to: &Path,
    copying: &Copying,
    each: &mut dyn FnMut(u64) -> io::Result<()>,
) -> Result<(), TreeError> {
    let at = |path: &Path| path.display().to_string();
    let mut source = File::open(from).map_err(|e| blocked("open", from, e))?;
    let metadata = source.metadata().map_err(|e| TreeError::met("examine", at(from), e))?;
    let mut target = Target::open(to, facts, copying).map_err(|e| match e.kind() {
        // A folder that is not there has its own words.
        io::ErrorKind::NotFound => TreeError::io("create", at(to), not_a_path(e)),
        _ => blocked("create", to, e),
    })?;
    if copying.content != Content::Empty {
        let step = |e| match e {
            Side::Read(e) => blocked("read", from, e),
            Side::Write(e) => blocked("write", to, e),
        };
        let start = target.start;
        if start > 0 {
            source.seek(SeekFrom::Start(start)).map_err(|e| step(Side::Read(e)))?;
            each(start).map_err(|e| step(Side::Write(e)))?;
        }
        transfer(&mut source, &mut target, copying, each).map_err(step)?;
    }
    target.finish(&metadata, copying).map_err(|e| TreeError::io("set the time of", at(to), e))?;
    target.commit(to).map_err(|e| blocked("replace", to, e))
}

/// The error of a path that is no path, in place of one for a file.
fn not_a_path(error: io::Error) -> io::Error {
    io::Error::new(io::ErrorKind::NotADirectory, error)
}

pub(super) fn blocked(action: &'static str, path: &Path, source: io::Error) -> TreeError {
    let shown = path.display().to_string();
    if !system::is_in_use(&source) {
        return TreeError::met(action, shown, source);
    }
    let holders = system::in_use(&[path.to_owned()]).pop().flatten();
    TreeError::InUse { path: shown, holders: holders.unwrap_or_default(), source }
}

/// Which side of a copy failed.
enum Side {
    Read(io::Error),
    Write(io::Error),
}

/// A file in the making.
struct Target {
    making: Making,
    /// Bytes that are there already.
    start: u64,
}

enum Making {
    /// Vanishes unless it is finished.
    Passing(Temporary),
    /// Stays unless it is finished.
    Part { file: File, path: PathBuf },
}

impl Target {
    fn open(to: &Path, facts: &Facts, copying: &Copying) -> io::Result<Self> {
        let (Resume::FromBreak, Some(name)) = (copying.resume, to.file_name()) else {
            return Ok(Self { making: Making::Passing(Temporary::beside(to)?), start: 0 });
        };
        let path = to.with_file_name(part_name(&key(name, facts)));
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(io::Error::from(io::ErrorKind::ResourceBusy));
            }
            // Where locks are not supported, nobody is kept out.
            Err(std::fs::TryLockError::Error(error)) => {
                tracing::debug!(path = %path.display(), %error, "the part is not locked");
            }
            Ok(()) => {}
        }
        let there = file.metadata()?.len().min(facts.size);
        let start = there - there % MARK;
        file.set_len(start)?;
        let mut target = Self { making: Making::Part { file, path }, start };
        target.file().seek(SeekFrom::Start(start))?;
        Ok(target)
    }

    fn file(&mut self) -> &mut File {
        match &mut self.making {
            Making::Passing(temporary) => temporary.file(),
            Making::Part { file, path: _ } => file,
        }
    }

    fn finish(&mut self, source: &Metadata, copying: &Copying) -> io::Result<()> {
        let Carry { modified, attributes } = copying.carry;
        let path = match &self.making {
            Making::Passing(temporary) => temporary.path().to_owned(),
            Making::Part { file: _, path } => path.clone(),
        };
        let file = self.file();
        if let Some(modified) = modified {
            file.set_modified(modified.to_system_time())?;
        }
        system::dress(file, &path, attributes, source)
    }

    fn commit(self, to: &Path) -> io::Result<()> {
        match self.making {
            Making::Passing(temporary) => temporary.commit(to),
            Making::Part { file, path } => {
                drop(file);
                system::replace(&path, to)
            }
        }
    }
}

/// What tells the part of one version of one file from every other.
fn key(name: &std::ffi::OsStr, facts: &Facts) -> String {
    let mut hash = Sha256::new();
    hash.update(name.as_encoded_bytes());
    hash.update(facts.size.to_le_bytes());
    hash.update(facts.modified.0.to_le_bytes());
    let digest = hash.finalize();
    let first = digest.first_chunk().copied().expect("a digest has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(first))
}

fn transfer(
    source: &mut File,
    target: &mut Target,
    copying: &Copying,
    each: &mut dyn FnMut(u64) -> io::Result<()>,
) -> Result<(), Side> {
    if copying.block.is_some() || copying.content == Content::Sparse {
        return by_blocks(source, target, copying, each);
    }
    let keeps_marks = copying.resume == Resume::FromBreak;
    loop {
        // The library takes the shortest way the system has from file to file.
        let mut chunk = Read::take(&mut *source, CHUNK);
        let copied = io::copy(&mut chunk, target.file()).map_err(Side::Write)?;
        if copied == 0 {
            return Ok(());
        }
        if keeps_marks {
            target.file().sync_data().map_err(Side::Write)?;
        }
        each(copied).map_err(Side::Write)?;
    }
}

fn by_blocks(
    source: &mut File,
    target: &mut Target,
    copying: &Copying,
    each: &mut dyn FnMut(u64) -> io::Result<()>,
) -> Result<(), Side> {
    let block = copying.block.and_then(|bytes| usize::try_from(bytes).ok());
    let mut buffer = vec![0; block.unwrap_or(BLOCK).clamp(512, MOST)];
    let (mut end, mut marked) = (target.start, target.start);
    loop {
        let length = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Side::Read(error)),
        };
        let bytes = &buffer[..length];
        let file = target.file();
        if copying.content == Content::Sparse && bytes.iter().all(|byte| *byte == 0) {
            file.seek_relative(i64::try_from(length).expect("blocks are small"))
                .map_err(Side::Write)?;
        } else {
            file.write_all(bytes).map_err(Side::Write)?;
        }
        end += length as u64;
        if copying.resume == Resume::FromBreak && end - marked >= MARK {
            file.sync_data().map_err(Side::Write)?;
            marked = end;
        }
        each(length as u64).map_err(Side::Write)?;
    }
    // A hole at the end is only there when the length says so.
    target.file().set_len(end).map_err(Side::Write)
}
