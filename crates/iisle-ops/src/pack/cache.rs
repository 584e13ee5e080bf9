use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use iisle_tree::digest::Digest;
use iisle_tree::{TreeError, host};
use iisle_webdeploy::{CacheKey, PackCache};

/// A folder that keeps compressed content, a file for each key.
#[derive(Debug)]
pub(super) struct FolderCache {
    folder: PathBuf,
}

/// The largest value: no part of a package is larger.
const MAX_VALUE: u64 = 32 << 20;
/// Larger values get memory that is given back as soon as it is not needed: glibc does so with
/// blocks of more than 32 MiB, and only what is touched of them counts.
const LARGE: usize = 512 << 10;
const RESERVED: usize = 33 << 20;

impl FolderCache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
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

impl PackCache for FolderCache {
    fn get(&self, key: &CacheKey) -> Option<Vec<u8>> {
        let mut file = host::open(&self.path(key)).ok()?;
        let size = file.seek(SeekFrom::End(0)).ok().filter(|size| *size <= MAX_VALUE)?;
        file.rewind().ok()?;
        let size = usize::try_from(size).ok()?;
        let mut value = Vec::with_capacity(if size < LARGE { size + 1 } else { RESERVED });
        file.read_to_end(&mut value).ok()?;
        Some(value)
    }

    fn put(&self, key: &CacheKey, value: &[u8]) {
        if let Err(error) = self.keep(key, value) {
            tracing::debug!(%error, "the cache does not keep a value");
        }
    }
}
