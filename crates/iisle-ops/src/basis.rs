//! What goes with a plan that is only shown or kept.

use std::collections::BTreeMap;

use iisle_path::{NameRules, RelPath};
use iisle_tree::digest::Digest;
use iisle_tree::{LocalTree, Tree, host};

/// What was known of the destination when a plan was made, and of what would be written.
///
/// Source: `sync.md`, Appendix C.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
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
    /// What the destination tells now; no file is read.
    pub(crate) fn of(destination: &LocalTree, goes_offline: Option<bool>) -> Self {
        Self {
            volume: host::volume(destination.root()).ok(),
            is_case_sensitive: destination.names() == NameRules::Unix,
            goes_offline,
            digests: BTreeMap::new(),
        }
    }
}
