use std::fs;
use std::io::{self, Read};
use std::path::Path;

use iisle_path::RelPath;
use tempfile::TempDir;

use super::{Durability, LocalTree};
use crate::{Stamp, Ticks, Tree, TreeError, TreeMut, Visibility};

/// Some time in 2026, with a fraction.
const TIME: Ticks = Ticks(134_000_000_001_234_567);

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn stamp(size: usize) -> Stamp {
    // Unix knows no such attributes.
    let visibility = cfg!(windows).then(Visibility::default);
    Stamp { size: size as u64, modified: TIME, read_only: false, visibility }
}

fn put(tree: &LocalTree, name: &str, content: &[u8]) {
    tree.write(&path(name), stamp(content.len()), &mut &*content).unwrap();
}

/// Every file and directory that is really there, with temporaries.
fn everything(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = walkdir::WalkDir::new(folder)
        .min_depth(1)
        .into_iter()
        .map(|entry| {
            let entry = entry.unwrap();
            let below = entry.path().strip_prefix(folder).unwrap();
            below.to_str().unwrap().replace('\\', "/")
        })
        .collect();
    names.sort();
    names
}

fn site() -> (TempDir, LocalTree) {
    let folder = tempfile::tempdir().unwrap();
    let tree = LocalTree::target(folder.path()).unwrap();
    (folder, tree)
}

#[test]
fn what_is_written_is_what_a_snapshot_finds() {
    for durability in [Durability::Cached, Durability::Flushed] {
        let (folder, tree) = site();
        let tree = tree.with_durability(durability);
        put(&tree, "wwwroot/js/site.js", b"one");
        put(&tree, "wwwroot/js/site.js", b"three");
        let snapshot = tree.snapshot().unwrap();
        assert_eq!(snapshot.files.len(), 1);
        assert_eq!(snapshot.files[&path("wwwroot/js/site.js")], stamp(5));
        let directories: Vec<_> = snapshot.directories.keys().map(RelPath::as_str).collect();
        assert_eq!(directories, ["wwwroot", "wwwroot/js"]);
        assert_eq!(tree.read_all(&path("wwwroot/js/site.js"), 9).unwrap(), b"three");
        assert!(tree.is_current(&path("wwwroot/js/site.js"), stamp(5)).unwrap());
        assert_eq!(tree.stamp(&path("wwwroot")).unwrap(), None, "it is no file");
        assert_eq!(everything(folder.path()), ["wwwroot", "wwwroot/js", "wwwroot/js/site.js"]);
    }
}

/// Gives some bytes, then fails.
struct Failing(usize);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.min(buffer.len());
        self.0 -= length;
        if length == 0 { Err(io::Error::other("the cable is out")) } else { Ok(length) }
    }
}

// LK-4
#[test]
fn a_write_that_fails_leaves_the_old_file_and_no_trace() {
    let (folder, tree) = site();
    put(&tree, "a.txt", b"old");
    let target = path("a.txt");
    let short = tree.write(&target, stamp(9), &mut b"short".as_slice()).unwrap_err();
    assert!(matches!(short, TreeError::Changed { expected: 9, found: 5, .. }), "{short}");
    let long = tree.write(&target, stamp(3), &mut b"longer".as_slice()).unwrap_err();
    assert!(matches!(long, TreeError::Changed { expected: 3, .. }), "{long}");
    let failed = tree.write(&target, stamp(600_000), &mut Failing(500_000)).unwrap_err();
    assert_eq!(failed.to_string(), "cannot read `a.txt`");
    tree.write(&path("new/b.txt"), stamp(1), &mut Failing(0)).unwrap_err();
    assert_eq!(everything(folder.path()), ["a.txt", "new"]);
    assert_eq!(tree.read_all(&target, 9).unwrap(), b"old");
}

#[test]
fn a_folder_is_no_place_for_a_file() {
    let (folder, tree) = site();
    put(&tree, "bin/a.dll", b"x");
    let error = tree.write(&path("bin"), stamp(1), &mut b"x".as_slice()).unwrap_err();
    assert_eq!(error.to_string(), "`bin` is a folder, expected a file");
    assert!(tree.write(&path("bin/a.dll/b"), stamp(1), &mut b"x".as_slice()).is_err());
    assert_eq!(everything(folder.path()), ["bin", "bin/a.dll"]);
}

#[test]
fn a_missing_target_is_empty_and_comes_with_the_first_change() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("sites/shop");
    assert!(matches!(LocalTree::open(&root), Err(TreeError::NotFound(_))));
    let tree = LocalTree::target(&root).unwrap();
    assert!(tree.snapshot().unwrap().files.is_empty());
    assert!(tree.free_space().unwrap().is_some_and(|free| free > 0));
    assert_eq!(tree.remove_leftovers().unwrap(), 0);
    assert!(!root.exists());
    put(&tree, "web.config", b"<x/>");
    assert!(root.join("web.config").exists());
    let file = root.join("web.config");
    let error = LocalTree::open(&file).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` is not a folder", file.display()));
}

#[test]
fn a_read_only_file_is_replaced_and_removed() {
    let (_folder, tree) = site();
    let target = path("a.txt");
    let read_only = Stamp { read_only: true, ..stamp(3) };
    tree.write(&target, read_only, &mut b"one".as_slice()).unwrap();
    assert_eq!(tree.stamp(&target).unwrap(), Some(read_only));
    put(&tree, "a.txt", b"two");
    assert_eq!(tree.stamp(&target).unwrap(), Some(stamp(3)), "writable as in the source");
    tree.touch(&target, read_only).unwrap();
    assert_eq!(tree.stamp(&target).unwrap(), Some(read_only));
    tree.touch(&target, Stamp { modified: Ticks(TIME.0 + 7 * Ticks::SECOND), ..stamp(3) }).unwrap();
    assert_eq!(tree.stamp(&target).unwrap().unwrap().modified.0, TIME.0 + 7 * Ticks::SECOND);
    tree.touch(&target, read_only).unwrap();
    tree.remove(&target).unwrap();
    tree.remove(&target).unwrap();
    assert_eq!(tree.stamp(&target).unwrap(), None);
}

// SD-31
#[test]
fn paths_may_be_longer_than_260_characters() {
    let (folder, tree) = site();
    let long = ["x".repeat(100), "y".repeat(100), "z".repeat(100), "w".repeat(100)].join("/");
    put(&tree, &format!("{long}/App.dll"), b"1");
    put(&tree, &format!("{long}/App.dll"), b"22");
    let target = path(&format!("{long}/App.dll"));
    assert_eq!(tree.snapshot().unwrap().files[&target].size, 2);
    assert_eq!(tree.locked(std::slice::from_ref(&target)).unwrap(), []);
    tree.remove(&target).unwrap();
    for directory in std::iter::once(path(&long)).chain(path(&long).ancestors()) {
        tree.remove_directory(&directory).unwrap();
    }
    assert!(everything(folder.path()).is_empty());
}

#[test]
fn leftovers_of_a_crash_are_no_content_and_are_removed() {
    let (folder, tree) = site();
    put(&tree, "bin/a.dll", b"x");
    fs::write(folder.path().join("bin/.iisle-7-1.tmp"), "half").unwrap();
    assert_eq!(tree.snapshot().unwrap().files.len(), 1);
    assert_eq!(tree.remove_leftovers().unwrap(), 1);
    assert_eq!(everything(folder.path()), ["bin", "bin/a.dll"]);
    tree.snapshot().unwrap();
    assert_eq!(tree.remove_leftovers().unwrap(), 0);
}

#[test]
fn directories_are_removed_only_when_empty() {
    let (_folder, tree) = site();
    put(&tree, "bin/a.dll", b"x");
    let error = tree.remove_directory(&path("bin")).unwrap_err();
    assert_eq!(error.to_string(), "cannot remove the folder `bin`");
    let TreeError::Io { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.kind(), io::ErrorKind::DirectoryNotEmpty);
    tree.remove(&path("bin/a.dll")).unwrap();
    tree.remove_directory(&path("bin")).unwrap();
    tree.remove_directory(&path("bin")).unwrap();
    tree.create_directory(&path("logs/old")).unwrap();
    tree.create_directory(&path("logs")).unwrap();
}

#[test]
fn renaming_changes_letters_but_never_overwrites() {
    let (folder, tree) = site();
    put(&tree, "app.dll", b"x");
    put(&tree, "other.dll", b"y");
    tree.rename(&path("app.dll"), &path("App.dll")).unwrap();
    assert_eq!(everything(folder.path()), ["App.dll", "other.dll"]);
    assert!(tree.rename(&path("App.dll"), &path("other.dll")).is_err());
    let error = tree.rename(&path("none"), &path("new")).unwrap_err();
    assert_eq!(error.to_string(), "`none` does not exist");
    assert_eq!(tree.read_all(&path("other.dll"), 9).unwrap(), b"y");
}

#[test]
fn ten_thousand_files_come_in_the_order_of_their_paths() {
    let (folder, tree) = site();
    for directory in ["a", "a-b", "a/b", "a.b"] {
        fs::create_dir_all(folder.path().join(directory)).unwrap();
        for n in 0..250 {
            fs::write(folder.path().join(directory).join(format!("{n}")), [0; 3]).unwrap();
        }
    }
    let snapshot = tree.snapshot().unwrap();
    assert_eq!((snapshot.files.len(), snapshot.total_bytes()), (1000, 3000));
    assert_eq!(snapshot.directories.len(), 4);
    let paths: Vec<_> = snapshot.files.keys().collect();
    assert!(paths.is_sorted());
}

#[cfg(unix)]
mod unix {
    use super::{LocalTree, everything, path, put, site, stamp};
    use crate::{Links, Refusal, Tree, TreeError, TreeMut};
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn refused(tree: &LocalTree) -> Vec<String> {
        let refused = tree.snapshot().unwrap().refused;
        refused.iter().map(|r| format!("{}: {}", r.path, r.why)).collect()
    }

    #[test]
    fn links_that_stay_inside_are_followed_and_others_refused() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        let (folder, tree) = site();
        let tree = tree.with_links(Links::Follow);
        put(&tree, "lib/a.js", b"abc");
        let link = |target: &str, name: &str| symlink(target, folder.path().join(name)).unwrap();
        link("lib/a.js", "current.js");
        link("../lib", "lib/circle");
        link("lib", "same");
        link("nowhere", "dangling");
        link("itself", "itself");
        link("..", "up");
        let secret = outside.path().join("secret");
        link(secret.to_str().unwrap(), "secret");
        let snapshot = tree.snapshot().unwrap();
        let files: Vec<_> = snapshot.files.keys().map(ToString::to_string).collect();
        assert_eq!(files, ["current.js", "lib/a.js", "same/a.js"]);
        assert_eq!(snapshot.files[&path("current.js")], stamp(3));
        let leaves = "the link leaves the folder: it points to";
        assert_eq!(
            refused(&tree),
            [
                "dangling: the link leads nowhere: there is no `nowhere`".to_owned(),
                "itself: the link leads in a circle: it points to `itself`".to_owned(),
                "lib/circle: the link leads in a circle: it points to `../lib`".to_owned(),
                "same/circle: the link leads in a circle: it points to `../lib`".to_owned(),
                format!("secret: {leaves} `{}`", secret.display()),
                format!("up: {leaves} `..`"),
            ]
        );
    }

    #[test]
    fn a_target_that_is_missing_is_no_link_to_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("there")).unwrap();
        symlink("gone/app", root.join("site")).unwrap();
        for path in ["site", "site/below/it"] {
            let error = LocalTree::target(root.join(path)).unwrap_err().to_string();
            assert!(error.ends_with("is a link to nothing: there is no `gone/app`"), "{error}");
        }
        for (path, there) in [("new/folder", false), ("gone/../there", true)] {
            let tree = LocalTree::target(root.join(path)).unwrap();
            put(&tree, "a", b"a");
            assert_eq!(root.join("there/a").exists(), there, "{path}");
        }
    }

    // SD-32
    #[test]
    fn a_target_keeps_its_links_and_writes_through_none() {
        let outside = tempfile::tempdir().unwrap();
        let (folder, tree) = site();
        put(&tree, "a", b"1");
        symlink(outside.path(), folder.path().join("logs")).unwrap();
        symlink("a", folder.path().join("b")).unwrap();
        let snapshot = tree.snapshot().unwrap();
        assert_eq!(snapshot.files.len(), 1);
        let why: Vec<_> = snapshot.refused.iter().map(|r| r.why.clone()).collect();
        let target = outside.path().to_str().unwrap().to_owned();
        assert_eq!(why, [Refusal::Link("a".to_owned()), Refusal::Link(target)]);
        let error = tree.write(&path("logs/x"), stamp(1), &mut b"x".as_slice()).unwrap_err();
        assert_eq!(error.to_string(), "`logs/x` cannot exist there: `logs` is a link");
        assert!(matches!(tree.remove(&path("logs/x")), Err(TreeError::Name { .. })));
        assert!(everything(outside.path()).is_empty());
        assert_eq!(tree.stamp(&path("b")).unwrap(), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_text_or_no_file_is_refused() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        use std::os::unix::ffi::OsStrExt;
        let (folder, tree) = site();
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
        fs::write(folder.path().join(name), "x").unwrap();
        mknodat(CWD, folder.path().join("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let snapshot = tree.snapshot().unwrap();
        assert!(snapshot.files.is_empty());
        assert_eq!(snapshot.refused[0].bytes.as_deref(), Some(b"caf\xe9.txt".as_slice()));
        assert_eq!(
            refused(&tree),
            [
                "caf\u{fffd}.txt: the name is not valid Unicode",
                "pipe: it is a device, pipe or socket",
            ]
        );
    }

    // SD-12
    #[test]
    fn a_replaced_file_keeps_its_mode() {
        let (folder, tree) = site();
        put(&tree, "run", b"1");
        let host = folder.path().join("run");
        fs::set_permissions(&host, fs::Permissions::from_mode(0o750)).unwrap();
        put(&tree, "run", b"2");
        assert_eq!(fs::metadata(&host).unwrap().permissions().mode() & 0o777, 0o750);
    }

    // LK-3
    #[cfg(target_os = "linux")]
    #[test]
    fn a_running_program_and_a_file_open_for_writing_are_in_use() {
        use std::io::{BufRead, BufReader};
        use std::process::{Command, Stdio};
        let (folder, tree) = site();
        for name in ["App", "app.db", "page.html"] {
            put(&tree, name, b"x");
        }
        fs::copy("/bin/sh", folder.path().join("App")).unwrap();
        let script = "exec 3>>app.db 4<page.html; echo ready; read line";
        let mut child = Command::new(folder.path().join("App"))
            .args(["-c", script])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let asked = ["App", "app.db", "missing", "page.html"].map(path);
        let locked = tree.locked(&asked).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let named: Vec<_> = locked
            .iter()
            .map(|(path, holders)| (path.as_str(), holders[0].pid, holders[0].name.as_str()))
            .collect();
        assert_eq!(named, [("App", child.id(), "App"), ("app.db", child.id(), "App")]);
        assert_eq!(tree.locked(&asked).unwrap(), []);
    }
}

#[cfg(windows)]
mod windows {
    use super::{everything, fs, path, put, site, stamp};
    use crate::{Stamp, Tree, TreeError, TreeMut, Visibility};
    use iisle_path::NameRules;
    use std::os::windows::fs::OpenOptionsExt;

    #[test]
    fn a_file_is_hidden_as_its_stamp_says_and_else_as_the_one_that_it_replaces() {
        let (_folder, tree) = site();
        let target = path("a.txt");
        let stamp_of = || tree.stamp(&target).unwrap().unwrap();
        let hidden = Visibility { hidden: true, system: false };
        let hiding = Stamp { visibility: Some(hidden), ..stamp(3) };
        tree.write(&target, hiding, &mut b"one".as_slice()).unwrap();
        assert_eq!(stamp_of(), hiding);
        let silent = Stamp { visibility: None, ..stamp(3) };
        tree.write(&target, silent, &mut b"two".as_slice()).unwrap();
        assert_eq!(stamp_of(), hiding);
        let both = Visibility { hidden: false, system: true };
        tree.touch(&target, Stamp { visibility: Some(both), ..stamp(3) }).unwrap();
        assert_eq!(stamp_of().visibility, Some(both));
        tree.write(&target, stamp(5), &mut b"three".as_slice()).unwrap();
        assert_eq!(stamp_of(), stamp(5));
    }

    #[test]
    fn a_held_file_is_named_and_stays_whole() {
        let (folder, tree) = site();
        put(&tree, "bin/App.dll", b"old");
        let target = path("bin/App.dll");
        let host = folder.path().join("bin").join("App.dll");
        for share in [0, 1] {
            let held = fs::OpenOptions::new().read(true).share_mode(share).open(&host).unwrap();
            let locked = tree.locked(&[path("bin/none.dll"), target.clone()]).unwrap();
            assert_eq!(locked.len(), 1);
            assert_eq!(locked[0].0, target);
            let error = tree.write(&target, stamp(3), &mut b"new".as_slice()).unwrap_err();
            assert!(matches!(error, TreeError::InUse { .. }), "{error:?}");
            let error = tree.remove(&target).unwrap_err();
            assert!(matches!(error, TreeError::InUse { .. }), "{error:?}");
            drop(held);
            assert_eq!(tree.read_all(&target, 9).unwrap(), b"old");
            assert_eq!(everything(folder.path()), ["bin", "bin/App.dll"]);
        }
        put(&tree, "bin/App.dll", b"new");
        assert_eq!(tree.read_all(&target, 9).unwrap(), b"new");
    }

    #[test]
    fn names_meet_without_case() {
        let (folder, tree) = site();
        put(&tree, "WWWRoot/Site.css", b"old");
        put(&tree, "wwwroot/site.CSS", b"newer");
        assert_eq!(tree.snapshot().unwrap().files.len(), 1);
        assert_eq!(everything(folder.path()).len(), 2);
        assert_eq!(tree.stamp(&path("wwwROOT/SITE.css")).unwrap().unwrap().size, 5);
        tree.rename(&path("wwwroot/site.CSS"), &path("wwwroot/Site.css")).unwrap();
        let file = tree.snapshot().unwrap().files.keys().next().unwrap().clone();
        assert_eq!(file.file_name(), "Site.css");
    }

    // SD-33
    #[test]
    fn a_folder_tells_case_when_the_system_says_so() {
        let (folder, tree) = site();
        put(&tree, "a/x", b"x");
        for place in [None, Some(path("a")), Some(path("missing"))] {
            assert!(!tree.tells_case(place.as_ref()));
        }
        let turned_on = std::process::Command::new("fsutil.exe")
            .args(["file", "setCaseSensitiveInfo"])
            .arg(folder.path().join("a"))
            .arg("enable")
            .output();
        // Not every Windows has such folders, and what imitates it has none.
        if turned_on.is_ok_and(|output| output.status.success()) {
            let told = std::process::Command::new("fsutil.exe")
                .args(["file", "queryCaseSensitiveInfo"])
                .arg(folder.path().join("a"))
                .output()
                .unwrap();
            let is_on = String::from_utf8_lossy(&told.stdout).contains("enabled");
            assert_eq!(tree.tells_case(Some(&path("a"))), is_on);
        }
        let tree = tree.with_names(NameRules::Unix);
        assert!(!tree.names().same("a", "A"));
    }

    #[test]
    fn names_that_windows_forbids_are_refused() {
        let (folder, tree) = site();
        for name in ["con", "logs/aux.txt", "a.", "b ", "x:stream", "a?b"] {
            let error = tree.write(&path(name), stamp(1), &mut b"x".as_slice()).unwrap_err();
            assert!(matches!(error, TreeError::Name { .. }), "{name}: {error:?}");
        }
        assert!(everything(folder.path()).is_empty());
    }
}
