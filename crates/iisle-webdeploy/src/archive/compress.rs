use std::io::{ErrorKind, SeekFrom};
use std::num::NonZeroUsize;

use flate2::{Compress, Compression, FlushCompress, Status};
use iisle_path::RelPath;
use iisle_tree::{Stamp, Tree, TreeError};
use libdeflater::CompressionLvl;

use super::dense::is_dense;
use super::{Cached, Level, Method};
use crate::PackError;
use crate::in_order::Work;

/// Files up to this many bytes are compressed whole; longer ones in blocks.
pub(crate) const WHOLE: u64 = 16 * 1024 * 1024;
/// Bytes of a block of a long file.
const BLOCK: u64 = 2 * 1024 * 1024;
/// Parts up to this many bytes share the buffers of their thread, which are never given back: fresh
/// memory is cleared by the system first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Small(usize);

/// Bytes that the two compressors of a thread hold.
const COMPRESSORS: usize = 3 * 512 * 1024;
/// The most that buffers of a thread are good for: with more, the other threads have no room beside a
/// file of 16 MB and wait for it (two threads: 4 % of the time).
const MOST_SMALL: usize = 2 * 1024 * 1024;
/// Bytes that all threads together hold while they have nothing to do, up to ten of them.
const TOOLS: usize = 18 * 1024 * 1024;

impl Small {
    /// As much as `threads` threads can afford: what is kept here is missing where long files are to be
    /// compressed at once.
    pub(crate) fn of(threads: NonZeroUsize) -> Self {
        let buffers = TOOLS.saturating_sub(threads.get() * COMPRESSORS);
        Self((buffers / threads / 2).clamp(128 * 1024, MOST_SMALL))
    }

    /// Bytes that a thread holds while it has nothing to do.
    pub(crate) fn tools_bytes(self) -> usize {
        COMPRESSORS + 2 * self.0
    }
}

/// The capacity of every other buffer.
///
/// Memory counts when it is touched, not when it is reserved. What allocators keep for later is
/// smaller than this: glibc gives blocks of more than 32 MiB back to the system at once, and a
/// run over many sizes would otherwise hold twice its budget.
const RESERVED: usize = 33 * 1024 * 1024;

/// A whole file, or a part of a long one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content<'a> {
    path: &'a RelPath,
    /// What the whole file was when it was listed.
    stamp: Stamp,
    /// Where the part begins.
    offset: u64,
    length: u64,
}

impl Content<'_> {
    fn is_whole(&self) -> bool {
        self.stamp.size <= WHOLE
    }

    fn is_last(&self) -> bool {
        self.offset + self.length == self.stamp.size
    }
}

/// The parts that the file `path` is compressed in: one unless it is long.
pub(crate) fn content_tasks(path: &RelPath, stamp: Stamp) -> impl Iterator<Item = Content<'_>> {
    let size = stamp.size;
    let step = if size <= WHOLE { size.max(1) } else { BLOCK };
    (0..size.max(1)).step_by(usize::try_from(step).expect("a step fits")).map(move |offset| {
        Content { path, stamp, offset, length: step.min(size - offset.min(size)) }
    })
}

/// A part in its compressed form.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) method: Method,
    /// Checksum of the part before compression.
    pub(crate) crc: crc32fast::Hasher,
    /// Bytes of the part before compression.
    pub(crate) length: u64,
    pub(crate) bytes: Vec<u8>,
}

/// Compresses files of a tree.
pub(crate) struct Compressor<'a> {
    pub(crate) tree: &'a dyn Tree,
    pub(crate) level: Level,
    /// Told of files and bytes that are done.
    pub(crate) progress: &'a (dyn Fn(u64, u64) + Sync),
    /// What was kept of earlier packages.
    pub(crate) cached: Option<&'a Cached<'a>>,
    /// What the buffers of a thread hold.
    pub(crate) small: Small,
}

/// What a thread keeps between files.
pub(crate) struct Tools {
    /// For the level of the package.
    usual: libdeflater::Compressor,
    /// For the other level that was needed last: neighbors are often of one kind.
    other: (Level, libdeflater::Compressor),
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Compressor<'_> {
    /// Reads a part into `input`, which is one byte longer: that shows whether the file has grown.
    fn read(&self, task: &Content<'_>, input: &mut [u8]) -> Result<(), TreeError> {
        let io = |source| TreeError::io("read", task.path.as_str(), source);
        let mut content = self.tree.open(task.path)?;
        if task.offset > 0 {
            content.seek(SeekFrom::Start(task.offset)).map_err(io)?;
        }
        let wanted = if task.is_last() { input.len() } else { input.len() - 1 };
        let mut read = 0;
        while read < wanted {
            match content.read(&mut input[read..wanted]) {
                Ok(0) => break,
                Ok(length) => read += length,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(io(error)),
            }
        }
        if read as u64 != task.length {
            let (path, expected) = (task.path.to_string(), task.stamp.size);
            return Err(TreeError::Changed { path, expected, found: task.offset + read as u64 });
        }
        Ok(())
    }
}

impl<'a> Work for Compressor<'a> {
    type Task = Content<'a>;
    type Done = Result<Block, PackError>;
    type Tools = Tools;

    fn tools(&self) -> Tools {
        let new = || libdeflater::Compressor::new(libdeflate_level(self.level));
        Tools {
            usual: new(),
            other: (self.level, new()),
            input: vec![0; self.small.0 + 1],
            output: vec![0; self.small.0],
        }
    }

    fn weight(&self, task: &Content<'a>) -> usize {
        let length = usize::try_from(task.length).expect("a part fits into memory");
        // An output that is no smaller, and the input where no thread has room for it.
        if length <= self.small.0 { length } else { length * 2 }
    }

    fn done_weight(&self, done: &Self::Done) -> usize {
        done.as_ref().map_or(0, |block| block.bytes.len())
    }

    fn run(&self, tools: &mut Tools, task: &Content<'a>) -> Self::Done {
        let length = usize::try_from(task.length).expect("a part fits into memory");
        let small = length <= self.small.0;
        let mut large = vec![0; if small { 0 } else { RESERVED }];
        let input = if small { &mut tools.input } else { &mut large };
        self.read(task, &mut input[..=length])?;
        let input = &input[..length];
        // A file of the same size may be another one by now, or one half of each.
        if !self.tree.is_current(task.path, task.stamp)? {
            return Err(PackError::Changed(task.path.clone()));
        }
        // Whole files, parts, and last parts are compressed differently.
        let way = if task.is_whole() { 0 } else { 1 + u8::from(task.is_last()) };
        let level = if task.is_whole() { self.level.of_file(input) } else { self.level };
        let key = self.cached.and_then(|_| Cached::key(input, level, way));
        let kept = self.cached.zip(key.as_ref());
        if let Some(block) = kept.and_then(|(cached, key)| cached.get(key, input)) {
            (self.progress)(u64::from(task.is_last()), task.length);
            return Ok(block);
        }
        let mut crc = crc32fast::Hasher::new();
        crc.update(input);
        let is_dense = is_dense(input, &mut tools.usual, &mut tools.output);
        if level != self.level && level != tools.other.0 {
            tools.other = (level, libdeflater::Compressor::new(libdeflate_level(level)));
        }
        let compressor = if level == self.level { &mut tools.usual } else { &mut tools.other.1 };
        let deflated = if !task.is_whole() {
            let last = task.is_last();
            let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
            let part =
                if is_dense { stored_part(input, last) } else { deflate_part(input, level, flush) };
            Some(lengthened(part, task.length))
        } else if is_dense {
            None
        } else if small {
            let length = deflate(compressor, input, &mut tools.output);
            length.map(|length| tools.output[..length].to_vec())
        } else {
            let mut output = vec![0; RESERVED];
            let length = deflate(compressor, input, &mut output);
            length.map(|length| {
                output.truncate(length);
                output
            })
        };
        let (method, bytes) = match deflated {
            Some(bytes) => (Method::Deflated, bytes),
            None if small => (Method::Stored, input.to_vec()),
            None => {
                large.truncate(length);
                (Method::Stored, large)
            }
        };
        (self.progress)(u64::from(task.is_last()), task.length);
        let block = Block { method, crc, length: task.length, bytes };
        if let Some((cached, key)) = kept {
            cached.put(key, &block);
        }
        Ok(block)
    }
}

fn libdeflate_level(level: Level) -> CompressionLvl {
    CompressionLvl::new(i32::from(level.number())).expect("levels 1 to 9 exist")
}

/// Puts the deflate stream of `input` into `output`; its length, `None` when it would be no
/// shorter than the input.
fn deflate(
    compressor: &mut libdeflater::Compressor,
    input: &[u8],
    output: &mut [u8],
) -> Option<usize> {
    // The compressor refuses an output that does not suffice.
    let output = &mut output[..input.len().checked_sub(1)?];
    compressor.deflate_compress(input, output).ok()
}

/// A part of a deflate stream that ends at a byte border, so that parts can be strung together.
///
/// Made by zlib-rs, because libdeflate makes whole streams only.
fn deflate_part(input: &[u8], level: Level, flush: FlushCompress) -> Vec<u8> {
    let mut compress = Compress::new(Compression::new(u32::from(level.number())), false);
    let mut output = Vec::with_capacity(RESERVED);
    loop {
        let consumed = usize::try_from(compress.total_in()).expect("a part fits into memory");
        let status = compress
            .compress_vec(&input[consumed..], &mut output, flush)
            .expect("nothing is wrong with the state of a new compressor");
        // A sync flush is complete once it leaves room in the output.
        if status == Status::StreamEnd || output.len() < output.capacity() {
            return output;
        }
        output.reserve(input.len());
    }
}

/// A part of a deflate stream that holds `input` as it is.
///
/// Source: RFC 1951, section 3.2.4.
fn stored_part(input: &[u8], last: bool) -> Vec<u8> {
    let mut output = Vec::with_capacity(RESERVED);
    let mut blocks = input.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("a block is no longer");
        output.push(u8::from(last && blocks.peek().is_none()));
        output.extend(length.to_le_bytes());
        output.extend((!length).to_le_bytes());
        output.extend(block);
    }
    output
}

/// An empty block: it is stored, ends at a byte border and is not the last one.
const EMPTY: [u8; 5] = [0, 0, 0, 0xff, 0xff];
/// How many times its compressed size a part may have.
const MOST_GROWTH: u64 = 400;

/// The compressed `part` of `length` bytes, with empty blocks before it where it shrank so much
/// that readers, ours among them, would take the entry for a bomb: a long file of zeros is none.
fn lengthened(part: Vec<u8>, length: u64) -> Vec<u8> {
    let least = usize::try_from(length / MOST_GROWTH).expect("a part fits into memory");
    let blocks = least.saturating_sub(part.len()).div_ceil(EMPTY.len());
    if blocks == 0 {
        return part;
    }
    let mut longer = EMPTY.repeat(blocks);
    longer.extend(part);
    longer
}

/// The deflate stream of one of the small texts of a package.
pub(crate) fn deflate_text(text: &[u8], level: Level) -> Vec<u8> {
    let mut tools = libdeflater::Compressor::new(libdeflate_level(level));
    let mut output = vec![0; tools.deflate_compress_bound(text.len())];
    let length = tools.deflate_compress(text, &mut output).expect("the output is long enough");
    output.truncate(length);
    output
}
