use std::fs::OpenOptions;
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::{
    ERROR_BUSY, ERROR_DELETE_PENDING, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION,
    ERROR_USER_MAPPED_FILE,
};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES,
    FILE_WRITE_DATA, SYNCHRONIZE,
};
use windows_sys::Win32::System::RestartManager::RM_PROCESS_INFO;

use super::calls::{Session, image_name, until_nul};
use super::files::SHARE_ALL;
use super::names::plain;
use crate::Holder;

/// Files whose holders are asked for one by one; a session with the Restart Manager takes
/// milliseconds, and nobody reads more names than these.
const MAX_ASKED: usize = 100;

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
    let known = session.holders(&plain(path)).unwrap_or_default();
    known.iter().map(holder).collect()
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

#[cfg(test)]
mod tests {
    use super::in_use;
    use std::os::windows::fs::OpenOptionsExt;
    use windows_sys::Win32::Storage::FileSystem::{FILE_SHARE_READ, FILE_SHARE_WRITE};

    // LK-2
    #[test]
    fn a_file_held_without_sharing_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("App.dll");
        std::fs::write(&path, b"MZ").unwrap();
        let paths = [path.clone(), folder.path().join("missing.dll")];
        assert_eq!(in_use(&paths), [None, None]);
        for share in [0, FILE_SHARE_READ, FILE_SHARE_READ | FILE_SHARE_WRITE] {
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
}
