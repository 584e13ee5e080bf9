//! Safe mode: the document is edited, not written anew. What no directive touches keeps its bytes.
//!
//! `target` does what the engine asks for; `layout` then gives what is new its place on lines;
//! `lookup` finds one of many siblings by an attribute.

mod layout;
mod lookup;
mod read;
mod target;
mod tree;

pub(crate) use read::read;
pub(crate) use target::Safe;
