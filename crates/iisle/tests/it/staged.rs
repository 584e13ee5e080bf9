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
fn a_sync_is_done_as_a_whole_and_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/web.config", "<new/>"), ("new/bin/App.dll", "new dll")]);
    write(root, &[("site/web.config", "<o/>"), ("site/old.txt", "old"), ("site/logs/a", "log")]);
    let words = ["sync", "new", "site", "--delete=all", "--max-delete", "9"];
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
fn what_changes_nothing_creates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/a", "1"), ("site/a", "12")]);
    let work = root.join(".site.deploy");
    assert_eq!(run(root, &["sync", "new", "site", "--rollback"]).code, 0);
    assert_eq!(run(root, &["sync", "new", "site", "--dry-run"]).code, 0);
    assert_eq!(run(root, &["sync", "new", "site", "--in-place"]).code, 0);
    let same = run(root, &["sync", "new", "site", "--delete"]);
    assert!(same.code == 0 && same.stdout.starts_with("unchanged "), "{}", same.stdout);
    assert!(!work.exists());
    write(root, &[("new/a", "123")]);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
    assert!(work.join("manifest-main.json").is_file());
}

#[test]
fn only_what_an_earlier_sync_brought_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/web.config", "<a/>"), ("new/lib/old.js", "1"), ("new/keep.js", "2")]);
    write(root, &[("site/upload.png", "png"), ("site/mine/x", "x")]);
    let first = run(root, &["sync", "new", "site", "--delete", "--format", "json"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(
        first.stdout.contains(r#"{"path":"upload.png","why":"unmanaged"}"#),
        "{}",
        first.stdout
    );
    write(root, &[("site/lib/uploaded.png", "png")]);
    fs::remove_file(root.join("new/lib/old.js")).unwrap();
    let second = run(root, &["sync", "new", "site", "--delete"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert!(text(root, "site/lib/old.js").is_none(), "{}", second.stdout);
    for path in ["site/upload.png", "site/mine/x", "site/lib/uploaded.png", "site/keep.js"] {
        assert!(text(root, path).is_some(), "{path}");
    }
    // Another stream comes to the same folder, and each keeps to its own files.
    write(root, &[("docs/help.html", "help")]);
    let words = ["sync", "docs", "site", "--stream", "docs", "--delete"];
    assert_eq!(run(root, &words).code, 0);
    assert!(text(root, "site/keep.js").is_some() && text(root, "site/help.html").is_some());
    write(root, &[("docs/keep.js", "mine now")]);
    let taken = run(root, &words);
    assert_eq!(taken.code, 1, "{}", taken.stdout);
    assert!(taken.stderr.contains("`keep.js` belongs to the stream `main`"), "{}", taken.stderr);
}

#[test]
fn what_was_changed_on_the_server_is_told_and_settings_are_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/web.config", "<first/>"), ("new/a.js", "first")]);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
    write(root, &[("new/web.config", "<second />"), ("new/a.js", "second")]);
    write(root, &[("site/web.config", "<edited-by-hand/>"), ("site/a.js", "edited too")]);
    let refused = run(root, &["sync", "new", "site", "--format", "json"]);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stdout.contains(r#""path":"a.js","was":"sha256:"#), "{}", refused.stdout);
    let words = "`web.config` was changed at the destination since it was deployed";
    assert!(refused.stderr.contains(words), "{}", refused.stderr);
    assert_eq!(text(root, "site/a.js").as_deref(), Some("edited too"));
    let kept = run(root, &["sync", "new", "site", "--on-drift=keep"]);
    assert_eq!(kept.code, 0, "{}", kept.stderr);
    assert_eq!(text(root, "site/a.js").as_deref(), Some("edited too"));
    let over = run(root, &["sync", "new", "site", "--on-drift=overwrite"]);
    assert_eq!(over.code, 0, "{}", over.stderr);
    assert_eq!(text(root, "site/web.config").as_deref(), Some("<second />"));
    assert_eq!(run(root, &["sync", "new", "site", "--rollback"]).code, 0);
    assert_eq!(text(root, "site/web.config").as_deref(), Some("<edited-by-hand/>"));
}

#[test]
fn a_second_deployment_is_told_who_is_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/a", "1"), ("site/b", "2"), (".site.deploy/lock", "")]);
    let lock = fs::File::options().write(true).open(root.join(".site.deploy/lock")).unwrap();
    lock.lock().unwrap();
    write(root, &[(".site.deploy/lock.json", "pid 4312, user ann")]);
    for words in [&["sync", "new", "site"][..], &["sync", "new", "site", "--in-place"]] {
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
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
}
