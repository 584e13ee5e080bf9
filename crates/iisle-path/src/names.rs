use std::collections::BTreeMap;
use std::fmt;

use crate::RelPath;

/// How names compare where a tree lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRules {
    /// NTFS and what imitates it: letters compare without case.
    Windows,
    /// Names are bytes.
    Unix,
}

impl NameRules {
    /// The key under which equal names meet.
    ///
    /// On Windows every character is replaced by its simple upper-case form, as NTFS does by its
    /// `$UpCase` table; characters whose upper case is longer than one (`ß`) stay.
    pub fn fold(self, name: &str) -> String {
        match self {
            Self::Unix => name.to_owned(),
            Self::Windows => name.chars().map(upcase).collect(),
        }
    }

    /// Whether two names are one.
    pub fn same(self, a: &str, b: &str) -> bool {
        match self {
            Self::Unix => a == b,
            Self::Windows => a.chars().map(upcase).eq(b.chars().map(upcase)),
        }
    }
}

fn upcase(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if u32::from(c) < 0x1_0000 => one,
        _ => c,
    }
}

/// Why a path cannot exist on Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameProblem {
    /// A device name (`CON`, `aux.txt`).
    Reserved(String),
    /// The segment ends in a dot or a blank, which Windows drops.
    TrailingDotOrBlank(String),
    /// A character Windows does not allow in names.
    Character(String, char),
    /// The segment is longer than 255 UTF-16 units.
    SegmentTooLong(String, usize),
}

impl fmt::Display for NameProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved(segment) => write!(f, "`{segment}` is a device name on Windows"),
            Self::TrailingDotOrBlank(segment) => {
                write!(f, "`{segment}` ends in a dot or a blank, which Windows drops")
            }
            Self::Character(segment, c) => {
                write!(
                    f,
                    "`{}` holds the character {c:?}, which Windows forbids",
                    segment.escape_debug()
                )
            }
            Self::SegmentTooLong(segment, units) => {
                write!(f, "the name `{segment}` has {units} UTF-16 units, Windows allows 255")
            }
        }
    }
}

/// The first reason why `path` cannot exist on Windows, if there is one.
///
/// Source: Microsoft, "Naming Files, Paths, and Namespaces".
pub fn windows_problem(path: &RelPath) -> Option<NameProblem> {
    path.segments().find_map(segment_problem)
}

fn segment_problem(segment: &str) -> Option<NameProblem> {
    let forbidden =
        |c: char| c < ' ' || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\');
    if let Some(c) = segment.chars().find(|c| forbidden(*c)) {
        return Some(NameProblem::Character(segment.to_owned(), c));
    }
    if segment.ends_with(['.', ' ']) {
        return Some(NameProblem::TrailingDotOrBlank(segment.to_owned()));
    }
    let stem = segment.split('.').next().unwrap_or(segment).trim_end_matches(' ');
    if is_device(stem) {
        return Some(NameProblem::Reserved(segment.to_owned()));
    }
    let units = segment.encode_utf16().count();
    (units > 255).then(|| NameProblem::SegmentTooLong(segment.to_owned(), units))
}

fn is_device(stem: &str) -> bool {
    let upper = stem.to_uppercase();
    if matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let number = upper.strip_prefix("COM").or_else(|| upper.strip_prefix("LPT"));
    let mut rest = number.unwrap_or_default().chars();
    matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

/// Pairs of paths that are one on Windows: the first seen and each later one.
pub fn collisions<'a>(paths: impl IntoIterator<Item = &'a RelPath>) -> Vec<(RelPath, RelPath)> {
    let mut seen: BTreeMap<String, &RelPath> = BTreeMap::new();
    let mut pairs = Vec::new();
    for path in paths {
        match seen.entry(NameRules::Windows.fold(path.as_str())) {
            std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(path)),
            std::collections::btree_map::Entry::Occupied(first) => {
                pairs.push(((*first.get()).clone(), path.clone()));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{NameRules, collisions, windows_problem};
    use crate::RelPath;

    // SD-29
    #[test]
    fn names_that_windows_cannot_hold_are_found() {
        for text in [
            "CON",
            "logs/aux.txt",
            "a/nul",
            "com1.log",
            "LPT².x",
            "a.",
            "b /c",
            "x:y",
            "a?b",
            "a\\b",
            "a\tb",
            "con .txt",
        ] {
            assert!(windows_problem(&RelPath::parse(text).unwrap()).is_some(), "{text:?}");
        }
        let long = "x".repeat(256);
        assert!(windows_problem(&RelPath::parse(&long).unwrap()).is_some());
    }

    #[test]
    fn ordinary_names_pass() {
        for text in [
            "console.txt",
            "com10",
            "lpt",
            "a.b.c",
            "Grüße.日本",
            ".config",
            "conx.aux",
            &"x".repeat(255),
        ] {
            assert_eq!(windows_problem(&RelPath::parse(text).unwrap()), None, "{text:?}");
        }
    }

    #[test]
    fn folding_is_simple_upcasing() {
        assert!(NameRules::Windows.same("Ärger.DLL", "ärger.dll"));
        assert!(!NameRules::Windows.same("straße", "STRASSE"));
        assert!(!NameRules::Unix.same("a", "A"));
    }

    // SD-30
    #[test]
    fn collisions_name_both_paths() {
        let paths: Vec<_> = ["App.dll", "app.DLL", "b"].map(|p| RelPath::parse(p).unwrap()).into();
        let found = collisions(&paths);
        assert_eq!(found, [(paths[0].clone(), paths[1].clone())]);
    }
}
