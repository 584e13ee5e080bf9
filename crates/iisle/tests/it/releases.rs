//! `iisle sync --releases`, `iisle releases`, `iisle sync --plan-out`, `iisle apply`, and what they
//! promise in JSON.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::stage::run;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The exit code and the document.
fn json(root: &Path, words: &[&str]) -> (i32, Value) {
    let ran = run(root, &[words, &["--format", "json"]].concat());
    let document = serde_json::from_str(&ran.stdout);
    (ran.code, document.unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr)))
}

// Links of Windows need a right that a test does not have.
#[cfg(unix)]
#[test]
fn releases_are_made_listed_switched_and_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "new/web.config", "<one/>");
    let make = ["sync", "new", "--releases", "site"];
    let (code, first) = json(root, &make);
    assert_eq!((code, &first["outcome"]), (0, &Value::from("done")), "{first}");
    assert_eq!(first["totals"]["created_files"], 1);
    assert_eq!(first["activated"], first["release"]);
    assert_eq!(fs::read_to_string(root.join("site/current/web.config")).unwrap(), "<one/>");
    let (_, again) = json(root, &make);
    assert_eq!(
        (&again["outcome"], &again["release"]),
        (&Value::from("unchanged"), &first["release"])
    );
    // Names are of one second; a release of the same one is told apart by its end only.
    write(root, "site/20991231T235959Z-0000/web.config", "<later/>");
    let (_, list) = json(root, &["releases", "list", "site"]);
    let releases = list["releases"].as_array().unwrap();
    assert_eq!((releases.len(), &releases[0]["active"]), (2, &Value::from(true)), "{list}");
    assert_eq!(releases[1]["created"], "2099-12-31T23:59:59Z");
    assert_eq!((&releases[1]["files"], &releases[1]["size"]), (&1.into(), &8.into()));
    let later = "20991231T235959Z-0000";
    let (code, moved) = json(root, &["releases", "activate", "site", later]);
    assert_eq!((code, &moved["activated"]), (0, &Value::from(later)));
    assert_eq!(moved["previous"], first["release"]);
    let (_, back) = json(root, &["releases", "activate", "site"]);
    assert_eq!(back["activated"], first["release"]);
    let (code, pruned) = json(root, &["releases", "prune", "site", "--keep", "1"]);
    assert_eq!((code, &pruned["pruned"]), (0, &serde_json::json!([later])));
    let (code, unknown) = json(root, &["releases", "activate", "site", later]);
    assert_eq!(code, 2);
    assert!(unknown["error"]["message"].as_str().unwrap().contains("no release"), "{unknown}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_plan_for_folders_that_it_cannot_name_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff"));
    write(&root, "new/a.txt", "one");
    let (code, planned) = json(&root, &["sync", "new", "site", "--plan-out", "plan.json"]);
    assert_eq!(code, 2, "{planned}");
    let told = planned["error"]["message"].as_str().unwrap();
    assert!(told.ends_with("is no valid Unicode, and a plan is text"), "{told}");
    assert!(!root.join("plan.json").exists());
}

#[test]
fn a_plan_is_written_looked_at_and_applied_unless_it_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "new/a.txt", "one");
    write(root, "site/logs/x.log", "kept");
    let (code, planned) = json(root, &["sync", "new", "site", "--plan-out", "plan.json"]);
    assert_eq!((code, &planned["outcome"]), (0, &Value::from("planned")), "{planned}");
    assert_eq!(planned["plan"]["ops"][0]["seq"], 1);
    assert!(
        planned["plan"]["ops"][0]["mtime"].is_string()
            && planned["plan"]["guards"] == serde_json::json!([])
    );
    let plan: Value = serde_json::from_slice(&fs::read(root.join("plan.json")).unwrap()).unwrap();
    assert_eq!((&plan["ops"][0]["op"], &plan["ops"][0]["size"]), (&"add".into(), &3.into()));
    assert!(!root.join("site/a.txt").exists());
    let (_, shown) = json(root, &["apply", "plan.json", "--dry-run"]);
    assert_eq!(shown["outcome"], "planned");
    write(root, "new/b.txt", "more");
    let (code, stale) = json(root, &["apply", "plan.json"]);
    assert_eq!((code, &stale["outcome"]), (1, &Value::from("refused")), "{stale}");
    assert!(stale["plan"]["refused"][0].as_str().unwrap().contains("b.txt"), "{stale}");
    fs::remove_file(root.join("new/b.txt")).unwrap();
    let (code, applied) = json(root, &["apply", "plan.json"]);
    assert_eq!((code, &applied["verb"]), (0, &Value::from("apply")), "{applied}");
    assert_eq!(fs::read_to_string(root.join("site/a.txt")).unwrap(), "one");
    write(root, "plan.json", "{\"schema\": 7}");
    let (code, bad) = json(root, &["apply", "plan.json"]);
    assert_eq!(code, 2);
    assert_eq!(bad["error"]["message"], "`plan.json` is no plan");
}

#[test]
fn an_event_stream_begins_with_the_head_and_ends_with_the_document() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "new/a.txt", "one");
    write(root, "new/b/c.txt", "second");
    let ran = run(root, &["sync", "new", "site", "--threads", "1", "--format", "jsonl"]);
    let lines: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let start = &lines[0];
    assert_eq!(
        (&start["event"], &start["verb"], &start["schema"]),
        (&"start".into(), &"sync".into(), &1.into())
    );
    let end = lines.last().unwrap();
    assert_eq!((&end["event"], &end["document"]["outcome"]), (&"end".into(), &"done".into()));
    assert!(lines.iter().all(|line| line["event"].is_string() && line["seconds"].is_f64()));
    let copy =
        lines.iter().find(|line| line["phase"] == "copy" && line["event"] == "phase").unwrap();
    assert_eq!((&copy["total_files"], &copy["total_bytes"]), (&2.into(), &9.into()));
    let steps: Vec<_> = lines.iter().filter(|line| line["event"] == "step").collect();
    assert!(
        steps
            .iter()
            .any(|step| step["op"] == "add" && step["path"] == "b/c.txt" && step["size"] == 6)
    );
}

#[test]
fn a_sync_says_what_it_kept_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "new/a.txt", "one");
    write(root, "site/upload.png", "x");
    write(root, "site/other.png", "x");
    let ran = run(root, &["sync", "new", "site"]);
    assert!(ran.stdout.contains("kept (unmanaged): other.png, upload.png"), "{}", ran.stdout);
}
