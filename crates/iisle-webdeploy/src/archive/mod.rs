//! The zip file around a package.

mod compress;
mod container;
mod dos_time;

pub use compress::Level;
pub use dos_time::DosTime;

pub(crate) use compress::{Block, Compressor, content_tasks, deflate_text};
pub(crate) use container::{Container, Header, Method, Sizes};
