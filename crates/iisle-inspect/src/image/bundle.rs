use super::source::{Source, Trouble};
use super::{Bundle, BundleFile, BundleFileType};

/// Files of one manifest; real ones have some hundreds.
const MOST_FILES: u32 = 100_000;
/// Bytes of one path.
const LONGEST_PATH: usize = 32 * 1024;
/// Flag of the manifest: everything is extracted at start, as .NET Core 3 did.
const EXTRACTS_ALL: u64 = 1;

/// Reads the manifest at `offset`.
///
/// Source: dotnet/runtime, `docs/design/features/bundler.md`.
pub(super) fn read(source: &mut Source<'_>, offset: u64) -> Result<Bundle, Trouble> {
    let mut reader = Reader { source, at: offset };
    let (major, minor) = (reader.u32()?, reader.u32()?);
    if !(1..=99).contains(&major) {
        return Err(Trouble::damaged(format!(
            "the bundle has the unknown version {major}.{minor}"
        )));
    }
    let count = reader.u32()?;
    if count > MOST_FILES {
        return Err(Trouble::damaged(format!("the bundle claims to hold {count} files")));
    }
    let id = reader.text()?;
    let mut flags = 0;
    if major >= 2 {
        // Places of deps.json and runtimeconfig.json: the entries have them too.
        reader.at += 32;
        flags = reader.u64()?;
    }
    let mut files = Vec::new();
    for _ in 0..count {
        files.push(reader.file(major)?);
    }
    let extracts = major == 1 || flags & EXTRACTS_ALL != 0;
    Ok(Bundle { offset, major, minor, id, extracts, files })
}

struct Reader<'s, 'c> {
    source: &'s mut Source<'c>,
    at: u64,
}

impl Reader<'_, '_> {
    fn u8(&mut self) -> Result<u8, Trouble> {
        let byte = self.source.bytes(self.at, 1)?[0];
        self.at += 1;
        Ok(byte)
    }

    fn u32(&mut self) -> Result<u32, Trouble> {
        let value = self.source.u32(self.at)?;
        self.at += 4;
        Ok(value)
    }

    fn u64(&mut self) -> Result<u64, Trouble> {
        let value = self.source.u64(self.at)?;
        self.at += 8;
        Ok(value)
    }

    /// A length in groups of seven bits, and so many bytes of UTF-8.
    fn text(&mut self) -> Result<String, Trouble> {
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.u8()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        if length > LONGEST_PATH {
            return Err(Trouble::damaged("a name in the bundle is too long"));
        }
        let text = String::from_utf8_lossy(self.source.bytes(self.at, length)?).into_owned();
        self.at += length as u64;
        Ok(text)
    }

    fn file(&mut self, major: u32) -> Result<BundleFile, Trouble> {
        let (offset, size) = (self.u64()?, self.u64()?);
        let compressed_size = if major >= 6 { self.u64()? } else { 0 };
        let kind = self.u8()?;
        let path = self.text()?;
        let stored = if compressed_size == 0 { size } else { compressed_size };
        if offset.checked_add(stored).is_none_or(|end| end > self.source.size()) {
            return Err(Trouble::damaged(format!("`{path}` lies outside the bundle")));
        }
        let kind = kind_of(kind, major, &path);
        Ok(BundleFile { path, kind, offset, size, compressed_size })
    }
}

/// The numbers of version 1 are other ones, and names say as much.
fn kind_of(number: u8, major: u32, path: &str) -> BundleFileType {
    if major == 1 {
        return if path.ends_with(".deps.json") {
            BundleFileType::Deps
        } else if path.ends_with(".runtimeconfig.json") {
            BundleFileType::RuntimeConfig
        } else {
            BundleFileType::Unknown
        };
    }
    match number {
        1 => BundleFileType::Assembly,
        2 => BundleFileType::Native,
        3 => BundleFileType::Deps,
        4 => BundleFileType::RuntimeConfig,
        5 => BundleFileType::Symbols,
        _ => BundleFileType::Unknown,
    }
}
