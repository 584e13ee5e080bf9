use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use iisle_path::NameRules;
use iisle_tree::folder::{Entry, Shape};

use super::class::{Class, classify};
use super::event::{FileTag, Skip};
use super::job::{Job, Purge};
use super::selection::{LinkRule, Places};

/// A directory on both sides.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a> {
    /// What the source holds there.
    pub source: &'a [Entry],
    /// What the destination holds there; nothing when it does not have the directory.
    pub destination: &'a [Entry],
    /// Its path below both roots, empty for the roots themselves.
    pub below: &'a Path,
    /// How names compare in the destination.
    pub names: NameRules,
}

/// What becomes of a directory's entries, each list in the order of NTFS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared<'a> {
    /// Files of the source that match the file specifications.
    pub matching_files: u64,
    /// Directories that only the destination has and that are reported.
    pub extra_directories: Vec<&'a Entry>,
    /// Files that only the destination has and that are reported.
    pub extra_files: Vec<ExtraFile<'a>>,
    /// Those files of the source.
    pub files: Vec<FileVerdict<'a>>,
    /// The directories of the source.
    pub directories: Vec<(&'a Entry, DirectoryVerdict)>,
}

/// A file that only the destination has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtraFile<'a> {
    /// It.
    pub entry: &'a Entry,
    /// Whether a purge takes it; else it is only shown.
    pub is_selected: bool,
}

/// What becomes of a file of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileVerdict<'a> {
    /// It.
    pub source: &'a Entry,
    /// What the destination has under its name.
    pub destination: Option<&'a Entry>,
    /// What it is and what becomes of it.
    pub tag: FileTag,
    /// Whether it is copied as the link that it is.
    pub as_link: bool,
}

/// What becomes of a directory of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryVerdict {
    /// It is walked; the destination has it.
    Both,
    /// It is walked; the destination does not have it.
    New,
    /// It is a link and copied as one; the destination has nothing there.
    NewLink,
    /// It is a link, to be copied as one, and the destination has something there.
    KnownLink,
    /// Excluded by name or path.
    Named,
    /// It is a link, and such are passed over.
    SkippedLink,
    /// Only the source has it, and such are left out.
    Lonely,
    /// The destination has a file there, which a purge takes.
    Replacing,
    /// The destination has a file there.
    Mismatch,
}

/// Decides what becomes of the entries of one directory.
///
/// Total and pure. What is excluded on either side is in no list of extras.
pub fn compare<'a>(job: &Job, folder: &Folder<'a>) -> Compared<'a> {
    let is_top = folder.below.as_os_str().is_empty();
    let passes =
        |entry: &&Entry| !(is_top && job.purge == Purge::Extras && is_reserved(&entry.name));
    let source = keyed(folder.source.iter().filter(passes), folder.names);
    let destination = keyed(folder.destination.iter().filter(passes), folder.names);
    let mut compared = Compared::default();
    for (key, entry) in &source {
        let other = destination.get(key).copied();
        match entry.shape {
            Shape::Directory => compared.directory(job, folder, entry, other),
            Shape::File | Shape::Dangling => compared.file(job, folder, entry, other),
            Shape::Special => {}
        }
    }
    if !job.classes.exclude_extra {
        for (_, entry) in destination.iter().filter(|(key, _)| !source.contains_key(*key)) {
            compared.extra(job, folder, entry);
        }
    }
    compared.sort();
    compared
}

/// Whether a purge takes an entry below a directory that only the destination has.
pub(super) fn is_purged(job: &Job, entry: &Entry, below: &Path) -> bool {
    let name = entry.name.to_string_lossy();
    with_places(job, below, &entry.name, |places| match entry.shape {
        Shape::Directory => !job.selection.excludes_directory(&name, places),
        _ => job.selection.includes(&name) && !job.selection.excludes_file(&name, places),
    })
}

impl<'a> Compared<'a> {
    fn file(&mut self, job: &Job, folder: &Folder<'_>, entry: &'a Entry, other: Option<&'a Entry>) {
        let selection = &job.selection;
        let name = entry.name.to_string_lossy();
        let rule = selection.link_rule(entry);
        if !selection.includes(&name) {
            return;
        }
        self.matching_files += 1;
        let excluded =
            with_places(job, folder.below, &entry.name, |at| selection.excludes_file(&name, at));
        let is_directory = other.is_some_and(|other| other.shape == Shape::Directory);
        let tag = if excluded {
            FileTag::Skipped(Skip::Named)
        } else if rule == LinkRule::Skip {
            FileTag::Skipped(Skip::Junction)
        } else if is_directory {
            FileTag::Mismatch
        } else if let Some(skip) = selection.refuses(&entry.facts) {
            FileTag::Skipped(skip)
        } else {
            let class = other.map_or(Class::Lonely, |other| {
                classify(&entry.facts, &other.facts, job.times, &job.classes)
            });
            if job.classes.copies(class) {
                FileTag::Copied(class)
            } else {
                FileTag::Skipped(Skip::Class(class))
            }
        };
        let as_link = rule == LinkRule::Copy;
        self.files.push(FileVerdict { source: entry, destination: other, tag, as_link });
    }

    fn directory(
        &mut self,
        job: &Job,
        folder: &Folder<'_>,
        entry: &'a Entry,
        other: Option<&Entry>,
    ) {
        let selection = &job.selection;
        let name = entry.name.to_string_lossy();
        let rule = selection.link_rule(entry);
        let excluded = with_places(job, folder.below, &entry.name, |at| {
            selection.excludes_directory(&name, at)
        });
        let verdict = match other.map(|other| other.shape) {
            _ if excluded => DirectoryVerdict::Named,
            _ if rule == LinkRule::Skip => DirectoryVerdict::SkippedLink,
            None if job.classes.exclude_lonely => DirectoryVerdict::Lonely,
            None if rule == LinkRule::Copy => DirectoryVerdict::NewLink,
            Some(_) if rule == LinkRule::Copy => DirectoryVerdict::KnownLink,
            None => DirectoryVerdict::New,
            Some(Shape::Directory) => DirectoryVerdict::Both,
            Some(Shape::File | Shape::Dangling)
                if job.purge == Purge::Extras
                    && job.classes.copies(Class::Lonely)
                    && other.is_some_and(|other| is_purged(job, other, folder.below)) =>
            {
                DirectoryVerdict::Replacing
            }
            Some(Shape::File | Shape::Special | Shape::Dangling) => DirectoryVerdict::Mismatch,
        };
        self.directories.push((entry, verdict));
    }

    fn extra(&mut self, job: &Job, folder: &Folder<'_>, entry: &'a Entry) {
        let is_purged = is_purged(job, entry, folder.below);
        if entry.shape == Shape::Directory {
            if is_purged {
                self.extra_directories.push(entry);
            }
            return;
        }
        let name = entry.name.to_string_lossy();
        let excluded = with_places(job, folder.below, &entry.name, |at| {
            job.selection.excludes_file(&name, at)
        });
        if is_purged || (job.reports_all_extras && !excluded) {
            self.extra_files.push(ExtraFile { entry, is_selected: is_purged });
        }
    }

    fn sort(&mut self) {
        self.extra_directories.sort_by_cached_key(|entry| order(&entry.name));
        self.extra_files.sort_by_cached_key(|extra| order(&extra.entry.name));
        self.files.sort_by_cached_key(|file| order(&file.source.name));
        self.directories.sort_by_cached_key(|(entry, _)| order(&entry.name));
    }
}

/// Names are in the order of their upper case; those that are one then, in their own.
pub(super) fn order(name: &OsStr) -> (String, OsString) {
    (NameRules::Windows.fold(&name.to_string_lossy()), name.to_owned())
}

fn keyed<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    names: NameRules,
) -> BTreeMap<OsString, &'a Entry> {
    let key = |entry: &Entry| match names {
        NameRules::Unix => entry.name.clone(),
        NameRules::Windows => names.fold(&entry.name.to_string_lossy()).into(),
    };
    entries.map(|entry| (key(entry), entry)).collect()
}

fn with_places<T>(job: &Job, below: &Path, name: &OsStr, ask: impl Fn(Places<'_>) -> T) -> T {
    let below = below.join(name);
    let (source, destination) = (job.source.join(&below), job.destination.join(&below));
    ask(Places { source: &source, destination: &destination, below: &below })
}

/// What lies at the top of a volume and belongs to the system.
fn is_reserved(name: &OsStr) -> bool {
    ["System Volume Information", "$RECYCLE.BIN"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}
