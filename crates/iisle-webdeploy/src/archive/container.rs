use std::io::{self, BufWriter, Write};

use sha2::{Digest as _, Sha256};

use super::DosTime;

/// How the bytes of an entry are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// As they are.
    Stored,
    /// As a deflate stream.
    Deflated,
}

/// What an entry says about itself besides sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// The name, with `/` as separator and, for a directory, at the end.
    pub(crate) name: &'a str,
    pub(crate) method: Method,
    pub(crate) time: DosTime,
    /// The attributes of Windows.
    pub(crate) attributes: u32,
}

/// Sizes and checksum of an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) crc: u32,
    pub(crate) compressed: u64,
    pub(crate) size: u64,
}

/// What a whole archive came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) sha256: [u8; 32],
    pub(crate) size: u64,
    pub(crate) entries: u64,
}

/// Writes a zip file front to back and computes its digest on the way.
///
/// What it writes is what Web Deploy understands and nothing else: no zip64, no extra fields,
/// made by MS-DOS 2.0. The crate `zip` cannot be had for that: from 65,536 entries on it writes
/// zip64 records, which Web Deploy refuses (the plain count must wrap), and sizes that are not
/// known beforehand it patches into headers whose digest was taken long ago.
///
/// Source: APPNOTE.TXT 6.3.10; Web Deploy for what it accepts.
pub(crate) struct Container<W: Write> {
    out: Hashing<W>,
    /// The central directory, as it will be written.
    directory: Vec<u8>,
    entries: u64,
}

/// Bytes that go to the output at once.
const WRITE_AT_ONCE: usize = 256 * 1024;
const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// 2.0, MS-DOS.
const VERSION: u16 = 20;
const SIZES_FOLLOW: u16 = 1 << 3;
const NAME_IS_UTF8: u16 = 1 << 11;

impl<W: Write> Container<W> {
    pub(crate) fn new(out: W) -> Self {
        let out = BufWriter::with_capacity(WRITE_AT_ONCE, out);
        let out = Hashing { out, hasher: Sha256::new(), written: 0 };
        Self { out, directory: Vec::new(), entries: 0 }
    }

    /// Writes an entry whose bytes are all there.
    pub(crate) fn entry(
        &mut self,
        header: Header<'_>,
        crc: u32,
        size: u64,
        bytes: &[u8],
    ) -> io::Result<()> {
        let sizes = Sizes { crc, compressed: bytes.len() as u64, size };
        let offset = self.begin(header, 0, sizes)?;
        self.out.write_all(bytes)?;
        self.list(header, 0, sizes, offset)
    }

    /// Writes an entry whose bytes `content` gives to the sink, followed by its sizes.
    pub(crate) fn streamed<E: From<io::Error>>(
        &mut self,
        header: Header<'_>,
        content: impl FnOnce(&mut dyn Write) -> Result<Sizes, E>,
    ) -> Result<(), E> {
        let offset = self.begin(header, SIZES_FOLLOW, Sizes::default())?;
        let sizes = content(&mut self.out)?;
        let mut descriptor = Vec::with_capacity(16);
        descriptor.extend(DESCRIPTOR.to_le_bytes());
        descriptor.extend(sizes.crc.to_le_bytes());
        descriptor.extend(fit(sizes.compressed)?.to_le_bytes());
        descriptor.extend(fit(sizes.size)?.to_le_bytes());
        self.out.write_all(&descriptor)?;
        Ok(self.list(header, SIZES_FOLLOW, sizes, offset)?)
    }

    /// Writes the central directory.
    pub(crate) fn finish(mut self) -> io::Result<Finished> {
        let start = fit(self.out.written)?;
        self.out.write_all(&self.directory)?;
        fit(self.out.written)?;
        let mut end = Vec::with_capacity(22);
        end.extend(END.to_le_bytes());
        end.extend([0; 4]); // this disk, the disk with the directory
        // Web Deploy goes by the size of the directory; the count wraps without zip64.
        let count = u16::try_from(self.entries % 0x1_0000).expect("the remainder fits");
        end.extend(count.to_le_bytes());
        end.extend(count.to_le_bytes());
        end.extend(fit(self.directory.len() as u64)?.to_le_bytes());
        end.extend(start.to_le_bytes());
        end.extend([0; 2]); // no comment
        self.out.write_all(&end)?;
        self.out.flush()?;
        let Hashing { out: _, hasher, written } = self.out;
        Ok(Finished { sha256: hasher.finalize().into(), size: written, entries: self.entries })
    }

    fn begin(&mut self, header: Header<'_>, flags: u16, sizes: Sizes) -> io::Result<u32> {
        let offset = fit(self.out.written)?;
        let mut local = Vec::with_capacity(30 + header.name.len());
        local.extend(LOCAL.to_le_bytes());
        common(&mut local, header, flags, sizes)?;
        local.extend(header.name.as_bytes());
        self.out.write_all(&local)?;
        Ok(offset)
    }

    fn list(
        &mut self,
        header: Header<'_>,
        flags: u16,
        sizes: Sizes,
        offset: u32,
    ) -> io::Result<()> {
        let directory = &mut self.directory;
        directory.extend(CENTRAL.to_le_bytes());
        directory.extend(VERSION.to_le_bytes());
        common(directory, header, flags, sizes)?;
        directory.extend([0; 6]); // comment, disk, internal attributes
        directory.extend(header.attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(header.name.as_bytes());
        self.entries += 1;
        Ok(())
    }
}

/// What the local header and the directory have in common, up to the length of the extra field.
fn common(out: &mut Vec<u8>, header: Header<'_>, flags: u16, sizes: Sizes) -> io::Result<()> {
    let utf8 = if header.name.is_ascii() { 0 } else { NAME_IS_UTF8 };
    let method: u16 = match header.method {
        Method::Stored => 0,
        Method::Deflated => 8,
    };
    let length = u16::try_from(header.name.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a name is too long for zip"))?;
    out.extend(VERSION.to_le_bytes());
    out.extend((flags | utf8).to_le_bytes());
    out.extend(method.to_le_bytes());
    out.extend(header.time.time_word().to_le_bytes());
    out.extend(header.time.date_word().to_le_bytes());
    out.extend(sizes.crc.to_le_bytes());
    out.extend(fit(sizes.compressed)?.to_le_bytes());
    out.extend(fit(sizes.size)?.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend([0; 2]);
    Ok(())
}

/// A number as the 32 bits that zip without zip64 has for it.
fn fit(number: u64) -> io::Result<u32> {
    // 0xFFFFFFFF would mean "look into the zip64 field".
    let fits = u32::try_from(number).ok().filter(|number| *number != u32::MAX);
    let message = "the archive grows beyond 4 GiB, which Web Deploy cannot read";
    fits.ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, message))
}

/// Counts and digests what passes.
struct Hashing<W: Write> {
    out: BufWriter<W>,
    hasher: Sha256,
    written: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
