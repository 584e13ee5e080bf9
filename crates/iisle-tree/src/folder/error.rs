use std::io;

use crate::TreeError;
use crate::local::system;

/// An error in the words of Windows, whatever system met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemError {
    /// The number of the error.
    pub code: u32,
    /// What Windows says for it, in English, one line.
    pub text: String,
}

impl SystemError {
    /// The error with this number.
    pub fn of(code: u32) -> Self {
        Self { code, text: words(code) }
    }

    /// What Windows would have said of `error`.
    pub fn from_tree(error: &TreeError) -> Self {
        match error {
            TreeError::NotFound(_) | TreeError::Dangling { .. } => Self::of(2),
            TreeError::NotAFolder(_) => Self::of(267),
            TreeError::NotAFile(_) | TreeError::Special(_) => Self::of(5),
            TreeError::TooLarge { .. } => Self::of(223),
            TreeError::Changed { .. } => Self::of(38),
            TreeError::Name { .. } => Self::of(123),
            TreeError::InUse { source, .. } => match code(source) {
                5 => Self::of(5),
                33 => Self::of(33),
                _ => Self::of(32),
            },
            TreeError::Io { source, .. } => Self::of(code(source)),
        }
    }
}

impl From<&TreeError> for SystemError {
    fn from(error: &TreeError) -> Self {
        Self::from_tree(error)
    }
}

/// The number that Windows has for `error`.
fn code(error: &io::Error) -> u32 {
    if let Some(code) = system::windows_code(error) {
        return code;
    }
    match error.kind() {
        io::ErrorKind::NotFound => 2,
        io::ErrorKind::NotADirectory => 3,
        io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => 5,
        io::ErrorKind::CrossesDevices => 17,
        io::ErrorKind::ReadOnlyFilesystem => 19,
        io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy => 32,
        io::ErrorKind::UnexpectedEof => 38,
        io::ErrorKind::Unsupported => 50,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => 53,
        io::ErrorKind::NetworkDown => 64,
        io::ErrorKind::AlreadyExists => 183,
        io::ErrorKind::InvalidInput => 123,
        io::ErrorKind::BrokenPipe => 109,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => 112,
        io::ErrorKind::TimedOut => 121,
        io::ErrorKind::DirectoryNotEmpty => 145,
        io::ErrorKind::InvalidFilename => 206,
        io::ErrorKind::FileTooLarge => 223,
        io::ErrorKind::StaleNetworkFileHandle => 59,
        _ if system::is_endless_link(error) => 1921,
        _ => 1117,
    }
}

/// Source: Microsoft, "System Error Codes".
fn words(code: u32) -> String {
    let known = match code {
        2 => "The system cannot find the file specified.",
        3 => "The system cannot find the path specified.",
        5 => "Access is denied.",
        17 => "The system cannot move the file to a different disk drive.",
        19 => "The media is write protected.",
        32 => "The process cannot access the file because it is being used by another process.",
        33 => {
            "The process cannot access the file because another process has locked a portion of the file."
        }
        38 => "Reached the end of the file.",
        50 => "The request is not supported.",
        53 => "The network path was not found.",
        59 => "An unexpected network error occurred.",
        64 => "The specified network name is no longer available.",
        67 => "The network name cannot be found.",
        80 => "The file exists.",
        87 => "The parameter is incorrect.",
        109 => "The pipe has been ended.",
        112 => "There is not enough space on the disk.",
        121 => "The semaphore timeout period has expired.",
        123 => "The filename, directory name, or volume label syntax is incorrect.",
        145 => "The directory is not empty.",
        170 => "The requested resource is in use.",
        183 => "Cannot create a file when that file already exists.",
        206 => "The filename or extension is too long.",
        223 => "The file size exceeds the limit allowed and cannot be saved.",
        267 => "The directory name is invalid.",
        303 => "The file cannot be opened because it is in the process of being deleted.",
        1117 => "The request could not be performed because of an I/O device error.",
        1224 => {
            "The requested operation cannot be performed on a file with a user-mapped section open."
        }
        1326 => "The user name or password is incorrect.",
        1392 => "The file or directory is corrupted and unreadable.",
        1921 => "The name of the file cannot be resolved by the system.",
        _ => return format!("The system answered with error {code}."),
    };
    known.to_owned()
}
