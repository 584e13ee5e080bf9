//! What a plan was made from, as far as its steps do not say it.

use std::collections::BTreeMap;

use iisle_path::{NameRules, RelPath};
use iisle_tree::digest::Digest;
use iisle_tree::{LocalTree, Tree, TreeError, host};

/// The two sides of a plan when it was made.
///
/// Source: `sync.md`, Appendix C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Tells the source from others: the digest of its list of files
    /// ([`Snapshot::digest`](iisle_tree::Snapshot::digest)).
    pub tree_hash: Digest,
    /// Tells the volume of the destination from others of the machine; `None` where there is no telling.
    pub volume: Option<u64>,
    /// Whether names differ there by upper and lower case.
    pub is_case_sensitive: bool,
    /// Whether the app would be taken offline; `None` where there is no telling.
    pub goes_offline: Option<bool>,
    /// What the files hold that would be written; empty unless they were read.
    pub digests: BTreeMap<RelPath, Digest>,
}

impl Basis {
    /// Lists the source once more, and asks for the volume of the destination.
    ///
    /// # Errors
    /// When the source cannot be listed.
    pub(crate) fn of(
        source: &dyn Tree,
        destination: &LocalTree,
        goes_offline: Option<bool>,
    ) -> Result<Self, TreeError> {
        Ok(Self {
            tree_hash: source.snapshot()?.digest(),
            volume: host::volume(destination.root()).ok(),
            is_case_sensitive: destination.names() == NameRules::Unix,
            goes_offline,
            digests: BTreeMap::new(),
        })
    }
}
