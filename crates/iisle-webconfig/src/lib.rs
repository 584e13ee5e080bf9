//! Reads, generates and edits the hosting part of web.config.
//!
//! Bytes in, bytes out: nothing here knows where files come from or how they are written.
//! [`read()`] gives a [`WebConfig`], what a file says; [`generate()`] writes a new one;
//! [`transform()`] makes an existing one fit a publish output, and [`choose_source`] tells which
//! file to start from. [`transform_compatible`] does what the SDK does instead, byte for byte.
//! Start reading with `transform/procedure.rs`.

mod chain;
mod command_line;
mod compare;
mod compatible;
mod explain;
mod generate;
mod hosting;
mod log_file;
mod model;
mod read;
mod schema;
mod secret;
mod solution;
mod source;
mod task;
mod transform;

pub use chain::{ChainNames, EnvironmentError, GeneratedTransform, environment_transforms};
pub use command_line::split as split_arguments;
pub use compare::{Difference, DifferenceKind, compare};
pub use compatible::{
    CompatibleContext, CompatibleError, CompatibleOutcome, CompatibleSource, Newline,
    transform_compatible,
};
pub use explain::{Explanation, HandlerFact, LocationFact, Setting, Variable, explain};
pub use generate::{
    ApplicationInitialization, Place, Settings, SettingsError, SettingsNotice, ShadowCopy, generate,
};
pub use hosting::{Hosting, HostingModel, ProcessPath};
pub use iisle_xml::Position;
pub use log_file::LogFile;
pub use model::{
    Attribute, Collection, Element, Encoding, Entry, Handler, HandlerEntry, Handlers, HostKind,
    HostSection, MODULE_HTTP_PLATFORM, MODULE_V1, MODULE_V2, Scope, WebConfig,
};
pub use read::{ReadError, read};
pub use schema::{
    KnownAttribute, LONGEST_REQUEST, TimeSpanError, ValueKind, attribute, attributes,
    parse_time_span,
};
pub use secret::looks_secret;
pub use solution::{SOLUTION_FOLDERS, is_solution, solution_guid};
pub use source::{AmbiguousWebConfig, Source, SourceChoice, SourcePlan, choose_source};
pub use task::{TaskError, TaskParameters};
pub use transform::{
    Change, Framework, GuidComment, Launch, ModelProperty, Notice, OnMalformed, Outcome, Target,
    TransformError, TransformOptions, VariableMode, transform, transform_through,
};
