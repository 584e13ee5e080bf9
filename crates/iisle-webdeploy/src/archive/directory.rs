use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

use super::view::View;

/// What the central directory of an archive says beyond what every reader of zip files asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directory {
    /// Records that are there, whatever the count at the end says.
    pub(crate) records: u64,
    /// Indexes of records with sizes or offsets in a zip64 field.
    pub(crate) zip64_records: Vec<u64>,
    /// Indexes of records with seconds that no minute has, and their times: other readers round them.
    pub(crate) long_minutes: Vec<(u64, u16)>,
    /// Indexes of records whose extra field is one byte, which Web Deploy does not find by name.
    pub(crate) lone_bytes: Vec<u64>,
    /// The first name that a record before had already.
    pub(crate) duplicate: Option<Vec<u8>>,
    /// Whether the count at the end is kept in a zip64 record.
    pub(crate) zip64_end: bool,
    /// Where the last record ends.
    end: u64,
    start: u64,
}

const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const ZIP64_FIELD: u16 = 1;

impl Directory {
    /// Walks the records from `start`.
    pub(crate) fn read(view: &mut View, start: u64) -> io::Result<Self> {
        let mut reader = io::BufReader::with_capacity(64 * 1024, view);
        reader.seek(SeekFrom::Start(start))?;
        let mut names = BTreeSet::new();
        let mut directory = Self {
            records: 0,
            zip64_records: Vec::new(),
            long_minutes: Vec::new(),
            lone_bytes: Vec::new(),
            duplicate: None,
            zip64_end: false,
            end: start,
            start,
        };
        loop {
            let mut magic = [0; 4];
            if read_some(&mut reader, &mut magic)? < 4 {
                return Ok(directory);
            }
            if magic != CENTRAL {
                directory.zip64_end = magic == END64;
                return Ok(directory);
            }
            let mut fixed = [0; 42];
            reader.read_exact(&mut fixed)?;
            let word = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
            let (name, extra, comment) = (word(24), word(26), word(28));
            let name_bytes = read_bytes(&mut reader, name)?;
            let fields = read_bytes(&mut reader, extra)?;
            read_bytes(&mut reader, comment)?;
            if directory.duplicate.is_none() {
                directory.duplicate = names.replace(name_bytes);
            }
            let time = word(8);
            if time & 0x1f >= 30 {
                directory.long_minutes.push((directory.records, time));
            }
            if has_field(&fields, ZIP64_FIELD) {
                directory.zip64_records.push(directory.records);
            }
            if extra == 1 {
                directory.lone_bytes.push(directory.records);
            }
            directory.records += 1;
            directory.end += 46 + u64::from(name) + u64::from(extra) + u64::from(comment);
        }
    }

    /// Where the headers of entries keep time and date, counted from `origin`, and what the records
    /// say there.
    pub(crate) fn times(&self, view: &mut View, origin: u64) -> io::Result<Vec<(u64, [u8; 4])>> {
        let mut reader = io::BufReader::with_capacity(64 * 1024, view);
        reader.seek(SeekFrom::Start(self.start))?;
        let mut times = Vec::new();
        for _ in 0..self.records {
            let mut fixed = [0; 46];
            reader.read_exact(&mut fixed)?;
            let word = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
            for length in [word(28), word(30), word(32)] {
                read_bytes(&mut reader, length)?;
            }
            let header = u32::from_le_bytes([fixed[42], fixed[43], fixed[44], fixed[45]]);
            // That number means "look into the zip64 field".
            if header != u32::MAX {
                let place = origin.saturating_add(header.into()).saturating_add(10);
                times.push((place, [fixed[12], fixed[13], fixed[14], fixed[15]]));
            }
        }
        Ok(times)
    }

    /// The archive as it would be with all its records counted at the end.
    ///
    /// Web Deploy goes by the size of the directory and lets the count wrap at 65,536; readers of
    /// zip files go by the count, which needs zip64 beyond that.
    pub(crate) fn counted(&self, view: &View) -> View {
        let size = self.end - self.start;
        let mut tail = Vec::with_capacity(98);
        tail.extend(END64);
        tail.extend(44_u64.to_le_bytes());
        tail.extend([45, 0, 45, 0]); // made by and needs 4.5
        tail.extend([0; 8]); // this disk, the disk with the directory
        for number in [self.records, self.records, size, self.start] {
            tail.extend(number.to_le_bytes());
        }
        tail.extend(*b"PK\x06\x07");
        tail.extend([0; 4]);
        tail.extend(self.end.to_le_bytes());
        tail.extend(1_u32.to_le_bytes());
        tail.extend(END);
        tail.extend([0; 4]);
        tail.extend([0xff; 12]); // counts, size and offset: in the zip64 record
        tail.extend([0; 2]);
        view.with_tail(self.end, tail)
    }
}

fn read_bytes(reader: &mut impl Read, length: u16) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length.into()];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Reads until the buffer is full or the input ends.
fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match reader.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(length) => read += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Whether a list of extra fields holds one of kind `wanted`.
fn has_field(mut fields: &[u8], wanted: u16) -> bool {
    while let [a, b, c, d, rest @ ..] = fields {
        if u16::from_le_bytes([*a, *b]) == wanted {
            return true;
        }
        let length = usize::from(u16::from_le_bytes([*c, *d]));
        fields = rest.get(length..).unwrap_or_default();
    }
    false
}
