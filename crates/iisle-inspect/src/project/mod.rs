//! What a project asks for, as far as publishing goes.

mod content;
mod discover;
mod evaluated;
mod model;

pub use content::Content;
pub use discover::{DiscoverError, Discovered, discover};
pub use model::{NotPublishable, Place, Project, ProjectWarning, Property, PropertyName};
