//! What becomes of what was located: one file for each family of transforms.

mod attributes;
mod comment_out;
mod execution;
mod insert;
mod insert_beside;
mod kind;
mod remove;
mod replace;
mod tokens;

pub(crate) use execution::execute;
pub(crate) use kind::Kind;
