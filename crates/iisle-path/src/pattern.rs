use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use thiserror::Error;

use crate::RelPath;

/// A set of globs over relative paths, matched without regard to case.
///
/// `*` and `?` stay within a segment, `**` crosses segments, `{a,b}` and `[a-z]` as usual. A
/// pattern without `/` matches the name at any depth; one that ends in `/` means a folder, at any
/// depth when it has no other `/`, and everything below it; a leading `/` ties it to the root.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    sets: Vec<GlobSet>,
    written: Vec<String>,
    /// For every glob in `sets`, the pattern it came from.
    owner: Vec<usize>,
}

/// So many globs make a set, for the automaton of a set is limited in size.
const SET: usize = 1000;

/// A pattern that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{pattern}` is no valid pattern: {reason}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Patterns {
    /// Reads patterns; their order decides which one [`matching`](Self::matching) names.
    pub fn parse<S: AsRef<str>>(
        patterns: impl IntoIterator<Item = S>,
    ) -> Result<Self, PatternError> {
        let (mut all, mut written, mut owner) = (Vec::new(), Vec::new(), Vec::new());
        for pattern in patterns {
            let pattern = pattern.as_ref();
            for glob in globs(pattern) {
                let glob = GlobBuilder::new(&glob)
                    .literal_separator(true)
                    .backslash_escape(false)
                    .case_insensitive(true)
                    .build()
                    .map_err(|e| error(pattern, e.kind()))?;
                all.push(glob);
                owner.push(written.len());
            }
            written.push(pattern.to_owned());
        }
        let sets: Result<_, _> = all.chunks(SET).map(set).collect();
        Ok(Self { sets: sets?, written, owner })
    }

    /// These patterns and `more` after them.
    ///
    /// # Errors
    /// When one of `more` cannot be read.
    pub fn and<S: AsRef<str>>(
        &self,
        more: impl IntoIterator<Item = S>,
    ) -> Result<Self, PatternError> {
        let more = more.into_iter().map(|pattern| pattern.as_ref().to_owned());
        Self::parse(self.written.iter().cloned().chain(more))
    }

    /// Whether there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// Whether any pattern matches.
    pub fn is_match(&self, path: &RelPath) -> bool {
        self.sets.iter().any(|set| set.is_match(path.as_str()))
    }

    /// The first pattern, as written, that matches `path` or the folder `path`.
    pub fn matching(&self, path: &RelPath) -> Option<&str> {
        let first = self.sets.iter().enumerate().find_map(|(number, set)| {
            Some(number * SET + set.matches(path.as_str()).into_iter().min()?)
        })?;
        Some(&self.written[self.owner[first]])
    }
}

fn set(globs: &[Glob]) -> Result<GlobSet, PatternError> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(glob.clone());
    }
    // Each can be read: if it is one of them, it is the longest.
    let longest = || globs.iter().map(Glob::glob).max_by_key(|glob| glob.len()).unwrap_or_default();
    builder.build().map_err(|e| error(longest(), e.kind()))
}

fn error(pattern: &str, kind: &globset::ErrorKind) -> PatternError {
    PatternError { pattern: pattern.to_owned(), reason: kind.to_string() }
}

fn globs(pattern: &str) -> Vec<String> {
    let unified = pattern.replace('\\', "/");
    let (body, folder) = match unified.strip_suffix('/') {
        Some(body) => (body, true),
        None => (unified.as_str(), false),
    };
    let rooted = match body.strip_prefix('/') {
        Some(rooted) => rooted.to_owned(),
        None if body.contains('/') => body.to_owned(),
        None => format!("**/{body}"),
    };
    if folder { vec![rooted.clone(), format!("{rooted}/**")] } else { vec![rooted] }
}

#[cfg(test)]
mod tests {
    use super::Patterns;
    use crate::RelPath;

    fn first(patterns: &[&str], path: &str) -> Option<String> {
        let patterns = Patterns::parse(patterns).unwrap();
        patterns.matching(&RelPath::parse(path).unwrap()).map(str::to_owned)
    }

    #[test]
    fn there_may_be_any_number_of_them() {
        let many: Vec<_> = (0..20_000).map(|n| format!("**/x{n}/*.j?")).collect();
        let patterns = Patterns::parse(&many).unwrap();
        for (path, first) in [("a/x7/b.js", Some(7)), ("x19999/b.js", Some(19_999)), ("x7/b", None)]
        {
            let path = RelPath::parse(path).unwrap();
            assert_eq!(patterns.matching(&path), first.map(|n: usize| many[n].as_str()));
            assert_eq!(patterns.is_match(&path), first.is_some());
        }
    }

    #[test]
    fn a_name_matches_at_any_depth() {
        assert_eq!(first(&["*.pdb"], "a/b/App.PDB").as_deref(), Some("*.pdb"));
        assert_eq!(first(&["/*.pdb"], "a/App.pdb"), None);
        assert_eq!(first(&["wwwroot/*.js"], "wwwroot/lib/a.js"), None);
    }

    #[test]
    fn a_folder_matches_with_everything_below() {
        for path in ["logs", "logs/a/b.log", "x/LOGS/c"] {
            assert_eq!(first(&["*.tmp", "logs/"], path).as_deref(), Some("logs/"), "{path}");
        }
        assert_eq!(first(&["/logs/"], "x/logs/c"), None);
        assert_eq!(first(&["logs/"], "logsx"), None);
    }

    #[test]
    fn patterns_that_are_added_come_last() {
        let both = Patterns::parse(["a*"]).unwrap().and(["ab", "b"]).unwrap();
        let first = |path: &str| both.matching(&RelPath::parse(path).unwrap()).map(str::to_owned);
        assert_eq!((first("ab").as_deref(), first("x/B").as_deref()), (Some("a*"), Some("b")));
    }

    #[test]
    fn a_bad_pattern_is_named() {
        let error = Patterns::parse(["a", "[z"]).unwrap_err();
        assert!(error.to_string().starts_with("`[z` is no valid pattern: "), "{error}");
    }
}
