//! What lies in a publish folder: kind, entry point, frameworks, architecture, classes of files.
//!
//! Specified by `publish-output.md`; the words are those of the JSON documents.

mod arch;
mod belongings;
mod classify;
mod deps;
mod entry;
mod folder;
mod inspect;
mod kind;
mod model;
mod observe;
mod output;
mod rid;
mod runtime_config;
mod static_assets;

pub use deps::{Asset, AssetKind, Deps, Library};
pub use entry::InspectOptions;
pub use inspect::{InspectError, inspect};
pub use model::{
    Arch, Class, ClassSum, Conflict, ConflictKind, Evidence, File, Flag, Kind, Mention,
    Observation, Problem, Severity, What,
};
pub use output::{App, InvalidJson, PublishOutput, StaticAssets, WebConfigFile};
pub use runtime_config::{FrameworkReference, RuntimeConfig};
