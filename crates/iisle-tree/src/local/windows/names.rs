use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf, Prefix};

use iisle_path::{NameRules, RelPath, windows_problem};

/// How names compare on this system's usual volumes.
pub(crate) const NAMES: NameRules = NameRules::Windows;

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

/// The path without `\\?\`: the Restart Manager compares names as programs usually give them.
pub(super) fn plain(path: &Path) -> OsString {
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

#[cfg(test)]
mod tests {
    use super::{join, plain, root};
    use iisle_path::RelPath;
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
    fn a_segment_with_a_colon_stays_below_the_root() {
        let path = RelPath::parse("bin/d:x").unwrap();
        assert_eq!(join(Path::new(r"\\?\C:\site"), &path), Path::new(r"\\?\C:\site\bin\d:x"));
        assert_eq!(join(Path::new(r"\\?\C:\"), &path), Path::new(r"\\?\C:\bin\d:x"));
    }
}
