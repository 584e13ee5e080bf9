#![expect(unsafe_code, reason = "the calls into Windows that the standard library does not make")]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::os::windows::io::AsRawHandle;
use std::path::{Component, Path, PathBuf, Prefix};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use iisle_path::{NameRules, RelPath, windows_problem};
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_BUSY,
    ERROR_CANT_RESOLVE_FILENAME, ERROR_DELETE_PENDING, ERROR_LOCK_VIOLATION, ERROR_MORE_DATA,
    ERROR_SHARING_VIOLATION, ERROR_SUCCESS, ERROR_USER_MAPPED_FILE, HANDLE, LocalFree,
};
use windows_sys::Win32::Globalization::{CP_OEMCP, WideCharToMultiByte};
use windows_sys::Win32::Security::Authorization::{
    GetNamedSecurityInfoW, SE_FILE_OBJECT, SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{ACL, DACL_SECURITY_INFORMATION};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, DELETE, FILE_ADD_SUBDIRECTORY, FILE_ATTRIBUTE_ARCHIVE,
    FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_NOT_CONTENT_INDEXED,
    FILE_ATTRIBUTE_OFFLINE, FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_SYSTEM,
    FILE_ATTRIBUTE_TEMPORARY, FILE_BASIC_INFO, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE, FILE_WRITE_ATTRIBUTES, FILE_WRITE_DATA, FileBasicInfo, GetDiskFreeSpaceExW,
    GetDriveTypeW, GetFileInformationByHandle, GetFileInformationByHandleEx, GetVolumeInformationW,
    GetVolumePathNameW, SYNCHRONIZE, SetFileAttributesW, SetFileInformationByHandle,
};
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::Win32::System::RestartManager::{
    CCH_RM_SESSION_KEY, RM_PROCESS_INFO, RmEndSession, RmGetList, RmRegisterResources,
    RmStartSession,
};
use windows_sys::Win32::System::Threading::{
    CreateMutexW, OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION,
    QueryFullProcessImageNameW,
};
use windows_sys::core::BOOL;

use crate::folder::{Attributes, Facts};
use crate::{FileVersion, Holder, Stamp, Ticks};

/// How names compare on this system's usual volumes.
pub(crate) const NAMES: NameRules = NameRules::Windows;

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

const SHARE_ALL: u32 = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

/// Files whose holders are asked for one by one; a session with the Restart Manager takes
/// milliseconds, and nobody reads more names than these.
const MAX_ASKED: usize = 100;

/// What a request to end sets.
static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Sets `asked` at the first request to end; one more is the system's.
pub(crate) fn on_interrupt(asked: &Arc<AtomicBool>) -> io::Result<()> {
    ASKED.get_or_init(|| Arc::clone(asked));
    // SAFETY: the function has the form that is asked for, and stays for as long as the process.
    let done = unsafe { SetConsoleCtrlHandler(Some(on_console_event), 1) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Called by the system in a thread of its own; whether the event is dealt with.
///
/// Source: Microsoft, "HandlerRoutine callback function".
extern "system" fn on_console_event(event: u32) -> BOOL {
    let Some(asked) = ASKED.get() else { return 0 };
    if !is_first(asked) {
        return 0;
    }
    if !matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT) {
        // The console closes, the user logs off: the system ends the process as soon as this returns,
        // and after some seconds anyway.
        std::thread::sleep(Duration::MAX);
    }
    1
}

/// Notes a request to end; whether it is the first one.
fn is_first(asked: &AtomicBool) -> bool {
    !asked.swap(true, Ordering::Relaxed)
}

/// `text` in the code page that console programs of this machine write files in; what it lacks becomes
/// `?`.
pub(crate) fn console_bytes(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let Ok(length @ 1..) = i32::try_from(units.len()) else { return Vec::new() };
    let convert = |out: *mut u8, room: i32| {
        // SAFETY: `units` holds `length` units, and `out` has room for `room` bytes, or is null for 0.
        unsafe {
            WideCharToMultiByte(
                CP_OEMCP,
                0,
                units.as_ptr(),
                length,
                out,
                room,
                ptr::null(),
                ptr::null_mut(),
            )
        }
    };
    let room = convert(ptr::null_mut(), 0);
    let mut bytes = vec![0; usize::try_from(room).unwrap_or(0)];
    let written = convert(bytes.as_mut_ptr(), room);
    bytes.truncate(usize::try_from(written).unwrap_or(0));
    bytes
}

/// A name that one process has at a time, for as long as this lives.
#[derive(Debug)]
pub(crate) struct NamedLock(HANDLE);

// SAFETY: a handle of the process may be closed by any of its threads.
unsafe impl Send for NamedLock {}
// SAFETY: nothing is done with it but closing it.
unsafe impl Sync for NamedLock {}

impl Drop for NamedLock {
    fn drop(&mut self) {
        // SAFETY: the handle came from `CreateMutexW` and is closed once.
        unsafe { CloseHandle(self.0) };
    }
}

/// Takes a name on the whole machine; `None` when somebody has it.
///
/// It is there that counts, not who owns it: what is owned belongs to a thread.
pub(crate) fn named_lock(name: &str) -> io::Result<Option<NamedLock>> {
    let name = wide(OsStr::new(&format!(r"Global\{name}")));
    // SAFETY: `name` ends in NUL and outlives the call.
    let handle = unsafe { CreateMutexW(ptr::null(), 0, name.as_ptr()) };
    let error = io::Error::last_os_error();
    if handle.is_null() {
        // Another account has it.
        let is_taken = windows_code(&error) == Some(ERROR_ACCESS_DENIED);
        return if is_taken { Ok(None) } else { Err(error) };
    }
    let lock = NamedLock(handle);
    Ok((windows_code(&error) != Some(ERROR_ALREADY_EXISTS)).then_some(lock))
}

/// What tells one file or folder from every other on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    volume: u32,
    index: u64,
}

pub(crate) fn identity(path: &Path) -> io::Result<Identity> {
    let file = OpenOptions::new()
        .access_mode(FILE_READ_ATTRIBUTES)
        .share_mode(SHARE_ALL)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(path)?;
    identity_of(&file)
}

fn identity_of(file: &File) -> io::Result<Identity> {
    let mut facts = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open for the whole call, and `facts` is writable and of that type.
    let done = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut facts) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let index = u64::from(facts.nFileIndexHigh) << 32 | u64::from(facts.nFileIndexLow);
    Ok(Identity { volume: facts.dwVolumeSerialNumber, index })
}

/// The form of a root under which every path below it can be reached: absolute, with the prefix
/// `\\?\` that lifts the limit of 260 characters and keeps trailing dots.
pub(crate) fn root(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let Some(Component::Prefix(prefix)) = absolute.components().next() else {
        return Ok(absolute);
    };
    let (start, skipped) = match prefix.kind() {
        Prefix::Disk(_) => (r"\\?\", 0),
        Prefix::UNC(..) => (r"\\?\UNC\", r"\\".len()),
        Prefix::DeviceNS(_) => {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device"));
        }
        Prefix::Verbatim(_) | Prefix::VerbatimUNC(..) | Prefix::VerbatimDisk(_) => {
            return Ok(absolute);
        }
    };
    let rest: Vec<u16> = absolute.as_os_str().encode_wide().skip(skipped).collect();
    let mut verbatim = OsString::from(start);
    verbatim.push(OsString::from_wide(&rest));
    Ok(verbatim.into())
}

/// Whether the name can be reached by the usual functions of this system.
pub(crate) fn check_name(path: &RelPath) -> Result<(), String> {
    windows_problem(path).map_or(Ok(()), |problem| Err(problem.to_string()))
}

pub(crate) fn join(root: &Path, path: &RelPath) -> PathBuf {
    // Not `Path::join`: a segment such as `c:x` would replace the root.
    let mut joined = root.as_os_str().to_owned();
    if !matches!(joined.as_encoded_bytes().last(), Some(b'\\')) {
        joined.push(r"\");
    }
    joined.push(path.as_str().replace('/', r"\"));
    joined.into()
}

pub(crate) fn stamp(metadata: &Metadata) -> Stamp {
    Stamp {
        size: if metadata.is_dir() { 0 } else { metadata.len() },
        modified: Ticks(i64::try_from(metadata.last_write_time()).unwrap_or(i64::MAX)),
        read_only: metadata.is_file() && metadata.permissions().readonly(),
    }
}

/// Sets the attributes of `file` that `stamp` asks for, over those of the file it replaces.
pub(crate) fn set_attributes(
    file: &File,
    replaced: Option<&Metadata>,
    stamp: Stamp,
) -> io::Result<()> {
    let hidden = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
    let kept = replaced.map_or(0, |replaced| replaced.file_attributes() & hidden);
    let now = file.metadata()?.file_attributes();
    let read_only = if stamp.read_only { FILE_ATTRIBUTE_READONLY } else { 0 };
    let wanted = now & !FILE_ATTRIBUTE_READONLY | kept | read_only;
    if wanted == now {
        return Ok(());
    }
    // Times of zero stay as they are.
    let facts = FILE_BASIC_INFO { FileAttributes: wanted, ..FILE_BASIC_INFO::default() };
    let size = u32::try_from(size_of::<FILE_BASIC_INFO>()).expect("it is a few words long");
    // SAFETY: the handle is open for the whole call, and `facts` is `size` bytes long.
    let done = unsafe {
        SetFileInformationByHandle(
            file.as_raw_handle(),
            FileBasicInfo,
            (&raw const facts).cast(),
            size,
        )
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
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

fn times_of(file: &File) -> Option<FILE_BASIC_INFO> {
    let mut facts = FILE_BASIC_INFO::default();
    let size = u32::try_from(size_of::<FILE_BASIC_INFO>()).ok()?;
    // SAFETY: the handle is open for the whole call, and `facts` has room for `size` bytes.
    let done = unsafe {
        GetFileInformationByHandleEx(
            file.as_raw_handle(),
            FileBasicInfo,
            (&raw mut facts).cast(),
            size,
        )
    };
    (done != 0).then_some(facts)
}

/// What `GetDriveTypeW` calls a disk of this machine. The bindings keep it with those for programs of
/// another age.
///
/// Source: Microsoft, "GetDriveTypeW function".
const DRIVE_FIXED: u32 = 3;

/// The volume of an existing folder, when every change of a file there is seen by its number and the
/// time of its last change: NTFS on a disk of this machine.
pub(crate) fn faithful_volume(folder: &Path) -> Option<u64> {
    let wide: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let mut top = [0; 512];
    let length = u32::try_from(top.len()).ok()?;
    // SAFETY: `wide` ends in a zero, and `top` has room for `length` units.
    let found = unsafe { GetVolumePathNameW(wide.as_ptr(), top.as_mut_ptr(), length) };
    // SAFETY: `top` ends in a zero when it was found.
    if found == 0 || unsafe { GetDriveTypeW(top.as_ptr()) } != DRIVE_FIXED {
        return None;
    }
    let mut kind = [0; 32];
    let length = u32::try_from(kind.len()).ok()?;
    // SAFETY: `top` ends in a zero, `kind` has room for `length` units, and nothing else is asked for.
    let known = unsafe {
        GetVolumeInformationW(
            top.as_ptr(),
            ptr::null_mut(),
            0,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            kind.as_mut_ptr(),
            length,
        )
    };
    let kind = String::from_utf16_lossy(&kind);
    if known == 0 || kind.trim_end_matches('\0') != "NTFS" {
        return None;
    }
    identity(folder).ok().map(|identity| u64::from(identity.volume))
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
    let path = wide(path.as_os_str());
    // SAFETY: `path` ends in NUL and outlives the call.
    let done = unsafe { SetFileAttributesW(path.as_ptr(), bits) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
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

/// The number of an error of this system.
pub(crate) fn windows_code(error: &io::Error) -> Option<u32> {
    error.raw_os_error().and_then(|code| u32::try_from(code).ok())
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

/// What tells the volume of an existing file or folder from every other.
pub(crate) fn volume_of(path: &Path) -> io::Result<u64> {
    identity(path).map(|identity| u64::from(identity.volume))
}

/// Gives the folder `to` the rights of the folder `from`, so that what is made in it has them and
/// keeps them when it is moved. Where the volume or the account does not allow that, it is left out.
///
/// Source: Microsoft, "Automatic Propagation of Inheritable ACEs": a moved file keeps its rights.
pub(crate) fn copy_rights(from: &Path, to: &Path) {
    let (source, target) = (wide(from.as_os_str()), wide(to.as_os_str()));
    let mut rights: *mut ACL = ptr::null_mut();
    let mut descriptor = ptr::null_mut();
    // SAFETY: `source` ends in NUL; `rights` points into `descriptor`, which is freed below.
    let code = unsafe {
        GetNamedSecurityInfoW(
            source.as_ptr(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION,
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut rights,
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    let mut failed = code;
    if code == ERROR_SUCCESS && !rights.is_null() {
        // SAFETY: `target` ends in NUL, and `rights` is a list that lives until it is freed below.
        failed = unsafe {
            SetNamedSecurityInfoW(
                target.as_ptr(),
                SE_FILE_OBJECT,
                DACL_SECURITY_INFORMATION,
                ptr::null_mut(),
                ptr::null_mut(),
                rights,
                ptr::null(),
            )
        };
    }
    if !descriptor.is_null() {
        // SAFETY: it came from `GetNamedSecurityInfoW`, which says that it is freed so.
        unsafe { LocalFree(descriptor) };
    }
    if failed != ERROR_SUCCESS {
        tracing::debug!(path = %to.display(), code = failed, "it keeps the rights it has");
    }
}

/// Gives the new file `to` the rights of the file `from` that it will replace: those that it has of its
/// own, and what its folder gives.
///
/// Source: `sync.md` SD-12.
pub(crate) fn copy_rights_of_file(from: &Path, to: &Path) {
    copy_rights(from, to);
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

/// Everything else is on its way: NTFS keeps a journal of names, and files are flushed one by one.
#[expect(clippy::unnecessary_wraps, reason = "the same item on Linux can fail")]
pub(crate) fn flush_volume(path: &Path) -> io::Result<()> {
    let _ = path;
    Ok(())
}

/// Bytes that are free for this user, and bytes in all.
fn volume(path: &Path) -> io::Result<(u64, u64)> {
    let mut folder = path.as_os_str().to_owned();
    // Shares are only recognized with the separator.
    folder.push(r"\");
    let folder = wide(&folder);
    let (mut available, mut total) = (0, 0);
    // SAFETY: `folder` ends in NUL and outlives the call; the last result may be null.
    let done = unsafe {
        GetDiskFreeSpaceExW(folder.as_ptr(), &raw mut available, &raw mut total, ptr::null_mut())
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok((available, total)) }
}

/// Whether the error means that another process has the file in use.
pub(crate) fn is_in_use(error: &io::Error) -> bool {
    let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok());
    matches!(
        code,
        Some(
            ERROR_SHARING_VIOLATION
                | ERROR_LOCK_VIOLATION
                | ERROR_USER_MAPPED_FILE
                | ERROR_DELETE_PENDING
                | ERROR_BUSY
        )
    )
}

/// For each of `paths`, who keeps it from being replaced; `None` when it could be replaced now.
///
/// Source: Microsoft, "Restart Manager".
pub(crate) fn in_use(paths: &[PathBuf]) -> Vec<Option<Vec<Holder>>> {
    let mut asked = 0;
    let mut found = Vec::with_capacity(paths.len());
    for path in paths {
        let blocked = is_blocked(path);
        asked += usize::from(blocked);
        found.push(match blocked {
            false => None,
            true if asked > MAX_ASKED => Some(Vec::new()),
            true => Some(holders(path)),
        });
    }
    found
}

/// Tries whether `path` could be renamed over, without touching it or standing in anyone's way.
fn is_blocked(path: &Path) -> bool {
    let open = |access| {
        OpenOptions::new()
            .access_mode(access)
            .share_mode(SHARE_ALL)
            .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS)
            .open(path)
    };
    if let Err(error) = open(DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE) {
        return is_in_use(&error);
    }
    // The loader shares deletion, so a running program passes so far, yet cannot be renamed over.
    // It does not share writing. Others are not asked: opening for writing breaks read leases.
    let is_program = path.extension().is_some_and(|extension| {
        ["exe", "dll"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    is_program && open(FILE_WRITE_DATA | SYNCHRONIZE).is_err_and(|error| is_in_use(&error))
}

/// The processes that have `path` open, as far as the Restart Manager tells.
fn holders(path: &Path) -> Vec<Holder> {
    let Some(session) = Session::start() else { return Vec::new() };
    session.holders(path).unwrap_or_default()
}

/// A session with the Restart Manager, ended when dropped.
struct Session(u32);

impl Session {
    fn start() -> Option<Self> {
        let mut handle = 0;
        let mut key = [0; CCH_RM_SESSION_KEY as usize + 1];
        // SAFETY: `key` has room for the session key and its NUL, as the function demands.
        let code = unsafe { RmStartSession(&raw mut handle, 0, key.as_mut_ptr()) };
        (code == ERROR_SUCCESS).then_some(Self(handle))
    }

    fn holders(&self, path: &Path) -> Option<Vec<Holder>> {
        let name = wide(&plain(path));
        let names = [name.as_ptr()];
        // SAFETY: `names` holds one pointer to a text that ends in NUL and outlives the call.
        let code = unsafe {
            RmRegisterResources(self.0, 1, names.as_ptr(), 0, ptr::null(), 0, ptr::null())
        };
        if code != ERROR_SUCCESS {
            return None;
        }
        let mut room: Vec<RM_PROCESS_INFO> = Vec::new();
        // The list may grow between two calls; it does not grow for ever.
        for _ in 0..8 {
            let mut needed = 0;
            let mut count = u32::try_from(room.len()).ok()?;
            let mut reasons = 0;
            let entries = if room.is_empty() { ptr::null_mut() } else { room.as_mut_ptr() };
            // SAFETY: `entries` has room for `count` entries, or is null when `count` is 0.
            let code = unsafe {
                RmGetList(self.0, &raw mut needed, &raw mut count, entries, &raw mut reasons)
            };
            match code {
                ERROR_SUCCESS => {
                    let known = room.get(..usize::try_from(count).ok()?)?;
                    return Some(known.iter().map(holder).collect());
                }
                ERROR_MORE_DATA => room.resize(usize::try_from(needed).ok()?, Default::default()),
                _ => return None,
            }
        }
        None
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: the handle came from `RmStartSession` and is ended once.
        unsafe { RmEndSession(self.0) };
    }
}

fn holder(process: &RM_PROCESS_INFO) -> Holder {
    let pid = process.Process.dwProcessId;
    let service = until_nul(&process.strServiceShortName);
    Holder {
        pid,
        name: image_name(pid).unwrap_or_else(|| until_nul(&process.strAppName)),
        user: None,
        service: (!service.is_empty()).then_some(service),
    }
}

/// File name of the program that `pid` runs.
fn image_name(pid: u32) -> Option<String> {
    // SAFETY: takes numbers only; the handle is checked before it is used.
    let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) };
    if process.is_null() {
        return None;
    }
    let mut path = vec![0; 32_768];
    let mut length = 32_768;
    // SAFETY: `path` has room for `length` units, and the handle is open.
    let done = unsafe {
        QueryFullProcessImageNameW(process, PROCESS_NAME_WIN32, path.as_mut_ptr(), &raw mut length)
    };
    // SAFETY: the handle came from `OpenProcess` and is closed once.
    unsafe { CloseHandle(process) };
    let path = PathBuf::from(OsString::from_wide(path.get(..usize::try_from(length).ok()?)?));
    (done != 0).then(|| path.file_name().map(|name| name.to_string_lossy().into_owned()))?
}

/// The path without `\\?\`: the Restart Manager compares names as programs usually give them.
fn plain(path: &Path) -> OsString {
    let units: Vec<u16> = path.as_os_str().encode_wide().collect();
    let rest = |prefix: &str| {
        let prefix: Vec<u16> = prefix.encode_utf16().collect();
        units.strip_prefix(prefix.as_slice())
    };
    if let Some(share) = rest(r"\\?\UNC\") {
        let mut plain = OsString::from(r"\\");
        plain.push(OsString::from_wide(share));
        return plain;
    }
    rest(r"\\?\").map_or_else(|| path.as_os_str().to_owned(), OsString::from_wide)
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}

fn until_nul(text: &[u16]) -> String {
    let end = text.iter().position(|unit| *unit == 0).unwrap_or(text.len());
    String::from_utf16_lossy(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::{free_space, identity, in_use, join, plain, root};
    use iisle_path::RelPath;
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::Path;

    // SD-31
    #[test]
    fn roots_get_the_prefix_that_lifts_limits() {
        let shown = |path: &str| root(Path::new(path)).unwrap().display().to_string();
        assert_eq!(shown(r"C:\site\..\web"), r"\\?\C:\web");
        assert_eq!(shown("C:/site/a"), r"\\?\C:\site\a");
        assert_eq!(shown(r"\\server\share\site"), r"\\?\UNC\server\share\site");
        assert_eq!(shown(r"\\?\C:\site"), r"\\?\C:\site");
        assert!(root(Path::new(r"\\.\C:")).is_err());
        assert_eq!(plain(Path::new(r"\\?\UNC\server\share\a")), r"\\server\share\a");
        assert_eq!(plain(Path::new(r"\\?\C:\a")), r"C:\a");
    }

    #[test]
    fn text_of_consoles_is_that_of_their_code_page() {
        assert_eq!(super::console_bytes("a\r\n"), b"a\r\n");
        assert!(!super::console_bytes("\u{4e2d}").is_empty(), "also what it lacks");
        assert_eq!(super::console_bytes(""), b"");
    }

    #[test]
    fn the_first_request_to_end_is_noted_and_the_next_is_the_systems() {
        // Not the flag of the process, which other tests look at.
        let asked = std::sync::atomic::AtomicBool::new(false);
        assert!(super::is_first(&asked));
        assert!(!super::is_first(&asked) && asked.into_inner());
    }

    #[test]
    fn a_segment_with_a_colon_stays_below_the_root() {
        let path = RelPath::parse("bin/d:x").unwrap();
        assert_eq!(join(Path::new(r"\\?\C:\site"), &path), Path::new(r"\\?\C:\site\bin\d:x"));
        assert_eq!(join(Path::new(r"\\?\C:\"), &path), Path::new(r"\\?\C:\bin\d:x"));
    }

    // LK-2
    #[test]
    fn a_file_held_without_sharing_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("App.dll");
        std::fs::write(&path, b"MZ").unwrap();
        let paths = [path.clone(), folder.path().join("missing.dll")];
        assert_eq!(in_use(&paths), [None, None]);
        for share in [0, super::FILE_SHARE_READ, super::FILE_SHARE_READ | super::FILE_SHARE_WRITE] {
            let held =
                std::fs::OpenOptions::new().read(true).share_mode(share).open(&path).unwrap();
            assert!(in_use(&paths)[0].is_some(), "share mode {share}");
            drop(held);
        }
        assert_eq!(in_use(&paths), [None, None]);
    }

    // LK-3
    #[test]
    fn a_running_program_is_in_use() {
        let this = std::env::current_exe().unwrap();
        assert!(in_use(&[this])[0].is_some());
    }

    #[test]
    fn volumes_and_identities_are_known() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_space(folder.path()).unwrap() > 0);
        let a = identity(folder.path()).unwrap();
        assert_eq!(identity(&folder.path().join(".")).unwrap(), a);
        assert_ne!(identity(folder.path().parent().unwrap()).unwrap(), a);
    }
}
