//! A sync that happens as a whole: everything new is written beside the folder and verified, then
//! swapped in by renames, with a journal that takes any crash forward or back.
//!
//! ```text
//! .NAME.deploy/  lock  plan.json  journal  stage/<n>  backup/<n>
//!
//!   BEGIN ─ stage, verify ─ STAGED ─ (page) ─ SWAP ─ renames, deletes ─ COMMIT ─ (page off) ─ DONE
//!     └──────── a crash here: nothing happened ────┘        └─ back or forward ─┘└─ forward ─┘
//! ```
//!
//! What has happened to each file is read from the disk, not from the journal: a staged file that
//! still lies there has not been swapped in, and a backup that lies there can be taken back. The
//! backup of the last deployment stays, so that it can be taken back later.
//!
//! [`deploy`] does a plan, [`recover`] ends what an earlier run began, [`rollback`] takes it back.

mod error;
mod journal;
mod offline;
mod record;
mod run;
mod stage;
mod swap;
#[cfg(test)]
mod tests;

pub use error::StagedError;
pub use offline::{Away, Offline, PAGE_MARK};
pub use run::{Direction, Recovered, Staging, deploy, recover, rollback};
