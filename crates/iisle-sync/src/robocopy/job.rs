use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use iisle_tree::folder::{Attributes, Content, Resume};

use super::{Classes, Selection, Throttle, TimeRule};

/// Everything a run is told. The default copies the top directory, as the bare command does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// The directory to copy from: absolute, as it is shown.
    pub source: PathBuf,
    /// The directory to copy to: absolute, as it is shown.
    pub destination: PathBuf,
    /// Which files and directories.
    pub selection: Selection,
    /// Which of them, by what the destination has.
    pub classes: Classes,
    /// When two times are one.
    pub times: TimeRule,
    /// Whether directories below are walked.
    pub recursion: Recursion,
    /// `/LEV`: how many levels, the top directory being the first.
    pub levels: Option<u32>,
    /// What a file is copied with.
    pub copy: CopyFlags,
    /// What a directory is copied with.
    pub directories: DirectoryFlags,
    /// How much of a file is copied.
    pub content: Content,
    /// What becomes of a copy that is cut off.
    pub resume: Resume,
    /// `/A+`.
    pub add_attributes: Attributes,
    /// `/A-`.
    pub remove_attributes: Attributes,
    /// `/M`: files of the source lose the archive attribute when they were copied.
    pub clears_archive: bool,
    /// `/TIMFIX`: skipped files get the times of the source.
    pub fixes_times: bool,
    /// What becomes of what only the destination has.
    pub purge: Purge,
    /// When it is deleted.
    pub purge_order: PurgeOrder,
    /// `/X`: extra files are reported whatever the file specifications are.
    pub reports_all_extras: bool,
    /// What becomes of the source.
    pub moving: Moving,
    /// Whether anything is done.
    pub mode: RunMode,
    /// What happens after an error.
    pub retry: Retry,
    /// `/MT`: how many files are copied at a time; one after the other when `None`.
    pub threads: Option<NonZero<u8>>,
    /// How fast.
    pub throttle: Throttle,
    /// `/RH`: when copies may start.
    pub hours: Option<Hours>,
    /// `/LFSM`: room that is left on the volume of the destination.
    pub low_space: Option<LowSpace>,
    /// `/256`: longer paths are refused, in characters.
    pub longest_path: Option<usize>,
}

/// Whether directories below are walked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Recursion {
    /// Only the top directory.
    #[default]
    Top,
    /// `/S`: all, and those are created that get a file.
    NonEmpty,
    /// `/E`: all, and all are created.
    All,
}

/// What a file is copied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyFlags {
    /// Its bytes.
    pub data: bool,
    /// Its attributes.
    pub attributes: bool,
    /// Its last write.
    pub times: bool,
}

impl Default for CopyFlags {
    fn default() -> Self {
        Self { data: true, attributes: true, times: true }
    }
}

/// What a directory is copied with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryFlags {
    /// Its attributes.
    pub attributes: bool,
    /// Its last write.
    pub times: bool,
}

impl Default for DirectoryFlags {
    fn default() -> Self {
        Self { attributes: true, times: false }
    }
}

/// What becomes of what only the destination has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purge {
    /// It stays.
    #[default]
    Nothing,
    /// It is deleted.
    Extras,
}

/// When extras are deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PurgeOrder {
    /// After everything was copied, and not at all when anything failed.
    #[default]
    AfterCopies,
    /// When they are met, before the files of their directory are copied, as robocopy does.
    AsListed,
}

/// What becomes of the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Moving {
    /// It stays.
    #[default]
    Nothing,
    /// Files are deleted when they were copied.
    Files,
    /// And directories when they are empty then.
    Everything,
}

/// Whether anything is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunMode {
    /// Yes.
    #[default]
    Execute,
    /// No: everything is shown and counted as if it had been done.
    List,
}

/// What happens after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often it is tried again.
    pub times: u64,
    /// How long after the error.
    pub wait: Duration,
    /// `/TBD`: also when a share is not known.
    pub unknown_shares: bool,
}

impl Default for Retry {
    /// A million times, every half minute: the contract of robocopy.
    fn default() -> Self {
        Self { times: 1_000_000, wait: Duration::from_secs(30), unknown_shares: false }
    }
}

/// Hours of the day in which copies may start, as minutes since midnight. They may pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first minute.
    pub from: u16,
    /// The first minute that no longer belongs to them.
    pub to: u16,
    /// `/PF`: asked before every file, not only when the run begins.
    pub every_file: bool,
}

impl Hours {
    /// Whether copies may start at that minute of the day.
    pub fn contain(&self, minute: u16) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// Room that is left on the volume of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LowSpace {
    /// A tenth of it.
    Tenth,
    /// So many bytes.
    Bytes(u64),
}

#[cfg(test)]
mod tests {
    use super::Hours;

    #[test]
    fn hours_may_pass_midnight() {
        let day = Hours { from: 8 * 60, to: 17 * 60, every_file: false };
        let night = Hours { from: 22 * 60, to: 6 * 60, every_file: false };
        let at = |hours: &Hours| [0, 479, 480, 1019, 1020, 1439].map(|m| hours.contain(m));
        assert_eq!(at(&day), [false, false, true, true, false, false]);
        assert_eq!(at(&night), [true, false, false, false, false, true]);
    }
}
