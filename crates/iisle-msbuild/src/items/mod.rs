//! Items: what is included, removed and updated, with metadata.

mod evaluate;
mod walk;
mod well_known;

pub(crate) use walk::Walk;
pub(crate) use well_known::{ITEM_ATTRIBUTES, is_well_known};
