use std::ffi::OsString;

use super::Attributes;
use crate::Ticks;

/// What stands under a name, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// A device, pipe or socket.
    Special,
    /// A link that leads nowhere.
    Dangling,
}

/// What is known of an entry; of a link, of what it leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Bytes; 0 for anything but a file.
    pub size: u64,
    /// Last write.
    pub modified: Ticks,
    /// Last access, as exactly as the system keeps it.
    pub accessed: Ticks,
    /// Last change of anything, names and attributes included; only when asked for.
    pub changed: Option<Ticks>,
    /// Attributes.
    pub attributes: Attributes,
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, as the system has it.
    pub name: OsString,
    /// What it is.
    pub shape: Shape,
    /// Whether it is a link (symbolic link, junction).
    pub is_link: bool,
    /// What is known of it.
    pub facts: Facts,
}

/// How much of every entry is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// What comes with a listing.
    #[default]
    Usual,
    /// [`Facts::changed`] as well, which costs a call for each file on Windows.
    Changed,
}
