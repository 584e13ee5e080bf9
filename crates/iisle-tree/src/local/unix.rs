use std::ffi::OsStr;
use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use iisle_path::{NameRules, RelPath};

use crate::folder::{Attributes, Facts};
use crate::{FileVersion, Holder, Stamp, Ticks};

pub(crate) use super::signals::on_interrupt;

/// How names compare on this system's usual volumes.
pub(crate) const NAMES: NameRules =
    if cfg!(target_os = "macos") { NameRules::Windows } else { NameRules::Unix };

/// The attributes that are kept with a file.
pub(crate) const ATTRIBUTES: Attributes = Attributes::READ_ONLY;

/// Any write permission.
pub(crate) const WRITE: u32 = 0o222;
/// Write permission of the owner.
const OWNER_WRITE: u32 = 0o200;

/// `text` as console programs of this machine write files.
pub(crate) fn console_bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// A name that one process has at a time: here the lock of a folder is enough, for it has one place.
#[derive(Debug)]
pub(crate) struct NamedLock;

/// Takes a name on the whole machine; never taken here.
#[expect(clippy::unnecessary_wraps, reason = "the same item on Windows has more to say")]
pub(crate) fn named_lock(name: &str) -> io::Result<Option<NamedLock>> {
    let _ = name;
    Ok(Some(NamedLock))
}

/// Whether names in the folder `path` differ by upper and lower case though those of its volume do not:
/// there are no such folders here.
pub(crate) fn tells_case(path: &Path) -> bool {
    let _ = path;
    false
}

/// What tells one file or folder from every other on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

pub(crate) fn identity(path: &Path) -> io::Result<Identity> {
    let metadata = fs::metadata(path)?;
    Ok(Identity { device: metadata.dev(), inode: metadata.ino() })
}

/// The volume of an existing folder, when every change of a file there is seen by its number and the
/// time of its last change. Shares and volumes that only pretend to keep these are not trusted.
#[cfg(target_os = "linux")]
pub(crate) fn faithful_volume(folder: &Path) -> Option<u64> {
    /// ext2 to ext4, XFS, Btrfs, bcachefs, F2FS, ZFS, tmpfs, overlayfs.
    ///
    /// Source: `linux/magic.h`; for ZFS and bcachefs their own headers.
    const FAITHFUL: [u64; 8] = [
        0xef53,
        0x5846_5342,
        0x9123_683e,
        0xca45_1a4e,
        0xf2f5_2010,
        0x2fc1_2fc1,
        0x0102_1994,
        0x794c_7630,
    ];
    let kind = u64::try_from(rustix::fs::statfs(folder).ok()?.f_type).ok()?;
    FAITHFUL.contains(&kind).then(|| volume_of(folder).ok()).flatten()
}

/// Nothing is known about the volumes of this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn faithful_volume(folder: &Path) -> Option<u64> {
    let _ = folder;
    None
}

/// Whether an existing folder lies on a volume of this machine: neither on a share nor on one of a kind
/// that nothing is known about.
#[cfg(target_os = "linux")]
pub(crate) fn is_own_volume(folder: &Path) -> bool {
    faithful_volume(folder).is_some()
}

/// Nothing is known about the volumes of this system, and most are its own.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_own_volume(folder: &Path) -> bool {
    let _ = folder;
    true
}

/// Which state of which file it is, if it lies on `volume`.
pub(crate) fn version(path: &Path, metadata: &Metadata, volume: u64) -> Option<FileVersion> {
    let changed = changed(path, metadata)?;
    let file = std::num::NonZero::new(metadata.ino()).filter(|_| metadata.dev() == volume)?;
    Some(FileVersion { file, changed })
}

/// The form of a root under which every path below it can be reached.
pub(crate) fn root(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}

/// Whether the name can be reached by the usual functions of this system.
#[expect(clippy::unnecessary_wraps, reason = "the same item on Windows has an answer")]
pub(crate) fn check_name(path: &RelPath) -> Result<(), String> {
    let _ = path;
    Ok(())
}

pub(crate) fn join(root: &Path, path: &RelPath) -> PathBuf {
    root.join(OsStr::new(path.as_str()))
}

pub(crate) fn stamp(metadata: &Metadata) -> Stamp {
    let nanoseconds = u32::try_from(metadata.mtime_nsec()).unwrap_or(0);
    Stamp {
        size: if metadata.is_dir() { 0 } else { metadata.len() },
        modified: Ticks::from_unix(metadata.mtime(), nanoseconds),
        read_only: metadata.mode() & WRITE == 0,
        visibility: None,
    }
}

/// Sets attributes of the folder `path`: here it has none.
pub(crate) fn mark_folder(path: &Path, marks: Attributes) -> io::Result<()> {
    let _ = marks;
    let is_folder = fs::symlink_metadata(path)?.is_dir();
    if is_folder { Ok(()) } else { Err(io::Error::from(io::ErrorKind::NotADirectory)) }
}

/// Sets the attributes of `file` that `stamp` asks for, over those of the file it replaces.
pub(crate) fn set_attributes(
    file: &File,
    replaced: Option<&Metadata>,
    stamp: Stamp,
) -> io::Result<()> {
    let now = match replaced {
        Some(metadata) => metadata.mode() & 0o777,
        None if !stamp.read_only => return Ok(()),
        None => file.metadata()?.mode() & 0o777,
    };
    let wanted = match (stamp.read_only, now & WRITE) {
        (true, _) => now & !WRITE,
        (false, 0) => now | OWNER_WRITE,
        (false, _) => now,
    };
    match file.set_permissions(Permissions::from_mode(wanted)) {
        // Some shares have no modes to set: the file has the one that it would have again.
        Err(error)
            if error.kind() == io::ErrorKind::Unsupported
                && file.metadata()?.mode() & 0o777 == wanted =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Whether the file `path` may be renamed although it could not be renamed over: here one is as good as
/// the other.
pub(crate) fn may_rename(path: &Path) -> bool {
    let _ = path;
    false
}

/// Gives a file the rights of another: here they are among its attributes.
pub(crate) fn copy_rights_of_file(from: &Path, to: &Path) {
    let _ = (from, to);
}

/// What copying tools know of a file or folder, without the time of its last change.
pub(crate) fn facts(metadata: &Metadata) -> Facts {
    let ticks =
        |seconds, nanoseconds| Ticks::from_unix(seconds, u32::try_from(nanoseconds).unwrap_or(0));
    let read_only = metadata.is_file() && metadata.mode() & WRITE == 0;
    Facts {
        size: if metadata.is_file() { metadata.len() } else { 0 },
        modified: ticks(metadata.mtime(), metadata.mtime_nsec()),
        accessed: ticks(metadata.atime(), metadata.atime_nsec()),
        changed: None,
        attributes: if read_only { Attributes::READ_ONLY } else { Attributes::NONE },
    }
}

/// When the file was last changed in any way.
#[expect(clippy::unnecessary_wraps, reason = "the same item on Windows may not know")]
pub(crate) fn changed(path: &Path, metadata: &Metadata) -> Option<Ticks> {
    let _ = path;
    let nanoseconds = u32::try_from(metadata.ctime_nsec()).unwrap_or(0);
    Some(Ticks::from_unix(metadata.ctime(), nanoseconds))
}

/// Gives a new file its attributes, and the right to be executed when `source` has it.
pub(crate) fn dress(
    file: &File,
    path: &Path,
    attributes: Option<Attributes>,
    source: &Metadata,
) -> io::Result<()> {
    let _ = path;
    let now = file.metadata()?.mode() & 0o777;
    let mut wanted = now;
    if source.mode() & 0o111 != 0 {
        // Whoever may read it may execute it.
        wanted |= (now & 0o444) >> 2;
    }
    if attributes.is_some_and(|attributes| attributes.intersects(Attributes::READ_ONLY)) {
        wanted &= !WRITE;
    }
    if wanted == now { Ok(()) } else { file.set_permissions(Permissions::from_mode(wanted)) }
}

/// Sets the attributes of an existing file; a folder has none here.
pub(crate) fn set_attributes_of(path: &Path, attributes: Attributes) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok(());
    }
    let now = metadata.mode() & 0o777;
    let wanted = match (attributes.intersects(Attributes::READ_ONLY), now & WRITE) {
        (true, _) => now & !WRITE,
        (false, 0) => now | OWNER_WRITE,
        (false, _) => now,
    };
    if wanted == now { Ok(()) } else { fs::set_permissions(path, Permissions::from_mode(wanted)) }
}

/// Creates the link `at` to `target`, whose separators may be those of Windows.
pub(crate) fn link(target: &Path, at: &Path, leads_to_folder: bool) -> io::Result<()> {
    let _ = leads_to_folder;
    let target = target.to_str().map_or_else(|| target.to_owned(), |t| t.replace('\\', "/").into());
    std::os::unix::fs::symlink(target, at)
}

/// Creates the link `at` to the folder `target`.
pub(crate) fn link_folder(target: &Path, at: &Path) -> io::Result<()> {
    link(target, at, true)
}

/// Removes a link.
pub(crate) fn remove_link(path: &Path, metadata: &Metadata) -> io::Result<()> {
    let _ = metadata;
    fs::remove_file(path)
}

/// Removes an empty folder.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    fs::remove_dir(path)
}

/// The number that Windows has for an error of this system, when it said one.
pub(crate) fn windows_code(error: &io::Error) -> Option<u32> {
    let _ = error;
    None
}

/// Whether links lead to one another without end.
pub(crate) fn is_endless_link(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// Opens an existing file for changing its times and attributes only.
pub(crate) fn open_for_attributes(path: &Path) -> io::Result<File> {
    // Times and permissions may be set by the owner through a descriptor that cannot write.
    File::open(path)
}

/// Lets whoever may read a file execute it.
pub(crate) fn allow_execution(file: &File) -> io::Result<()> {
    let now = file.metadata()?.mode() & 0o777;
    file.set_permissions(Permissions::from_mode(now | (now & 0o444) >> 2))
}

/// Whether a file may be executed by its owner.
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o100 != 0
}

/// Creates a folder that only its owner may look into, and those above it.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if path.is_dir() {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// Whether entries can be made in the folder `path`, or in the nearest one above it that exists.
pub(crate) fn is_writable(path: &Path) -> bool {
    let existing = path.ancestors().find(|folder| folder.exists());
    existing.is_some_and(|folder| {
        rustix::fs::access(folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)
            .is_ok()
    })
}

/// Whether files can be made in a folder; `true` as well when there is no telling.
pub(crate) fn takes_files(folder: &Path) -> bool {
    let asked =
        rustix::fs::access(folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK);
    !matches!(asked, Err(rustix::io::Errno::ACCESS | rustix::io::Errno::ROFS))
}

/// What tells the volume of an existing file or folder from every other.
pub(crate) fn volume_of(path: &Path) -> io::Result<u64> {
    fs::metadata(path).map(|metadata| metadata.dev())
}

/// Gives the folder `to` the rights of `from`: here a moved file does not bring any from its folder.
pub(crate) fn copy_rights(from: &Path, to: &Path) {
    let _ = (from, to);
}

/// Whether new files get their rights from the folder they are made in, and keep them when they are
/// moved.
pub(crate) const FOLDERS_GIVE_RIGHTS: bool = false;

/// Whether what is made in one folder has other rights than what is made in the other: here rights do
/// not come from folders.
pub(crate) fn rights_differ(a: &Path, b: &Path) -> bool {
    let _ = (a, b);
    false
}

/// Renames `from` over `to` in one step.
pub(crate) fn replace(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

pub(crate) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Bytes that this user may still write to the volume of the existing `path`.
pub(crate) fn free_space(path: &Path) -> io::Result<u64> {
    let volume = rustix::fs::statvfs(path)?;
    if volume.f_blocks == 0 {
        // Shares in user space do not say: `0` would be no room for anything.
        return Ok(u64::MAX);
    }
    Ok(volume.f_bavail.saturating_mul(volume.f_frsize))
}

/// Makes sure that a file will be on the medium after [`flush_volume`]: nothing to do here.
#[expect(clippy::unnecessary_wraps, reason = "the same item on Windows can fail")]
pub(crate) fn flush_file(file: &File) -> io::Result<()> {
    let _ = file;
    Ok(())
}

/// Waits until everything in the existing folder `path` is on the medium.
pub(crate) fn flush_tree(path: &Path) -> io::Result<()> {
    flush_volume(path)
}

/// Tells the present run of the system from all others; `None` where that cannot be told.
///
/// Source: random(4), `boot_id`.
#[cfg(target_os = "linux")]
pub(crate) fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let id = id.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

/// Not told here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn boot() -> Option<String> {
    None
}

/// Waits until everything written to the volume of the existing `path` is on the medium.
#[cfg(target_os = "linux")]
pub(crate) fn flush_volume(path: &Path) -> io::Result<()> {
    rustix::fs::syncfs(File::open(path)?).map_err(io::Error::from)
}

/// Waits until everything written is on its way to the medium.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "the same item on Linux can fail")]
pub(crate) fn flush_volume(path: &Path) -> io::Result<()> {
    let _ = path;
    rustix::fs::sync();
    Ok(())
}

/// Bytes of the volume of the existing `path`.
pub(crate) fn volume_size(path: &Path) -> io::Result<u64> {
    let volume = rustix::fs::statvfs(path)?;
    Ok(volume.f_blocks.saturating_mul(volume.f_frsize))
}

/// Whether the error means that another process has the file in use.
pub(crate) fn is_in_use(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ExecutableFileBusy | io::ErrorKind::ResourceBusy)
}

/// For each of `paths`, who uses it in a way that makes replacing it unsafe; `None` when nobody.
#[cfg(target_os = "linux")]
pub(crate) fn in_use(paths: &[PathBuf]) -> Vec<Option<Vec<Holder>>> {
    super::procfs::in_use(paths)
}

/// For each of `paths`, who uses it in a way that makes replacing it unsafe; `None` when nobody.
///
/// Rename and unlink always work here, and the system has no `/proc` to ask.
#[cfg(not(target_os = "linux"))]
pub(crate) fn in_use(paths: &[PathBuf]) -> Vec<Option<Vec<Holder>>> {
    vec![None; paths.len()]
}
