//! Makes a web.config fit a publish output, leaving everything else as its author wrote it.

mod target;

pub use target::{
    Framework, GuidComment, Launch, ModelProperty, OnMalformed, Target, TransformOptions,
    VariableMode,
};
