//! A sync that happens as a whole: everything new is written beside the folder and verified, then
//! swapped in by renames, with a journal that takes any crash forward or back.
//!
//! ```text
//! .NAME.deploy/  lock  plan.json  journal  manifest-<stream>.json  stage/<n>  backup/<n>  aside/<n>
//!                history/<deployment>/{plan.json,journal,backup/<n>}
//!
//!   stage, verify ─ (page) ─ SWAP-BEGIN ─ renames, deletes ─ COMMIT ─ (page off) ─ DONE
//!     └─ a crash here: nothing happened ─┘   └─ back or forward ─┘  └─ forward ─┘
//! ```
//!
//! What has happened to each file is read from the disk, not from the journal: a staged file that
//! still lies there has not been swapped in, and a backup that lies there can be taken back. The
//! backups of the last three deployments stay, so that they can be taken back later.
//!
//! What goes into folders that are not there yet is written as such folders, and a destination that is
//! missing is written as a whole: each gets its place by one rename (`layout.rs`). The manifest of a
//! stream says which files it brought.
//!
//! [`deploy`] does a plan, [`recover`] ends what an earlier run began, [`rollback`] takes it back, and
//! [`rollback_to`] those before it.

mod claims;
mod digests;
mod error;
mod history;
mod journal;
mod layout;
mod offline;
mod record;
mod recovery;
mod run;
mod stage;
mod swap;
#[cfg(test)]
mod tests;
mod unflushed;

pub use claims::{has_manifest, read_manifest, streams};
pub use digests::{keep_digests, read_digests};
pub use error::StagedError;
pub use history::deployments;
pub use offline::{Away, Offline, PAGE_MARK, page_path};
pub use recovery::{Direction, Recovered, is_unfinished, recover, rollback, rollback_to};
pub use run::{Doing, Held, Staging, Times, deploy};
pub use stage::Verify;
pub use unflushed::{is_remnant, may_be_incomplete, settle};
