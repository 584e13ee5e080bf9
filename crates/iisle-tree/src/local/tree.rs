use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use iisle_path::{NameRules, RelPath};

use super::beneath::{Base, Beneath};
use super::cleanup::remove_leftovers;
use super::place::resolve;
use super::system;
use super::temporary::{Temporary, aside};
use super::walk::{Facts, Walked, walk};
use crate::digest::buffer;
use crate::folder::Attributes;
use crate::{Content, FileVersion, Holder, Snapshot, Stamp, Tree, TreeError, TreeMut};

/// What becomes of links (symbolic links, junctions) below the root.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Links {
    /// A link whose target lies inside the tree counts as what it points to; any other is refused.
    #[default]
    Follow,
    /// A link is left alone: it is refused by the snapshot, and nothing is changed through it.
    Keep,
}

/// When a written file has to be on the medium.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// When the system likes. After a power cut the newest files may be missing.
    #[default]
    Cached,
    /// Before it gets its name: slower by a disk access per file.
    Flushed,
}

/// A folder of this machine, or a share it can reach.
///
/// The folder may be missing: it is an empty tree then, and the first change creates it.
#[derive(Debug)]
pub struct LocalTree {
    /// As given.
    root: PathBuf,
    /// Absolute, in the form that reaches every path below it.
    base: PathBuf,
    links: Links,
    durability: Durability,
    names: NameRules,
    /// Folders that are known to be reached without a link.
    checked: Mutex<BTreeSet<RelPath>>,
    /// No temporary can have been left behind: a snapshot has seen everything.
    is_clean: AtomicBool,
}

impl LocalTree {
    /// The existing folder `root`, with links followed as [`Links::Follow`] says.
    ///
    /// # Errors
    /// [`TreeError::NotFound`], [`TreeError::NotAFolder`], or what the system says.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, TreeError> {
        let root = root.as_ref();
        match fs::metadata(root) {
            Ok(metadata) if metadata.is_dir() => Self::new(root),
            Ok(_) => Err(TreeError::NotAFolder(root.display().to_string())),
            Err(error) => Err(TreeError::met("open the folder", root.display().to_string(), error)),
        }
    }

    /// The folder `root`, which may be missing; links below it are kept as they are.
    ///
    /// Nothing is created before the first change.
    ///
    /// # Errors
    /// As [`open`](Self::open), without [`TreeError::NotFound`]; [`TreeError::Dangling`] for a link to
    /// nothing, which is on nobody's way to a new folder.
    pub fn target(root: impl AsRef<Path>) -> Result<Self, TreeError> {
        let root = root.as_ref();
        let tree = match Self::open(root) {
            Err(TreeError::NotFound(_)) => Self::missing(root)?,
            other => other?,
        };
        Ok(tree.with_links(Links::Keep))
    }

    /// A folder that the system does not find. Where nothing is, `..` takes the name before it away, which
    /// may lead back to one that is there.
    fn missing(root: &Path) -> Result<Self, TreeError> {
        let failed = |error| TreeError::met("open the folder", root.display().to_string(), error);
        let real = resolve(root).map_err(failed)?;
        let last = real.ancestors().find(|path| fs::symlink_metadata(path).is_ok());
        if let Some(target) = last.and_then(|path| fs::read_link(path).ok()) {
            let (path, target) = (root.display().to_string(), target.display().to_string());
            return Err(TreeError::Dangling { path, target });
        }
        match fs::metadata(&real) {
            Ok(metadata) if !metadata.is_dir() => {
                Err(TreeError::NotAFolder(root.display().to_string()))
            }
            _ => Ok(Self { root: root.to_owned(), ..Self::new(&real)? }),
        }
    }

    /// The folder `root`, created with its parents when it is missing.
    pub fn create(root: impl AsRef<Path>) -> Result<Self, TreeError> {
        let tree = Self::target(root)?;
        let shown = || tree.root.display().to_string();
        fs::create_dir_all(&tree.base)
            .map_err(|e| TreeError::met("create the folder", shown(), e))?;
        Ok(tree)
    }

    fn new(root: &Path) -> Result<Self, TreeError> {
        let absolute = system::root(root)
            .map_err(|e| TreeError::met("open the folder", root.display().to_string(), e))?;
        Ok(Self {
            root: root.to_owned(),
            base: absolute,
            links: Links::Follow,
            durability: Durability::Cached,
            names: system::NAMES,
            checked: Mutex::default(),
            is_clean: AtomicBool::new(false),
        })
    }

    /// The same folder with another rule for links.
    #[must_use]
    pub fn with_links(self, links: Links) -> Self {
        Self { links, ..self }
    }

    /// The same folder with another rule for when bytes reach the medium.
    #[must_use]
    pub fn with_durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    /// The same folder with another rule for names than most volumes of this system have.
    #[must_use]
    pub fn with_names(self, names: NameRules) -> Self {
        Self { names, ..self }
    }

    /// Whether names in a folder (the root for `None`) differ by upper and lower case though those of its
    /// volume do not, as far as the system tells; a missing folder is none of these.
    ///
    /// Source: Microsoft, "Adjust case sensitivity".
    pub fn tells_case(&self, folder: Option<&RelPath>) -> bool {
        folder.map_or_else(
            || system::tells_case(&self.base),
            |folder| system::tells_case(&self.host_path(folder)),
        )
    }

    /// The folder as it was given.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of `path` on this machine, absolute; on Windows with the prefix `\\?\`.
    pub fn host_path(&self, path: &RelPath) -> PathBuf {
        system::join(&self.base, path)
    }

    fn error(action: &'static str, path: &RelPath) -> impl FnOnce(io::Error) -> TreeError {
        move |source| TreeError::met(action, path.as_str(), source)
    }

    /// An error while replacing or removing `path`, with its users when that was the reason.
    fn blocked(&self, action: &'static str, path: &RelPath, source: io::Error) -> TreeError {
        let denied = source.kind() == io::ErrorKind::PermissionDenied;
        if !denied && !system::is_in_use(&source) {
            return TreeError::met(action, path.as_str(), source);
        }
        match system::in_use(&[self.host_path(path)]).pop().flatten() {
            Some(holders) => TreeError::InUse { path: path.to_string(), holders, source },
            None if system::is_in_use(&source) => {
                TreeError::InUse { path: path.to_string(), holders: Vec::new(), source }
            }
            None => TreeError::met(action, path.as_str(), source),
        }
    }

    /// Refuses a name that this system cannot hold.
    fn check_name(path: &RelPath) -> Result<(), TreeError> {
        system::check_name(path)
            .map_err(|problem| TreeError::Name { path: path.to_string(), problem })
    }

    /// Refuses a path that leads through a link, where links are kept.
    fn check(&self, path: &RelPath) -> Result<(), TreeError> {
        let (Links::Keep, Some(parent)) = (self.links, path.parent()) else { return Ok(()) };
        let mut checked = self.checked.lock().expect("no holder of this lock panics");
        if checked.contains(&parent) {
            return Ok(());
        }
        for folder in std::iter::once(parent.clone()).chain(parent.ancestors()) {
            if fs::symlink_metadata(self.host_path(&folder)).is_ok_and(|m| m.is_symlink()) {
                let problem = format!("`{folder}` is a link");
                return Err(TreeError::Name { path: path.to_string(), problem });
            }
        }
        checked.insert(parent);
        Ok(())
    }

    /// Where `path` is changed: nobody leads it elsewhere by a link, where links are kept.
    fn changed(&self, path: &RelPath) -> io::Result<Beneath> {
        match self.links {
            Links::Keep => Beneath::find(&self.base, path, Base::AsGiven),
            Links::Follow => Ok(Beneath::own(self.host_path(path))),
        }
    }

    fn metadata(&self, path: &RelPath) -> Result<Option<Metadata>, TreeError> {
        let host = self.host_path(path);
        let result = match self.links {
            Links::Follow => fs::metadata(host),
            Links::Keep => fs::symlink_metadata(host),
        };
        match result {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(TreeError::met("examine", path.as_str(), error)),
        }
    }

    fn walk(&self, facts: Facts) -> Result<Walked, TreeError> {
        match walk(&self.base, self.links, facts) {
            Ok(walked) => {
                self.is_clean.store(walked.temporaries == 0, Ordering::Relaxed);
                Ok(walked)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Walked::default()),
            Err(error) => Err(TreeError::met("list", self.root.display().to_string(), error)),
        }
    }

    /// Creates the folder that `path` lies in.
    fn create_folder_of(&self, path: &RelPath) -> Result<(), TreeError> {
        match path.parent() {
            Some(parent) => self.create_directory(&parent),
            None => fs::create_dir_all(&self.base).map_err(|error| {
                TreeError::met("create the folder", self.root.display().to_string(), error)
            }),
        }
    }

    /// A temporary beside `target`, in a folder that is created when it is missing.
    fn temporary(target: &Path) -> io::Result<Temporary> {
        match Temporary::beside(target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(target.parent().unwrap_or(target))?;
                Temporary::beside(target)
            }
            other => other,
        }
    }
}

impl Tree for LocalTree {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        self.walk(Facts::Stamps).map(|walked| walked.snapshot)
    }

    fn versioned_snapshot(&self) -> Result<(Snapshot, Vec<Option<FileVersion>>), TreeError> {
        let Walked { snapshot, versions, temporaries: _ } = self.walk(Facts::Versions)?;
        Ok((snapshot, versions))
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        let file = File::open(self.host_path(path)).map_err(|e| self.blocked("open", path, e))?;
        // Unix opens folders for reading and fails at the first read.
        if cfg!(unix) && file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            let source = io::Error::from(io::ErrorKind::IsADirectory);
            return Err(TreeError::io("open", path.as_str(), source));
        }
        Ok(Box::new(file))
    }

    fn names(&self) -> NameRules {
        self.names
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        let metadata = self.metadata(path)?.filter(Metadata::is_file);
        Ok(metadata.as_ref().map(system::stamp))
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        Ok(self.stamp(path)?.is_some_and(|found| found.is_unchanged_from(&stamp)))
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        cfg!(unix)
            && self
                .metadata(path)
                .is_ok_and(|found| found.is_some_and(|m| system::is_executable(&m)))
    }
}

impl TreeMut for LocalTree {
    fn write(&self, path: &RelPath, stamp: Stamp, content: &mut dyn Read) -> Result<(), TreeError> {
        Self::check_name(path)?;
        self.check(path)?;
        let replaced = self.metadata(path)?;
        if replaced.as_ref().is_some_and(Metadata::is_dir) {
            return Err(TreeError::NotAFile(path.to_string()));
        }
        let found = match self.changed(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create_folder_of(path)?;
                self.changed(path)
            }
            other => other,
        };
        let found = found.map_err(Self::error("create", path))?;
        let target = found.place();
        let mut temporary = Self::temporary(target).map_err(Self::error("create", path))?;
        let file = temporary.file();
        let length = copy(content, file, stamp.size).map_err(|failure| match failure {
            CopyError::Read(source) => TreeError::met("read", path.as_str(), source),
            CopyError::Write(source) => TreeError::met("write", path.as_str(), source),
        })?;
        if length != stamp.size {
            let (path, expected, found) = (path.to_string(), stamp.size, length);
            return Err(TreeError::Changed { path, expected, found });
        }
        file.set_modified(stamp.modified.to_system_time())
            .and_then(|()| system::set_attributes(file, replaced.as_ref(), stamp))
            .and_then(|()| match self.durability {
                Durability::Cached => Ok(()),
                Durability::Flushed => file.sync_all(),
            })
            .map_err(Self::error("set the time of", path))?;
        temporary.commit(target).map_err(|e| self.blocked("replace", path, e))
    }

    fn touch(&self, path: &RelPath, stamp: Stamp) -> Result<(), TreeError> {
        self.check(path)?;
        let error = || Self::error("set the time of", path);
        let metadata = self.metadata(path)?.ok_or_else(|| TreeError::NotFound(path.to_string()))?;
        let found = self.changed(path).map_err(error())?;
        let file = system::open_for_attributes(found.place()).map_err(error())?;
        file.set_modified(stamp.modified.to_system_time()).map_err(error())?;
        if system::stamp(&metadata).has_attributes_of(&stamp) {
            return Ok(());
        }
        system::set_attributes(&file, Some(&metadata), stamp).map_err(error())
    }

    fn mark_directory(&self, path: &RelPath, marks: Attributes) -> Result<(), TreeError> {
        self.check(path)?;
        self.changed(path)
            .and_then(|found| system::mark_folder(found.place(), marks))
            .map_err(Self::error("set the attributes of", path))
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), TreeError> {
        Self::check_name(to)?;
        self.check(from)?;
        self.check(to)?;
        let old = self.changed(from).map_err(Self::error("rename", from))?;
        let new = self.changed(to).map_err(Self::error("rename", to))?;
        let (old, new) = (old.place(), new.place());
        let same = self.names().same(from.as_str(), to.as_str());
        if !same && self.metadata(to)?.is_some() {
            let source = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(TreeError::io("rename to", to.as_str(), source));
        }
        match fs::rename(old, new) {
            Ok(()) if !same || is_spelled(new) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(TreeError::NotFound(from.to_string()));
            }
            Err(error) if !same => return Err(self.blocked("rename", from, error)),
            // Some systems and servers take a change of letters for no change, others for an attempt
            // to overwrite. What a crash leaves under the third name, the next sync creates anew.
            Ok(()) | Err(_) => {}
        }
        let between = aside(new);
        fs::rename(old, &between).map_err(|e| self.blocked("rename", from, e))?;
        fs::rename(&between, new).map_err(|e| {
            if let Err(error) = fs::rename(&between, old) {
                tracing::error!(path = %between.display(), %error, "cannot rename back");
            }
            self.blocked("rename", from, e)
        })
    }

    fn remove(&self, path: &RelPath) -> Result<(), TreeError> {
        self.check(path)?;
        match self.changed(path).and_then(|found| system::remove(found.place())) {
            Err(error) if !is_missing(&error) => Err(self.blocked("remove", path, error)),
            _ => Ok(()),
        }
    }

    fn create_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        Self::check_name(path)?;
        self.check(path)?;
        if self.links == Links::Follow {
            let host = self.host_path(path);
            return fs::create_dir_all(host).map_err(Self::error("create the folder", path));
        }
        let make = || self.changed(path).and_then(|found| found.create_folder());
        let made = match make() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.create_folder_of(path)?;
                make()
            }
            made => made,
        };
        made.map_err(Self::error("create the folder", path))
    }

    fn remove_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        self.check(path)?;
        match self.changed(path).and_then(|found| fs::remove_dir(found.place())) {
            Err(error) if !is_missing(&error) => {
                Err(TreeError::met("remove the folder", path.as_str(), error))
            }
            _ => Ok(()),
        }
    }

    fn locked_by(&self, path: &RelPath) -> Result<Option<Vec<Holder>>, TreeError> {
        Ok(system::in_use(&[self.host_path(path)]).pop().flatten())
    }

    fn locked(&self, paths: &[RelPath]) -> Result<Vec<(RelPath, Vec<Holder>)>, TreeError> {
        let hosts: Vec<_> = paths.iter().map(|path| self.host_path(path)).collect();
        let found = paths.iter().zip(system::in_use(&hosts));
        Ok(found.filter_map(|(path, holders)| Some((path.clone(), holders?))).collect())
    }

    fn free_space(&self) -> Result<Option<u64>, TreeError> {
        let existing = self.base.ancestors().find(|folder| folder.is_dir());
        let Some(existing) = existing else { return Ok(None) };
        let shown = || self.root.display().to_string();
        system::free_space(existing)
            .map(Some)
            .map_err(|e| TreeError::met("ask for the free space of", shown(), e))
    }

    fn remove_leftovers(&self) -> Result<u64, TreeError> {
        if self.is_clean.load(Ordering::Relaxed) {
            return Ok(0);
        }
        remove_leftovers(&self.base).map_err(|e| {
            TreeError::met("remove leftover files below", self.root.display().to_string(), e)
        })
    }
}

/// Whether nothing is there under that name.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether the existing `path` is spelled in just these letters.
fn is_spelled(path: &Path) -> bool {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return true };
    // When the folder cannot be listed, the system's word that it renamed has to do.
    fs::read_dir(folder)
        .map_or(true, |list| list.filter_map(Result::ok).any(|entry| entry.file_name() == name))
}

/// Which side of a copy failed.
pub(crate) enum CopyError {
    Read(io::Error),
    Write(io::Error),
}

/// Copies until the end of `content`, but stops soon after `expected` bytes; how many there were.
pub(crate) fn copy(
    content: &mut dyn Read,
    file: &mut File,
    expected: u64,
) -> Result<u64, CopyError> {
    let mut buffer = buffer(expected);
    let mut total = 0;
    while total <= expected {
        let length = match content.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Read(error)),
        };
        file.write_all(&buffer[..length]).map_err(CopyError::Write)?;
        total += length as u64;
    }
    Ok(total)
}
