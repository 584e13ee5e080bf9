//! The local disk. `unix` and `windows` offer the same items; everything else is common.

mod beneath;
mod cleanup;
mod listing;
mod place;
#[cfg(target_os = "linux")]
mod procfs;
#[cfg(unix)]
mod signals;
mod temporary;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

#[cfg(unix)]
pub(crate) mod unix;
#[cfg(windows)]
pub(crate) mod windows;

#[cfg(unix)]
pub(crate) use unix as system;
#[cfg(windows)]
pub(crate) use windows as system;

pub(crate) use beneath::{Base, Beneath, give_name, nameless};
pub(crate) use cleanup::remove_below;
pub(crate) use place::{is_below, resolve};
pub(crate) use temporary::{Temporary, aside, is_part, is_temporary, part_name};
pub(crate) use tree::{CopyError, copy, is_missing};
pub use tree::{Durability, Links, LocalTree};
