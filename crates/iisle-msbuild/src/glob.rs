//! Wildcards of items and imports: `*`, `?`, and `**` as a whole segment, regardless of case.

/// Whether a text is a wildcard at all; some texts with `*` are taken literally.
///
/// Source: dotnet/msbuild, `src/Framework/Utilities/FileMatcher.cs`.
pub(crate) fn is_glob(text: &str) -> bool {
    let Some(first) = text.find(['*', '?']) else { return false };
    if text.contains("...") || text.contains('\0') {
        return false;
    }
    // A colon may only follow a drive letter.
    if text.char_indices().any(|(at, c)| c == ':' && at != 1) {
        return false;
    }
    let separator = |c: char| c == '/' || c == '\\';
    let behind_first = text[first..].split(separator).skip(1);
    if behind_first.clone().any(|segment| segment == "..") {
        return false;
    }
    let glued = |segment: &str| segment.contains("**") && segment != "**";
    !text.split(separator).any(glued)
}

/// Whether a single name fits a pattern of `*` and `?`; `*.*` fits names without a dot too.
pub(crate) fn matches_name(pattern: &str, name: &str) -> bool {
    if pattern == "*" || pattern == "*.*" {
        return true;
    }
    let pattern: Vec<char> = pattern.chars().map(fold).collect();
    let name: Vec<char> = name.chars().map(fold).collect();
    // The classic two-pointer walk: at most one star is ever retried.
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some('?') => {
                p += 1;
                n += 1;
            }
            Some(c) if *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((star, at)) = retry else { return false };
                retry = Some((star, at + 1));
                p = star + 1;
                n = at + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// A pattern over the segments of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    segments: Vec<String>,
    /// It ends with a separator: only folders would fit, and those are never asked.
    is_of_folders: bool,
}

impl Glob {
    /// Reads a pattern; `.` segments and doubled separators vanish.
    pub(crate) fn new(pattern: &str) -> Self {
        let mut segments: Vec<String> = Vec::new();
        for segment in pattern.split(['/', '\\']) {
            match segment {
                "" | "." => {}
                // Two `**` in a row mean no more than one.
                "**" if segments.last().is_some_and(|last| last == "**") => {}
                segment => segments.push(segment.to_owned()),
            }
        }
        Self { segments, is_of_folders: pattern.ends_with(['/', '\\']) }
    }

    /// Reads a pattern as a search for files compares it: `.` segments stay as written.
    pub(crate) fn as_written(pattern: &str) -> Self {
        let segments = pattern.split(['/', '\\']).filter(|segment| !segment.is_empty());
        Self {
            segments: segments.map(str::to_owned).collect(),
            is_of_folders: pattern.ends_with(['/', '\\']),
        }
    }

    /// Whether the last segment is `**`: everything below.
    fn whole_tree(&self) -> bool {
        self.segments.last().is_some_and(|last| last == "**")
    }

    /// Whether a path, given by its segments, fits.
    pub(crate) fn matches(&self, path: &[&str]) -> bool {
        if path.is_empty() || self.is_of_folders {
            return false;
        }
        if self.whole_tree() {
            // `a/**` fits every file below `a`, and needs a name for the file itself.
            let (folders, _) = path.split_at(path.len() - 1);
            return fits(&self.segments, folders);
        }
        fits(&self.segments, path)
    }

    /// Whether every file below a folder, given by its segments, fits.
    pub(crate) fn covers(&self, folder: &[&str]) -> bool {
        self.whole_tree() && !self.is_of_folders && fits(&self.segments, folder)
    }
}

fn fits(pattern: &[String], path: &[&str]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < path.len() {
        match pattern.get(p) {
            Some(segment) if segment == "**" => {
                retry = Some((p, n));
                p += 1;
            }
            Some(segment) if matches_name(segment, path[n]) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((star, at)) = retry else { return false };
                retry = Some((star, at + 1));
                p = star + 1;
                n = at + 1;
            }
        }
    }
    pattern[p..].iter().all(|segment| segment == "**")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(pattern: &str, path: &str) -> bool {
        Glob::new(pattern).matches(&path.split('/').collect::<Vec<_>>())
    }

    #[test]
    fn stars_stay_in_a_segment_and_double_stars_cross() {
        assert!(check("*.txt", "A.TXT") && !check("*.txt", "a/b.txt"));
        assert!(check("**/*.txt", "b.txt") && check("**/*.txt", "a/b/c.txt"));
        assert!(check("wwwroot/**", "wwwroot/a/b") && !check("wwwroot/**", "wwwroot"));
        assert!(check("**/.*/**", "a/.vs/x") && !check("**/.*/**", ".hidden"));
        assert!(check("*.*", "noext") && check("a?c", "abc") && !check("a?c", "ac"));
        assert!(check("a/**/b/**/c", "a/b/x/c") && !check("a/**/b/**/c", "a/c"));
        assert!(!check("sub/**/", "sub/a") && !check("*/", "a"));
        assert!(Glob::new("bin/**").covers(&["bin"]) && !Glob::new("bin/**").covers(&["src"]));
    }

    #[test]
    fn some_texts_with_stars_are_literal() {
        for literal in ["a.b", "...*", "*/../x", "a**b", "xy:z*"] {
            assert!(!is_glob(literal), "{literal}");
        }
        for glob in ["*", "**/x", "../a/*.cs", "C:\\a\\*"] {
            assert!(is_glob(glob), "{glob}");
        }
    }

    proptest! {
        #[test]
        fn matching_ends_for_any_pattern(pattern in "[a*?/]{0,40}", path in "[ab/]{1,40}") {
            check(&pattern, &path);
        }
    }
}
