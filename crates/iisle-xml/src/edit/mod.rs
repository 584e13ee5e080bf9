//! Changes. Each touches only the tag or the place it names; all else keeps its bytes.

mod attributes;
mod import;
mod layout;
mod nodes;
mod scope;

pub(crate) use import::{plain_text, plain_value, respelled};
