//! Plans and executes differential syncs of trees.
//!
//! [`plan`] decides everything and touches nothing; [`execute`] acts and decides nothing. Must not
//! know: packages, IIS, remote protocols. Start with [`Policy`], then [`prepare`].

mod blocks;
mod contents;
mod digests;
mod execute;
mod guard;
mod manifest;
mod matching;
mod names;
mod outcome;
mod plan;
mod policy;
mod preflight;
mod prepare;
pub mod robocopy;
pub mod staged;
mod step;
mod watched;

pub use contents::{DigestStore, Side, differing_contents};
pub use digests::{DigestsWriter, KnownDigests};
pub use execute::{Context, execute};
pub use guard::{Guard, case_sensitive_folders};
pub use manifest::{Entry, Head, Manifest, Stream, StreamError};
pub use outcome::{Ending, Locked, Outcome, SourceError, StepError, Totals, held_by};
pub use plan::{Kept, Plan, Sides, Why, plan};
pub use policy::{Attributes, Care, Compare, Extras, List, PROTECTED, Policy, Spelling, Target};
pub use prepare::{Known, prepare, prepare_managed, snapshots};
pub use step::{Step, is_offline_page};
