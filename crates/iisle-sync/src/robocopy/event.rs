use std::path::PathBuf;
use std::time::Duration;

use iisle_tree::Ticks;
use iisle_tree::folder::SystemError;

use super::Class;

/// Something a run says, in the order in which it is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A directory is looked at, or only the destination has it.
    Directory {
        /// What it is.
        tag: DirectoryTag,
        /// Files in it that match the file specifications; `None` when they were not counted.
        files: Option<u64>,
        /// Its place, in the source unless it is extra.
        path: PathBuf,
    },
    /// A file is looked at, or only the destination has it.
    File {
        /// What it is and what becomes of it.
        tag: FileTag,
        /// Bytes.
        size: u64,
        /// Last write.
        modified: Ticks,
        /// Its place, in the source unless it is extra.
        path: PathBuf,
    },
    /// So much of the file shown last is copied, 0 to 100. A file that is not empty begins with 0, and
    /// 100 comes once for every file.
    ///
    /// Source: public captures of runs without `/NP`.
    Progress(u8),
    /// Something could not be done.
    Error {
        /// When, UTC.
        at: Ticks,
        /// What the system said.
        error: SystemError,
        /// What was tried.
        action: Action,
        /// On what.
        path: PathBuf,
    },
    /// It will be tried again after that time.
    Waiting(Duration),
    /// It will not be tried again, though it could have been.
    GaveUp,
    /// It is tried once only.
    Failed,
    /// Copies may not start before that minute of the day, local time.
    Paused {
        /// The minute of the day now.
        at: u16,
        /// That minute.
        until: u16,
    },
    /// Something a person may want to know.
    Note(String),
}

/// What was tried when an error was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of robocopy, see `words`")]
pub enum Action {
    AccessingSourceDirectory,
    AccessingDestinationDirectory,
    CreatingDestinationDirectory,
    ScanningSourceDirectory,
    ScanningDestinationDirectory,
    CopyingDirectory,
    CopyingFile,
    DeletingExtraFile,
    DeletingExtraDirectory,
    DeletingSourceFile,
    DeletingSourceDirectory,
    StampingFile,
    StampingDirectory,
    ChangingAttributes,
}

impl Action {
    /// The words that robocopy has for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::AccessingSourceDirectory => "Accessing Source Directory",
            Self::AccessingDestinationDirectory => "Accessing Destination Directory",
            Self::CreatingDestinationDirectory => "Creating Destination Directory",
            Self::ScanningSourceDirectory => "Scanning Source Directory",
            Self::ScanningDestinationDirectory => "Scanning Destination Directory",
            Self::CopyingDirectory => "Copying Directory",
            Self::CopyingFile => "Copying File",
            Self::DeletingExtraFile => "Deleting Extra File",
            Self::DeletingExtraDirectory => "Deleting Extra Directory",
            Self::DeletingSourceFile => "Deleting Source File",
            Self::DeletingSourceDirectory => "Deleting Source Directory",
            Self::StampingFile => "Time-Stamping Destination File",
            Self::StampingDirectory => "Time-Stamping Destination Directory",
            Self::ChangingAttributes => "Changing File Attributes",
        }
    }

    /// Whether it is about a directory, whose path is shown with a separator behind it.
    pub fn is_about_directory(self) -> bool {
        match self {
            Self::AccessingSourceDirectory
            | Self::AccessingDestinationDirectory
            | Self::CreatingDestinationDirectory
            | Self::ScanningSourceDirectory
            | Self::ScanningDestinationDirectory
            | Self::CopyingDirectory
            | Self::DeletingExtraDirectory
            | Self::DeletingSourceDirectory
            | Self::StampingDirectory => true,
            Self::CopyingFile
            | Self::DeletingExtraFile
            | Self::DeletingSourceFile
            | Self::StampingFile
            | Self::ChangingAttributes => false,
        }
    }
}

/// What a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryTag {
    /// On both sides.
    Plain,
    /// Only in the source. With `/S` it is created when something is copied into it.
    New,
    /// Only in the destination.
    Extra,
    /// A file in the destination.
    Mismatch,
    /// Excluded by name or path.
    Named,
    /// Only in the source, and such are left out.
    Lonely,
    /// A link, and such are left out.
    Junction,
}

/// What a file is and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileTag {
    /// Copied because of its class.
    Copied(Class),
    /// Left as it is.
    Skipped(Skip),
    /// Only in the destination.
    Extra,
    /// A directory in the destination.
    Mismatch,
}

/// Why a file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Excluded by name or path.
    Named,
    /// A link, and such are left out.
    Junction,
    /// By its attributes.
    Attribute,
    /// More bytes than the limit.
    Large,
    /// Fewer bytes than the limit.
    Small,
    /// Written or used too long ago.
    TooOld,
    /// Written or used too recently.
    TooNew,
    /// Its class is not copied.
    Class(Class),
}

/// The clocks a run looks at, and how it waits.
pub trait Pace: Sync {
    /// Waits.
    fn sleep(&self, time: Duration);
    /// Time since some moment before the run.
    fn elapsed(&self) -> Duration;
    /// The moment, UTC.
    fn now(&self) -> Ticks;
    /// Minutes since midnight, local time.
    fn minute_of_day(&self) -> u16;
    /// Whether nothing more is to be begun, and what is being copied is to be given up.
    fn is_interrupted(&self) -> bool {
        false
    }
}
