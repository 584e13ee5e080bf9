use std::io;
use std::path::Path;

use walkdir::WalkDir;

use super::temporary::{is_temporary, remove_abandoned};

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
