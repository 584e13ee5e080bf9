//! The document type declaration: checked in full, and asked for the entities and IDs it declares.

mod content;
mod reader;
mod subset;

pub(crate) use subset::{Entities, Entity, Ids, read};
