use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use iisle_tree::digest::Digest;
use iisle_tree::host::{self, AtomicFile};
use iisle_tree::{Ticks, TreeError};
use iisle_webdeploy::{CacheKey, PackCache};

/// A folder that keeps compressed content, a file for each key, written when it was last used.
#[derive(Debug)]
pub(super) struct FolderCache {
    folder: PathBuf,
    /// When the run began by the clock of the volume; `None` when nothing can be written there.
    began: Option<Ticks>,
}

/// Files whose times tell when the cache was last used, and looked through.
const LAST_RUN: &str = "last-run";
const LOOKED_THROUGH: &str = "looked-through";
const DAY: i64 = 24 * 3600 * Ticks::SECOND;
/// Values that were not used for so long are forgotten.
const KEPT: i64 = 30 * DAY;

/// The largest value: no part of a package is larger.
const MAX_VALUE: u64 = 32 << 20;
/// Larger values get memory that is given back as soon as it is not needed: glibc does so with
/// blocks of more than 32 MiB, and only what is touched of them counts.
const LARGE: usize = 512 << 10;
const RESERVED: usize = 33 << 20;

impl FolderCache {
    pub(super) fn new(folder: PathBuf) -> Self {
        let began = now(&folder);
        Self { folder, began }
    }

    /// Whether a file was written so long before this run; not when the times are unknown.
    fn is_older(&self, path: &Path, than: i64) -> bool {
        let written = host::modified(path).ok();
        self.began.zip(written).is_some_and(|(now, then)| now.0.saturating_sub(then.0) > than)
    }

    /// Two hundred and fifty-six folders, as no system likes a hundred thousand files in one.
    fn path(&self, key: &CacheKey) -> PathBuf {
        let text = Digest::from(*key).hex();
        self.folder.join(&text[..2]).join(&text[2..])
    }

    fn keep(&self, key: &CacheKey, value: &[u8]) -> Result<(), TreeError> {
        let path = self.path(key);
        if let Some(folder) = path.parent() {
            host::create_dir_all(folder)?;
        }
        let mut file = host::create_file_atomic(&path)?;
        let written = file.write_all(value);
        written.map_err(|e| TreeError::io("write", path.display().to_string(), e))?;
        // What a power cut loses is compressed again: the value carries a checksum.
        file.commit()
    }
}

/// The time by the clock of the volume that `folder` is on, which may be another machine's.
fn now(folder: &Path) -> Option<Ticks> {
    host::create_dir_all(folder).ok()?;
    let mark = folder.join(LAST_RUN);
    host::create_file_atomic(&mark).and_then(AtomicFile::commit).ok()?;
    host::modified(&mark).ok()
}

/// Whether a file below `folder` has the name of a value: nothing else there is ours to remove.
fn is_value(folder: &Path, path: &Path) -> bool {
    let names: Option<Vec<_>> = path
        .strip_prefix(folder)
        .ok()
        .and_then(|below| below.iter().map(|name| name.to_str()).collect());
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    matches!(names.as_deref(), Some([first, rest])
        if (first.len(), rest.len()) == (2, 62) && is_hex(first) && is_hex(rest))
}

/// Removes what was not used for a month; looks at most once a day.
pub(super) fn forget(folder: &Path) {
    let cache = FolderCache::new(folder.to_owned());
    let mark = folder.join(LOOKED_THROUGH);
    if host::is_file(&mark) && !cache.is_older(&mark, DAY) {
        return;
    }
    let forgotten = host::files_below(folder).and_then(|kept| {
        let values = kept.iter().filter(|path| is_value(folder, path));
        for path in values.filter(|path| cache.is_older(path, KEPT)) {
            host::remove_file(path)?;
        }
        host::create_file_atomic(&mark)?.commit()
    });
    if let Err(error) = forgotten {
        tracing::debug!(%error, "the cache was not looked through");
    }
}

impl PackCache for FolderCache {
    fn get(&self, key: &CacheKey) -> Option<Vec<u8>> {
        let mut file = host::open(&self.path(key)).ok()?;
        let size = file.seek(SeekFrom::End(0)).ok().filter(|size| *size <= MAX_VALUE)?;
        file.rewind().ok()?;
        let size = usize::try_from(size).ok()?;
        let mut value = Vec::with_capacity(if size < LARGE { size + 1 } else { RESERVED });
        file.read_to_end(&mut value).ok()?;
        // Windows does not replace a file that is open.
        drop(file);
        if self.is_older(&self.path(key), DAY) {
            self.put(key, &value);
        }
        Some(value)
    }

    fn put(&self, key: &CacheKey, value: &[u8]) {
        if let Err(error) = self.keep(key, value) {
            tracing::debug!(%error, "the cache does not keep a value");
        }
    }
}

#[cfg(test)]
mod tests {
    use iisle_path::RelPath;
    use iisle_tree::{LocalTree, Stamp, TreeMut as _};

    use super::*;

    /// Makes a file in `folder` look as if it were written `days` ago.
    fn age(folder: &Path, path: &Path, days: i64) {
        let tree = LocalTree::open(folder).unwrap();
        let path = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        let modified = Ticks(now(folder).unwrap().0 - days * DAY);
        let size = host::size(&folder.join(&path)).unwrap();
        let stamp = Stamp { size, modified, read_only: false, visibility: None };
        tree.touch(&RelPath::parse(&path).unwrap(), stamp).unwrap();
    }

    #[test]
    fn what_was_not_used_for_a_month_is_forgotten_once_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let cache = FolderCache::new(folder.to_owned());
        let [old, used, fresh] = [[1; 32], [2; 32], [3; 32]];
        for key in [&old, &used, &fresh] {
            cache.put(key, b"value");
        }
        age(folder, &cache.path(&old), 31);
        age(folder, &cache.path(&used), 31);
        age(folder, &cache.path(&fresh), 29);
        let foreign = folder.join("01").join("notes.txt");
        host::write_atomic(&foreign, b"mine").unwrap();
        age(folder, &foreign, 99);
        // Who asks for a value keeps it for another month.
        assert_eq!(cache.get(&used).unwrap(), b"value");
        forget(folder);
        assert!(cache.get(&old).is_none());
        assert!(cache.get(&used).is_some() && cache.get(&fresh).is_some());
        assert!(host::is_file(&foreign), "nobody knows whose it is");

        age(folder, &cache.path(&used), 31);
        forget(folder);
        assert!(host::is_file(&cache.path(&used)), "it was looked through today");
        age(folder, &folder.join(LOOKED_THROUGH), 2);
        forget(folder);
        assert!(!host::is_file(&cache.path(&used)));
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_no_reason_to_fail() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        host::write_atomic(&file, b"").unwrap();
        let cache = FolderCache::new(file.clone());
        cache.put(&[1; 32], b"value");
        assert!(cache.get(&[1; 32]).is_none());
        forget(&file);
    }
}
