use std::fs;
use std::path::Path;

use super::{
    Attributes, Carry, Content, Copying, Detail, Resume, SystemError, copy_file, examine, list,
    remove_empty, remove_entry, set_facts,
};
use crate::{Ticks, TreeError};

const THEN: Ticks = Ticks(133_000_000_000_000_000);

fn facts(path: &Path) -> super::Facts {
    examine(path).unwrap().unwrap().facts
}

fn copy(from: &Path, to: &Path, copying: &Copying) -> Result<u64, TreeError> {
    let mut seen = 0;
    copy_file(from, &facts(from), to, copying, &mut |bytes| {
        seen += bytes;
        Ok(())
    })?;
    Ok(seen)
}

#[test]
fn a_copy_gets_content_time_and_attributes_and_replaces_a_read_only_file() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    fs::write(&from, b"content").unwrap();
    fs::write(&to, b"old").unwrap();
    set_facts(&to, Carry { modified: None, attributes: Some(Attributes::READ_ONLY) }).unwrap();
    let carry = Carry { modified: Some(THEN), attributes: Some(Attributes::READ_ONLY) };
    let seen = copy(&from, &to, &Copying { carry, ..Copying::default() }).unwrap();
    assert_eq!((seen, fs::read(&to).unwrap().as_slice()), (7, b"content".as_slice()));
    assert_eq!(facts(&to).modified, THEN);
    assert!(facts(&to).attributes.intersects(Attributes::READ_ONLY));
    assert!(!facts(&from).attributes.intersects(Attributes::READ_ONLY));
    assert_eq!(list(folder.path(), Detail::Usual).unwrap().entries.len(), 2);
}

#[test]
fn an_empty_copy_has_no_content() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    fs::write(&from, b"content").unwrap();
    copy(&from, &to, &Copying { content: Content::Empty, ..Copying::default() }).unwrap();
    assert_eq!(fs::read(&to).unwrap(), b"");
}

#[test]
fn zeros_come_out_as_zeros_at_every_place() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    let mut bytes = vec![0; 300_000];
    bytes[100_000] = 7;
    fs::write(&from, &bytes).unwrap();
    let copying = Copying { content: Content::Sparse, block: Some(4096), ..Copying::default() };
    copy(&from, &to, &copying).unwrap();
    assert_eq!(fs::read(&to).unwrap(), bytes);
}

#[test]
fn a_copy_that_was_cut_off_goes_on_near_the_break() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    let bytes: Vec<u8> = (0..=250).cycle().take(20 << 20).collect();
    fs::write(&from, &bytes).unwrap();
    let copying = Copying { resume: Resume::FromBreak, ..Copying::default() };
    // The break: a folder stands where the copy should get its name.
    fs::create_dir(&to).unwrap();
    copy(&from, &to, &copying).unwrap_err();
    let parts = list(folder.path(), Detail::Usual).unwrap().parts;
    assert_eq!(parts.len(), 1);
    let part = folder.path().join(&parts[0]);
    fs::OpenOptions::new().write(true).open(&part).unwrap().set_len(17 << 20).unwrap();
    fs::remove_dir(&to).unwrap();
    let mut blocks = Vec::new();
    let mut each = |bytes| {
        blocks.push(bytes);
        Ok(())
    };
    copy_file(&from, &facts(&from), &to, &copying, &mut each).unwrap();
    assert_eq!(blocks, [16 << 20, 4 << 20], "the first is what was there");
    assert_eq!(fs::read(&to).unwrap(), bytes);
    assert!(list(folder.path(), Detail::Usual).unwrap().parts.is_empty());
}

// RB-4
#[test]
fn a_failed_copy_leaves_what_was_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("b");
    fs::write(&to, b"old").unwrap();
    let missing = folder.path().join("none");
    let nothing = super::Facts::default();
    let error =
        copy_file(&missing, &nothing, &to, &Copying::default(), &mut |_| Ok(())).unwrap_err();
    assert_eq!(SystemError::from(&error).code, 2);
    let into = folder.path().join("no/such");
    let error = copy(&to, &into, &Copying::default()).unwrap_err();
    assert_eq!(SystemError::from(&error).code, 3);
    assert_eq!(fs::read(&to).unwrap(), b"old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn our_own_files_in_the_making_are_no_entries() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".iisle-1-1.tmp", ".iisle-0a.part", "a.txt"] {
        fs::write(folder.path().join(name), b"").unwrap();
    }
    let listing = list(folder.path(), Detail::Changed).unwrap();
    let names: Vec<_> = listing.entries.iter().map(|entry| entry.name.clone()).collect();
    assert_eq!((names, listing.parts), (vec!["a.txt".into()], vec![".iisle-0a.part".into()]));
}

#[test]
fn removal_takes_files_and_empty_folders_only() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("d");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("f"), b"").unwrap();
    let error = remove_empty(&inner).unwrap_err();
    assert_eq!(SystemError::from(&error).code, 145);
    remove_entry(&inner.join("f")).unwrap();
    remove_entry(&inner.join("f")).unwrap();
    remove_empty(&inner).unwrap();
    remove_empty(&inner).unwrap();
}

#[cfg(unix)]
#[test]
fn links_are_seen_through_copied_as_links_and_removed_alone() {
    use crate::folder::Shape;
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("real")).unwrap();
    fs::write(at("real/f"), b"12345").unwrap();
    symlink("real", at("dir")).unwrap();
    symlink("real/f", at("file")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    let shape = |name: &str| {
        let entry = examine(&at(name)).unwrap().unwrap();
        (entry.shape, entry.is_link, entry.facts.size)
    };
    assert_eq!(shape("dir"), (Shape::Directory, true, 0));
    assert_eq!(shape("file"), (Shape::File, true, 5));
    assert_eq!(shape("dangling").0, Shape::Dangling);
    super::copy_link(&at("dir"), &at("copy")).unwrap();
    super::copy_link(&at("file"), &at("copy")).unwrap();
    assert_eq!(fs::read_link(at("copy")).unwrap(), Path::new("real/f"));
    remove_entry(&at("copy")).unwrap();
    remove_entry(&at("dir")).unwrap();
    assert!(at("real/f").exists() && !at("dir").exists());
    assert!(super::copy_link(&at("file"), &at("real")).is_err(), "a folder is not replaced");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[cfg(unix)]
#[test]
fn a_program_stays_executable() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a"), folder.path().join("b"));
    fs::write(&from, b"#!").unwrap();
    fs::set_permissions(&from, fs::Permissions::from_mode(0o755)).unwrap();
    copy(&from, &to, &Copying::default()).unwrap();
    assert_ne!(fs::metadata(&to).unwrap().permissions().mode() & 0o100, 0);
}

#[test]
fn errors_have_the_numbers_and_words_of_windows() {
    let error = |kind| TreeError::io("copy", "a", std::io::Error::from(kind));
    let said = |kind| SystemError::from(&error(kind));
    assert_eq!(said(std::io::ErrorKind::PermissionDenied), SystemError::of(5));
    assert_eq!(SystemError::of(5).text, "Access is denied.");
    assert_eq!(said(std::io::ErrorKind::StorageFull).code, 112);
    let missing = TreeError::NotFound("a".into());
    assert_eq!(SystemError::from(&missing).text, "The system cannot find the file specified.");
}

#[test]
fn attributes_are_read_from_letters() {
    let some = Attributes::from_letters("rH").unwrap();
    assert_eq!(some.to_string(), "RH");
    assert_eq!(Attributes::from_letters("RX"), Err('X'));
    assert_eq!(Attributes::ALL.to_string(), "RASHCNETO");
    assert!(some.without(Attributes::READ_ONLY).and(Attributes::READ_ONLY).is_empty());
}
