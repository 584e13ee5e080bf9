//! The built-in model of the .NET SDK: its decisions in our words, written as project files that
//! the engine evaluates like any other.
//!
//! Source: dotnet/sdk and dotnet/msbuild as of SDK 10.0.401, confirmed by measured values.

mod beyond;
mod fixed;
mod global_json;
mod model;

pub(crate) use beyond::sets;
pub(crate) use fixed::Fixed;
pub use global_json::{GlobalJson, find_global_json};
pub(crate) use global_json::{global_json, texts as json_texts};
pub use model::spelling_of_sdk;
pub(crate) use model::{model_file, sdk_file, toolset_file};
