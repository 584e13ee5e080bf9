//! Trees of files: local disk, memory, recorder; locks and atomic replacement.
//!
//! A directory is a tree, a package with its parameters applied is a tree, a site behind a remote
//! protocol is a tree. Must not know: what the files mean. Start with [`Tree`] and [`Snapshot`].
#![expect(clippy::disallowed_methods, reason = "this is the crate through which files are reached")]

mod breaks;
pub mod digest;
pub mod folder;
pub mod host;
pub mod interrupt;
mod local;
mod memory;
pub mod pointer;
mod reading;
pub mod record;
mod snapshot;
mod tree;
mod version;
pub mod workshop;

pub use local::{Durability, Links, LocalTree};
pub use memory::MemoryTree;
pub use reading::{ReadThrough, Reading};
pub use snapshot::{Refusal, Refused, Snapshot, Stamp, Ticks, Visibility};
pub use tree::{Content, Holder, Tree, TreeError, TreeMut};
pub use version::FileVersion;
