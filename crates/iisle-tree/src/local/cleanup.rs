use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use super::temporary::{is_temporary, remove_abandoned};
use super::{is_missing, system};

/// Threads that remove the files of one folder, at most.
const REMOVERS: usize = 8;
/// Files for which a thread is worth starting.
const WORTH_A_THREAD: usize = 16;

/// How many threads may remove what is in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hands {
    One,
    Many,
}

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
        Ok(metadata) => remove_entry(path, metadata.file_type(), Hands::Many),
        Err(error) if is_missing(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes what is in a folder. Systems make whoever removes a file wait for the medium now and then;
/// several at a time wait together.
fn remove_entries(folder: &Path, hands: Hands) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let share = entries.len().div_ceil(REMOVERS);
    let hands = if share < WORTH_A_THREAD { Hands::One } else { hands };
    let remove = |entries: &[DirEntry], hands| {
        entries.iter().try_for_each(|entry| remove_entry(&entry.path(), entry.file_type()?, hands))
    };
    if hands == Hands::One {
        return remove(&entries, Hands::Many);
    }
    std::thread::scope(|scope| {
        let removers: Vec<_> = entries
            .chunks(share)
            .map(|entries| scope.spawn(move || remove(entries, Hands::One)))
            .collect();
        removers.into_iter().try_for_each(|r| r.join().expect("removing a file does not panic"))
    })
}

fn remove_entry(path: &Path, kind: FileType, hands: Hands) -> io::Result<()> {
    let removed = if kind.is_dir() {
        remove_entries(path, hands).and_then(|()| system::remove_folder(path))
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
