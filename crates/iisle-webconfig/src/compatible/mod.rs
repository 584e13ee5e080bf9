//! Byte for byte what the SDK's task makes of a web.config, faults included.

mod encode;
mod parse;
mod task;
mod transform;
mod tree;
mod write;

pub use task::{
    CompatibleContext, CompatibleError, CompatibleOutcome, CompatibleSource, Newline,
    transform_compatible,
};

pub(crate) use parse::pseudo;
