use std::collections::BTreeMap;

use iisle_path::{NameProblem, NameRules, Patterns, RelPath, collisions, windows_problem};
use iisle_tree::folder::Attributes;
use iisle_tree::{Refused, Snapshot, Stamp, Ticks};

use crate::PackError;

/// What goes into a package, decided before anything is read or written.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Directories and files in the order of the archive, each directory before what is in it.
    ///
    /// Siblings are ordered by the UTF-16 units of their names in upper case, as Web Deploy
    /// orders the archives it writes. It reads any order.
    pub(crate) content: Vec<(RelPath, Item)>,
    pub(crate) skipped: Vec<Skipped>,
    /// The latest of the times of the files.
    pub(crate) latest: Ticks,
}

/// Something below the content root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    /// A directory, with the latest time of the files below it and what marks it.
    Directory(Ticks, Attributes),
    File(Stamp),
}

impl Item {
    fn time(self) -> Ticks {
        match self {
            Self::Directory(latest, _) => latest,
            Self::File(stamp) => stamp.modified,
        }
    }
}

/// A file or directory that a skip rule kept out of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The pattern, as written.
    pub rule: String,
    /// What it kept out.
    pub path: RelPath,
}

/// A name that a package cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadName {
    /// Windows forbids it.
    Forbidden(RelPath, NameProblem),
    /// The second path is the first one on Windows, where names compare without case.
    Collision(RelPath, RelPath),
    /// It is no file that could be deployed.
    Refused(Refused),
    /// The path has so many bytes that no entry of a zip file can have that name.
    TooLong(RelPath, usize),
}

impl std::fmt::Display for BadName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Forbidden(path, problem) => write!(f, "`{path}`: {problem}"),
            Self::Collision(first, second) => {
                write!(f, "`{first}` and `{second}` are one name on Windows")
            }
            Self::Refused(refused) => write!(f, "`{}`: {}", refused.path, refused.why),
            Self::TooLong(path, bytes) => {
                write!(f, "`{path}` has {bytes} bytes, a package can hold {MAX_NAME}")
            }
        }
    }
}

/// The largest file that Web Deploy packs or unpacks.
const MAX_FILE: u64 = i32::MAX as u64;
/// Longer paths exist on no Windows; leaves room for the content folder in 16 bits.
const MAX_NAME: usize = 32_767;

/// Applies the skip rules and checks names and sizes.
///
/// # Errors
/// [`PackError::Names`] with every bad name, [`PackError::FileTooLarge`].
pub(crate) fn lay_out(snapshot: &Snapshot, skip: &Patterns) -> Result<Layout, PackError> {
    let mut content = BTreeMap::new();
    let mut left_out = Vec::new();
    let skipped = |path: &RelPath| {
        let own = skip.matching(path).map(str::to_owned);
        own.or_else(|| path.ancestors().find_map(|a| skip.matching(&a).map(str::to_owned)))
    };
    for (path, stamp) in &snapshot.directories {
        let item = Item::Directory(NEVER, stamp.marks().unwrap_or_default());
        match skipped(path) {
            Some(rule) => left_out.push(Skipped { rule, path: path.clone() }),
            None => drop(content.insert(path.clone(), item)),
        }
    }
    for (path, stamp) in &snapshot.files {
        match skipped(path) {
            Some(rule) => left_out.push(Skipped { rule, path: path.clone() }),
            None => add(&mut content, path, *stamp)?,
        }
    }
    left_out.sort_by(|a, b| a.path.cmp(&b.path));
    let refused = snapshot.refused.iter().filter(|refused| {
        RelPath::parse(&refused.path).map_or(true, |path| skipped(&path).is_none())
    });
    let bad = bad_names(&content, refused);
    if !bad.is_empty() {
        return Err(PackError::Names(bad));
    }
    let mut content: Vec<_> = content.into_iter().collect();
    content.sort_by_cached_key(|(path, _)| order(path));
    let latest = content.iter().map(|(_, item)| item.time()).max().unwrap_or(NEVER);
    Ok(Layout { content, skipped: left_out, latest })
}

/// The time of what has none: clamped to the earliest that zip can hold.
const NEVER: Ticks = Ticks(i64::MIN);

/// Sorts paths segment by segment: the separator comes before every character of a name.
fn order(path: &RelPath) -> Vec<u16> {
    let folded = NameRules::Windows.fold(path.as_str());
    folded.encode_utf16().map(|unit| if unit == u16::from(b'/') { 0 } else { unit }).collect()
}

fn add(
    content: &mut BTreeMap<RelPath, Item>,
    path: &RelPath,
    stamp: Stamp,
) -> Result<(), PackError> {
    if stamp.size > MAX_FILE {
        let path = path.clone();
        return Err(PackError::FileTooLarge { path, size: stamp.size, limit: MAX_FILE });
    }
    // A directory without an entry of its own would lose its files when it is deployed.
    for parent in path.ancestors() {
        let unlisted = Item::Directory(NEVER, Attributes::NONE);
        if let Item::Directory(latest, _) = content.entry(parent).or_insert(unlisted) {
            *latest = stamp.modified.max(*latest);
        }
    }
    content.insert(path.clone(), Item::File(stamp));
    Ok(())
}

impl Layout {
    pub(crate) fn files(&self) -> impl Iterator<Item = (&RelPath, Stamp)> {
        self.content.iter().filter_map(|(path, item)| match item {
            Item::File(stamp) => Some((path, *stamp)),
            Item::Directory(..) => None,
        })
    }
}

fn bad_names<'a>(
    content: &BTreeMap<RelPath, Item>,
    refused: impl Iterator<Item = &'a Refused>,
) -> Vec<BadName> {
    let mut bad: Vec<_> = refused.cloned().map(BadName::Refused).collect();
    for path in content.keys() {
        if path.as_str().len() > MAX_NAME {
            bad.push(BadName::TooLong(path.clone(), path.as_str().len()));
        }
        // What is wrong with a directory is told once, not for every file below it.
        let name = RelPath::parse(path.file_name()).expect("a name is a path");
        if let Some(problem) = windows_problem(&name) {
            bad.push(BadName::Forbidden(path.clone(), problem));
        }
    }
    let pairs = collisions(content.keys());
    bad.extend(pairs.into_iter().map(|(first, second)| BadName::Collision(first, second)));
    bad
}
