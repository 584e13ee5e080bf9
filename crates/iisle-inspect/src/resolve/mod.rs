//! Which installed framework the host chooses.
//!
//! Reproduces the answers of the hosts 3.1.23 and 10.0.12. Start with [`resolve`].

mod policy;
mod resolution;
mod runtimes;
mod version;

pub use policy::RollForward;
pub use resolution::{Chosen, HostSettings, Resolution, resolve};
pub use runtimes::Runtimes;
pub use version::FrameworkVersion;
