//! Findings, locations, warnings and progress: what the library says.
//!
//! Must not know: how any of it is shown.

mod finding;
mod location;
mod monitor;

pub use finding::{Finding, RuleId, Severity, Warning};
pub use location::Location;
pub use monitor::{HeldBy, Monitor, Pauses, Phase, Retry, Silent};
