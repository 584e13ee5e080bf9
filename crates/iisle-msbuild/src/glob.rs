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
    /// It ends with a separator: only folders fit, and a search finds none.
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
        let Some((name, folders)) = path.split_last() else { return false };
        if self.is_of_folders {
            // Only what names a folder has no name behind its last separator.
            return name.is_empty() && fits(&self.segments, folders);
        }
        if self.whole_tree() {
            // `a/**` fits every file below `a`, and needs a name for the file itself.
            return fits(&self.segments, folders);
        }
        fits(&self.segments, path)
    }

    /// Whether a file, given by its segments, is left out of a search by this pattern.
    /// `base` is the count of the segments of the folder where the search begins.
    pub(crate) fn excludes(&self, path: &[&str], base: usize) -> bool {
        match self.named_folder() {
            Some(named) => named.is_above(path, base) && matches_name(named.file, last(path)),
            None => self.matches(path),
        }
    }

    /// Whether every file below a folder, given by its segments, is left out of a search.
    pub(crate) fn excludes_folder(&self, folder: &[&str], base: usize) -> bool {
        if self.is_of_folders || !self.whole_tree() {
            return false;
        }
        match self.named_folder() {
            Some(named) => named.is_in(folder, base),
            None => fits(&self.segments, folder),
        }
    }

    /// Whether a search compares this pattern with the paths of the files as it found them, from
    /// their beginning: wildcards stand for folders, and are neither `**` alone nor a named folder.
    ///
    /// Source: dotnet/msbuild, `FileMatcher.GetFileSearchData`.
    pub(crate) fn is_of_whole_paths(&self) -> bool {
        let names_file = !self.whole_tree() && !self.is_of_folders;
        let folders = &self.segments[..self.segments.len().saturating_sub(usize::from(names_file))];
        let mut wild = folders.iter().skip_while(|segment| !segment.contains(['*', '?']));
        match (wild.next().map(String::as_str), wild.next()) {
            (None, _) | (Some("**"), None) => false,
            _ => self.named_folder().is_none(),
        }
    }

    /// The parts of `fixed/**/name/**` and `fixed/**/name/**/file`. A search takes such a pattern
    /// for the name of a folder that it has to come across: where it begins is none.
    ///
    /// Source: dotnet/msbuild, `FileMatcher.GetFileSearchData`, its pattern of a directory.
    fn named_folder(&self) -> Option<NamedFolder<'_>> {
        let first = self.segments.iter().position(|segment| segment.contains(['*', '?']))?;
        let (fixed, rest) = self.segments.split_at(first);
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let (name, file) = match rest[..] {
            ["**", name, "**"] => (name, "*"),
            ["**", name, "**", file] => (name, file),
            _ => return None,
        };
        (name != "**" && !self.is_of_folders).then_some(NamedFolder { fixed, name, file })
    }
}

fn last<'p>(path: &[&'p str]) -> &'p str {
    path.last().copied().unwrap_or_default()
}

/// A pattern that names a folder anywhere below a fixed one.
struct NamedFolder<'g> {
    fixed: &'g [String],
    name: &'g str,
    file: &'g str,
}

impl NamedFolder<'_> {
    /// Whether a folder of that name lies on the way to a file.
    fn is_above(&self, path: &[&str], base: usize) -> bool {
        self.is_in(&path[..path.len().saturating_sub(1)], base)
    }

    /// Whether a folder has that name, or one above it that the search came across.
    fn is_in(&self, folder: &[&str], base: usize) -> bool {
        let common = self.fixed.iter().zip(folder).all(|(a, b)| matches_name(a, b));
        let from = base.max(self.fixed.len());
        common && folder.iter().skip(from).any(|name| matches_name(self.name, name))
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

    /// Whether a search below `base` leaves out a file.
    fn is_left_out(pattern: &str, base: &str, file: &str) -> bool {
        let base: Vec<&str> = base.split('/').collect();
        let path: Vec<&str> = base.iter().copied().chain(file.split('/')).collect();
        let glob = Glob::as_written(pattern);
        let folders = base.len() + 1..path.len();
        glob.excludes(&path, base.len())
            || folders.into_iter().any(|end| glob.excludes_folder(&path[..end], base.len()))
    }

    #[test]
    fn a_folder_that_is_left_out_by_name_is_met_on_the_way_not_where_the_search_begins() {
        assert!(
            is_left_out("r/**/.*/**", "r", ".vs/x") && is_left_out("r/**/.*/**", "r/..", ".h/x")
        );
        assert!(!is_left_out("r/**/.*/**", "r/..", "x") && !is_left_out("r/**/.*/**", "r", ".x"));
        assert!(!is_left_out("r/**/deep/**", "r/sub/deep", "x"));
        assert!(is_left_out("r/**/deep/**/*.txt", "r", "deep/y/x.TXT"));
        assert!(!is_left_out("r/**/deep/**/*.txt", "r", "deep/x.cs"));
        assert!(
            is_left_out("r/sub/**", "r/sub/deep", "x") && is_left_out("r/a/**/b/**", "r", "a/b/x")
        );
        assert!(!is_left_out("r/a/**/b/**", "r", "c/b/x"));
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
        assert!(Glob::new("bin/**").excludes_folder(&["bin"], 0));
        assert!(!Glob::new("bin/**").excludes_folder(&["src"], 0));
    }

    #[test]
    fn searches_compare_some_patterns_with_whole_paths() {
        for pattern in ["a/*/b", "a/**/b/*", "*/", "**/a/**/b/**", "?/x"] {
            assert!(Glob::as_written(pattern).is_of_whole_paths(), "{pattern}");
        }
        for pattern in ["a/b", "a/**", "**/*.x", "a/*.x", "**/a/**", "r/**/.*/**/x", "", "a/"] {
            assert!(!Glob::as_written(pattern).is_of_whole_paths(), "{pattern}");
        }
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
