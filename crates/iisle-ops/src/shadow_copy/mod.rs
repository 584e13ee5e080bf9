//! Apps that run from a copy of their files, which the module makes: IIS calls it shadow copy.
//!
//! Source: `sync.md` §4.3, AO-5.

mod copies;
mod times;
mod watch;

pub(crate) use copies::Copies;
pub(crate) use times::times;
pub use watch::{AppCopy, AppCopyState};
pub(crate) use watch::{Watch, programs, programs_at_top};
