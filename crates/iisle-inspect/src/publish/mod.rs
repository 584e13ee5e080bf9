//! What lies in a publish folder: kind, entry point, frameworks, architecture, classes of files.
//!
//! Specified by `publish-output.md`; the words are those of the JSON documents.

mod deps;
mod model;
mod output;
mod runtime_config;

pub use deps::{Asset, AssetKind, Deps, Library};
pub use model::{
    Arch, Class, ClassSum, Conflict, ConflictKind, Evidence, File, Flag, Kind, Observation,
    Problem, Severity, What,
};
pub use output::{App, InvalidJson, PublishOutput, StaticAssets, WebConfigFile};
pub use runtime_config::{FrameworkReference, RuntimeConfig};
