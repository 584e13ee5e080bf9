//! Evaluates MSBuild projects without MSBuild: properties with their provenance, conditions,
//! property functions, imports, items, and a built-in model of what the .NET SDK adds.
//!
//! Must not know: the disk, the environment, the clock. Everything comes through
//! [`ProjectFiles`] and [`Request`]. Start with [`evaluate`].

mod condition;
mod error;
mod escape;
mod evaluated;
mod evaluator;
mod expression;
mod fault;
mod files;
mod framework;
mod functions;
mod glob;
mod items;
mod options;
mod paths;
mod provenance;
mod request;
mod response;
mod sdk;
mod solution;
mod source;
mod structure;
mod table;
mod version;

pub use condition::ConditionError;
pub use error::{EvaluateError, Problem};
pub use evaluated::{
    Assignment, Evaluated, ImportRecord, Item, Origin, Place, Property, SourceKind, Unsupported,
    Warning,
};
pub use evaluator::{Evaluator, evaluate};
pub use files::{Entry, EntryKind, MemoryFiles, ProjectFiles};
pub use functions::FunctionError;
pub use options::{PublishOptions, SwitchError, property_switch, publish_properties};
pub use request::{
    Architecture, Host, ItemPasses, Moment, Os, Request, SdkPackages, SdkSource, SdkVersion,
    SdkVersionError, Traced,
};
pub use response::{AutoResponse, auto_response};
pub use sdk::{GlobalJson, find_global_json, spelling_of_sdk};
pub use solution::{Solution, SolutionError, SolutionForm, SolutionProject};
