//! `iisle sync --releases` and `iisle releases`: every deployment in a folder of its own, and a
//! pointer that says which of them is the site.
//!
//! A release bears its name only when it is complete. Until the pointer is switched nobody sees it;
//! whatever breaks before leaves the old release in charge, and the next run removes what is left.
//!
//! Source: `sync.md` §4.5.

mod folder;
mod run;
mod state;
#[cfg(test)]
mod tests;
mod upkeep;

pub use folder::{Release, deployment_id};
pub use run::{KEPT_RELEASES, ReleaseReport, ReleaseRequest, SHARED, release};
pub use upkeep::{Pointer, Pruned, Switched, activate, first_release_hint, list, prune};
