use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use super::named::{Named, segments};
use crate::escape::unescape;
use crate::glob::Glob;
use crate::paths::Style;
use crate::{Entry, EntryKind, ProjectFiles};

/// Folders nested deeper are not looked into: links may go round in circles.
const DEEPEST_FOLDER: usize = 64;

/// A file that fits a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Relative as the pattern was, or absolute.
    pub(crate) identity: String,
    /// Absolute.
    pub(crate) full: String,
    /// The folders the wildcards stood for, with trailing separator.
    pub(crate) recursive_dir: String,
}

/// Lists files by patterns; every folder is listed once.
pub(crate) struct Walk<'a> {
    files: &'a dyn ProjectFiles,
    style: Style,
    listed: RefCell<BTreeMap<String, Rc<Vec<Entry>>>>,
}

/// What a walk leaves out: searches too, compared as written. Dots in paths are not resolved.
///
/// Source: dotnet/msbuild, `FileMatcher.GetFilesImplementation`.
#[derive(Debug, Default)]
pub(crate) struct Excludes {
    globs: Vec<(Glob, Reach)>,
}

/// Which searches a pattern can leave something out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    All,
    /// Those whose own pattern is absolute, as this one is.
    Absolute,
    /// Those whose own pattern is relative, as this one is.
    Relative,
}

impl Excludes {
    /// What an `Exclude` names, seen from the project's folder.
    pub(super) fn of(named: &[Named], style: Style, project_dir: &str) -> Self {
        let written = |include: &str| {
            Glob::as_written(&style.combine(project_dir, &style.fix(&unescape(include))))
        };
        let mut globs = Vec::new();
        for named in named {
            match named {
                Named::Glob { dotted, pattern, .. } => {
                    let reach = if !dotted.is_of_whole_paths() {
                        Reach::All
                    } else if style.is_rooted(pattern) {
                        Reach::Absolute
                    } else if pattern.starts_with("**") {
                        // It takes whatever stands before.
                        Reach::All
                    } else {
                        Reach::Relative
                    };
                    globs.push((dotted.clone(), reach));
                }
                // A pattern that is none to a search excludes nothing from it.
                Named::Literal { include, .. } if include.contains(['*', '?']) => {}
                Named::Literal { include, .. } => globs.push((written(include), Reach::All)),
                Named::Items(items) => {
                    globs.extend(items.iter().map(|item| (written(&item.include), Reach::All)));
                }
            }
        }
        Self { globs }
    }
}

/// What a walk looks for.
struct Search<'s> {
    wanted: Glob,
    excludes: Vec<&'s Glob>,
    /// The segments of the folder where the search begins, dots left in.
    base: Vec<String>,
    /// What stands before the wildcards, as written, with trailing separator.
    fixed: String,
    keeps_folders: bool,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(files: &'a dyn ProjectFiles, style: Style) -> Self {
        Self { files, style, listed: RefCell::new(BTreeMap::new()) }
    }

    fn list(&self, folder: &str) -> Rc<Vec<Entry>> {
        if let Some(entries) = self.listed.borrow().get(folder) {
            return entries.clone();
        }
        let mut entries = self.files.list(Path::new(folder));
        match self.style {
            Style::Unix => entries.sort_by(|a, b| a.name.cmp(&b.name)),
            // NTFS keeps names in this order, and the engine takes them as they come.
            Style::Windows => entries.sort_by_cached_key(|entry| entry.name.to_uppercase()),
        }
        let entries = Rc::new(entries);
        self.listed.borrow_mut().insert(folder.to_owned(), entries.clone());
        entries
    }

    /// The files below `folder` that fit `pattern` and none of `excludes`.
    pub(crate) fn files(&self, folder: &str, pattern: &str, excludes: &Excludes) -> Vec<Found> {
        let separator = |c: char| c == '/' || c == '\\';
        let wild = pattern.find(['*', '?']).unwrap_or(pattern.len());
        let cut = pattern[..wild].rfind(separator).map_or(0, |at| at + 1);
        let (fixed, rest) = pattern.split_at(cut);
        let base = self.style.full(folder, if fixed.is_empty() { "." } else { fixed });
        let trimmed = base.trim_end_matches(|c| self.style.is_separator(c));
        let base = if trimmed.len() < self.style.root_len(&base) { &base } else { trimmed };
        let other = if self.style.is_rooted(fixed) { Reach::Relative } else { Reach::Absolute };
        let excludes = excludes.globs.iter().filter(|(_, reach)| *reach != other);
        let search = Search {
            wanted: Glob::new(rest),
            excludes: excludes.map(|(glob, _)| glob).collect(),
            base: segments(&self.style.combine(folder, fixed))
                .into_iter()
                .map(str::to_owned)
                .collect(),
            fixed: self.style.normalized(fixed),
            keeps_folders: rest.contains(separator) || rest.contains("**"),
        };
        let mut found = Vec::new();
        if self.files.entry(Path::new(base)) == Some(EntryKind::Folder) {
            self.below(base, &mut Vec::new(), &search, &mut found);
        }
        found
    }

    fn below(
        &self,
        folder: &str,
        path: &mut Vec<String>,
        search: &Search<'_>,
        found: &mut Vec<Found>,
    ) {
        if path.len() > DEEPEST_FOLDER {
            return;
        }
        let separator = self.style.separator();
        for entry in self.list(folder).iter() {
            let full = self.style.combine(folder, &entry.name);
            path.push(entry.name.clone());
            let relative: Vec<&str> = path.iter().map(String::as_str).collect();
            let whole = || -> Vec<&str> {
                search.base.iter().map(String::as_str).chain(relative.iter().copied()).collect()
            };
            let globs = &search.excludes;
            if entry.kind == EntryKind::Folder {
                let is_pruned = || {
                    let whole = whole();
                    globs.iter().any(|glob| glob.excludes_folder(&whole, search.base.len()))
                };
                if search.keeps_folders && !is_pruned() {
                    self.below(&full, path, search, found);
                }
            } else if search.wanted.matches(&relative) {
                let below = relative.join(&separator.to_string());
                let identity = format!("{}{below}", search.fixed);
                let whole = whole();
                let is_excluded = globs.iter().any(|glob| glob.excludes(&whole, search.base.len()));
                if !is_excluded {
                    let folders = below.len() - entry.name.len();
                    let recursive_dir = below[..folders].to_owned();
                    found.push(Found { identity, full, recursive_dir });
                }
            }
            path.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `C:\\r` with three files and a folder, in no order.
    struct Names;

    impl ProjectFiles for Names {
        fn read(&self, _: &Path) -> std::io::Result<Vec<u8>> {
            Err(std::io::ErrorKind::NotFound.into())
        }

        fn entry(&self, path: &Path) -> Option<EntryKind> {
            let path = path.to_str()?;
            matches!(path, "C:\\r" | "C:\\r\\sub").then_some(EntryKind::Folder)
        }

        fn list(&self, folder: &Path) -> Vec<Entry> {
            let (names, kind): (&[&str], _) = match folder.to_str() {
                Some("C:\\r") => {
                    (&["web.Release.config", "web.config", "UPPER", "a"], EntryKind::File)
                }
                Some("C:\\r\\sub") => (&["d.txt"], EntryKind::File),
                _ => (&[], EntryKind::File),
            };
            names.iter().map(|name| Entry { name: (*name).to_owned(), kind }).collect()
        }
    }

    fn check(pattern: &str) -> Vec<String> {
        let found = Walk::new(&Names, Style::Windows).files("C:\\r", pattern, &Excludes::default());
        found.into_iter().map(|found| found.identity).collect()
    }

    #[test]
    fn on_windows_files_come_regardless_of_case_and_with_backslashes() {
        assert_eq!(check("*"), ["a", "UPPER", "web.config", "web.Release.config"]);
        assert_eq!(check("sub//*.TXT"), ["sub\\d.txt"]);
    }
}
