//! Which installed framework the host chooses.
//!
//! Source: dotnet/runtime, `docs/design/features/framework-version-resolution.md`, and the answers
//! of the hosts 3.1.23 and 10.0.12.

/// What the host would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Every framework that takes part: those the app names in file order, then those that
    /// frameworks reference.
    pub frameworks: Vec<Chosen>,
    /// The low byte of the host's code when it gives up: 131, 139, 140, 147, 150 or 156.
    pub exit: Option<u8>,
}

/// The answer for one framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The framework.
    pub name: String,
    /// The version that was asked for in the end.
    pub wanted: String,
    /// The policy that applied, such as `Minor`.
    pub roll_forward: String,
    /// The installed version; `None` when none fits.
    pub chosen: Option<String>,
}
