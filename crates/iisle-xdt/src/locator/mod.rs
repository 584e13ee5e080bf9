//! How a transform element finds what it works on: one file for each kind of locator.

mod condition;
mod kind;
mod match_attributes;
mod path;
mod xpath;

pub(crate) use kind::Locator;
pub(crate) use path::Path;
