//! Makes a web.config fit a publish output, leaving everything else as its author wrote it.

mod arguments;
mod editor;
mod hosting_model;
mod outcome;
mod procedure;
mod scope;
mod steps;
mod target;
mod variables;

pub use outcome::{Change, Notice, Outcome, TransformError};
pub use procedure::{transform, transform_through};
pub use target::{
    Framework, GuidComment, Launch, ModelProperty, OnMalformed, Target, TransformOptions,
    VariableMode,
};

pub(crate) use arguments::equal_ignoring_case;
pub(crate) use steps::STDOUT_LOG_FILE_AZURE;
