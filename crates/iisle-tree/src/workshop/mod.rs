//! A folder that is changed as a whole, and the work folder beside it: single changes, each of which
//! happened or did not, whatever moment the machine stops at.

mod faulty;
mod local;
mod lock;
mod molds;
mod patience;
#[cfg(test)]
mod tests;
mod waits;

use std::io::Read;

use iisle_path::RelPath;

pub use faulty::{Broken, Faulty};
pub use local::LocalWorkshop;
pub use lock::{Lock, LockError, Notice};
pub use waits::Waits;

use crate::digest::Checksum;
use crate::folder::Attributes;
use crate::{Durability, Stamp, Ticks, TreeError};

/// A place: in the folder that is changed, or in the work folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// The folder that is changed.
    Top,
    /// Below the folder that is changed.
    Site(RelPath),
    /// Below the work folder.
    Work(RelPath),
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Top => f.write_str("the folder itself"),
            Self::Site(path) => write!(f, "{path}"),
            Self::Work(path) => write!(f, "{path} (work folder)"),
        }
    }
}

/// What stands at a place, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A file.
    File(Stamp),
    /// A folder.
    Directory,
    /// A link or a device.
    Other,
}

/// How a new file looks.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Its size, time and attributes.
    pub stamp: Stamp,
    /// It gets the other attributes of this one, where that is a file.
    pub like: Option<&'a Spot>,
    /// Where it will get its place: it gets the rights that files have there.
    pub place: Option<&'a Spot>,
    /// Whoever may read it may execute it, where the system knows such a right.
    pub executable: bool,
}

impl Look<'_> {
    /// A file that is like no other.
    pub fn of(stamp: Stamp) -> Self {
        Self { stamp, like: None, place: None, executable: false }
    }

    /// A file of so many bytes that belongs to the work folder itself: its time says nothing.
    pub fn of_own(bytes: usize) -> Self {
        let modified = Ticks::UNIX_EPOCH;
        Self::of(Stamp { size: bytes as u64, modified, read_only: false, visibility: None })
    }
}

/// The two folders, on one volume.
///
/// Every function that changes something makes one change that counts: a caller that is stopped
/// before or after it finds the old state or the new one. Only [`create`](Self::create) and
/// [`append`](Self::append) may leave a part of what they write, under the name they were given, and
/// [`remove_tree`](Self::remove_tree) a part of what it removes.
pub trait Workshop: Send + Sync {
    /// How long was waited so far for files that somebody held for a moment.
    fn waits(&self) -> Waits;

    /// What stands there; `None` for nothing.
    fn state(&self, spot: &Spot) -> Result<Option<State>, TreeError>;

    /// The names in a folder of the work folder (its top for `None`), sorted; none when it is missing.
    fn names(&self, folder: Option<&RelPath>) -> Result<Vec<String>, TreeError>;

    /// Whether files can be made in a folder, or in the nearest one above it that exists, as far as that
    /// can be told without doing it.
    fn takes_files(&self, folder: &Spot) -> bool;

    /// Everything below a folder of the folder that is changed, as paths in that, sorted; folders too.
    /// Links are not followed, and none is there when the folder is missing.
    fn below(&self, folder: &RelPath) -> Result<Vec<String>, TreeError>;

    /// The whole of a file of at most `limit` bytes.
    fn read(&self, spot: &Spot, limit: u64) -> Result<Vec<u8>, TreeError>;

    /// The checksum of a file as it is on the medium, as far as the system lets that be known.
    fn checksum(&self, spot: &Spot) -> Result<Checksum, TreeError>;

    /// Writes a new file, with the rights that files get in the folder of its place. It bears its name from
    /// the first byte on, or where the system can give it one later, when it is whole. Missing folders are
    /// created.
    fn create(&self, spot: &Spot, look: Look<'_>, content: &mut dyn Read) -> Result<(), TreeError>;

    /// Adds to a file, which is created when it is missing; whether the bytes are on the medium
    /// afterwards is said by `durability`.
    fn append(&self, spot: &Spot, bytes: &[u8], durability: Durability) -> Result<(), TreeError>;

    /// Sets last write and attributes of an existing file to those of `stamp`, the time last.
    fn touch(&self, spot: &Spot, stamp: Stamp) -> Result<(), TreeError>;

    /// Gives an existing folder those of the attributes [`MARKS`](Attributes::MARKS) that `marks` names, and
    /// takes the others of them away; nothing happens where folders have none.
    fn mark_directory(&self, spot: &Spot, marks: Attributes) -> Result<(), TreeError>;

    /// Gives the file `from` a second name `to`, which must not exist.
    ///
    /// Where the volume has no such links, a copy is made.
    fn link(&self, from: &Spot, to: &Spot) -> Result<(), TreeError>;

    /// Gives the file or folder `from` the name `to` in one step; a file replaces one that is there.
    fn rename(&self, from: &Spot, to: &Spot) -> Result<(), TreeError>;

    /// Removes a file; a missing one is no error.
    fn remove(&self, spot: &Spot) -> Result<(), TreeError>;

    /// Creates a folder of the work folder. What is made in it has the rights that it would have in
    /// the folder that is changed.
    fn create_stage(&self, folder: &RelPath) -> Result<(), TreeError>;

    /// Creates the folder that is changed, when it is missing.
    fn create_site(&self) -> Result<(), TreeError>;

    /// Creates a folder and those above it; an existing one is left alone.
    fn create_directory(&self, spot: &Spot) -> Result<(), TreeError>;

    /// As [`create_directory`](Self::create_directory), for a folder that will get its place at `place`:
    /// it gets the rights that folders have there.
    fn create_directory_for(&self, spot: &Spot, place: &Spot) -> Result<(), TreeError>;

    /// Removes an empty folder; a missing one is no error, and neither is one that is not empty.
    fn remove_directory(&self, spot: &Spot) -> Result<(), TreeError>;

    /// Takes an empty folder away from the folder that is changed: it becomes `to`, with its rights and
    /// attributes, or is removed where the system does not let it be moved. A missing one is no error,
    /// and neither is one that is not empty: that stays, and has its place again if it was taken away
    /// before.
    fn retire_directory(&self, folder: &RelPath, to: &Spot) -> Result<(), TreeError>;

    /// Removes everything in a folder of the work folder, and the folder; a missing one is no error.
    fn remove_tree(&self, folder: &RelPath) -> Result<(), TreeError>;

    /// Tells the present run of the system from all others: after a crash of the machine it is another one.
    /// `None` where that cannot be told.
    fn boot(&self) -> Option<String>;

    /// Whether they lie on a volume of this machine, not on a share; where that cannot be told, they do.
    fn is_on_own_volume(&self) -> bool;

    /// Waits until everything that was done is on the medium.
    fn flush(&self) -> Result<(), TreeError>;
}
