//! A `.tar.gz` that holds nothing of the machine that made it.

use std::io::Write;

use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::archive::Entry;

const BLOCK: usize = 512;

/// Writes the entries in their order; `modified` is in seconds since 1970.
///
/// # Errors
/// When a name has more than the 100 bytes that the format has room for.
///
/// Source: POSIX.1-1988, `ustar`.
pub(super) fn tar_gz(entries: &[Entry], modified: u64) -> Result<Vec<u8>> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::best());
    for entry in entries {
        gz.write_all(&header(entry, modified)?)?;
        gz.write_all(&entry.content)?;
        gz.write_all(&vec![0; entry.content.len().next_multiple_of(BLOCK) - entry.content.len()])?;
    }
    gz.write_all(&[0; 2 * BLOCK])?;
    Ok(gz.finish()?)
}

fn header(entry: &Entry, modified: u64) -> Result<[u8; BLOCK]> {
    if entry.name.len() > 100 {
        bail!("`{}` is too long a name for an archive", entry.name);
    }
    let mut block = [0; BLOCK];
    let mut put =
        |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, &entry.name);
    put(100, &format!("{:07o}", entry.mode()));
    put(108, "0000000"); // user
    put(116, "0000000"); // group
    put(124, &format!("{:011o}", entry.content.len()));
    put(136, &format!("{modified:011o}"));
    put(148, "        "); // the checksum counts its own place as blanks
    put(156, "0"); // a regular file
    put(257, "ustar\x0000");
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |name: &str, content: &[u8], is_program| Entry {
            name: name.to_owned(),
            content: content.to_vec(),
            is_program,
        };
        vec![
            entry("x-1/README.md", &[b'a'; 1000], false),
            entry("x-1/iisle", b"#!/bin/sh\necho hi\n", true),
        ]
    }

    #[test]
    fn the_same_entries_give_the_same_bytes() {
        assert_eq!(tar_gz(&entries(), 1).unwrap(), tar_gz(&entries(), 1).unwrap());
        assert_ne!(tar_gz(&entries(), 1).unwrap(), tar_gz(&entries(), 2).unwrap());
    }

    #[test]
    fn tar_unpacks_it_with_content_permissions_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.tar.gz");
        std::fs::write(&file, tar_gz(&entries(), 1_700_000_000).unwrap()).unwrap();
        let mut tar = Command::new("tar");
        tar.current_dir(folder.path()).env("TZ", "UTC").args(["-tvzf", "x.tar.gz"]);
        let list = crate::process::capture(&mut tar).unwrap();
        assert!(
            list.contains("-rw-r--r--") && list.contains("1000") && list.contains("2023"),
            "{list}"
        );
        assert!(
            list.lines().any(|line| line.starts_with("-rwxr-xr-x") && line.ends_with("x-1/iisle")),
            "{list}"
        );
        crate::process::run(
            Command::new("tar").current_dir(folder.path()).args(["-xzf", "x.tar.gz"]),
        )
        .unwrap();
        assert_eq!(std::fs::read(folder.path().join("x-1/README.md")).unwrap(), [b'a'; 1000]);
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused() {
        let entry = Entry { name: "x".repeat(101), content: Vec::new(), is_program: false };
        assert!(tar_gz(&[entry], 0).is_err());
    }
}
