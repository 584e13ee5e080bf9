use std::error::Error;
use std::io::ErrorKind;

use iisle_report::Location;
use iisle_tree::TreeError;

/// Why a verb could not do its work, ready to be shown: `spec/json.md` section 2, *Error*.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// What was attempted and on what.
    pub message: String,
    /// What led to it, outermost first.
    pub causes: Vec<String>,
    /// What to do, imperative, a line each.
    pub hints: Vec<String>,
    /// Where, when it is about a place in a file.
    pub location: Option<Box<Location>>,
    /// A foreign code: `MSB4100`, `NETSDK1047`, `os error 32`.
    pub code: Option<String>,
}

impl Failure {
    /// A failure with nothing but a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// An error with its whole chain of causes; what a cause repeats is said once.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::new(error.to_string());
        let mut last = failure.message.clone();
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(io) = error.downcast_ref::<std::io::Error>() {
                failure.code = io.raw_os_error().map(|number| format!("os error {number}"));
                failure.hints.extend(remedy(io.kind()).map(str::to_owned));
            }
            let text = error.to_string();
            if text != last {
                failure.causes.push(text.clone());
                last = text;
            }
            next = error.source();
        }
        failure
    }

    /// The same failure seen from further out: its message becomes the first cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let inner = std::mem::replace(&mut self.message, message.into());
        self.causes.insert(0, inner);
        self
    }

    /// Adds an error that led to this, with its own causes and hints; the first foreign code stays.
    pub(crate) fn add_cause(&mut self, error: &(dyn Error + 'static)) {
        let Self { message, causes, code, hints, location: _ } = Self::of(error);
        let told = [vec![message], causes].concat();
        // What kept several steps from being done is told once.
        if !self.causes.ends_with(&told) {
            self.causes.extend(told);
        }
        self.code = self.code.take().or(code);
        self.hints.extend(hints);
    }

    /// The same failure with a hint more.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same failure at a place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(Box::new(location));
        self
    }

    /// The same failure with a foreign code.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

/// What a person can do about an error of the system.
fn remedy(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Some("free room on that volume, or write elsewhere")
        }
        ErrorKind::ReadOnlyFilesystem => {
            Some("that volume is read-only: mount it for writing, or write elsewhere")
        }
        ErrorKind::PermissionDenied => {
            Some("run as an account that may do that, or grant it the right")
        }
        ErrorKind::NotADirectory => {
            Some("a file stands where a folder is expected: rename one of them")
        }
        ErrorKind::CrossesDevices => Some(
            "another volume begins inside that folder: exclude it and sync it on its own, or use --in-place",
        ),
        ErrorKind::IsADirectory => {
            Some("a folder stands where a file is expected: rename one of them")
        }
        _ => None,
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

impl From<TreeError> for Failure {
    fn from(error: TreeError) -> Self {
        let remedy = match &error {
            TreeError::InUse { .. } => {
                Some("stop the app, or whoever holds the file, and run the same command again")
            }
            TreeError::NotFound(_) => Some(CHECK_THE_PATH),
            TreeError::Dangling { .. } => Some("make what it points to, or remove the link"),
            TreeError::NotAFolder(_) => Some("name a folder"),
            TreeError::NotAFile(_) | TreeError::Special(_) => Some("name a file"),
            _ => None,
        };
        remedy.into_iter().fold(Self::of(&error), Self::hint)
    }
}

/// What to do about a path that leads nowhere.
pub(crate) const CHECK_THE_PATH: &str =
    "check the path: a relative one starts in the current folder";

impl From<iisle_path::PatternError> for Failure {
    fn from(error: iisle_path::PatternError) -> Self {
        Self::of(&error).hint(
            "`*` stays within a folder name, `**` crosses folders, a final `/` means a folder",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use iisle_tree::TreeError;

    #[test]
    fn the_chain_is_told_once_and_the_systems_number_is_kept() {
        let source = std::io::Error::from_raw_os_error(13);
        let failure =
            Failure::from(TreeError::io("open", "a/b", source)).context("cannot pack `a`");
        assert_eq!(failure.message, "cannot pack `a`");
        assert_eq!(failure.causes[0], "cannot open `a/b`");
        assert_eq!(failure.causes.len(), 2);
        assert_eq!(failure.code.as_deref(), Some("os error 13"));
    }

    #[test]
    fn what_to_do_about_an_error_of_the_system_is_told() {
        for (kind, told) in [
            (std::io::ErrorKind::CrossesDevices, "another volume begins inside that folder"),
            (std::io::ErrorKind::NotADirectory, "a file stands where a folder is expected"),
            (std::io::ErrorKind::StorageFull, "free room on that volume"),
        ] {
            let failure = Failure::from(TreeError::io("create", "a/b", kind.into()));
            assert!(failure.hints[0].starts_with(told), "{failure:?}");
        }
    }

    #[test]
    fn what_kept_many_steps_from_being_done_is_told_once() {
        let denied = |path| TreeError::io("open", path, std::io::Error::from_raw_os_error(13));
        let mut failure = Failure::new("cannot begin");
        for path in ["a", "a", "a", "b", "a"] {
            failure.add_cause(&denied(path));
        }
        let opened: Vec<_> = failure.causes.iter().filter(|cause| cause.contains("open")).collect();
        assert_eq!(opened, ["cannot open `a`", "cannot open `b`", "cannot open `a`"]);
        assert_eq!(failure.causes.len(), 6);
    }
}
