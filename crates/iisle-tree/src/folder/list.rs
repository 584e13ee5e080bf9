use std::ffi::OsString;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::Path;

use super::entry::{Detail, Entry, Facts, Shape};
use crate::TreeError;
use crate::local::{is_part, is_temporary, system};

/// What a folder holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The entries, in the order of the system.
    pub entries: Vec<Entry>,
    /// Names of begun copies that [`copy_file`](super::copy_file) could go on with.
    pub parts: Vec<OsString>,
}

/// Lists `folder`. Files that we are about to write, or that a crash left, are no entries.
///
/// # Errors
/// [`TreeError::NotFound`], [`TreeError::NotAFolder`], or what the system says.
pub fn list(folder: &Path, detail: Detail) -> Result<Listing, TreeError> {
    let mut listing = Listing::default();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, e))? {
        let entry = entry.map_err(|e| failed(folder, e))?;
        let name = entry.file_name();
        match name.to_str() {
            Some(text) if is_part(text) => listing.parts.push(name),
            Some(text) if is_temporary(text) => {}
            _ => listing.entries.extend(known(&entry, name, detail)),
        }
    }
    Ok(listing)
}

/// What stands under `path`; `None` when nothing does.
pub fn examine(path: &Path) -> Result<Option<Entry>, TreeError> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_owned();
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(entry(path, name, &metadata, Detail::Usual))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TreeError::io("examine", path.display().to_string(), source)),
    }
}

/// Removes one of [`Listing::parts`]; a missing one is no error.
pub fn remove_part(folder: &Path, name: &std::ffi::OsStr) -> Result<(), TreeError> {
    super::remove_file(&folder.join(name))
}

fn failed(folder: &Path, source: io::Error) -> TreeError {
    match source.kind() {
        io::ErrorKind::NotADirectory => TreeError::NotAFolder(folder.display().to_string()),
        _ => TreeError::met("list", folder.display().to_string(), source),
    }
}

/// `None` when it vanished since it was listed.
fn known(found: &DirEntry, name: OsString, detail: Detail) -> Option<Entry> {
    match found.metadata() {
        Ok(metadata) => Some(entry(&found.path(), name, &metadata, detail)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        // Whoever copies it will meet the reason.
        Err(_) => Some(Entry { name, shape: Shape::File, is_link: false, facts: Facts::default() }),
    }
}

fn entry(path: &Path, name: OsString, metadata: &Metadata, detail: Detail) -> Entry {
    let is_link = metadata.is_symlink();
    let target = if is_link { fs::metadata(path).ok() } else { Some(metadata.clone()) };
    let Some(target) = target else {
        let facts = system::facts(metadata);
        return Entry { name, shape: Shape::Dangling, is_link, facts };
    };
    let shape = match () {
        () if target.is_file() => Shape::File,
        () if target.is_dir() => Shape::Directory,
        () => Shape::Special,
    };
    let mut facts = system::facts(&target);
    if shape == Shape::File && detail == Detail::Changed {
        facts.changed = system::changed(path, &target);
    }
    Entry { name, shape, is_link, facts }
}
