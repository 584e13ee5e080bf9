use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use iisle_path::NameRules;

use super::Attributes;
use super::copy::{Carry, blocked};
use crate::TreeError;
use crate::local::{aside, system};

/// What tells one folder from every other on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FolderId(system::Identity);

/// The identity of the folder that `path` leads to.
pub fn identity(path: &Path) -> Result<FolderId, TreeError> {
    system::identity(path).map(FolderId).map_err(|e| TreeError::met("examine", text(path), e))
}

/// `path` as every function here reaches everything below it: absolute, on Windows without the
/// limit of 260 characters.
pub fn place(path: &Path) -> Result<PathBuf, TreeError> {
    system::root(path).map_err(|e| TreeError::met("examine", text(path), e))
}

/// The attributes that this system keeps with a file.
pub fn attributes_kept() -> Attributes {
    system::ATTRIBUTES
}

/// Whether folders of this system have the attributes [`MARKS`](Attributes::MARKS).
pub fn folders_have_attributes() -> bool {
    Attributes::MARKS.without(system::ATTRIBUTES).is_empty()
}

/// How names compare on this system's usual volumes.
pub fn names() -> NameRules {
    system::NAMES
}

/// Creates a folder and its parents; an existing one is left alone.
pub fn create(folder: &Path) -> Result<(), TreeError> {
    fs::create_dir_all(folder).map_err(|e| TreeError::io("create the folder", text(folder), e))
}

/// Sets last write and attributes of a file or folder, as far as `carry` has them.
///
/// Folders have no attributes on Unix: one that cannot be written could not be copied into again.
pub fn set_facts(path: &Path, carry: Carry) -> Result<(), TreeError> {
    let Carry { modified, attributes } = carry;
    let failed = |e| TreeError::met("set the attributes of", text(path), e);
    if let Some(modified) = modified {
        let file = system::open_for_attributes(path).map_err(failed)?;
        file.set_modified(modified.to_system_time()).map_err(failed)?;
    }
    match attributes {
        Some(attributes) => system::set_attributes_of(path, attributes).map_err(failed),
        None => Ok(()),
    }
}

/// Makes `to` a link like `from`, with the separators of this system; replaces a file or link.
pub fn copy_link(from: &Path, to: &Path) -> Result<(), TreeError> {
    let target = fs::read_link(from).map_err(|e| TreeError::met("read the link", text(from), e))?;
    if is_same_link(from, to) {
        return Ok(());
    }
    let leads_to_folder = fs::metadata(from).is_ok_and(|metadata| metadata.is_dir());
    let between = aside(to);
    let made = system::link(&target, &between, leads_to_folder)
        .and_then(|()| remove_link(to))
        .and_then(|()| fs::rename(&between, to));
    made.map_err(|e| {
        // What could not get its name must not stay.
        drop(remove_link(&between));
        blocked("create the link", to, e)
    })
}

/// Whether both are links with the same text.
pub fn is_same_link(one: &Path, other: &Path) -> bool {
    fs::read_link(one).is_ok_and(|text| fs::read_link(other).is_ok_and(|known| known == text))
}

/// Removes a link, be it to a folder; what is no link or not there is left alone.
fn remove_link(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => system::remove_link(path, &metadata),
        _ => Ok(()),
    }
}

/// Removes a file, also a read-only one; a missing one is no error.
pub fn remove_file(path: &Path) -> Result<(), TreeError> {
    match system::remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(blocked("remove", path, error))
        }
        _ => Ok(()),
    }
}

/// Removes a file or a link, never what a link leads to; a missing one is no error.
pub fn remove_entry(path: &Path) -> Result<(), TreeError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            system::remove_link(path, &metadata).map_err(|e| blocked("remove", path, e))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        _ => remove_file(path),
    }
}

/// Removes an empty folder, also a read-only one; a missing one is no error.
pub fn remove_empty(folder: &Path) -> Result<(), TreeError> {
    match system::remove_folder(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(blocked("remove the folder", folder, error))
        }
        _ => Ok(()),
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
