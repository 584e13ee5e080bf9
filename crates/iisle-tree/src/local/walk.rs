use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use iisle_path::RelPath;

use super::listing::{Kind, Listed, list};
use super::system;
use super::temporary::is_temporary;
use super::tree::Links;
use crate::{FileVersion, Refusal, Refused, Snapshot, Stamp};

/// Links to folders that are followed below one another; more is taken for a circle.
const MAX_NESTED_LINKS: usize = 8;

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) snapshot: Snapshot,
    /// The versions of its files in their order, when they were asked for and the volume has some.
    pub(super) versions: Vec<Option<FileVersion>>,
    /// Temporaries of crashed or running syncs, which are no part of the snapshot.
    pub(super) temporaries: usize,
}

/// What is wanted to be known of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Facts {
    Stamps,
    Versions,
}

/// Lists everything below `root`, folders in parallel.
///
/// # Errors
/// When `root` itself cannot be listed. What cannot be listed below it is refused, not an error.
pub(super) fn walk(root: &Path, links: Links, facts: Facts) -> io::Result<Walked> {
    let volume = match facts {
        Facts::Stamps => None,
        Facts::Versions => system::faithful_volume(root),
    };
    let found = Mutex::default();
    let walk = Walk { root, real_root: OnceLock::new(), links, volume, found };
    let top = Folder { host: root.to_owned(), path: None, via: Vec::new() };
    rayon::scope(|scope| walk.list(scope, &top))?;
    Ok(walk.finish())
}

struct Walk<'a> {
    root: &'a Path,
    /// The root without links, found when the first link is met.
    real_root: OnceLock<Option<PathBuf>>,
    links: Links,
    /// The volume whose files have versions.
    volume: Option<u64>,
    found: Mutex<Found>,
}

/// A file.
struct File {
    path: RelPath,
    stamp: Stamp,
    version: Option<FileVersion>,
}

#[derive(Default)]
struct Found {
    /// The files of each folder, sorted.
    files: Vec<Vec<File>>,
    directories: Vec<(RelPath, Stamp)>,
    refused: Vec<Refused>,
    temporaries: usize,
}

struct Folder {
    host: PathBuf,
    /// `None` for the root.
    path: Option<RelPath>,
    /// Where the followed links lie that lead here, without links.
    via: Vec<PathBuf>,
}

impl Walk<'_> {
    fn finish(self) -> Walked {
        let mut found = self.found.into_inner().expect("no holder of this lock panics");
        found.refused.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.bytes.cmp(&b.bytes)));
        // Whole folders in order are nearly sorted, which the stable sort sees; and from sorted
        // lists the maps are built without searching.
        found.files.sort_unstable_by(|a, b| a[0].path.cmp(&b[0].path));
        let mut files: Vec<_> = found.files.into_iter().flatten().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let versions = match self.volume {
            Some(_) => files.iter().map(|file| file.version).collect(),
            None => Vec::new(),
        };
        let files = files.into_iter().map(|File { path, stamp, version: _ }| (path, stamp));
        found.directories.sort_by(|a, b| a.0.cmp(&b.0));
        let (files, directories) = (files.collect(), found.directories.into_iter().collect());
        let snapshot = Snapshot { files, directories, refused: found.refused };
        Walked { snapshot, versions, temporaries: found.temporaries }
    }

    fn visit<'s>(&'s self, scope: &rayon::Scope<'s>, folder: &Folder) {
        if let Err(error) = self.list(scope, folder) {
            let path = folder.path.as_ref().map_or(String::new(), ToString::to_string);
            self.add(Found { refused: vec![unreadable(path, &error)], ..Found::default() });
        }
    }

    fn list<'s>(&'s self, scope: &rayon::Scope<'s>, folder: &Folder) -> io::Result<()> {
        let mut found = Found::default();
        let mut files = Vec::new();
        let mut text = folder.path.as_ref().map_or(String::new(), |path| format!("{path}/"));
        let prefix = text.len();
        list(&folder.host, self.volume, |entry| {
            text.truncate(prefix);
            match entry {
                Ok(entry) => self.entry(scope, folder, entry, &mut text, &mut files, &mut found),
                Err(error) => found.refused.push(unreadable(text.clone(), &error)),
            }
        })?;
        if !files.is_empty() {
            files.sort_unstable_by(|a: &File, b| a.path.cmp(&b.path));
            found.files.push(files);
        }
        self.add(found);
        Ok(())
    }

    fn add(&self, mut new: Found) {
        let mut found = self.found.lock().expect("no holder of this lock panics");
        found.files.append(&mut new.files);
        found.directories.append(&mut new.directories);
        found.refused.append(&mut new.refused);
        found.temporaries += new.temporaries;
    }

    fn entry<'s>(
        &'s self,
        scope: &rayon::Scope<'s>,
        folder: &Folder,
        entry: Listed<'_>,
        text: &mut String,
        files: &mut Vec<File>,
        found: &mut Found,
    ) {
        let Listed { name, kind, stamp, version } = entry;
        let Some(path) = path_below(text, name) else {
            found.refused.push(Refused {
                path: format!("{text}{}", name.to_string_lossy()),
                bytes: Some(name.as_encoded_bytes().to_vec()),
                why: Refusal::NotUnicode,
            });
            return;
        };
        match stamp {
            Ok(stamp) => match kind {
                Kind::File if name.to_str().is_some_and(is_temporary) => found.temporaries += 1,
                Kind::File => files.push(File { path, stamp, version }),
                Kind::Link => self.link(scope, folder, path, folder.host.join(name), files, found),
                Kind::Directory => {
                    let host = folder.host.join(name);
                    self.descend(scope, path, stamp, host, folder.via.clone(), found);
                }
                Kind::Special => {
                    let path = path.to_string();
                    found.refused.push(Refused { path, bytes: None, why: Refusal::Special });
                }
            },
            // It vanished since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => found.refused.push(unreadable(path.to_string(), &error)),
        }
    }

    fn descend<'s>(
        &'s self,
        scope: &rayon::Scope<'s>,
        path: RelPath,
        stamp: Stamp,
        host: PathBuf,
        via: Vec<PathBuf>,
        found: &mut Found,
    ) {
        found.directories.push((path.clone(), stamp));
        let below = Folder { host, path: Some(path), via };
        scope.spawn(move |scope| self.visit(scope, &below));
    }

    fn link<'s>(
        &'s self,
        scope: &rayon::Scope<'s>,
        folder: &Folder,
        path: RelPath,
        host: PathBuf,
        files: &mut Vec<File>,
        found: &mut Found,
    ) {
        let target = fs::read_link(&host)
            .map_or_else(|error| error.to_string(), |target| target.to_string_lossy().into_owned());
        let refuse = |why| Refused { path: path.to_string(), bytes: None, why };
        if self.links == Links::Keep {
            return found.refused.push(refuse(Refusal::Link(target)));
        }
        let real = match fs::canonicalize(&host) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return found.refused.push(refuse(Refusal::LinkDangles(target)));
            }
            Err(error) if system::is_endless_link(&error) => {
                return found.refused.push(refuse(Refusal::LinkLoop(target)));
            }
            Err(error) => return found.refused.push(unreadable(path.to_string(), &error)),
        };
        if !self.real_root().is_some_and(|root| real.starts_with(root)) {
            return found.refused.push(refuse(Refusal::LinkLeavesTree(target)));
        }
        let metadata = match fs::metadata(&real) {
            Ok(metadata) => metadata,
            Err(error) => return found.refused.push(unreadable(path.to_string(), &error)),
        };
        let stamp = system::stamp(&metadata);
        if metadata.is_file() {
            let version = self.volume.and_then(|volume| system::version(&real, &metadata, volume));
            return files.push(File { path, stamp, version });
        }
        if !metadata.is_dir() {
            return found.refused.push(refuse(Refusal::Special));
        }
        let mut via = folder.via.clone();
        via.extend(fs::canonicalize(&folder.host).ok());
        let circle = via.iter().any(|place| place.starts_with(&real));
        if circle || via.len() > MAX_NESTED_LINKS {
            return found.refused.push(refuse(Refusal::LinkLoop(target)));
        }
        self.descend(scope, path, stamp, host, via, found);
    }

    fn real_root(&self) -> Option<&Path> {
        self.real_root.get_or_init(|| fs::canonicalize(self.root).ok()).as_deref()
    }
}

/// Appends `name` to `text`, which ends in `/` or is empty; `None` when it is no Unicode.
fn path_below(text: &mut String, name: &OsStr) -> Option<RelPath> {
    text.push_str(name.to_str()?);
    // On Windows a name read from the disk may still hold what a `RelPath` refuses.
    RelPath::parse(text).ok()
}

fn unreadable(path: String, error: &io::Error) -> Refused {
    Refused { path, bytes: None, why: Refusal::Unreadable(error.to_string()) }
}
