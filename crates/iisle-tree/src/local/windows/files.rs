use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::ERROR_CANT_RESOLVE_FILENAME;
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_HIDDEN,
    FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_NOT_CONTENT_INDEXED, FILE_ATTRIBUTE_OFFLINE,
    FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_SYSTEM, FILE_ATTRIBUTE_TEMPORARY, FILE_BASIC_INFO,
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_WRITE_ATTRIBUTES, SYNCHRONIZE,
};

use super::calls::{
    Identity, has_case_flag, identity_of, is_own_ntfs, set_bits, set_facts, times_of, volume,
    windows_code,
};
use crate::folder::{Attributes, Facts};
use crate::{FileVersion, Stamp, Ticks, Visibility};

/// The attributes that are kept with a file.
pub(crate) const ATTRIBUTES: Attributes = Attributes::ALL;

/// Those of them that can be set; the others belong to the way the content is stored.
const SETTABLE: u32 = FILE_ATTRIBUTE_READONLY
    | FILE_ATTRIBUTE_HIDDEN
    | FILE_ATTRIBUTE_SYSTEM
    | FILE_ATTRIBUTE_ARCHIVE
    | FILE_ATTRIBUTE_TEMPORARY
    | FILE_ATTRIBUTE_OFFLINE
    | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;

pub(super) const SHARE_ALL: u32 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

pub(crate) fn identity(path: &Path) -> io::Result<Identity> {
    identity_of(&open_to_look(path)?)
}

/// Whether names in the folder `path` differ by upper and lower case. Where there is no telling (a file
/// system that has no such folders, a Windows before 10), they do not.
pub(crate) fn tells_case(path: &Path) -> bool {
    open_to_look(path).is_ok_and(|folder| has_case_flag(&folder))
}

/// Opens a file or folder to learn about it, which stands in nobody's way.
fn open_to_look(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .access_mode(FILE_READ_ATTRIBUTES)
        .share_mode(SHARE_ALL)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(path)
}

pub(crate) fn stamp(metadata: &Metadata) -> Stamp {
    Stamp {
        size: if metadata.is_dir() { 0 } else { metadata.len() },
        modified: Ticks(i64::try_from(metadata.last_write_time()).unwrap_or(i64::MAX)),
        read_only: metadata.permissions().readonly(),
        visibility: Some(Visibility::of_bits(metadata.file_attributes())),
    }
}

/// Sets the attributes of `file` that `stamp` asks for, over those of the file it replaces.
pub(crate) fn set_attributes(
    file: &File,
    replaced: Option<&Metadata>,
    stamp: Stamp,
) -> io::Result<()> {
    let kept = replaced.map(|replaced| Visibility::of_bits(replaced.file_attributes()));
    let visibility = stamp.visibility.or(kept).unwrap_or_default().bits();
    let now = file.metadata()?.file_attributes();
    let read_only = if stamp.read_only { FILE_ATTRIBUTE_READONLY } else { 0 };
    let said = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
    let wanted = now & !said | visibility | read_only;
    if wanted == now {
        return Ok(());
    }
    set_facts(file, &FILE_BASIC_INFO { FileAttributes: wanted, ..FILE_BASIC_INFO::default() })
}

/// Whether the file `path` may be renamed by this account, whoever has it open.
pub(crate) fn may_rename(path: &Path) -> bool {
    let is_writable = fs::symlink_metadata(path)
        .is_ok_and(|found| found.is_file() && !found.permissions().readonly());
    let opened = OpenOptions::new()
        .access_mode(DELETE | SYNCHRONIZE)
        .share_mode(SHARE_ALL)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path);
    is_writable && opened.is_ok()
}

/// What copying tools know of a file or folder, without the time of its last change.
pub(crate) fn facts(metadata: &Metadata) -> Facts {
    let ticks = |ticks| Ticks(i64::try_from(ticks).unwrap_or(i64::MAX));
    Facts {
        size: if metadata.is_file() { metadata.len() } else { 0 },
        modified: ticks(metadata.last_write_time()),
        accessed: ticks(metadata.last_access_time()),
        changed: None,
        attributes: Attributes::from_bits(metadata.file_attributes()),
    }
}

/// When the file was last changed in any way, where the volume keeps that.
pub(crate) fn changed(path: &Path, metadata: &Metadata) -> Option<Ticks> {
    let _ = metadata;
    let file = OpenOptions::new()
        .access_mode(FILE_READ_ATTRIBUTES)
        .share_mode(SHARE_ALL)
        .open(path)
        .ok()?;
    let facts = times_of(&file)?;
    (facts.ChangeTime != 0).then_some(Ticks(facts.ChangeTime))
}

/// The volume of an existing folder, when every change of a file there is seen by its number and the
/// time of its last change: NTFS on a disk of this machine.
pub(crate) fn faithful_volume(folder: &Path) -> Option<u64> {
    let identity = is_own_ntfs(folder).then(|| identity(folder).ok()).flatten()?;
    Some(u64::from(identity.volume))
}

/// Which state of which file it is, if it lies on `volume` and is still what was listed: a listing may
/// be behind what it lists.
pub(crate) fn version(path: &Path, metadata: &Metadata, volume: u64) -> Option<FileVersion> {
    let file = OpenOptions::new()
        .access_mode(FILE_READ_ATTRIBUTES)
        .share_mode(SHARE_ALL)
        .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT)
        .open(path)
        .ok()?;
    if stamp(&file.metadata().ok()?) != stamp(metadata) {
        return None;
    }
    let identity = identity_of(&file).ok().filter(|found| u64::from(found.volume) == volume)?;
    let changed = Some(times_of(&file)?.ChangeTime).filter(|changed| *changed != 0)?;
    Some(FileVersion { file: std::num::NonZero::new(identity.index)?, changed: Ticks(changed) })
}

/// Gives a new file its attributes.
pub(crate) fn dress(
    file: &File,
    path: &Path,
    attributes: Option<Attributes>,
    source: &Metadata,
) -> io::Result<()> {
    let _ = (file, source);
    attributes.map_or(Ok(()), |attributes| set_attributes_of(path, attributes))
}

/// Sets the attributes of an existing file or folder.
pub(crate) fn set_attributes_of(path: &Path, attributes: Attributes) -> io::Result<()> {
    let bits = match attributes.bits() & SETTABLE {
        0 => FILE_ATTRIBUTE_NORMAL,
        bits => bits,
    };
    set_bits(path, bits)
}

/// Sets those of the attributes [`Attributes::MARKS`] that the folder `path` has; its others stay.
pub(crate) fn mark_folder(path: &Path, marks: Attributes) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::NotADirectory));
    }
    let now = Attributes::from_bits(metadata.file_attributes());
    set_attributes_of(path, now.without(Attributes::MARKS).with(marks.and(Attributes::MARKS)))
}

/// Creates the link `at` to `target`, whose separators may be those of Unix.
pub(crate) fn link(target: &Path, at: &Path, leads_to_folder: bool) -> io::Result<()> {
    let target: PathBuf =
        target.to_str().map_or_else(|| target.to_owned(), |t| t.replace('/', r"\").into());
    if leads_to_folder {
        std::os::windows::fs::symlink_dir(target, at)
    } else {
        std::os::windows::fs::symlink_file(target, at)
    }
}

/// Creates the link `at` to the folder `target`. Where symbolic links need a right that is missing,
/// it is a junction, which holds a full path.
pub(crate) fn link_folder(target: &Path, at: &Path) -> io::Result<()> {
    let error = match link(target, at, true) {
        Err(error) if at.symlink_metadata().is_err() => error,
        other => return other,
    };
    let beside = at.parent().unwrap_or_else(|| Path::new("")).join(target);
    let full = std::path::absolute(&beside)?;
    // What kept the link from being made says more than what keeps the junction.
    junction::create(full, at).map_err(|_| error)
}

/// Removes a link; one to a folder is removed as a folder.
pub(crate) fn remove_link(path: &Path, metadata: &Metadata) -> io::Result<()> {
    use std::os::windows::fs::FileTypeExt;
    if metadata.file_type().is_symlink_dir() { fs::remove_dir(path) } else { remove(path) }
}

/// Removes an empty folder, also a read-only one.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    let Err(error) = fs::remove_dir(path) else { return Ok(()) };
    if error.kind() != io::ErrorKind::PermissionDenied {
        return Err(error);
    }
    set_attributes_of(path, Attributes::NONE)?;
    fs::remove_dir(path)
}

/// Whether links lead to one another without end.
pub(crate) fn is_endless_link(error: &io::Error) -> bool {
    windows_code(error) == Some(ERROR_CANT_RESOLVE_FILENAME)
}

/// Opens an existing file or folder for changing its times and attributes only.
pub(crate) fn open_for_attributes(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .access_mode(FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES)
        .share_mode(SHARE_ALL)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(path)
}

/// Lets whoever may read a file execute it: here that is said by its name.
#[expect(clippy::unnecessary_wraps, reason = "the same item on Unix can fail")]
pub(crate) fn allow_execution(file: &File) -> io::Result<()> {
    let _ = file;
    Ok(())
}

/// Whether a file may be executed by its owner: here that is said by its name.
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    let _ = metadata;
    false
}

/// Creates a folder and those above it, with the rights that its parent gives.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Whether entries can be made in the folder `path`, or in the nearest one above it that exists.
pub(crate) fn is_writable(path: &Path) -> bool {
    let Some(folder) = path.ancestors().find(|folder| folder.exists()) else { return false };
    OpenOptions::new()
        .access_mode(FILE_ADD_SUBDIRECTORY)
        .share_mode(SHARE_ALL)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(folder)
        .is_ok()
}

/// Whether files can be made in a folder; `true` as well when there is no telling.
pub(crate) fn takes_files(folder: &Path) -> bool {
    let opened = OpenOptions::new()
        .access_mode(FILE_ADD_FILE)
        .share_mode(SHARE_ALL)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(folder);
    !opened.is_err_and(|error| {
        matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
    })
}

/// What tells the volume of an existing file or folder from every other.
pub(crate) fn volume_of(path: &Path) -> io::Result<u64> {
    identity(path).map(|identity| u64::from(identity.volume))
}

/// Renames `from` over `to` in one step, also when `to` is read-only.
pub(crate) fn replace(from: &Path, to: &Path) -> io::Result<()> {
    writable(to, || fs::rename(from, to))
}

/// Removes a file, also a read-only one.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    writable(path, || fs::remove_file(path))
}

/// Does `change`; when it is denied because `path` is read-only, once more without that attribute.
fn writable(path: &Path, change: impl Fn() -> io::Result<()>) -> io::Result<()> {
    let Err(error) = change() else { return Ok(()) };
    if error.kind() != io::ErrorKind::PermissionDenied {
        return Err(error);
    }
    let Ok(metadata) = fs::symlink_metadata(path) else { return Err(error) };
    if !metadata.is_file() || !metadata.permissions().readonly() {
        return Err(error);
    }
    let mut permissions = metadata.permissions();
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions)?;
    change().inspect_err(|_| {
        if let Err(error) = fs::set_permissions(path, metadata.permissions()) {
            tracing::warn!(path = %path.display(), %error, "cannot make the file read-only again");
        }
    })
}

/// Bytes that this user may still write to the volume of the existing folder `path`.
pub(crate) fn free_space(path: &Path) -> io::Result<u64> {
    Ok(volume(path)?.0)
}

/// Bytes of the volume of the existing folder `path`.
pub(crate) fn volume_size(path: &Path) -> io::Result<u64> {
    Ok(volume(path)?.1)
}

/// Waits until a file is on the medium.
pub(crate) fn flush_file(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Waits until every file below the folder `path` is on the medium. Links are not followed.
pub(crate) fn flush_tree(path: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            flush_tree(&entry.path())?;
        } else if kind.is_file() {
            match std::fs::OpenOptions::new().write(true).open(entry.path()) {
                Ok(file) => file.sync_all()?,
                // Who may not write to a file cannot wait for it either.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Not told here: each file is flushed.
pub(crate) fn boot() -> Option<String> {
    None
}

/// Everything else is on its way: NTFS keeps a journal of names, and files are flushed one by one.
#[expect(clippy::unnecessary_wraps, reason = "the same item on Linux can fail")]
pub(crate) fn flush_volume(path: &Path) -> io::Result<()> {
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{free_space, identity};

    #[test]
    fn volumes_and_identities_are_known() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_space(folder.path()).unwrap() > 0);
        let a = identity(folder.path()).unwrap();
        assert_eq!(identity(&folder.path().join(".")).unwrap(), a);
        assert_ne!(identity(folder.path().parent().unwrap()).unwrap(), a);
    }
}
