use std::path::Path;

use super::calls::{Inheritance, Rights};

/// Whether new files get their rights from the folder they are made in, and keep them when they are
/// moved.
pub(crate) const FOLDERS_GIVE_RIGHTS: bool = true;

/// The mark of an entry that came from the folder above.
///
/// Source: Microsoft, "ACE_HEADER structure".
const INHERITED: u8 = 0x10;
/// Bytes before the first entry of a list.
///
/// Source: Microsoft, "ACL structure".
const HEAD: usize = 8;

/// Gives the folder `to` the rights of the folder `from`, and no others, so that what is made in it has
/// what it would have had there, and keeps it when it is moved. Where the volume or the account does
/// not allow that, it is left out.
///
/// Source: Microsoft, "Automatic Propagation of Inheritable ACEs": a moved file keeps its rights.
pub(crate) fn copy_rights(from: &Path, to: &Path) {
    let Some(rights) = Rights::of(from) else { return };
    give(&rights, to, Inheritance::Off);
}

/// Gives the new file `to` the rights that the file `from`, which it will replace, has of its own; those
/// that come from the folder it has already.
///
/// Source: `sync.md` SD-12.
pub(crate) fn copy_rights_of_file(from: &Path, to: &Path) {
    let Some(rights) = Rights::of(from) else { return };
    give(&rights, to, rights.inheritance());
}

fn give(rights: &Rights, to: &Path, inheritance: Inheritance) {
    if let Err(code) = rights.give(to, inheritance) {
        tracing::debug!(path = %to.display(), code, "it keeps the rights it has");
    }
}

/// Whether what is made in one folder has other rights than what is made in the other, as far as the
/// system tells.
pub(crate) fn rights_differ(a: &Path, b: &Path) -> bool {
    match [a, b].map(Rights::of) {
        [Some(a), Some(b)] => entries(a.bytes()) != entries(b.bytes()),
        _ => false,
    }
}

/// The entries of a list, wherever they came from.
fn entries(list: &[u8]) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let mut rest = list.get(HEAD..).unwrap_or_default();
    let count = list.get(4..6).map_or(0, |count| u16::from_le_bytes([count[0], count[1]]));
    for _ in 0..count {
        let Some(&[kind, flags, low, high]) = rest.first_chunk() else { break };
        let size = usize::from(u16::from_le_bytes([low, high]));
        let Some(entry) = rest.get(4..size) else { break };
        entries.push([&[kind, flags & !INHERITED], entry].concat());
        rest = &rest[size..];
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::{copy_rights, copy_rights_of_file, entries, rights_differ};

    // SD-12
    #[test]
    fn where_an_entry_came_from_makes_no_difference() {
        let list = |flags: u8, right: u8| {
            [&[2, 0, 16, 0, 1, 0, 0, 0], [0, flags, 8, 0].as_slice(), &[right, 0, 0, 0]].concat()
        };
        assert_eq!(entries(&list(3, 1)), entries(&list(0x13, 1)));
        assert_ne!(entries(&list(3, 1)), entries(&list(3, 2)));
        assert_ne!(entries(&list(3, 1)), entries(&list(0, 1)));
        assert!(entries(&[2, 0]).is_empty());
        assert!(entries(&[2, 0, 8, 0, 9, 0, 0, 0]).is_empty());
        assert!(entries(&[2, 0, 12, 0, 9, 0, 0, 0, 0, 0, 99, 0]).is_empty());
    }

    // SD-12
    #[test]
    fn rights_of_folders_are_given_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
        for path in [&a, &b] {
            std::fs::create_dir(path).unwrap();
        }
        copy_rights(&a, &b);
        assert!(!rights_differ(&a, &b) && !rights_differ(&a, &folder.path().join("missing")));
        let [old, new] = [a.join("old"), b.join("new")];
        for path in [&old, &new] {
            std::fs::write(path, "x").unwrap();
        }
        copy_rights_of_file(&old, &new);
        std::fs::rename(&new, &old).unwrap();
        assert!(old.exists());
    }
}
