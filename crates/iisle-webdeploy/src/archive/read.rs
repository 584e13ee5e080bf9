use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

use iisle_path::{NameProblem, NameRules, RelPath, RelPathError, windows_problem};
use iisle_tree::Content;
use thiserror::Error;
use zip::read::ZipReadOptions;
use zip::{CompressionMethod, ZipArchive};

use super::directory::Directory;
use super::entry_reader::Location;
use super::nested::{LOOKED_INTO, begins_as_archive, unfolded};
use super::view::View;
use super::{DosTime, Method};

/// What an archive may ask of the one who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes that all entries may come to.
    pub total_bytes: u64,
    /// How many times its compressed size an entry may have, once it is larger than
    /// `ratio_free_bytes`.
    pub ratio: u64,
    /// Bytes up to which an entry may compress to as little as it likes.
    pub ratio_free_bytes: u64,
}

impl Default for ReadLimits {
    /// 64 GiB in all; 500 to 1 beyond 256 MiB, where deflate ends at 1,032 to 1.
    fn default() -> Self {
        Self { total_bytes: 64 << 30, ratio: 500, ratio_free_bytes: 256 << 20 }
    }
}

/// Why an archive is not read. Nothing of it was given out.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum ArchiveError {
    #[error("cannot read the archive")]
    Io(#[source] io::Error),
    #[error("it is not a zip archive that can be read")]
    Format(#[source] io::Error),
    #[error("the entry `{entry}` cannot be read")]
    Entry { entry: String, source: io::Error },
    #[error("the entry `{entry}` is no path below the root")]
    Path { entry: String, source: RelPathError },
    #[error("the entry `{entry}` cannot exist on Windows: {problem}")]
    Name { entry: String, problem: NameProblem },
    #[error("the name of the entry `{entry}` is not UTF-8")]
    NotUtf8 { entry: String },
    #[error("the entries `{first}` and `{second}` are one name on Windows")]
    Duplicate { first: String, second: String },
    #[error("the entry `{entry}` lies below `{file}`, which is a file")]
    BelowFile { entry: String, file: String },
    #[error("the entry `{entry}` is a symbolic link")]
    Link { entry: String },
    #[error("the entry `{entry}` is encrypted")]
    Encrypted { entry: String },
    #[error("the entry `{entry}` is compressed by method {method}, expected 0 or 8")]
    Method { entry: String, method: String },
    #[error("the entry `{entry}` shares bytes with `{other}`")]
    Overlap { entry: String, other: String },
    #[error("the entry `{entry}` lies beyond the content of the archive")]
    Beyond { entry: String },
    #[error("the entry `{entry}` would have {size} bytes, Web Deploy takes files up to {limit}")]
    TooLarge { entry: String, size: u64, limit: u64 },
    #[error(
        "the entry `{entry}` grows from {compressed} to {size} bytes, allowed are {ratio} to 1"
    )]
    Bomb { entry: String, compressed: u64, size: u64, ratio: u64 },
    #[error(
        "the entry `{entry}` is an archive that grows, with the archives inside of it, from \
         {compressed} to at least {size} bytes, allowed are {ratio} to 1"
    )]
    Nested { entry: String, compressed: u64, size: u64, ratio: u64 },
    #[error("with the entry `{entry}` the archive would come to more than {limit} bytes")]
    Total { entry: String, limit: u64 },
}

/// A zip file whose names and sizes were checked before anything is read from it.
pub(crate) struct Archive {
    view: View,
    /// By the folded name, without a slash at the end.
    pub(crate) entries: BTreeMap<String, ArchiveEntry>,
    pub(crate) directory: Directory,
    /// Whether the file begins with anything but the header of an entry.
    pub(crate) is_prefixed: bool,
    limits: ReadLimits,
}

/// What is wrong with the content of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unsound {
    /// It is not what the directory says.
    Damaged(String),
    /// It must not be unpacked.
    Bomb(String),
}

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArchiveEntry {
    pub(crate) path: RelPath,
    pub(crate) is_directory: bool,
    pub(crate) location: Location,
    pub(crate) time: DosTime,
    /// The attributes of Windows.
    pub(crate) attributes: u32,
    /// Whether sizes or the place are kept in a zip64 field.
    pub(crate) zip64: bool,
    /// Whether its extra field is a single byte.
    pub(crate) has_lone_byte: bool,
    /// Whether it is a directory by its attribute only and has content.
    pub(crate) is_file_as_folder: bool,
}

/// The largest file that Web Deploy packs or unpacks.
const MAX_FILE: u64 = i32::MAX as u64;
const DIRECTORY: u32 = 0x10;
/// The part of the Unix mode that says what a file is, and its value for links.
const UNIX_KIND: u32 = 0o170_000;
const UNIX_LINK: u32 = 0o120_000;

impl Archive {
    /// Reads the directory of an archive and checks every entry.
    pub(crate) fn open(
        content: Box<dyn Content>,
        limits: ReadLimits,
    ) -> Result<Self, ArchiveError> {
        let mut view = View::new(content).map_err(ArchiveError::Io)?;
        let mut zip = ZipArchive::new(view.clone()).map_err(format)?;
        let start = zip.central_directory_start();
        let directory = Directory::read(&mut view, start).map_err(ArchiveError::Io)?;
        if let Some(name) = &directory.duplicate {
            let name = String::from_utf8_lossy(name).escape_debug().to_string();
            return Err(ArchiveError::Duplicate { first: name.clone(), second: name });
        }
        let mut counted = view.clone();
        if directory.records != zip.len() as u64 {
            counted = directory.counted(&view);
            zip = ZipArchive::new(counted.clone()).map_err(format)?;
        }
        let is_prefixed = begins_otherwise(&mut view).map_err(ArchiveError::Io)?;
        let entries = BTreeMap::new();
        let mut archive = Self { view, entries, directory, is_prefixed, limits };
        let mut ranges = Vec::with_capacity(zip.len());
        let mut total = 0_u64;
        let mut has_times = false;
        for index in 0..zip.len() {
            let mut found = read_entry(&mut zip, index, limits);
            if let (Err(ArchiveError::Entry { .. }), false) = (&found, has_times) {
                // Web Deploy goes by the times in the directory and does not look at the others.
                let times = archive.directory.times(&mut archive.view, zip.offset());
                let view = counted.with_instead(times.map_err(ArchiveError::Io)?);
                zip = ZipArchive::new(view).map_err(format)?;
                has_times = true;
                found = read_entry(&mut zip, index, limits);
            }
            let (entry, header) = found?;
            total = total.saturating_add(entry.location.size);
            let name = entry.path.to_string();
            if total > limits.total_bytes {
                return Err(ArchiveError::Total { entry: name, limit: limits.total_bytes });
            }
            let end = entry.location.start.saturating_add(entry.location.compressed);
            if end > start {
                return Err(ArchiveError::Beyond { entry: name });
            }
            ranges.push((header, end, name));
            archive.add(entry, index as u64)?;
        }
        ranges.sort_unstable();
        // Offsets that count from further inside lead Web Deploy nowhere.
        archive.is_prefixed = archive.is_prefixed || zip.offset() != 0;
        if let Some(pair) = ranges.windows(2).find(|pair| pair[0].1 > pair[1].0) {
            let (entry, other) = (pair[1].2.clone(), pair[0].2.clone());
            return Err(ArchiveError::Overlap { entry, other });
        }
        archive.check_parents()?;
        Ok(archive)
    }

    fn add(&mut self, mut entry: ArchiveEntry, index: u64) -> Result<(), ArchiveError> {
        entry.zip64 = self.directory.zip64_records.binary_search(&index).is_ok();
        entry.has_lone_byte = self.directory.lone_bytes.binary_search(&index).is_ok();
        let long = self.directory.long_minutes.binary_search_by_key(&index, |(index, _)| *index);
        if let Ok(found) = long {
            let (_, time) = self.directory.long_minutes[found];
            entry.time = DosTime::from_words(entry.time.date_word(), time);
        }
        let key = NameRules::Windows.fold(entry.path.as_str());
        if let Some(first) = self.entries.get(&key) {
            let (first, second) = (first.path.to_string(), entry.path.to_string());
            return Err(ArchiveError::Duplicate { first, second });
        }
        self.entries.insert(key, entry);
        Ok(())
    }

    fn check_parents(&self) -> Result<(), ArchiveError> {
        for entry in self.entries.values() {
            for parent in entry.path.ancestors() {
                if let Some(file) = self.get(parent.as_str()).filter(|found| !found.is_directory) {
                    let (entry, file) = (entry.path.to_string(), file.path.to_string());
                    return Err(ArchiveError::BelowFile { entry, file });
                }
            }
        }
        Ok(())
    }

    /// The entry called `name`, without regard to case.
    pub(crate) fn get(&self, name: &str) -> Option<&ArchiveEntry> {
        self.entries.get(&NameRules::Windows.fold(name))
    }

    /// Reads an entry to its end and compares size and checksum; how many bytes it has.
    ///
    /// # Errors
    /// What is wrong with it; [`Unsound::Bomb`] for an archive that, with the archives inside of
    /// it, grows more than an entry may.
    pub(crate) fn verify(&self, path: &RelPath) -> Result<u64, Unsound> {
        let damaged = |problem: String| Unsound::Damaged(problem);
        let entry = self.get(path.as_str());
        let entry = entry.ok_or_else(|| damaged("it is not there".to_owned()))?;
        let io = |error: io::Error| damaged(error.to_string());
        let (bytes, archive) = entry.location.verify(&self.view, LOOKED_INTO).map_err(io)?;
        if let Some(archive) = archive {
            let ReadLimits { total_bytes: _, ratio, ratio_free_bytes } = self.limits;
            let compressed = entry.location.compressed;
            let most = ratio_free_bytes.max(compressed.saturating_mul(ratio));
            let size = unfolded(archive, most);
            if size > most {
                let entry = entry.path.to_string();
                let error = ArchiveError::Nested { entry, compressed, size, ratio };
                return Err(Unsound::Bomb(error.to_string()));
            }
        }
        Ok(bytes)
    }

    /// Opens an entry; size and checksum are verified while it is read.
    pub(crate) fn open_entry(&self, entry: &ArchiveEntry) -> io::Result<Box<dyn Content + '_>> {
        entry.location.open(&self.view)
    }
}

/// The entry at `index`, and where its header begins.
fn read_entry(
    zip: &mut ZipArchive<View>,
    index: usize,
    limits: ReadLimits,
) -> Result<(ArchiveEntry, u64), ArchiveError> {
    let listed = zip.by_index_data(index).map_err(format)?;
    let name = String::from_utf8(listed.name_raw().to_vec()).map_err(|_| {
        ArchiveError::NotUtf8 { entry: String::from_utf8_lossy(listed.name_raw()).into_owned() }
    })?;
    let entry = || name.escape_debug().to_string();
    let attributes = listed.external_attributes();
    let is_directory = name.ends_with('/') || attributes & DIRECTORY != 0;
    let path = check_name(&name)?;
    if (attributes >> 16) & UNIX_KIND == UNIX_LINK {
        return Err(ArchiveError::Link { entry: entry() });
    }
    if listed.encrypted() {
        return Err(ArchiveError::Encrypted { entry: entry() });
    }
    let method = match listed.compression() {
        CompressionMethod::Stored => Method::Stored,
        CompressionMethod::Deflated => Method::Deflated,
        other => return Err(ArchiveError::Method { entry: entry(), method: other.to_string() }),
    };
    let (size, compressed) = (listed.size(), listed.compressed_size());
    if size > MAX_FILE {
        return Err(ArchiveError::TooLarge { entry: entry(), size, limit: MAX_FILE });
    }
    let ratio = limits.ratio;
    if size > limits.ratio_free_bytes && size / ratio > compressed {
        return Err(ArchiveError::Bomb { entry: entry(), compressed, size, ratio });
    }
    let time = listed.last_modified();
    let time =
        time.map_or(DosTime::from_words(0, 0), |t| DosTime::from_words(t.datepart(), t.timepart()));
    let (header, crc) = (listed.header_start(), listed.crc32());
    // Compares the local header with the directory.
    let options = ZipReadOptions::new().enforce_header_consistency(true);
    let file = zip
        .by_index_with_options(index, options)
        .map_err(|source| ArchiveError::Entry { entry: entry(), source: source.into() })?;
    let start = file.data_start().expect("opening the entry has found its data");
    let location = Location { method, start, compressed, size, crc };
    let attributes = attributes & 0xffff;
    let is_file_as_folder = is_directory && !name.ends_with('/') && size > 0;
    let entry = ArchiveEntry {
        path,
        is_directory,
        location,
        time,
        attributes,
        zip64: false,
        has_lone_byte: false,
        is_file_as_folder,
    };
    Ok((entry, header))
}

/// Whether a file begins with anything but the header of an entry, or the end of an empty archive.
fn begins_otherwise(view: &mut View) -> io::Result<bool> {
    let mut start = [0; 4];
    view.seek(SeekFrom::Start(0))?;
    view.read_exact(&mut start)?;
    Ok(!begins_as_archive(&start) && start != *b"PK\x05\x06")
}

/// The path that an entry name means; never one that leaves the root or that Windows bends.
fn check_name(name: &str) -> Result<RelPath, ArchiveError> {
    let entry = || name.escape_debug().to_string();
    let path = RelPath::parse(name.strip_suffix('/').unwrap_or(name))
        .map_err(|source| ArchiveError::Path { entry: entry(), source })?;
    match windows_problem(&path) {
        None => Ok(path),
        Some(problem) => Err(ArchiveError::Name { entry: entry(), problem }),
    }
}

fn format(error: zip::result::ZipError) -> ArchiveError {
    ArchiveError::Format(error.into())
}
