//! Lossless XML: a tree with byte ranges, edits that touch only what they must.
//!
//! Reading and writing back changes no byte; an edit rewrites the tags it names and copies all
//! else from the source. Well-formedness is enforced in full. Must not know: any file format of
//! ours. Start with [`Document`]; [`xpath`] finds nodes in one.

mod bindings;
mod chars;
mod declaration;
mod doctype;
mod edit;
mod encoding;
mod error;
mod escape;
mod gaps;
mod lex;
mod limits;
mod markup;
mod navigate;
mod order;
mod position;
mod read;
mod reference;
mod scope;
mod start_tag;
mod tree;
mod write;
pub mod xpath;

pub use encoding::encode;
pub use error::XmlError;
pub use escape::{escape_attribute, escape_text};
pub use gaps::OpenedTags;
pub use limits::Limits;
pub use navigate::Attribute;
pub use position::Position;
pub use tree::{Document, NodeId, NodeKind};
