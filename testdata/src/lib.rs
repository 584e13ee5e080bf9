//! Fixtures with names and expectations, for tests only (never published).
//!
//! A case is a folder `testdata/<area>/<case>/`; its `case.toml` says where it came from and which
//! program made the expected bytes.

use std::path::{Path, PathBuf};

/// The folder of all cases of an area, such as `publish`.
pub fn area(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The folder of one case.
///
/// # Panics
/// When there is no such case: tests name cases that exist.
pub fn case(area_name: &str, case: &str) -> PathBuf {
    let path = area(area_name).join(case);
    assert!(path.is_dir(), "no case `{case}` in testdata/{area_name}");
    path
}

/// The names of all cases of an area, sorted.
///
/// # Panics
/// When the area cannot be listed.
pub fn cases(area_name: &str) -> Vec<String> {
    let root = area(area_name);
    let list = root.read_dir().unwrap_or_else(|e| panic!("cannot list {}: {e}", root.display()));
    let mut names: Vec<_> = list
        .map(|entry| entry.expect("the area can be listed"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("names of cases are ASCII"))
        .collect();
    names.sort();
    names
}
