//! Packages that others made.

mod content;
mod fault;
mod open;

pub use content::{ContentTree, PackageContent};
pub use fault::{Fault, FaultKind};
pub use open::{Form, OpenError, OpenOptions, Package};
