//! A `.zip` that holds nothing of the machine that made it.
//!
//! The product's zip crate stays behind its wall; releases need forty lines of the format.

use std::io::Write;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::archive::Entry;
use crate::calendar::Moment;

/// Writes the entries in their order; `modified` is in seconds since 1970.
///
/// # Errors
/// When the archive would need zip64.
///
/// Source: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16.
pub(super) fn zip(entries: &[Entry], modified: u64) -> Result<Vec<u8>> {
    let (time, date) = dos(Moment::from_unix(modified));
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let offset = small(file.len())?;
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
        deflate.write_all(&entry.content)?;
        let packed = deflate.finish()?;

        let mut common = Vec::new();
        for word in [20_u16, 0, 8, time, date] {
            common.extend(word.to_le_bytes());
        }
        let sizes = [small(packed.len())?, small(entry.content.len())?];
        for word in [crc32fast::hash(&entry.content), sizes[0], sizes[1]] {
            common.extend(word.to_le_bytes());
        }
        common.extend(u16::try_from(entry.name.len())?.to_le_bytes());
        common.extend([0, 0]); // no extra fields

        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(entry.name.as_bytes());
        file.extend(packed);

        directory.extend(b"PK\x01\x02");
        directory.extend(0x0314_u16.to_le_bytes()); // made on Unix: permissions count
        directory.extend(&common);
        directory.extend([0; 6]); // comment, disk, internal attributes
        directory.extend(((0o100_000 | entry.mode()) << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let count = u16::try_from(entries.len())?.to_le_bytes();
    let start = small(file.len())?;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count);
    file.extend(count);
    file.extend(small(directory.len())?.to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    Ok(file)
}

fn small(size: usize) -> Result<u32> {
    u32::try_from(size).context("too large for an archive without zip64")
}

/// Time and date as MS-DOS has them: in steps of two seconds, from 1980 on.
fn dos(moment: Moment) -> (u16, u16) {
    let word = |value: u64| u16::try_from(value).unwrap_or(u16::MAX);
    let (hours, minutes, seconds) =
        (moment.seconds / 3_600, moment.seconds / 60 % 60, moment.seconds % 60);
    let time = (hours << 11) | (minutes << 5) | (seconds / 2);
    let date = (moment.year.saturating_sub(1980) << 9) | (moment.month << 5) | moment.day;
    (word(time), word(date))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn python_unpacks_it_with_content_and_time() {
        let entries = [
            Entry {
                name: "x-1/README.md".to_owned(),
                content: vec![b'a'; 100_000],
                is_program: false,
            },
            Entry { name: "x-1/iisle.exe".to_owned(), content: b"MZ".to_vec(), is_program: true },
        ];
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.zip");
        let bytes = zip(&entries, 1_700_000_000).unwrap();
        assert!(bytes.len() < 1_000);
        assert_eq!(bytes, zip(&entries, 1_700_000_000).unwrap());
        std::fs::write(&file, bytes).unwrap();
        let script = "import sys, zipfile\n\
            z = zipfile.ZipFile(sys.argv[1])\n\
            assert z.testzip() is None\n\
            for i in z.infolist(): print(i.filename, i.file_size, oct(i.external_attr >> 16), i.date_time)\n\
            assert z.read('x-1/README.md') == b'a' * 100000";
        let list = crate::process::capture(Command::new("python3").args(["-c", script]).arg(&file))
            .unwrap();
        assert_eq!(
            list,
            "x-1/README.md 100000 0o100644 (2023, 11, 14, 22, 13, 20)\n\
             x-1/iisle.exe 2 0o100755 (2023, 11, 14, 22, 13, 20)\n"
        );
    }
}
