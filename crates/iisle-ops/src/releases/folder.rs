use std::path::Path;

use iisle_tree::digest::Digest;
use iisle_tree::host::{self, Kind};
use iisle_tree::{Ticks, TreeError, pointer};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::Failure;

/// What is in front of the name of a release that is not complete yet.
pub(super) const NEW: &str = ".new-";
/// What is in front of the name of a release that is being removed.
pub(super) const OLD: &str = ".old-";

/// A release that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The name of its folder: when it was made, and something that tells it from others.
    pub name: String,
    /// When it was made.
    pub created: Ticks,
    /// Whether the pointer leads to it.
    pub is_active: bool,
    /// Files in it, without the shared ones.
    pub files: u64,
    /// Their sizes, in bytes.
    pub size: u64,
}

/// What tells a deployment of this process from every other, and when it is: the name of its
/// release.
pub fn deployment_id(now: Ticks) -> String {
    name(now, std::process::id())
}

/// The moment in front of the name of a release, in UTC.
const MOMENT: &str = "%Y%m%dT%H%M%SZ";
/// How long that is.
const MOMENT_LEN: usize = 16;

/// `20261120T173000Z-7f3a`: names of one folder are in the order in which they were made.
fn name(now: Ticks, process: u32) -> String {
    let at = Timestamp::from_second(now.to_unix().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let digest = Digest::of(format!("{} {process}", now.0).as_bytes()).to_string();
    let hex = digest.rsplit(':').next().unwrap_or_default();
    let id = hex.get(..4).unwrap_or_default();
    format!("{}-{id}", at.strftime(MOMENT))
}

/// When a release of that name was made; `None` for what is no such name.
fn moment(name: &str) -> Option<Ticks> {
    let (moment, id) = name.split_once('-')?;
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_id || moment.len() != MOMENT_LEN {
        return None;
    }
    let at = DateTime::strptime(MOMENT, moment).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Ticks::from_unix(at.timestamp().as_second(), 0))
}

/// What lies where the releases are to be must be a folder, or nothing yet.
pub(super) fn check_place(folder: &Path) -> Result<(), TreeError> {
    if host::exists(folder) && !host::is_dir(folder) {
        return Err(TreeError::NotAFolder(folder.display().to_string()));
    }
    Ok(())
}

/// The names of the folders in a folder.
fn folders(folder: &Path) -> Result<impl Iterator<Item = String>, TreeError> {
    let entries = host::list(folder)?.into_iter().filter(|entry| entry.kind == Kind::Directory);
    Ok(entries
        .filter_map(|entry| entry.path.file_name().map(|name| name.to_string_lossy().into_owned())))
}

/// The names of the releases in a folder, oldest first.
pub(super) fn releases(folder: &Path) -> Result<Vec<String>, TreeError> {
    let mut names: Vec<_> = folders(folder)?.filter(|name| moment(name).is_some()).collect();
    names.sort();
    Ok(names)
}

/// Whether a folder has releases, or what is left of the making of one.
pub(super) fn has_any(folder: &Path) -> Result<bool, TreeError> {
    let is_ours = |name: String| {
        let begun = [NEW, OLD].into_iter().find_map(|mark| name.strip_prefix(mark));
        moment(begun.unwrap_or(&name)).is_some()
    };
    Ok(folders(folder)?.any(is_ours))
}

/// What a release is like.
pub(super) fn release(
    folder: &Path,
    name: String,
    active: Option<&str>,
) -> Result<Release, Failure> {
    let files = host::files_below(&folder.join(&name))?;
    let mut size = 0;
    for file in &files {
        size += host::size(file)?;
    }
    Ok(Release {
        created: moment(&name).unwrap_or(Ticks::UNIX_EPOCH),
        is_active: active == Some(name.as_str()),
        name,
        files: files.len() as u64,
        size,
    })
}

/// Removes what earlier runs left: releases that were not completed or not wholly removed, and the
/// work folders of their making.
pub(super) fn clear(folder: &Path) -> Result<(), TreeError> {
    for entry in host::list(folder)? {
        let Some(name) = entry.path.file_name() else { continue };
        let text = name.to_string_lossy();
        let is_left = text.starts_with(NEW)
            || text.starts_with(OLD)
            || (text.starts_with('.') && text.ends_with(".deploy"))
            || pointer::is_leftover(&text);
        if is_left && (entry.kind == Kind::Directory || pointer::is_leftover(&text)) {
            host::remove_tree(&entry.path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{moment, name};
    use iisle_tree::Ticks;

    #[test]
    fn a_name_says_when_and_sorts_by_it() {
        let seconds = [0, 951_782_400, 951_868_799, 1_791_472_346, 4_102_444_799];
        let moments = seconds.map(|second| Ticks::from_unix(second, 0));
        let names = moments.map(|at| name(at, 7));
        assert!(
            names[1].starts_with("20000229T000000Z-") && names[2].starts_with("20000229T235959Z-")
        );
        assert!(names[3].starts_with("20261008T151226Z-"), "{names:?}");
        assert!(names.is_sorted());
        for (at, name) in moments.iter().zip(&names) {
            assert_eq!(moment(name), Some(*at), "{name}");
        }
        assert_ne!(name(moments[0], 1), name(moments[0], 2));
    }

    #[test]
    fn other_folders_are_no_releases() {
        for name in [
            "shared",
            "current",
            "20261008",
            "20261008T151226Z",
            "20261308T151226Z-ab",
            "é",
            ".new-20261008T151226Z-ab",
        ] {
            assert_eq!(moment(name), None, "{name}");
        }
    }
}
