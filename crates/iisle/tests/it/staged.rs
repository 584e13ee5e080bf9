//! `iisle sync --staged` and `--rollback`.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

use crate::stage::{command, run};

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

// SD-20
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
    let again = run(root, &["sync", "new", "site", "--rollback"]);
    let told = "unchanged site: there is no sync to take back\n";
    assert_eq!((again.code, again.stdout.as_str()), (0, told));
    assert_eq!(text(root, "site/web.config").as_deref(), Some("<o/>"));
    assert_eq!(text(root, "site/old.txt").as_deref(), Some("old"));
    assert!(!root.join("site/bin").exists());
    let nothing = run(root, &["sync", "new", "site", "--rollback"]);
    assert_eq!((nothing.code, nothing.stdout.starts_with("unchanged ")), (0, true));
}

// SD-1, SD-13
#[test]
fn a_plan_says_whether_the_app_goes_offline_and_how_much_room_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let files = [("web.config", "<o/>"), ("App.dll", "old"), ("a.js", "old")];
    write(&root.join("site"), &files);
    write(&root.join("new"), &[("web.config", "<o/>"), ("App.dll", "new dll"), ("a.js", "old")]);
    write(&root.join("script"), &[("web.config", "<o/>"), ("App.dll", "old"), ("a.js", "new!")]);
    let plan = |words: &[&str]| {
        let words = [&["sync"], words, &["--checksum", "--dry-run"]].concat();
        let ran = run(root, &[&words[..], &["--format", "json"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        let said = run(root, &words).stdout.contains("will be taken offline");
        let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let member = |name: &str| value["plan"][name].clone();
        assert_eq!(member("needs_offline"), said);
        assert_eq!(
            (&member("source")["kind"], &member("source")["path"]),
            (&"dir".into(), &words[1].into())
        );
        assert_eq!(member("destination")["case_sensitive"], cfg!(not(windows)));
        assert!(!member("ops").to_string().contains("\"hash\""), "nothing was read");
        // One cluster for the file, and something to spare.
        (said, member("space_needed").as_u64().unwrap() - (1 << 20), member("bytes_to_stage"))
    };
    assert_eq!(plan(&["new", "site"]), (true, 4096, 7.into()), "a program is replaced");
    assert_eq!(plan(&["new", "site", "--offline", "never"]), (false, 4096, 7.into()));
    assert_eq!(plan(&["new", "site", "--in-place"]), (false, 4096, 7.into()));
    assert_eq!(plan(&["script", "site"]), (false, 4096, 4.into()), "nobody has it open");
    assert_eq!(plan(&["script", "site", "--offline", "always"]), (true, 4096, 4.into()));
    assert_eq!(plan(&["new", "missing", "--offline", "always"]), (false, 3 * 4096, 14.into()));
    let json = ["--format", "json"];
    let ran = run(
        root,
        &[&["sync", "new", "site", "--checksum", "--plan-out", "plan.json"], &json[..]].concat(),
    );
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&text(root, "plan.json").unwrap()).unwrap();
    assert_eq!(kept["needs_offline"], true);
    assert_eq!(kept["space_needed"], 4096 + (1 << 20));
    let ops = kept["ops"].as_array().unwrap();
    let replaced = ops.iter().find(|op| op["op"] == "replace").unwrap();
    assert!(replaced["hash"].as_str().unwrap().starts_with("sha256:"), "{replaced}");
    assert!(kept["source"]["tree_hash"].as_str().unwrap().starts_with("sha256:"));
    assert!(kept["destination"]["volume"].is_string());
    for member in ["schema", "tool", "ops", "kept", "guards", "needs_offline", "bytes_to_stage"] {
        assert_eq!(report["plan"][member], kept[member], "{member}");
    }
    assert_eq!(report["plan"]["source"]["tree_hash"], kept["source"]["tree_hash"]);
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

// SD-23, SD-27
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

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_unicode_is_told_with_its_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/a.js", "1"), ("site/sub/a.js", "2")]);
    let name = std::ffi::OsStr::from_bytes(b"site/sub/\xff");
    fs::write(root.join(name), "3").unwrap();
    let ran = run(root, &["sync", "new", "site", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = "{\"path\":\"sub/\u{fffd}\",\"path_bytes\":\"c3ViL/8=\",\"why\":\"opaque\"}";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
}

/// What somebody else changed is in the way of taking something back: of an ended deployment nothing is
/// taken back then, one that was left amid its changes stays so.
// SD-19, SD-20
#[test]
fn what_cannot_be_taken_back_is_an_outcome_with_its_own_code() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/a.js", "new file"), ("site/a.js", "old"), ("site/b.js", "old too")]);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
    write(root, &[("site/a.js", "by hand")]);
    let back = ["sync", "new", "site", "--rollback", "--format", "json"];
    let check = |words: &[&str], outcome: &str, codes: [i32; 2]| {
        for (more, code) in [(&[][..], codes[0]), (&["--exit-by-outcome"], codes[1])] {
            let ran = run(root, &[words, more].concat());
            assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
            let told = format!(r#""outcome":"{outcome}""#);
            assert!(ran.stdout.contains(&told), "{}", ran.stdout);
            assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
        }
    };
    check(&back, "refused", [1, 10]);
    assert_eq!(text(root, "site/a.js").as_deref(), Some("by hand"));

    let journal = root.join(".site.deploy/journal");
    let whole = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, format!("{}\n", whole.lines().next().unwrap())).unwrap();
    let again = ["sync", "new", "site", "--format", "json"];
    check(&again, "offline-left", [3, 16]);
    check(&back, "offline-left", [3, 16]);
    let told = run(root, &again[..3]);
    assert!(
        told.stdout.ends_with("a deployment is neither done nor taken back\n"),
        "{}",
        told.stdout
    );
    assert!(told.stderr.contains(".site.deploy` to give the backup up"), "{}", told.stderr);

    check(&["sync", "nowhere", "site", "--format", "json"], "failed", [2, 11]);
}

// AO-2, AO-3
#[test]
fn a_page_of_somebody_else_stays_and_that_the_site_is_offline_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let page = "app_offline.htm";
    write(root, &[("new/web.config", "<new/>"), ("site/web.config", "<before/>")]);
    write(root, &[("site/app_offline.htm", "by the operator")]);
    let words = ["sync", "new", "site", "--offline", "always"];
    let ran = run(root, &words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = format!("warning: `{page}`: it was not put there by this deployment and stays");
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    assert!(!ran.stdout.contains("offline for"), "{}", ran.stdout);
    assert_eq!(text(root, &format!("site/{page}")).as_deref(), Some("by the operator"));

    fs::remove_file(root.join("site").join(page)).unwrap();
    write(root, &[("new/web.config", "<newer/>"), ("new/app_offline.htm", "wait")]);
    let ran = run(root, &words);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = format!("warning: `{page}`: it is shown while files are swapped, and not deployed");
    assert!(ran.stderr.contains(&told) && !ran.stderr.contains("stays"), "{}", ran.stderr);
    assert!(ran.stdout.contains("offline for"), "{}", ran.stdout);
    assert!(!root.join("site").join(page).exists());
}

// SD-28
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
    assert!(!kept.stdout.contains("replaced (changed"), "{}", kept.stdout);
    let over = run(root, &["sync", "new", "site", "--on-drift=overwrite"]);
    assert_eq!(over.code, 0, "{}", over.stderr);
    let told = "replaced (changed on the server): a.js, web.config";
    assert!(over.stdout.contains(told), "{}", over.stdout);
    assert_eq!(text(root, "site/web.config").as_deref(), Some("<second />"));
    assert_eq!(run(root, &["sync", "new", "site", "--rollback"]).code, 0);
    assert_eq!(text(root, "site/web.config").as_deref(), Some("<edited-by-hand/>"));
}

/// What a power cut after a first copy may leave: files that are empty, cut off, of other content or
/// missing, all with the times that they were given, and a work folder of which the same is true.
// SD-21
#[cfg(target_os = "linux")]
#[test]
fn what_a_power_cut_took_of_a_first_copy_is_brought_by_the_same_command() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let new = [
        ("new/web.config", "<configuration/>"),
        ("new/appsettings.json", "{ \"a\": 1 }"),
        ("new/bin/App.dll", "a program"),
        ("new/wwwroot/a.js", "a script"),
    ];
    write(root, &new);
    let command = ["sync", "new", "site", "--delete"];
    assert_eq!(run(root, &command).code, 0);
    let set = |path: &str, content: &[u8]| {
        let path = root.join("site").join(path);
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        fs::write(&path, content).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    };
    let work = root.join(".site.deploy");
    for manifest in [true, false] {
        set("web.config", b"");
        set("appsettings.json", b"{ \"");
        set("bin/App.dll", &[0; 9]);
        fs::remove_file(root.join("site/wwwroot/a.js")).unwrap();
        fs::write(work.join("unflushed"), "another run of the system").unwrap();
        if !manifest {
            fs::write(work.join("manifest-main.json"), "").unwrap();
        }
        let again = run(root, &command);
        assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
        for (path, content) in new {
            assert_eq!(text(root, &path.replace("new/", "site/")).as_deref(), Some(content));
        }
        assert!(work.join("unflushed").exists(), "what it left alone was not flushed by it");
        let last = run(root, &command);
        assert!(last.code == 0 && last.stdout.starts_with("unchanged "), "{}", last.stdout);
        assert!(!work.join("unflushed").exists());
    }

    // Somebody who changes a setting leaves another time.
    fs::write(work.join("unflushed"), "another run of the system").unwrap();
    write(root, &[("site/web.config", "<configuration a='1'/>")]);
    let drift = run(root, &command);
    assert_eq!(drift.code, 1, "{}{}", drift.stdout, drift.stderr);
    assert!(drift.stderr.contains("web.config"), "{}", drift.stderr);
    assert!(drift.stdout.contains("refused site: nothing was changed; planned was 1 replaced"));
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
    let json = run(root, &["sync", "new", "site", "--format", "json", "--exit-by-outcome"]);
    assert_eq!(json.code, 13, "{}", json.stdout);
    for said in [r#""outcome":"busy""#, r#""exit":13"#, r#""said":"pid 4312, user ann""#] {
        assert!(json.stdout.contains(said), "{}", json.stdout);
    }
    drop(lock);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
}

// SD-34
#[test]
#[cfg(unix)]
fn who_may_not_write_is_told_which_folder_and_what_for() {
    use crate::stage::run_without_rights;
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let allow = |path: &str, mode| {
        fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    write(root, &[("new/a", "1"), ("new/sub/b", "1"), ("open/site/a", "0"), ("open/rel/x", "")]);
    fs::create_dir(root.join("open/of-other")).unwrap();
    assert_eq!(run(root, &["sync", "new", "open/of-other"]).code, 0);
    for (path, mode) in [
        ("open/of-other/a", 0o644),
        ("open/of-other", 0o777),
        ("open/.of-other.deploy", 0o500),
        ("open/.of-other.deploy/lock", 0o400),
        ("open/site", 0o555),
        ("open/rel", 0o555),
        ("open", 0o777),
        ("", 0o555),
    ] {
        allow(path, mode);
    }
    write(&root.join("new"), &[("a", "another")]);
    let prepared = "a deployment is prepared in a work folder there";
    for (words, said) in [
        (&["sync", "new", "site"][..], format!("`.` cannot be written to, and nothing beside it: {prepared}")),
        (&["sync", "new", "open/of-other"], "`open/.of-other.deploy` cannot be written to: it is the work folder of `open/of-other`".into()),
        (&["sync", "new", "open/site"], "caused by: the destination cannot be written to".into()),
        (&["sync", "new", "--releases", "open/rel"], "`open/rel` cannot be written to: every release".into()),
    ] {
        let ran = run_without_rights(root, words);
        assert_eq!(ran.code, 2, "{words:?} {}", ran.stderr);
        assert!(ran.stderr.contains(&said), "{words:?} {}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{words:?} {}", ran.stderr);
    }
    assert_eq!(text(root, "open/site/a").as_deref(), Some("0"));
    assert_eq!(fs::read_dir(root.join("open/site")).unwrap().count(), 1);
    for path in ["", "open/site", "open/rel", "open/.of-other.deploy"] {
        allow(path, 0o755);
    }
}

// SD-36
#[test]
fn how_far_the_other_deployment_is_and_whether_it_is_alive_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/a", "1"), ("new/secret", "2")]);
    assert_eq!(run(root, &["sync", "new", "site", "--exclude", "secret"]).code, 0);
    let own = text(root, ".site.deploy/lock.json").unwrap();
    for said in [r#""command":"sync""#, r#""phase":"finish""#, r#""heartbeat":""#, r#""id":""#] {
        assert!(own.contains(said), "{own}");
    }
    assert!(!own.contains("secret"), "arguments are told to nobody: {own}");
    let lock = fs::File::options().write(true).open(root.join(".site.deploy/lock")).unwrap();
    lock.lock().unwrap();
    write(root, &[("new/a", "another")]);
    let busy = run(root, &["sync", "new", "site"]);
    let words = "command sync, phase finish, last heartbeat ";
    assert!(busy.stderr.contains(words), "{}", busy.stderr);
    let busy = run(root, &["sync", "new", "site", "--format", "json"]);
    for said in
        [r#""busy":{"command":"sync","#, r#""phase":"finish""#, r#""heartbeat_seconds_ago":"#]
    {
        assert!(busy.stdout.contains(said), "{}", busy.stdout);
    }
}

// SD-36
#[test]
fn another_deployment_is_waited_for_by_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/web.config", "<configuration/>"), ("rel/x", ""), ("site/b", "2")]);
    assert_eq!(run(root, &["pack", "new", "-o", "new.zip"]).code, 0);
    assert_eq!(run(root, &["sync", "new", "site", "--plan-out", "plan.json"]).code, 0);
    for (words, work) in [
        (&["sync", "new", "site"][..], ".site.deploy"),
        (&["apply", "plan.json"], ".site.deploy"),
        (&["deploy", "new.zip", "--to", "site"], ".site.deploy"),
        (&["sync", "new", "--releases", "rel"], ".rel.deploy"),
    ] {
        // Links of Windows need a right that a test does not have.
        if cfg!(windows) && words.contains(&"--releases") {
            continue;
        }
        write(root, &[(&format!("{work}/lock"), "")]);
        let lock = fs::File::options().write(true).open(root.join(work).join("lock")).unwrap();
        lock.lock().unwrap();
        let said = r#"{"pid":4312,"user":"ann","phase":"swap","heartbeat":"2026-11-20T17:30:00Z"}"#;
        write(root, &[(&format!("{work}/lock.json"), said)]);
        let busy = run(root, &[words, &["--format", "json", "--wait=0"]].concat());
        assert_eq!(busy.code, 2, "{words:?} {}", busy.stdout);
        for said in [r#""outcome":"busy""#, r#""busy":{"#, r#""pid":4312"#, r#""user":"ann""#] {
            assert!(busy.stdout.contains(said), "{words:?} {}", busy.stdout);
        }
        // It goes on as soon as the other one has ended.
        let mut waiting = command(root, &[words, &["--format", "jsonl", "--wait"]].concat());
        let mut waiting = waiting.stdout(Stdio::piped()).spawn().unwrap();
        let mut events = BufReader::new(waiting.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains(r#""event":"retry""#) {
            line.clear();
            assert!(events.read_line(&mut line).unwrap() > 0, "{words:?} did not wait");
        }
        let words = "another deployment is at work there (phase swap, last heartbeat ";
        assert!(line.contains(words), "{line}");
        drop(lock);
        let mut rest = String::new();
        events.read_to_string(&mut rest).unwrap();
        assert!(waiting.wait().unwrap().success(), "{words:?} {rest}");
        fs::remove_dir_all(root.join("site")).unwrap();
        drop(fs::remove_dir_all(root.join(".site.deploy")));
        write(root, &[("site/b", "2")]);
    }
}

// SD-28
#[test]
fn changes_of_web_config_on_both_sides_are_joined() {
    const FIRST: &str = "<configuration>\n  <a/>\n  <b/>\n  <c/>\n</configuration>\n";
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let merge = ["sync", "new", "site", "--on-drift=merge"];
    write(root, &[("new/web.config", FIRST), ("new/a.js", "1")]);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
    write(root, &[("site/web.config", &FIRST.replace("<a/>", "<a by=\"hand\"/>"))]);
    write(root, &[("new/web.config", &FIRST.replace("<c/>", "<c of=\"two\"/>"))]);
    let joined = FIRST.replace("<a/>", "<a by=\"hand\"/>").replace("<c/>", "<c of=\"two\"/>");
    let second = run(root, &merge);
    assert_eq!(second.code, 0, "{}{}", second.stdout, second.stderr);
    assert_eq!(text(root, "site/web.config").unwrap(), joined);
    // What was joined once stays joined, and there is nothing left to do.
    let third = run(root, &merge);
    assert!(third.code == 0 && third.stdout.starts_with("unchanged "), "{}", third.stdout);
    write(root, &[("new/web.config", &FIRST.replace("<c/>", "<c of=\"three\"/>"))]);
    assert_eq!(run(root, &merge).code, 0);
    let joined = joined.replace("two", "three");
    assert_eq!(text(root, "site/web.config").unwrap(), joined);
    // Changes that contradict each other are a person's.
    write(root, &[("new/web.config", &FIRST.replace("<a/>", "<a by=\"us\"/>"))]);
    let refused = run(root, &merge);
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("`web.config` was changed"), "{}", refused.stderr);
    assert_eq!(text(root, "site/web.config").unwrap(), joined);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 1, "still nothing is lost unasked");
}

// SD-19
#[test]
fn what_a_kill_left_is_taken_back_or_completed_as_asked() {
    for (way, plan) in [(&["--recover=forward"][..], "unchanged "), (&[], "done ")] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, &[("new/a.txt", "new a"), ("new/b.txt", "new b")]);
        write(root, &[("site/a.txt", "a"), ("site/b.txt", "b")]);
        assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
        // As if it had stopped before the second file got its place.
        let work = root.join(".site.deploy");
        fs::create_dir(work.join("stage")).unwrap();
        fs::rename(root.join("site/b.txt"), work.join("stage/1")).unwrap();
        fs::rename(work.join("backup/1"), root.join("site/b.txt")).unwrap();
        let journal = fs::read_to_string(work.join("journal")).unwrap();
        fs::write(work.join("journal"), journal.lines().next().unwrap().to_owned() + "\n").unwrap();
        let next = run(root, &[&["sync", "new", "site"], way].concat());
        assert!(next.code == 0 && next.stdout.starts_with(plan), "{}{}", next.stdout, next.stderr);
        assert_eq!(text(root, "site/b.txt").as_deref(), Some("new b"));
    }
}

// SD-1
#[test]
fn a_plan_is_applied_in_every_way_that_a_sync_can_take() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("new/web.config", "<configuration/>"), ("new/a.dll", "1"), ("site/b", "2")]);
    let plan = ["sync", "new", "site", "--stream", "app", "--plan-out", "plan.json"];
    assert_eq!(run(root, &plan).code, 0);
    let json = ["apply", "plan.json", "--offline", "always", "--format", "json"];
    let applied = run(root, &json);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    assert!(applied.stdout.contains(r#""used":true"#), "{}", applied.stdout);
    assert!(root.join(".site.deploy/manifest-app.json").is_file(), "the stream of the plan");
    write(root, &[("new/a.dll", "12")]);
    assert_eq!(run(root, &plan).code, 0);
    let other = run(root, &["apply", "plan.json", "--stream", "other", "--exit-by-outcome"]);
    assert_eq!(other.code, 10, "another stream's files: {}", other.stdout);
    let before = fs::read(root.join(".site.deploy/journal")).unwrap();
    assert_eq!(run(root, &["apply", "plan.json", "--in-place"]).code, 0);
    assert_eq!(text(root, "site/a.dll").as_deref(), Some("12"));
    assert_eq!(fs::read(root.join(".site.deploy/journal")).unwrap(), before);
}

#[test]
fn a_folder_that_was_never_there_cannot_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["sync", "new", "site", "--rollback"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("`site` does not exist"), "{}", ran.stderr);
}

// SD-20
#[test]
fn one_goes_back_to_any_of_the_last_deployments() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut ids = Vec::new();
    for text in ["1", "22", "333"] {
        write(root, &[("new/a.txt", text)]);
        let ran = run(root, &["sync", "new", "site", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        ids.push(document["deployment"].as_str().unwrap().to_owned());
    }
    let unknown = run(root, &["sync", "new", "site", "--rollback", "--to", "yesterday"]);
    assert_eq!(unknown.code, 2);
    let said = format!("no deployment `yesterday` to go back to; known are {}", ids[2]);
    assert!(unknown.stderr.contains(&said), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("hint: name one of those"), "{}", unknown.stderr);
    let back = run(root, &["sync", "new", "site", "--rollback", "--to", &ids[0]]);
    assert_eq!(back.code, 0, "{}", back.stderr);
    assert_eq!(text(root, "site/a.txt").as_deref(), Some("1"));
}

// SD-17
#[test]
fn a_site_does_not_lose_the_handler_of_its_app() {
    const APP: &str = r#"<configuration><system.webServer><handlers>
        <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
        </handlers><aspNetCore processPath="dotnet" arguments=".\App.dll" /></system.webServer></configuration>"#;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, &[("site/web.config", APP)]);
    for without in ["<configuration></configuration>", "<configuration>"] {
        write(root, &[("new/web.config", without)]);
        let ran = run(root, &["sync", "new", "site"]);
        assert_eq!(ran.code, 1, "{without}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("has no handler of the ASP.NET Core Module"), "{}", ran.stderr);
        assert_eq!(text(root, "site/web.config").as_deref(), Some(APP));
    }
    write(root, &[("new/web.config", &APP.replace("App.dll", "Shop.dll"))]);
    assert_eq!(run(root, &["sync", "new", "site"]).code, 0);
}
