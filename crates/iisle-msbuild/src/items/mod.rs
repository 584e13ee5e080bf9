//! Items: what is included, removed and updated, with metadata.

mod evaluate;
mod expression;
mod item;
mod links;
mod metadata;
mod named;
mod store;
mod walk;
mod well_known;

pub(crate) use expression::holds_reference;
pub(crate) use item::computed;
pub(crate) use walk::{Excludes, Walk};
pub(crate) use well_known::{ITEM_ATTRIBUTES, WELL_KNOWN, is_well_known};
