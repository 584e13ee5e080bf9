//! Reads, generates and edits the hosting part of web.config.
//!
//! Bytes in, bytes out: nothing here knows where files come from or how they are written. Start
//! with [`WebConfig`], what a file says; [`generate()`] writes a new one.

mod command_line;
mod generate;
mod hosting;
mod log_file;
mod model;
mod position;

pub use command_line::split as split_arguments;
pub use generate::{Settings, generate};
pub use hosting::{Hosting, HostingModel, ProcessPath};
pub use log_file::LogFile;
pub use model::{
    Attribute, Collection, Element, Encoding, Entry, Handler, HandlerEntry, Handlers, HostKind,
    HostSection, MODULE_HTTP_PLATFORM, MODULE_V1, MODULE_V2, Scope, WebConfig,
};
pub use position::Position;
