use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use iisle_path::RelPath;

use crate::local::system;

/// Folders in which new files get the rights that they will have elsewhere.
///
/// Where a moved file keeps the rights that it got from the folder it was made in, what goes into a
/// folder with rights of its own is made in a folder with the same.
///
/// Source: `sync.md` SD-12.
#[derive(Debug, Default)]
pub(super) struct Molds {
    /// For folders of the site, by their path in it; `None` for those with the rights of the site.
    known: Mutex<BTreeMap<RelPath, Option<PathBuf>>>,
}

impl Molds {
    /// The folder in `stage` that has the rights of `folder` in `site`; `None` when these are those of the
    /// site, which `stage` has, or when there is no telling.
    pub(super) fn of(&self, site: &Path, folder: &RelPath, stage: &Path) -> Option<PathBuf> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mold) = known.get(folder) {
            return mold.clone();
        }
        let like = system::join(site, folder);
        let mold = system::rights_differ(site, &like)
            .then(|| stage.join(format!("like-{}", known.len())))
            .filter(|mold| {
                let made = fs::create_dir_all(mold);
                made.inspect_err(|error| tracing::debug!(%error, %folder, "no folder like it"))
                    .is_ok()
            });
        if let Some(mold) = &mold {
            system::copy_rights(&like, mold);
        }
        known.insert(folder.clone(), mold.clone());
        mold
    }

    /// The stage is a new one: there are none.
    pub(super) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
