//! The zip file around a package.

mod cache;
mod compress;
mod container;
mod dense;
mod directory;
mod dos_time;
mod entry_reader;
mod level;
mod nested;
mod read;
mod tree;
mod view;

pub use cache::{CacheKey, CacheUse, PackCache};
pub use dos_time::DosTime;
pub use level::Level;
pub use read::{ArchiveError, ReadLimits};

pub(crate) use cache::Cached;
pub(crate) use compress::{Block, Compressor, Small, content_tasks, deflate_text};
pub(crate) use container::{Container, Header, Method, Sizes};
pub(crate) use read::{Archive, ArchiveEntry, Unsound};
pub(crate) use tree::ArchiveTree;
