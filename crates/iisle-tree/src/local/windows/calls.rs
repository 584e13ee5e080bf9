//! The calls into Windows that the standard library does not make: the only `unsafe` of the product.
#![expect(unsafe_code, reason = "the calls into Windows that the standard library does not make")]

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_MORE_DATA, ERROR_SUCCESS, HANDLE,
    LocalFree,
};
use windows_sys::Win32::Globalization::{CP_OEMCP, WideCharToMultiByte};
use windows_sys::Win32::Security::Authorization::{
    GetNamedSecurityInfoW, SE_FILE_OBJECT, SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GetSecurityDescriptorControl,
    PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, SE_DACL_PROTECTED,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_BASIC_INFO, FILE_CASE_SENSITIVE_INFO,
    FILE_INFO_BY_HANDLE_CLASS, FileBasicInfo, FileCaseSensitiveInfo, GetDiskFreeSpaceExW,
    GetDriveTypeW, GetFileInformationByHandle, GetFileInformationByHandleEx, GetVolumeInformationW,
    GetVolumePathNameW, SetFileAttributesW, SetFileInformationByHandle,
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
    pub(super) volume: u32,
    pub(super) index: u64,
}

pub(super) fn identity_of(file: &File) -> io::Result<Identity> {
    let mut facts = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open for the whole call, and `facts` is writable and of that type.
    let done = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut facts) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let index = u64::from(facts.nFileIndexHigh) << 32 | u64::from(facts.nFileIndexLow);
    Ok(Identity { volume: facts.dwVolumeSerialNumber, index })
}

/// Whether an open folder has the flag that its names differ by case.
///
/// Source: Microsoft, "FILE_CASE_SENSITIVE_INFO".
pub(super) fn has_case_flag(folder: &File) -> bool {
    /// `FILE_CS_FLAG_CASE_SENSITIVE_DIR`.
    const CASE_SENSITIVE: u32 = 1;
    // SAFETY: it is what Windows has for that class.
    let facts = unsafe { facts_of::<FILE_CASE_SENSITIVE_INFO>(folder, FileCaseSensitiveInfo) };
    facts.is_some_and(|facts| facts.Flags & CASE_SENSITIVE != 0)
}

/// The times and attributes of an open file.
pub(super) fn times_of(file: &File) -> Option<FILE_BASIC_INFO> {
    // SAFETY: it is what Windows has for that class.
    unsafe { facts_of(file, FileBasicInfo) }
}

/// What is known of an open file or folder.
///
/// # Safety
/// `T` must be the structure that Windows has for `class`.
unsafe fn facts_of<T: Default>(file: &File, class: FILE_INFO_BY_HANDLE_CLASS) -> Option<T> {
    let mut facts = T::default();
    let size = u32::try_from(size_of::<T>()).ok()?;
    // SAFETY: the handle is open for the whole call, and `facts` has room for `size` bytes of what the
    // caller says is that structure.
    let done = unsafe {
        GetFileInformationByHandleEx(file.as_raw_handle(), class, (&raw mut facts).cast(), size)
    };
    (done != 0).then_some(facts)
}

/// Sets the attributes of an open file; times of zero stay as they are.
pub(super) fn set_facts(file: &File, facts: &FILE_BASIC_INFO) -> io::Result<()> {
    let size = u32::try_from(size_of::<FILE_BASIC_INFO>()).expect("it is a few words long");
    // SAFETY: the handle is open for the whole call, and `facts` is `size` bytes long.
    let done = unsafe {
        SetFileInformationByHandle(
            file.as_raw_handle(),
            FileBasicInfo,
            ptr::from_ref(facts).cast(),
            size,
        )
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Sets the attributes of an existing file or folder.
pub(super) fn set_bits(path: &Path, bits: u32) -> io::Result<()> {
    let path = wide(path.as_os_str());
    // SAFETY: `path` ends in NUL and outlives the call.
    let done = unsafe { SetFileAttributesW(path.as_ptr(), bits) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// What `GetDriveTypeW` calls a disk of this machine. The bindings keep it with those for programs of
/// another age.
///
/// Source: Microsoft, "GetDriveTypeW function".
const DRIVE_FIXED: u32 = 3;

/// Whether an existing folder lies on NTFS on a disk of this machine.
pub(super) fn is_own_ntfs(folder: &Path) -> bool {
    own_volume_kind(folder).is_some_and(|kind| kind == "NTFS")
}

/// Whether an existing folder lies on a volume of this machine.
pub(crate) fn is_own_volume(folder: &Path) -> bool {
    own_volume_kind(folder).is_some()
}

/// What kind of volume of this machine an existing folder lies on.
fn own_volume_kind(folder: &Path) -> Option<String> {
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
    (known != 0).then(|| until_nul(&kind))
}

/// Who may do what with a file or folder.
pub(super) struct Rights {
    descriptor: PSECURITY_DESCRIPTOR,
    /// Points into `descriptor`; null where nothing is restricted.
    list: *mut ACL,
}

/// Whether the folder above says something about rights as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inheritance {
    /// It does.
    On,
    /// It does not.
    Off,
}

impl Rights {
    /// Those of `path`.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let path = wide(path.as_os_str());
        let mut found = Self { descriptor: ptr::null_mut(), list: ptr::null_mut() };
        // SAFETY: `path` ends in NUL; the list points into the descriptor, which is freed when dropped.
        let code = unsafe {
            GetNamedSecurityInfoW(
                path.as_ptr(),
                SE_FILE_OBJECT,
                DACL_SECURITY_INFORMATION,
                ptr::null_mut(),
                ptr::null_mut(),
                &raw mut found.list,
                ptr::null_mut(),
                &raw mut found.descriptor,
            )
        };
        (code == ERROR_SUCCESS && !found.list.is_null()).then_some(found)
    }

    /// The list as it lies in memory.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the list is there for as long as the descriptor.
        let size = unsafe { (*self.list).AclSize };
        // SAFETY: a list is so many bytes long, its head included, as it says itself.
        unsafe { std::slice::from_raw_parts(self.list.cast::<u8>(), usize::from(size)) }
    }

    /// Whether the folder above has a say.
    pub(super) fn inheritance(&self) -> Inheritance {
        let (mut control, mut revision) = (0, 0);
        // SAFETY: the descriptor came from the system, and both numbers are writable.
        let done = unsafe {
            GetSecurityDescriptorControl(self.descriptor, &raw mut control, &raw mut revision)
        };
        let is_cut = done != 0 && control & SE_DACL_PROTECTED != 0;
        if is_cut { Inheritance::Off } else { Inheritance::On }
    }

    /// Gives these rights to `path`; the code of an error.
    pub(super) fn give(&self, path: &Path, inheritance: Inheritance) -> Result<(), u32> {
        let name = wide(path.as_os_str());
        let cut = match inheritance {
            Inheritance::On => 0,
            Inheritance::Off => PROTECTED_DACL_SECURITY_INFORMATION,
        };
        // SAFETY: `name` ends in NUL, and the list is there for as long as the descriptor.
        let code = unsafe {
            SetNamedSecurityInfoW(
                name.as_ptr(),
                SE_FILE_OBJECT,
                DACL_SECURITY_INFORMATION | cut,
                ptr::null_mut(),
                ptr::null_mut(),
                self.list,
                ptr::null(),
            )
        };
        if code == ERROR_SUCCESS { Ok(()) } else { Err(code) }
    }
}

impl Drop for Rights {
    fn drop(&mut self) {
        if !self.descriptor.is_null() {
            // SAFETY: it came from `GetNamedSecurityInfoW`, which says that it is freed so.
            unsafe { LocalFree(self.descriptor) };
        }
    }
}

/// Bytes that are free for this user, and bytes in all.
pub(super) fn volume(path: &Path) -> io::Result<(u64, u64)> {
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

/// A session with the Restart Manager, ended when dropped.
pub(super) struct Session(u32);

impl Session {
    pub(super) fn start() -> Option<Self> {
        let mut handle = 0;
        let mut key = [0; CCH_RM_SESSION_KEY as usize + 1];
        // SAFETY: `key` has room for the session key and its NUL, as the function demands.
        let code = unsafe { RmStartSession(&raw mut handle, 0, key.as_mut_ptr()) };
        (code == ERROR_SUCCESS).then_some(Self(handle))
    }

    /// What it knows of those who have the file of this name open.
    pub(super) fn holders(&self, name: &OsStr) -> Option<Vec<RM_PROCESS_INFO>> {
        let name = wide(name);
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
                    room.truncate(usize::try_from(count).ok()?);
                    return Some(room);
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

/// File name of the program that `pid` runs.
pub(super) fn image_name(pid: u32) -> Option<String> {
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

/// The number of an error of this system.
pub(crate) fn windows_code(error: &io::Error) -> Option<u32> {
    error.raw_os_error().and_then(|code| u32::try_from(code).ok())
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}

pub(super) fn until_nul(text: &[u16]) -> String {
    let end = text.iter().position(|unit| *unit == 0).unwrap_or(text.len());
    String::from_utf16_lossy(&text[..end])
}

#[cfg(test)]
mod tests {
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
}
