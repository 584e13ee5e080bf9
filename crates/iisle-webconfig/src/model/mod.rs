//! What a web.config says, with a position on every fact.

mod element;
mod handlers;
mod host_section;
mod scope;
mod web_config;

pub use element::{Attribute, Element};
pub use handlers::{Handler, HandlerEntry, Handlers, MODULE_HTTP_PLATFORM, MODULE_V1, MODULE_V2};
pub use host_section::{Collection, Entry, HostKind, HostSection};
pub use scope::Scope;
pub use web_config::{Encoding, WebConfig};
