//! Relative paths of a deployment tree, Windows name rules as data, and patterns.
//!
//! Must not know: the disk, the host's own rules (`cfg(windows)`). Start with [`RelPath`].

mod names;
mod pattern;
mod rel_path;

pub use names::{NameProblem, NameRules, collisions, windows_problem};
pub use pattern::{PatternError, Patterns};
pub use rel_path::{RelPath, RelPathError};
