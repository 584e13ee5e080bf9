use iisle_path::RelPath;
use iisle_tree::{LocalTree, Stamp, Ticks, Tree, TreeMut};

use crate::Failure;

/// An application that is offline until this is dropped.
pub(super) struct Offline<'t> {
    destination: &'t LocalTree,
}

/// The page that keeps an application offline.
const OFFLINE_PAGE: &str = "app_offline.htm";

impl<'t> Offline<'t> {
    /// Puts the page there; `None` when somebody else has one there already.
    pub(super) fn take(destination: &'t LocalTree) -> Result<Option<Self>, Failure> {
        let path = RelPath::parse(OFFLINE_PAGE).expect("the name is a path");
        if destination.stamp(&path)?.is_some() {
            return Ok(None);
        }
        let page = iisle_webdeploy::offline_page();
        let stamp =
            Stamp { size: page.len() as u64, modified: Ticks::UNIX_EPOCH, read_only: false };
        destination.write(&path, stamp, &mut page.as_bytes())?;
        Ok(Some(Self { destination }))
    }
}

impl Drop for Offline<'_> {
    fn drop(&mut self) {
        let path = RelPath::parse(OFFLINE_PAGE).expect("the name is a path");
        if let Err(error) = self.destination.remove(&path) {
            tracing::error!(%error, "the application stays offline: remove app_offline.htm");
        }
    }
}
