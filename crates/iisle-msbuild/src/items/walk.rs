use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

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

/// What a walk looks for.
struct Search<'s> {
    wanted: Glob,
    excludes: &'s [Glob],
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
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let entries = Rc::new(entries);
        self.listed.borrow_mut().insert(folder.to_owned(), entries.clone());
        entries
    }

    /// The files below `folder` that fit `pattern` and none of `excludes`, which hold whole paths.
    pub(crate) fn files(&self, folder: &str, pattern: &str, excludes: &[Glob]) -> Vec<Found> {
        let separator = |c: char| c == '/' || c == '\\';
        let wild = pattern.find(['*', '?']).unwrap_or(pattern.len());
        let cut = pattern[..wild].rfind(separator).map_or(0, |at| at + 1);
        let (fixed, rest) = pattern.split_at(cut);
        let base = self.style.full(folder, if fixed.is_empty() { "." } else { fixed });
        let trimmed = base.trim_end_matches(|c| self.style.is_separator(c));
        let base = if trimmed.len() < self.style.root_len(&base) { &base } else { trimmed };
        let search = Search {
            wanted: Glob::new(rest),
            excludes,
            fixed: fixed.to_owned(),
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
            let segments: Vec<&str> = full
                .split(|c| self.style.is_separator(c))
                .filter(|part| !part.is_empty())
                .collect();
            if entry.kind == EntryKind::Folder {
                let pruned = search.excludes.iter().any(|glob| glob.covers(&segments));
                if search.keeps_folders && !pruned {
                    path.push(entry.name.clone());
                    self.below(&full, path, search, found);
                    path.pop();
                }
                continue;
            }
            path.push(entry.name.clone());
            let relative: Vec<&str> = path.iter().map(String::as_str).collect();
            let fits = search.wanted.matches(&relative)
                && !search.excludes.iter().any(|glob| glob.matches(&segments));
            if fits {
                let below = relative.join(&separator.to_string());
                let folders = below.len() - entry.name.len();
                found.push(Found {
                    identity: format!("{}{below}", search.fixed),
                    full,
                    recursive_dir: below[..folders].to_owned(),
                });
            }
            path.pop();
        }
    }
}
