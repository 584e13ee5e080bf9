use std::path::Path;

use iisle_path::NameRules;

use super::Wildcard;

/// What `/XF` or `/XD` names.
///
/// A text without separator is a name, at any depth. One with a separator or a drive is a path: a
/// full one is compared with the place of the entry in the source and with its place in the
/// destination; one that begins in the middle is compared with the place below both roots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    written: String,
    spec: Wildcard,
    reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Name,
    Full,
    BelowRoots,
}

impl Exclusion {
    /// Reads an exclusion as typed.
    pub fn new(written: &str) -> Self {
        let unified = unified(written);
        let drive = unified.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
            && unified.as_bytes().get(1) == Some(&b':');
        let reach = match () {
            () if drive || unified.starts_with('/') => Reach::Full,
            () if unified.contains('/') => Reach::BelowRoots,
            () => Reach::Name,
        };
        let trimmed = unified.trim_end_matches('/').trim_start_matches("./");
        Self { written: written.to_owned(), spec: Wildcard::new(trimmed), reach }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it is a path that begins in the middle, which robocopy itself never finds.
    pub fn is_relative_path(&self) -> bool {
        self.reach == Reach::BelowRoots
    }

    /// Whether an entry is meant: its name, its places in source and destination, and its place
    /// below the roots.
    pub(super) fn means(&self, name: &str, full: [&Path; 2], below: &Path) -> bool {
        let is = |path: &Path| self.spec.matches(&unified(&path.to_string_lossy()));
        match self.reach {
            Reach::Name => self.spec.matches(name),
            Reach::Full => full.into_iter().any(is),
            Reach::BelowRoots => is(below),
        }
    }
}

/// With one kind of separator, none doubled except in front, where two mean a server.
fn unified(path: &str) -> String {
    let plain = path.strip_prefix(r"\\?\UNC\").map(|rest| format!(r"\\{rest}"));
    let path = plain.as_deref().unwrap_or_else(|| path.strip_prefix(r"\\?\").unwrap_or(path));
    let mut unified = String::with_capacity(path.len());
    for c in path.chars() {
        let c = if c == '\\' { '/' } else { c };
        if c != '/' || unified.len() < 2 || !unified.ends_with('/') {
            unified.push(c);
        }
    }
    NameRules::Windows.fold(&unified)
}

#[cfg(test)]
mod tests {
    use super::Exclusion;
    use std::path::Path;

    fn check(written: &str) -> bool {
        let full = [Path::new("/srv/src/sub/x.txt"), Path::new(r"\\?\C:\Site\sub\x.txt")];
        Exclusion::new(written).means("x.txt", full, Path::new("sub/x.txt"))
    }

    #[test]
    fn names_and_paths_of_either_side_are_found() {
        for written in [
            "x.txt",
            "*.TXT",
            "/srv/src/sub/x.txt",
            "/SRV/src/sub/*.txt",
            r"c:\site\sub\X.txt",
            r"C:\Site\\sub/x.txt",
            r"sub\x.txt",
            "./sub/x.txt",
        ] {
            assert!(check(written), "{written}");
        }
        for written in ["sub", "y.txt", "/srv/src/x.txt", r"D:\site\sub\x.txt", "src/sub/x.txt"] {
            assert!(!check(written), "{written}");
        }
    }

    #[test]
    fn a_path_in_the_middle_is_told_apart() {
        assert!(Exclusion::new("a/b").is_relative_path());
        assert!(!Exclusion::new("a").is_relative_path());
        assert!(!Exclusion::new(r"C:\a").is_relative_path());
    }
}
