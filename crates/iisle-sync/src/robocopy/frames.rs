use std::path::PathBuf;

use iisle_tree::folder::Facts;

/// Whether the destination has a directory that is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It was there.
    There,
    /// It was not there, and nothing has needed it so far.
    Missing,
    /// It was created (or would have been).
    Created,
    /// It could not be created.
    Broken,
}

/// A directory that is being walked.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Its path below both roots.
    pub(super) below: PathBuf,
    pub(super) presence: Presence,
    /// What the source's directory is like.
    pub(super) facts: Facts,
    /// No link leads to it: it lies in the source itself.
    pub(super) is_own: bool,
}
