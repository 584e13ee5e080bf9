use std::fs::{self, FileType};
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use super::temporary::{is_temporary, remove_abandoned};
use super::{is_missing, system};

/// Removes the temporaries that a crash left below `root`; how many.
///
/// Links are not followed. A folder that cannot be listed is passed over: a leftover is harmless.
pub(super) fn remove_leftovers(root: &Path) -> io::Result<u64> {
    let mut removed = 0;
    let walk = WalkDir::new(root).follow_links(false).sort_by_file_name();
    for entry in walk.into_iter().filter_map(Result::ok) {
        let ours =
            entry.file_type().is_file() && entry.file_name().to_str().is_some_and(is_temporary);
        if ours && remove_abandoned(entry.path())? {
            tracing::info!(path = %entry.path().display(), "removed a temporary file of a crashed run");
            removed += 1;
        }
    }
    Ok(removed)
}

/// Removes what is under `path`, a folder with everything in it; links are removed, not followed.
/// What is read-only goes too, and nothing at all is no error.
pub(crate) fn remove_below(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => remove_entry(path, metadata.file_type()),
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

fn remove_entry(path: &Path, kind: FileType) -> io::Result<()> {
    let removed = if kind.is_dir() {
        fs::read_dir(path)
            .and_then(|mut listing| {
                listing.try_for_each(|entry| {
                    let entry = entry?;
                    remove_entry(&entry.path(), entry.file_type()?)
                })
            })
            .and_then(|()| system::remove_folder(path))
    } else if kind.is_symlink() {
        fs::symlink_metadata(path).and_then(|metadata| system::remove_link(path, &metadata))
    } else {
        system::remove(path)
    };
    match removed {
        Err(error) if !is_missing(&error) => Err(error),
        _ => Ok(()),
    }
}
