//! `iisle sync --staged` and `--rollback`.

use std::fs;
use std::path::Path;

use crate::stage::run;

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn text(root: &Path, path: &str) -> Option<String> {
    fs::read_to_string(root.join(path)).ok()
}

#[test]
fn a_staged_sync_is_done_as_a_whole_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/web.config", "<new/>"), ("new/bin/App.dll", "new dll")]);
    write(root, &[("site/web.config", "<o/>"), ("site/old.txt", "old"), ("site/logs/a", "log")]);
    let words = ["sync", "new", "site", "--staged", "--delete", "--max-delete", "9"];
    let ran = run(root, &[&words[..], &["--offline", "always"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(text(root, "site/bin/App.dll").as_deref(), Some("new dll"));
    assert_eq!(text(root, "site/logs/a").as_deref(), Some("log"));
    assert!(text(root, "site/old.txt").is_none() && text(root, "site/app_offline.htm").is_none());
    let back = run(root, &["sync", "new", "site", "--rollback"]);
    assert_eq!(back.code, 0, "{}{}", back.stdout, back.stderr);
    assert!(back.stdout.starts_with("rolled-back "), "{}", back.stdout);
    assert_eq!(text(root, "site/web.config").as_deref(), Some("<o/>"));
    assert_eq!(text(root, "site/old.txt").as_deref(), Some("old"));
    assert!(!root.join("site/bin").exists());
    let nothing = run(root, &["sync", "new", "site", "--rollback"]);
    assert_eq!((nothing.code, nothing.stdout.starts_with("unchanged ")), (0, true));
}

#[test]
fn without_a_staged_sync_there_is_nothing_to_take_back_and_no_work_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/a", "1"), ("site/a", "12")]);
    assert_eq!(run(root, &["sync", "new", "site", "--rollback"]).code, 0);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
    assert!(!root.join(".site.deploy").exists());
}

#[test]
fn a_second_deployment_is_told_who_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/a", "1"), ("site/b", "2"), (".site.deploy/lock", "")]);
    let lock = fs::File::options().write(true).open(root.join(".site.deploy/lock")).unwrap();
    lock.lock().unwrap();
    write(root, &[(".site.deploy/lock.json", "pid 4312, user ann")]);
    for words in [&["sync", "new", "site", "--staged"][..], &["sync", "new", "site"]] {
        let ran = run(root, words);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(
            ran.stderr.contains("another deployment is at work there: pid 4312, user ann"),
            "{}",
            ran.stderr
        );
        assert!(ran.stdout.starts_with("busy "), "{}", ran.stdout);
    }
    assert!(text(root, "site/a").is_none());
    drop(lock);
    assert_eq!(run(root, &["sync", "new", "site", "--staged"]).code, 0);
}
