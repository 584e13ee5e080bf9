//! Paths as text, by the rules of the host the evaluation speaks for.

/// Which rules apply: separators, roots, and how names compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Unix,
    Windows,
}

impl Style {
    pub(crate) fn separator(self) -> char {
        match self {
            Self::Unix => '/',
            Self::Windows => '\\',
        }
    }

    pub(crate) fn is_separator(self, c: char) -> bool {
        c == '/' || (self == Self::Windows && c == '\\')
    }

    /// Turns `\` into `/` where `\` does not separate.
    pub(crate) fn fix(self, path: &str) -> String {
        match self {
            Self::Unix => path.replace('\\', "/"),
            Self::Windows => path.to_owned(),
        }
    }

    /// The length of the root: `/`, `C:\`, `\\server\share`, `\`; 0 for relative paths.
    pub(crate) fn root_len(self, path: &str) -> usize {
        if self == Self::Unix {
            return usize::from(path.starts_with('/'));
        }
        let bytes = path.as_bytes();
        let slash = |at: usize| bytes.get(at).is_some_and(|byte| matches!(byte, b'/' | b'\\'));
        if slash(0) && slash(1) {
            let mut parts = 0;
            for (at, byte) in bytes.iter().enumerate().skip(2) {
                if matches!(byte, b'/' | b'\\') {
                    parts += 1;
                    if parts == 2 {
                        return at;
                    }
                }
            }
            return bytes.len();
        }
        if bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':') {
            return if slash(2) { 3 } else { 2 };
        }
        usize::from(slash(0))
    }

    pub(crate) fn is_rooted(self, path: &str) -> bool {
        self.root_len(path) > 0
    }

    /// Whether .NET refuses a text as an empty path; on Windows blanks alone are one.
    pub(crate) fn is_no_path(self, path: &str) -> bool {
        path.is_empty() || self == Self::Windows && path.chars().all(|c| c == ' ')
    }

    /// .NET's `Path.IsPathFullyQualified`: nothing of the path depends on the current folder.
    pub(crate) fn is_fully_qualified(self, path: &str) -> bool {
        match self {
            Self::Unix => self.is_rooted(path),
            Self::Windows => {
                let mut chars = path.chars();
                let first = chars.next().is_some_and(|c| self.is_separator(c));
                let second = chars.next().is_some_and(|c| self.is_separator(c) || c == '?');
                first && second || self.root_len(path) == 3 && !first
            }
        }
    }

    /// .NET's `Path.Combine`: a rooted second part replaces the first.
    pub(crate) fn combine(self, first: &str, second: &str) -> String {
        if second.is_empty() {
            return first.to_owned();
        }
        if first.is_empty() || self.is_rooted(second) {
            return second.to_owned();
        }
        if first.ends_with(|c| self.is_separator(c)) {
            return format!("{first}{second}");
        }
        format!("{first}{}{second}", self.separator())
    }

    /// An absolute path without `.`, `..` and doubled separators; a trailing separator stays.
    pub(crate) fn full(self, base: &str, path: &str) -> String {
        let mut joined = self.combine(base, path);
        // Most paths are what they should be.
        let is_odd = |pair: &[u8]| pair == b"//" || pair == b"/.";
        if self == Self::Unix
            && joined.starts_with('/')
            && !joined.as_bytes().windows(2).any(is_odd)
        {
            return joined;
        }
        // `\x` is on the drive of the base.
        if self == Self::Windows && self.root_len(&joined) == 1 && self.root_len(base) > 1 {
            let drive = base[..self.root_len(base)].trim_end_matches(|c| self.is_separator(c));
            joined.insert_str(0, drive);
        }
        let root_len = self.root_len(&joined);
        let root: String = joined[..root_len]
            .chars()
            .map(|c| if self.is_separator(c) { self.separator() } else { c })
            .collect();
        let rest = &joined[root_len..];
        let mut parts: Vec<&str> = Vec::new();
        for part in rest.split(|c| self.is_separator(c)) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part if self == Self::Windows => parts.push(without_dot(part)),
                part => parts.push(part),
            }
        }
        if self == Self::Windows
            && !rest.ends_with(|c| self.is_separator(c))
            && let Some(last) = parts.last_mut()
        {
            *last = last.trim_end_matches(['.', ' ']);
        }
        let mut full = root;
        let unc = full.len() > 3 && full.starts_with("\\\\");
        if (unc || full.is_empty()) && !parts.is_empty() {
            full.push(self.separator());
        }
        full.push_str(&parts.join(&self.separator().to_string()));
        let trailing = rest.ends_with(|c| self.is_separator(c)) && !parts.is_empty();
        if trailing {
            full.push(self.separator());
        }
        full
    }

    fn last_separator(self, path: &str) -> Option<usize> {
        path.rfind(|c: char| self.is_separator(c) || (self == Self::Windows && c == ':'))
    }

    /// What stands behind the last separator.
    pub(crate) fn file_name(self, path: &str) -> &str {
        self.last_separator(path).map_or(path, |at| &path[at + 1..])
    }

    /// The file name without its last extension.
    pub(crate) fn stem(self, path: &str) -> &str {
        let name = self.file_name(path);
        name.rfind('.').map_or(name, |at| &name[..at])
    }

    /// The last extension with its dot; empty when there is none or only a dot.
    pub(crate) fn extension(self, path: &str) -> &str {
        let name = self.file_name(path);
        match name.rfind('.') {
            Some(at) if at + 1 < name.len() => &name[at..],
            _ => "",
        }
    }

    /// .NET's `Path.GetDirectoryName`: without trailing separator; `None` for a root.
    pub(crate) fn directory(self, path: &str) -> Option<&str> {
        let root = self.root_len(path);
        if path.is_empty() || path.len() == root {
            return None;
        }
        let Some(at) = path.rfind(|c: char| self.is_separator(c)) else {
            return Some(&path[..root]);
        };
        let mut end = at.max(root);
        while end > root && path[..end].ends_with(|c| self.is_separator(c)) {
            end -= 1;
        }
        Some(&path[..end])
    }

    pub(crate) fn with_trailing_separator(self, path: &str) -> String {
        let mut fixed = self.fix(path);
        if !fixed.is_empty() && !fixed.ends_with(|c| self.is_separator(c)) {
            fixed.push(self.separator());
        }
        fixed
    }

    /// Whether two names are the same to the file system.
    pub(crate) fn same(self, first: &str, second: &str) -> bool {
        match self {
            Self::Unix => first == second,
            Self::Windows => first.to_lowercase() == second.to_lowercase(),
        }
    }

    /// Whether an absolute path lies in a folder, or is the folder.
    pub(crate) fn is_below(self, folder: &str, path: &str) -> bool {
        let parts = |text: &'_ str| -> Vec<String> {
            text.split(|c| self.is_separator(c))
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (folder, path) = (parts(folder), parts(path));
        path.len() >= folder.len() && folder.iter().zip(&path).all(|(a, b)| self.same(a, b))
    }

    /// The path with the separators of the host, doubled ones made one.
    ///
    /// Source: dotnet/runtime, `PathInternal.NormalizeDirectorySeparators`.
    pub(crate) fn normalized(self, path: &str) -> String {
        let mut normal = String::with_capacity(path.len());
        for c in path.chars() {
            if !self.is_separator(c) {
                normal.push(c);
                continue;
            }
            // Two at the start are those of a network share.
            let starts_share = self == Self::Windows && normal.len() == 1;
            if starts_share || !normal.ends_with(self.separator()) {
                normal.push(self.separator());
            }
        }
        normal
    }

    /// The way from one absolute path to another; the second one when they share nothing.
    pub(crate) fn relative(self, base: &str, path: &str) -> String {
        let parts = |text: &str| -> Vec<String> {
            text.split(|c| self.is_separator(c))
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (from, to) = (parts(base), parts(path));
        let shared = from.iter().zip(&to).take_while(|(a, b)| self.same(a, b)).count();
        if shared == from.len() && shared == to.len() {
            return ".".to_owned();
        }
        if shared == 0 {
            return path.to_owned();
        }
        let up = std::iter::repeat_n("..", from.len() - shared);
        let down = to[shared..].iter().map(String::as_str);
        let mut way: Vec<&str> = up.chain(down).collect();
        if path.ends_with(|c| self.is_separator(c)) {
            way.push("");
        }
        way.join(&self.separator().to_string())
    }
}

/// A name inside of a path as Windows takes it: a single dot at its end is none of it.
///
/// Source: Microsoft, "File path formats on Windows systems", trimming of characters.
fn without_dot(name: &str) -> &str {
    name.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::Style::{Unix, Windows};

    #[test]
    fn full_paths_hold_no_dots_and_keep_a_trailing_separator() {
        assert_eq!(Unix.full("/a/b", "../c//./d/"), "/a/c/d/");
        assert_eq!(Unix.full("/a", "/"), "/");
        assert_eq!(Unix.full("/a", "../../.."), "/");
        assert_eq!(Unix.full("/a", "b/./.c//d"), "/a/b/.c/d");
        assert_eq!(Unix.full("/a", "b c/d.e/"), "/a/b c/d.e/");
        assert_eq!(Windows.full("C:\\a\\b", "..\\c/d"), "C:\\a\\c\\d");
        assert_eq!(Windows.full("C:\\a", "D:/x"), "D:\\x");
        assert_eq!(Windows.full("\\\\srv\\share\\a", "..\\..\\b"), "\\\\srv\\share\\b");
    }

    #[test]
    fn names_extensions_and_folders_are_those_of_dotnet() {
        assert_eq!(Unix.directory("/a/b/c.d.txt"), Some("/a/b"));
        assert_eq!(Unix.directory("/"), None);
        assert_eq!(Unix.directory("/a"), Some("/"));
        assert_eq!(Unix.directory("a"), Some(""));
        assert_eq!(Unix.extension("x."), "");
        assert_eq!(Unix.stem("."), "");
        assert_eq!(Unix.file_name("a\\b"), "a\\b");
        assert_eq!(Windows.file_name("a\\b"), "b");
        assert_eq!(Windows.directory("C:\\a"), Some("C:\\"));
    }

    #[test]
    fn what_is_rooted_without_a_drive_is_on_that_of_the_base() {
        assert_eq!(Windows.full("Z:\\r", "/a/b"), "Z:\\a\\b");
        assert_eq!(Windows.full("\\\\srv\\share\\a", "\\b"), "\\\\srv\\share\\b");
        assert_eq!(Windows.normalized("/a//b/c"), "\\a\\b\\c");
        assert_eq!(Windows.normalized("//srv//share"), "\\\\srv\\share");
        assert_eq!(Unix.normalized("a//b\\c"), "a/b\\c");
    }

    #[test]
    fn a_path_lies_below_its_folders_alone() {
        assert!(Windows.is_below("C:\\r", "c:\\R\\a") && !Windows.is_below("C:\\r", "C:\\rx\\a"));
        assert!(Unix.is_below("/r", "/r/a") && !Unix.is_below("/r", "/R/a"));
    }

    #[test]
    fn relative_ways_go_up_and_down() {
        assert_eq!(Unix.relative("/a/b", "/a/c/d"), "../c/d");
        assert_eq!(Unix.relative("/a/b/", "/a/b"), ".");
        assert_eq!(Unix.relative("/a/b", "/a/b/c/"), "c/");
        assert_eq!(Unix.relative("/x", "/y/z"), "/y/z");
    }
}
