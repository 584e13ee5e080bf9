use crate::hosting::{holds_variable, relative};

/// Where the module writes the app's standard output: a folder and the beginning of file names.
///
/// The last segment of `stdoutLogFile` is a prefix, not a folder: `.\logs` writes `logs_….log`
/// into the application root, `.\logs\` writes files that begin with `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFile<'a> {
    /// The value is empty, with which the module refuses to load the app.
    Empty,
    /// Below the application root.
    Inside {
        /// The folder relative to the application root, with `/`; empty for the root itself.
        folder: String,
        /// What file names begin with; `<prefix>_<yyyyMMddHHmmss>_<pid>.log`.
        prefix: &'a str,
    },
    /// An absolute path, one with a variable, or one that climbs out: as written.
    Outside(&'a str),
}

impl<'a> LogFile<'a> {
    /// Resolves a value of `stdoutLogFile` as the module does.
    pub fn resolve(text: &'a str) -> Self {
        if text.trim().is_empty() {
            return Self::Empty;
        }
        let (folder, prefix) = match text.rfind(['\\', '/']) {
            // A value that begins with the separator is rooted; its folder text must say so too.
            Some(at) => (&text[..=at], &text[at + 1..]),
            None => ("", text),
        };
        // `.` and `..` as the last segment name a folder and not a prefix: nothing can be written.
        let is_prefix = !matches!(prefix, "." | "..") && !prefix.contains(':');
        match relative(folder) {
            Some(folder) if is_prefix && !holds_variable(text) => Self::Inside { folder, prefix },
            _ => Self::Outside(text),
        }
    }

    /// The folder to create below the application root, `None` when there is none to create.
    pub fn folder_to_create(&self) -> Option<&str> {
        match self {
            Self::Inside { folder, .. } if !folder.is_empty() => Some(folder),
            Self::Inside { .. } | Self::Empty | Self::Outside(_) => None,
        }
    }
}
