//! The few things that other crates do with paths of this machine. Every error names the path.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::TreeError;
use crate::local::{self, Temporary, remove_below, system};

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The folder as given, and the name.
    pub path: PathBuf,
    /// What it is; links count as what they point to.
    pub kind: Kind,
}

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Directory,
    /// Anything else: a device, a pipe, a link that leads nowhere.
    Other,
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TreeError {
    move |source| TreeError::met(action, text(path), source)
}

/// The whole of a file that is expected to be small.
///
/// # Errors
/// [`TreeError::NotFound`], [`TreeError::NotAFile`], [`TreeError::TooLarge`] when it is longer
/// than `limit` bytes, or what the system says.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, TreeError> {
    let not_a_file = || TreeError::NotAFile(text(path));
    // Some systems open folders, some refuse.
    let refused = |source| if path.is_dir() { not_a_file() } else { error("open", path)(source) };
    let file = File::open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(error("examine", path))?;
    if metadata.is_dir() {
        return Err(not_a_file());
    }
    let too_large = || TreeError::TooLarge { path: text(path), limit };
    if metadata.len() > limit {
        return Err(too_large());
    }
    // One byte more shows the end without another guess at the length.
    let expected = usize::try_from(metadata.len()).map_err(|_| too_large())?;
    let mut bytes = Vec::with_capacity(expected.saturating_add(1));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(error("read", path))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Opens a file for reading from any place.
///
/// # Errors
/// As [`read`], without the limit.
pub fn open(path: &Path) -> Result<impl crate::Content + use<>, TreeError> {
    if path.is_dir() {
        return Err(TreeError::NotAFile(text(path)));
    }
    File::open(path).map_err(error("open", path))
}

/// Whether anything is there; a link that leads nowhere is not.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether a file is there.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// What is there, links followed; `None` when nothing is or it cannot be seen.
pub fn kind(path: &Path) -> Option<Kind> {
    fs::metadata(path).ok().map(|metadata| kind_of(&metadata))
}

fn kind_of(metadata: &fs::Metadata) -> Kind {
    if metadata.is_file() {
        Kind::File
    } else if metadata.is_dir() {
        Kind::Directory
    } else {
        Kind::Other
    }
}

/// Whether a folder is there.
pub fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// Waits until everything in the existing folder `path` is on the medium.
pub fn flush(path: &Path) -> Result<(), TreeError> {
    system::flush_tree(path).map_err(error("flush", path))
}

/// Length of a file in bytes.
pub fn size(path: &Path) -> Result<u64, TreeError> {
    fs::metadata(path).map(|metadata| metadata.len()).map_err(error("examine", path))
}

/// The entries of a folder, sorted by name.
///
/// # Errors
/// [`TreeError::NotFound`], [`TreeError::NotAFolder`], or what the system says.
pub fn list(folder: &Path) -> Result<Vec<Entry>, TreeError> {
    let listing = fs::read_dir(folder).map_err(|source| match source.kind() {
        io::ErrorKind::NotADirectory => TreeError::NotAFolder(text(folder)),
        _ => TreeError::met("list", text(folder), source),
    })?;
    let mut entries = Vec::new();
    for entry in listing {
        let path = entry.map_err(error("list", folder))?.path();
        let kind = kind(&path).unwrap_or(Kind::Other);
        entries.push(Entry { path, kind });
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// Every file below `folder`, sorted, links not followed; folders that cannot be listed are errors.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>, TreeError> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(false).sort_by_file_name() {
        let entry = entry.map_err(|failure| {
            let path = failure.path().unwrap_or(folder).to_owned();
            TreeError::met("list", text(&path), failure.into())
        })?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Makes `bytes` the content of `path`, at once and on the medium; the old file stays on failure.
///
/// # Errors
/// As [`create_file_atomic`].
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), TreeError> {
    let mut file = create_file_atomic(path)?;
    file.write_all(bytes).map_err(error("write", path))?;
    file.flush_to_medium()?;
    file.commit()
}

/// Starts a file that gets the name `path` when it is complete.
///
/// # Errors
/// [`TreeError::NotAFile`] when `path` is a folder, [`TreeError::Special`] when it is a device or the
/// like, [`TreeError::NotFound`] with the folder when that does not exist, or what the system says.
pub fn create_file_atomic(path: &Path) -> Result<AtomicFile, TreeError> {
    let replaced = fs::metadata(path).ok();
    match replaced.as_ref().map(kind_of) {
        None | Some(Kind::File) => {}
        Some(Kind::Directory) => return Err(TreeError::NotAFile(text(path))),
        // It would be lost: a file with its name would take its place.
        Some(Kind::Other) => return Err(TreeError::Special(text(path))),
    }
    let mut temporary = Temporary::beside(path).map_err(|source| {
        let folder = path.parent().filter(|parent| *parent != Path::new(""));
        match (source.kind(), folder) {
            (io::ErrorKind::NotFound, Some(folder)) => TreeError::NotFound(text(folder)),
            _ => TreeError::io("create", text(path), source),
        }
    })?;
    if let Some(replaced) = replaced {
        let stamp = system::stamp(&replaced);
        let stamp = crate::Stamp { read_only: false, ..stamp };
        system::set_attributes(temporary.file(), Some(&replaced), stamp)
            .map_err(error("set the attributes of", path))?;
    }
    Ok(AtomicFile { temporary, path: path.to_owned() })
}

/// A file in the making, beside the place it is meant for. Dropped before
/// [`commit`](Self::commit), it vanishes and what stood there stays.
#[derive(Debug)]
pub struct AtomicFile {
    temporary: Temporary,
    path: PathBuf,
}

impl AtomicFile {
    /// Gives the file its name, replacing what stood there.
    pub fn commit(self) -> Result<(), TreeError> {
        let Self { temporary, path } = self;
        temporary.commit(&path).map_err(|source| {
            if !system::is_in_use(&source) {
                return TreeError::io("replace", text(&path), source);
            }
            let holders = system::in_use(std::slice::from_ref(&path)).pop().flatten();
            TreeError::InUse { path: text(&path), holders: holders.unwrap_or_default(), source }
        })
    }

    /// Waits until the bytes written so far are on the medium.
    pub fn flush_to_medium(&mut self) -> Result<(), TreeError> {
        self.temporary.file().sync_all().map_err(error("write", &self.path))
    }

    /// The place it is meant for.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.temporary.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.temporary.file().flush()
    }
}

impl Read for AtomicFile {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.temporary.file().read(bytes)
    }
}

impl Seek for AtomicFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.temporary.file().seek(position)
    }
}

/// Creates a folder and its parents; an existing one is left alone.
pub fn create_dir_all(path: &Path) -> Result<(), TreeError> {
    fs::create_dir_all(path).map_err(error("create the folder", path))
}

/// Removes a file, also a read-only one; a missing one is no error.
pub fn remove_file(path: &Path) -> Result<(), TreeError> {
    match system::remove(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(TreeError::io("remove", text(path), source))
        }
        _ => Ok(()),
    }
}

/// Removes a folder with everything in it; links are removed, not followed. A missing one is no
/// error.
pub fn remove_tree(path: &Path) -> Result<(), TreeError> {
    remove_below(path).map_err(|source| TreeError::io("remove the folder", text(path), source))
}

/// Gives the folder `from` the name `to` on the same volume, which must be free.
///
/// # Errors
/// [`TreeError::InUse`] when something below it is held and the system minds.
pub fn rename_folder(from: &Path, to: &Path) -> Result<(), TreeError> {
    if fs::symlink_metadata(to).is_ok() {
        let source = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(TreeError::io("rename to", text(to), source));
    }
    fs::rename(from, to).map_err(|source| {
        if system::is_in_use(&source) {
            return TreeError::InUse { path: text(from), holders: Vec::new(), source };
        }
        TreeError::met("rename", text(from), source)
    })
}

/// When the folder itself was last written to; what the system says of it.
pub fn modified(path: &Path) -> Result<crate::Ticks, TreeError> {
    let metadata = fs::metadata(path).map_err(error("examine", path))?;
    Ok(system::stamp(&metadata).modified)
}

/// Whether two existing paths lead to one file or folder.
///
/// # Errors
/// [`TreeError::NotFound`] when one does not exist.
pub fn same_file(a: &Path, b: &Path) -> Result<bool, TreeError> {
    let first = system::identity(a).map_err(error("examine", a))?;
    let second = system::identity(b).map_err(error("examine", b))?;
    Ok(first == second)
}

/// Whether `inner` lies below the folder `outer`, links resolved; neither needs to exist.
///
/// A folder does not lie below itself.
pub fn is_inside(inner: &Path, outer: &Path) -> Result<bool, TreeError> {
    // Whichever cannot be seen is named.
    local::is_below(&resolve(inner)?, &resolve(outer)?).map_err(error("examine", inner))
}

/// How two folders lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Neither lies in the other.
    Apart,
    /// They are one.
    Same,
    /// The first lies below the second.
    FirstInside,
    /// The second lies below the first.
    SecondInside,
}

/// How two folders lie to each other, links resolved; neither needs to exist.
pub fn overlap(first: &Path, second: &Path) -> Result<Overlap, TreeError> {
    if is_inside(first, second)? {
        return Ok(Overlap::FirstInside);
    }
    if is_inside(second, first)? {
        return Ok(Overlap::SecondInside);
    }
    let (first, second) = (resolve(first)?, resolve(second)?);
    let is_same = match (exists(&first), exists(&second)) {
        (true, true) => same_file(&first, &second)?,
        (false, false) => first == second,
        _ => false,
    };
    Ok(if is_same { Overlap::Same } else { Overlap::Apart })
}

/// `path` made absolute, links resolved as far as it exists. On Windows it may begin with `\\?\`:
/// for comparing, not for showing.
pub fn resolve(path: &Path) -> Result<PathBuf, TreeError> {
    local::resolve(path).map_err(error("examine", path))
}

/// Whether files can be made in the folder `path`, or in the nearest one above it that exists, as far as
/// that can be told without doing it.
pub fn takes_files(path: &Path) -> bool {
    nearest(path).is_none_or(|folder| !folder.is_dir() || system::takes_files(folder))
}

/// `path` itself, or the nearest folder above it that exists.
fn nearest(path: &Path) -> Option<&Path> {
    path.ancestors().find(|folder| folder.exists())
}

/// Bytes that may still be written to the volume of `path` or of its nearest existing parent.
pub fn free_space(path: &Path) -> Result<u64, TreeError> {
    let absolute = std::path::absolute(path).map_err(error("examine", path))?;
    let existing = nearest(&absolute).unwrap_or(&absolute);
    system::free_space(existing).map_err(error("ask for the free space of", existing))
}

/// Bytes that the volume of `path` or of its nearest existing parent holds, full and free.
pub fn volume_size(path: &Path) -> Result<u64, TreeError> {
    let absolute = std::path::absolute(path).map_err(error("examine", path))?;
    let existing = nearest(&absolute).unwrap_or(&absolute);
    system::volume_size(existing).map_err(error("ask for the size of", existing))
}

/// What tells the volume of `path`, or of its nearest existing parent, from the others of this machine.
pub fn volume(path: &Path) -> Result<u64, TreeError> {
    let absolute = std::path::absolute(path).map_err(error("examine", path))?;
    let existing = nearest(&absolute).unwrap_or(&absolute);
    system::volume_of(existing).map_err(error("ask for the volume of", existing))
}

/// `text` as console programs of this machine write files: UTF-8, or on Windows the OEM code page, in
/// which what that lacks becomes `?`.
///
/// Source: Microsoft, "robocopy", `/LOG` and `/UNILOG`; github.com/PowerShell/PowerShell/issues/25592,
/// where logs of robocopy are in the code pages 437 and 850.
pub fn console_bytes(text: &str) -> Vec<u8> {
    system::console_bytes(text)
}

/// What is done with a log that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogMode {
    /// It begins anew.
    Replace,
    /// It goes on.
    Append,
}

/// Opens a log for writing. Unlike other files it is seen while it grows.
///
/// # Errors
/// [`TreeError::NotFound`] when its folder does not exist, or what the system says.
pub fn open_log(path: &Path, mode: LogMode) -> Result<impl Write + Send + use<>, TreeError> {
    let mut options = fs::OpenOptions::new();
    match mode {
        LogMode::Replace => options.write(true).create(true).truncate(true),
        LogMode::Append => options.append(true).create(true),
    };
    options.open(path).map_err(error("open", path))
}

#[cfg(test)]
mod tests {
    use super::{
        Overlap, create_file_atomic, flush, is_inside, list, overlap, read, same_file, write_atomic,
    };
    use crate::TreeError;
    use std::io::Write;
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let entries = list(folder).unwrap();
        entries.iter().map(|e| e.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_folder_is_flushed_whatever_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        let file = deep.join("read-only.txt");
        std::fs::write(&file, "text").unwrap();
        let mut rights = std::fs::metadata(&file).unwrap().permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(&file, rights).unwrap();
        flush(folder.path()).unwrap();
        assert!(flush(&folder.path().join("missing")).unwrap_err().to_string().contains("missing"));
        #[cfg(windows)]
        {
            let mut rights = std::fs::metadata(&file).unwrap().permissions();
            #[expect(clippy::permissions_set_readonly_false, reason = "it is to be removed")]
            rights.set_readonly(false);
            std::fs::set_permissions(&file, rights).unwrap();
        }
    }

    #[test]
    fn an_unfinished_file_vanishes_and_the_old_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("App.zip");
        write_atomic(&path, b"old").unwrap();
        let mut file = create_file_atomic(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(read(&path, 10).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["App.zip"]);
        let mut file = create_file_atomic(&path).unwrap();
        file.write_all(b"whole").unwrap();
        file.commit().unwrap();
        assert_eq!(read(&path, 10).unwrap(), b"whole");
    }

    #[test]
    fn a_folder_is_not_replaced_by_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_atomic(folder.path(), b"x").unwrap_err();
        assert!(matches!(error, TreeError::NotAFile(_)), "{error}");
        assert!(matches!(read(folder.path(), 1).unwrap_err(), TreeError::NotAFile(_)));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_not_replaced_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, link) = (folder.path().join("socket"), folder.path().join("link"));
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink(&socket, &link).unwrap();
        for path in [&socket, &link] {
            let error = write_atomic(path, b"x").unwrap_err();
            assert!(matches!(error, TreeError::Special(_)), "{error}");
        }
        assert_eq!(names(folder.path()), ["link", "socket"]);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn errors_name_the_path_and_limits_hold() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/a.txt");
        let message = write_atomic(&path, b"x").unwrap_err().to_string();
        assert_eq!(message, format!("`{}` does not exist", folder.path().join("none").display()));
        let path = folder.path().join("a.txt");
        write_atomic(&path, b"12345").unwrap();
        assert!(matches!(read(&path, 4).unwrap_err(), TreeError::TooLarge { limit: 4, .. }));
        assert_eq!(read(&path, 5).unwrap(), b"12345");
    }

    // On Windows there is simply nothing below a file.
    #[cfg(unix)]
    #[test]
    fn of_two_folders_the_one_that_cannot_be_seen_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (seen, unseen) = (folder.path().join("seen"), folder.path().join("file/below"));
        write_atomic(&folder.path().join("file"), b"").unwrap();
        for error in [is_inside(&seen, &unseen).unwrap_err(), overlap(&unseen, &seen).unwrap_err()]
        {
            assert!(error.to_string().contains("file/below"), "{error}");
        }
    }

    #[test]
    fn inside_is_judged_by_identity() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("site/bin")).unwrap();
        assert!(is_inside(&root.join("site/bin"), &root.join("site")).unwrap());
        assert!(is_inside(&root.join("site/not/yet"), &root.join("site")).unwrap());
        assert!(is_inside(&root.join("site/x/../bin"), &root.join("site")).unwrap());
        assert!(!is_inside(&root.join("site"), &root.join("site")).unwrap());
        assert!(!is_inside(&root.join("site2"), &root.join("site")).unwrap());
        assert!(same_file(&root.join("site/bin/.."), &root.join("site")).unwrap());
        let lie = |a: &str, b: &str| overlap(&root.join(a), &root.join(b)).unwrap();
        assert_eq!(lie("site", "site/bin"), Overlap::SecondInside);
        assert_eq!(lie("site/new", "site"), Overlap::FirstInside);
        assert_eq!(lie("site/bin/..", "site"), Overlap::Same);
        assert_eq!(lie("none/../new", "new"), Overlap::Same);
        assert_eq!(lie("none/../site", "site"), Overlap::Same);
        assert_eq!(lie("site", "new"), Overlap::Apart);
    }

    #[cfg(unix)]
    #[test]
    fn inside_sees_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("site/bin")).unwrap();
        std::os::unix::fs::symlink(root.join("site/bin"), root.join("way")).unwrap();
        assert!(is_inside(&root.join("way"), &root.join("site")).unwrap());
        assert!(is_inside(&root.join("way/new"), &root.join("site")).unwrap());
        assert!(same_file(&root.join("way"), &root.join("site/bin")).unwrap());
    }
}
