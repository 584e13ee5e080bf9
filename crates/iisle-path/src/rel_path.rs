use std::fmt;

use thiserror::Error;

/// A path below the root of a deployment tree.
///
/// Never empty; segments are separated by `/`, none is empty, `.` or `..`, and there is no NUL.
/// Anything else is allowed, because a tree on Unix may hold names that Windows refuses:
/// whether a name can exist on the target is [`windows_problem`](crate::windows_problem)'s question.
/// Ordered by the bytes of its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(Box<str>);

/// Why a text is no [`RelPath`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum RelPathError {
    #[error("the path is empty")]
    Empty,
    #[error("`{0}` is absolute, expected a path below the root")]
    Absolute(String),
    #[error("`{path}` has the segment `{segment}`, expected names only")]
    Segment { path: String, segment: String },
    #[error("`{0}` contains a NUL character")]
    Nul(String),
}

impl RelPath {
    /// Reads a path whose separators are `/`.
    ///
    /// ```
    /// # use iisle_path::RelPath;
    /// assert!(RelPath::parse("bin/App.dll").is_ok());
    /// assert!(RelPath::parse("../App.dll").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, RelPathError> {
        if text.is_empty() {
            return Err(RelPathError::Empty);
        }
        if text.starts_with('/') {
            return Err(RelPathError::Absolute(text.to_owned()));
        }
        if text.contains('\0') {
            return Err(RelPathError::Nul(text.replace('\0', "\u{fffd}")));
        }
        if let Some(segment) = text.split('/').find(|s| s.is_empty() || matches!(*s, "." | "..")) {
            let (path, segment) = (text.to_owned(), segment.to_owned());
            return Err(RelPathError::Segment { path, segment });
        }
        Ok(Self(text.into()))
    }

    /// The text, with `/` as separator.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().expect("a path has a segment")
    }

    /// What stands before the last dot of the file name; the whole name when there is none.
    pub fn file_stem(&self) -> &str {
        let name = self.file_name();
        name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
    }

    /// What stands behind the last dot of the file name, as written.
    pub fn extension(&self) -> Option<&str> {
        self.file_name().rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ext)| ext)
    }

    /// Whether the extension equals `ext` (without dot), ignoring ASCII case.
    pub fn has_extension(&self, ext: &str) -> bool {
        self.extension().is_some_and(|found| found.eq_ignore_ascii_case(ext))
    }

    /// The path without its last segment; `None` at the top level.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.into()))
    }

    /// Whether it has one segment only.
    pub fn is_top_level(&self) -> bool {
        !self.0.contains('/')
    }

    /// The segments from the top.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// This path continued by `rest`, which is read like [`parse`](Self::parse).
    pub fn join(&self, rest: &str) -> Result<Self, RelPathError> {
        Self::parse(&format!("{}/{rest}", self.0))
    }

    /// Whether it lies below `ancestor` (a path does not lie below itself).
    pub fn is_below(&self, ancestor: &Self) -> bool {
        self.0.strip_prefix(&*ancestor.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Its ancestors, nearest first, without the root.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for RelPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for RelPath {
    type Err = RelPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::RelPath;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    // SD-29
    #[test]
    fn what_leaves_the_root_is_refused() {
        for text in ["", "/etc", "..", "a/../b", "a//b", "a/", "./a", "a/.", "a\0b"] {
            assert!(RelPath::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names_that_only_windows_refuses_are_paths() {
        for text in ["con", "a:b", "a ", "a\\b", "…"] {
            assert_eq!(path(text).as_str(), text);
        }
    }

    #[test]
    fn parts_of_a_path() {
        let p = path("a/b/App.Core.dll");
        assert_eq!((p.file_name(), p.file_stem()), ("App.Core.dll", "App.Core"));
        assert_eq!(p.extension(), Some("dll"));
        assert_eq!(path(".env").extension(), None);
        assert_eq!(p.ancestors().map(|a| a.to_string()).collect::<Vec<_>>(), ["a/b", "a"]);
        assert!(
            p.is_below(&path("a"))
                && !path("ab").is_below(&path("a"))
                && !path("a").is_below(&path("a"))
        );
    }
}
