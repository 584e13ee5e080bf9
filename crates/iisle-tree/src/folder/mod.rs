//! Folders of this machine as copying tools see them: every entry with its attributes and times,
//! links told apart from what they point to, and the changes such tools make, one at a time.
//!
//! Unlike a [`Tree`](crate::Tree), which lists everything at once and takes part in a deployment,
//! these are single steps on host paths. Every error names the path.

mod attributes;
mod change;
mod copy;
mod entry;
mod error;
mod list;
#[cfg(test)]
mod tests;

pub use attributes::Attributes;
pub use change::{
    FolderId, attributes_kept, copy_link, create, folders_have_attributes, identity, is_same_link,
    names, place, remove_empty, remove_entry, remove_file, set_facts,
};
pub use copy::{Carry, Content, Copying, Resume, copy_file};
pub use entry::{Detail, Entry, Facts, Shape};
pub use error::SystemError;
pub use list::{Listing, examine, list, remove_part};
