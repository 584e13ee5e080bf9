use std::fmt;

use iisle_path::RelPath;
use thiserror::Error;

/// Where the content of a provider lay when it was packed: `C:\app`, `\\server\share\app`, or a
/// path of IIS such as `Default Web Site/App`.
///
/// Never empty, no control characters, no segment `.` or `..`. Compares as written; Web Deploy
/// compares without case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePath(String);

/// Why a text is no [`SourcePath`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum SourcePathError {
    #[error("the path is empty")]
    Empty,
    #[error("`{path}` holds the character {character:?}")]
    Character { path: String, character: char },
    #[error("`{path}` has the segment `{segment}`, expected names only")]
    Segment { path: String, segment: String },
}

impl SourcePath {
    /// The path that stands for the content when nothing else is asked for: the same on every
    /// machine, because a package must not tell where it was built.
    pub const DEFAULT: &'static str = r"C:\app";

    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, SourcePathError> {
        let path = || text.escape_debug().to_string();
        if text.trim_matches(['/', '\\']).is_empty() {
            return Err(SourcePathError::Empty);
        }
        let forbidden = |c: &char| c.is_control() || matches!(c, '<' | '>' | '"' | '|' | '?' | '*');
        if let Some(character) = text.chars().find(forbidden) {
            return Err(SourcePathError::Character { path: path(), character });
        }
        if let Some(segment) = text.split(['/', '\\']).find(|s| matches!(*s, "." | "..")) {
            return Err(SourcePathError::Segment { path: path(), segment: segment.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }

    /// The path as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of a folder below it, or its own.
    pub fn below(&self, folder: Option<&RelPath>) -> String {
        match folder {
            None => self.0.clone(),
            Some(folder) => {
                let folder = folder.as_str().replace('/', "\\");
                format!("{}\\{folder}", self.0.trim_end_matches(['\\', '/']))
            }
        }
    }

    /// The folder of the archive that holds the content, without a slash at its end.
    ///
    /// The root loses its `:` and `\` to `_C` and `_S`; behind it separators become `/`.
    pub fn content_folder(&self) -> String {
        let unified = self.0.replace('/', "\\");
        let (root, rest) = split_root(&unified);
        let root = root.replace(':', "_C").replace('\\', "_S");
        let mut folder = format!("Content/{root}");
        for segment in rest.split('\\').filter(|s| !s.is_empty()) {
            if !folder.ends_with('/') {
                folder.push('/');
            }
            folder.push_str(segment);
        }
        folder
    }
}

/// The drive (`C:`) or share (`\\server\share`) that a path starts with, and what follows.
fn split_root(path: &str) -> (&str, &str) {
    if let Some(unc) = path.strip_prefix(r"\\") {
        let server = unc.find('\\').unwrap_or(unc.len());
        let share = unc[server..].trim_start_matches('\\');
        let end = share.find('\\').map_or(path.len(), |at| path.len() - share.len() + at);
        return path.split_at(end);
    }
    match path.as_bytes() {
        [drive, b':', ..] if drive.is_ascii_alphabetic() => path.split_at(2),
        _ => ("", path),
    }
}

impl Default for SourcePath {
    fn default() -> Self {
        Self(Self::DEFAULT.to_owned())
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::SourcePath;

    #[test]
    fn content_folders_are_those_of_the_engine() {
        for (path, folder) in [
            (r"C:\site\app", "Content/C_C/site/app"),
            (r"C:\site\app\", "Content/C_C/site/app"),
            ("c:/site/app", "Content/c_C/site/app"),
            (r"C:\a_C b", "Content/C_C/a_C b"),
            (r"\\srv\share\x", "Content/_S_Ssrv_Sshare/x"),
            ("Default Web Site/App", "Content/Default Web Site/App"),
            (r"C:\site\a.txt", "Content/C_C/site/a.txt"),
        ] {
            assert_eq!(SourcePath::parse(path).unwrap().content_folder(), folder, "{path}");
        }
    }

    #[test]
    fn what_cannot_be_a_path_is_refused() {
        for text in ["", "\\", "C:\\a\\..\\b", "a\u{1}b", "C:\\a?"] {
            assert!(SourcePath::parse(text).is_err(), "{text:?}");
        }
    }
}
