//! `iisle robocopy` on the recorded cases: trees before and after, exit codes, lines of the report.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::stage::{output, run};

/// Path below the root → what stands there: `dir`, or content, last write and read-only.
type Tree = BTreeMap<String, String>;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn content(entry: &Value) -> Vec<u8> {
    match entry["content"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => text(entry, "fill")
            .repeat(usize::try_from(entry["size"].as_u64().unwrap()).unwrap())
            .into_bytes(),
    }
}

fn moment(stamp: &str) -> SystemTime {
    if let Some(days) = stamp.strip_prefix("now-").and_then(|rest| rest.strip_suffix('d')) {
        return SystemTime::now() - Duration::from_hours(24 * days.parse::<u64>().unwrap());
    }
    stamp.parse::<jiff::Timestamp>().unwrap().into()
}

fn build(root: &Path, tree: &Value) {
    let Some(entries) = tree.as_array() else { return };
    fs::create_dir_all(root).unwrap();
    for entry in entries {
        let path = root.join(text(entry, "path"));
        if entry["dir"] == true {
            fs::create_dir_all(&path).unwrap();
            continue;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if let Some(target) = entry["link"].as_str() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(target, &path).unwrap();
            #[cfg(windows)]
            assert!(target.is_empty(), "links need a right on Windows: {target}");
            continue;
        }
        fs::write(&path, content(entry)).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(moment(text(entry, "mtime"))).unwrap();
        set_read_only(&path, entry["readonly"] == true);
    }
}

fn set_read_only(path: &Path, read_only: bool) {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    if read_only != permissions.readonly() {
        permissions.set_readonly(read_only);
        fs::set_permissions(path, permissions).unwrap();
    }
}

fn list(root: &Path, below: &str, tree: &mut Tree) {
    let Ok(entries) = fs::read_dir(root.join(below)) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            tree.insert(path.clone(), "dir".into());
            list(root, &path, tree);
            continue;
        }
        let bytes = fs::read(root.join(&path)).unwrap();
        let modified = metadata.modified().unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let (bytes, seconds) = (String::from_utf8_lossy(&bytes), modified.as_millis());
        tree.insert(path, format!("{bytes} {seconds} {}", metadata.permissions().readonly()));
    }
}

fn listed(root: &Path) -> Tree {
    let mut tree = Tree::new();
    list(root, "", &mut tree);
    tree
}

/// Why `root` is not what `tree` says, if it is not.
fn difference(root: &Path, tree: &Value) -> Option<String> {
    let Some(entries) = tree.as_array() else {
        return root.is_dir().then(|| "the directory exists".into());
    };
    let found = listed(root);
    let mut paths: Vec<&str> = entries.iter().map(|entry| text(entry, "path")).collect();
    let parents: Vec<_> =
        paths.iter().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at])).collect();
    paths.extend(parents);
    paths.sort_unstable();
    paths.dedup();
    if found.keys().map(String::as_str).ne(paths.iter().copied()) {
        return Some(format!("found {:?}, expected {paths:?}", found.keys()));
    }
    entries.iter().find_map(|entry| {
        let path = text(entry, "path");
        let metadata = fs::symlink_metadata(root.join(path)).unwrap();
        if entry["dir"] == true || entry["link"].is_string() {
            return (metadata.is_file()).then(|| format!("{path} is a file"));
        }
        if fs::read(root.join(path)).unwrap() != content(entry) {
            return Some(format!("{path} has other content"));
        }
        if entry["readonly"]
            .as_bool()
            .is_some_and(|wanted| wanted != metadata.permissions().readonly())
        {
            return Some(format!("{path} is not read-only as it should be"));
        }
        let stamp = text(entry, "mtime");
        (stamp != "any" && metadata.modified().unwrap() != moment(stamp))
            .then(|| format!("{path} has another time"))
    })
}

/// Why a case does not come out as recorded, if it does not.
fn failure(case: &Value) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let (source, destination) = (folder.path().join("s r c"), folder.path().join("d s t"));
    build(&source, &case["src"]);
    build(&destination, &case["dst"]);
    let fill = |text: &str| {
        let places =
            [("{src}", source.as_path()), ("{dst}", &destination), ("{tmp}", folder.path())];
        let filled = places.iter().fold(text.to_owned(), |text, (name, place)| {
            text.replace(name, place.to_str().unwrap())
        });
        filled.replace("{sep}", std::path::MAIN_SEPARATOR_STR)
    };
    for (name, content) in case["pre_files"].as_object().into_iter().flatten() {
        fs::write(fill(name), content.as_str().unwrap()).unwrap();
    }
    let before = listed(&source);
    let mut arguments = vec!["robocopy".into(), fill("{src}"), fill("{dst}")];
    arguments
        .extend(case["args"].as_array().unwrap().iter().map(|word| fill(word.as_str().unwrap())));
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = run(folder.path(), &words);
    let expect = &case["expect"];
    let exit = &expect["exit"];
    let bits = |key: &str| exit[key].as_i64().unwrap_or(0);
    let code = i64::from(ran.code);
    if exit["exact"].as_i64().is_some_and(|exact| exact != code)
        || code & bits("set") != bits("set")
        || code & bits("clear") != 0
    {
        return Some(format!("exit {code}, expected {exit}\n{}", ran.stdout));
    }
    let mut trees: Vec<&Value> = expect["dst_after_any"].as_array().into_iter().flatten().collect();
    trees.extend(expect.get("dst_after"));
    let differences: Vec<_> = trees.iter().map(|tree| difference(&destination, tree)).collect();
    if differences.iter().all(Option::is_some) {
        return differences.into_iter().flatten().next();
    }
    let source_differs = match &expect["src_after"] {
        Value::Null => (listed(&source) != before).then(|| "the source changed".into()),
        Value::String(_) => (!listed(&source).is_empty()).then(|| "the source is not empty".into()),
        tree => difference(&source, tree),
    };
    source_differs.or_else(|| report_differs(expect, &ran.stdout))
}

/// Why the report lacks a line of an action, or a row of the summary.
fn report_differs(expect: &Value, report: &str) -> Option<String> {
    for action in expect["actions"].as_array().into_iter().flatten() {
        let class = action["class"].as_str().unwrap_or_default();
        let name = text(action, "path").rsplit('/').next().unwrap();
        let is_shown = matches!(text(action, "do"), "copy" | "delete" | "extra");
        let mut lines = report.lines().filter(|line| line.trim_end().ends_with(name));
        if is_shown
            && !class.ends_with("Dir")
            && !lines.any(|line| line.trim_start().starts_with(class))
        {
            return Some(format!("no line `{class}` for {name}\n{report}"));
        }
    }
    for (row, numbers) in expect["summary"].as_object().into_iter().flatten() {
        let mut label = row.clone();
        label[..1].make_ascii_uppercase();
        let found: Option<Vec<u64>> = report
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix(&format!("{label} :")))
            .find_map(|rest| rest.split_whitespace().map(|word| word.parse().ok()).collect());
        let wanted: Vec<u64> =
            numbers.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        if found.as_ref() != Some(&wanted) {
            return Some(format!("row {label}: {found:?}, expected {wanted:?}\n{report}"));
        }
    }
    None
}

/// Cases of other systems, and those that this user or file system cannot show.
fn applies(case: &Value) -> bool {
    let tags: Vec<&str> =
        case["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
    let missing: &[&str] = if cfg!(windows) { &["symlink"] } else { &[] };
    !tags.iter().any(|tag| ["windows", "nonroot"].contains(tag) || missing.contains(tag))
}

#[test]
fn trees_codes_and_reports_come_out_as_recorded() {
    let file = iisle_testdata::case("robocopy", "recorded").join("cases.json");
    let cases: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let cases: Vec<&Value> =
        cases["cases"].as_array().unwrap().iter().filter(|case| applies(case)).collect();
    assert!(cases.len() > 40);
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{} {}: {}", case["id"], case["title"], failure(case)?)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn words_that_cannot_be_understood_end_with_16_and_the_usage() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("s")).unwrap();
    for (words, line) in [
        (&["robocopy", "s", "d", "/FOO"][..], "ERROR : Invalid Parameter #3 : \"/FOO\""),
        (&["robocopy", "s"], "ERROR : No Destination Directory Specified."),
        (&["robocopy", "s", "d", "/MT:200"], "ERROR : Invalid Parameter #3 : \"/MT:200\""),
        (
            &["robocopy", "s", "d", "/S", "/LOG:none/r.log"],
            "ERROR : Invalid Parameter #4 : \"/LOG:none/r.log\"",
        ),
        (&["robocopy", "s", "d", "/FOO"], "    Files : "),
        (&["robocopy", "s"], "    Files : *.*"),
        (&["robocopy"], "       Simple Usage :: ROBOCOPY source destination /MIR"),
    ] {
        let ran = run(folder.path(), words);
        assert_eq!(ran.code, 16, "{words:?}");
        assert!(ran.stdout.lines().any(|found| found == line), "{line}\n{}", ran.stdout);
        assert!(!folder.path().join("d").exists());
    }
}

#[test]
fn a_source_that_is_not_there_is_an_error_without_summary() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["robocopy", "none", "d", "/MIR"]);
    assert_eq!(ran.code, 16);
    assert!(ran.stdout.contains("   Source = "), "{}", ran.stdout);
    assert!(ran.stdout.contains(" ERROR 2 (0x00000002) Accessing Source Directory "));
    assert!(!ran.stdout.contains("Total    Copied") && !folder.path().join("d").exists());
    let posix = run(folder.path(), &["robocopy", "none", "d", "--exit-code=posix"]);
    assert_eq!(posix.code, 2);
}

#[test]
fn a_job_is_saved_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("s/sub")).unwrap();
    for name in ["s/a.txt", "s/b.tmp", "s/sub/c.txt"] {
        fs::write(root.join(name), name).unwrap();
    }
    let saved =
        run(root, &["robocopy", "s", "d", "/S", "/XF", "*.tmp", "/R:1", "/SAVE:job", "/QUIT"]);
    assert_eq!(saved.code, 0);
    assert!(saved.stdout.contains("  Options : *.* /S /DCOPY:DA"), "{}", saved.stdout);
    assert!(saved.stdout.contains(" Quitting : "), "{}", saved.stdout);
    assert!(!root.join("d").exists());
    let ran = run(root, &["robocopy", "/JOB:job", "/NP"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let copied: Vec<_> = listed(&root.join("d")).into_keys().collect();
    assert_eq!(copied, ["a.txt", "sub", "sub/c.txt"]);
    assert!(ran.stdout.contains("Exc Files : *.tmp\n"), "{}", ran.stdout);
    // The job names no files, so what is typed counts alone.
    fs::remove_dir_all(root.join("d")).unwrap();
    assert_eq!(run(root, &["robocopy", "/JOB:job", "c.txt", "/NP"]).code, 1);
    let copied: Vec<_> = listed(&root.join("d")).into_keys().collect();
    assert_eq!(copied, ["sub", "sub/c.txt"]);
}

#[test]
fn a_program_called_robocopy_is_that() {
    // A link, for a copy may still be open for writing in a child of another test.
    let built = Path::new(env!("CARGO_BIN_EXE_iisle"));
    let folder = tempfile::tempdir_in(built.parent().unwrap()).unwrap();
    fs::create_dir(folder.path().join("s")).unwrap();
    let name = if cfg!(windows) { "Robocopy.exe" } else { "robocopy" };
    let program = folder.path().join(name);
    fs::hard_link(built, &program).unwrap();
    let mut command = std::process::Command::new(&program);
    command.args(["s", "s", "/L", "/NJH"]).current_dir(folder.path());
    let output = output(&mut command).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Total    Copied   Skipped"));
}

// WD-3
#[test]
fn the_words_of_build_tasks_are_understood_as_they_are() {
    // Windows machine file copy with and without "clean target", and publish build artifacts: Azure Pipelines.
    for (words, deletes) in [
        (&["src", "dst", "*.*", "/COPY:DAT", "/E"][..], false),
        (&["src", "dst", "*.*", "/COPY:DAT", "/MIR"], true),
        (&["src", "dst", "*", "/E", "/COPY:DA", "/NP", "/R:3"], false),
        (&["src", "dst", "*", "/E", "/COPY:DA", "/NP", "/R:3", "/MT:8"], false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (path, text) in [("src/a/b.txt", "new"), ("src/c.dll", "c"), ("dst/old.txt", "old")] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        fs::create_dir(root.join("src/empty")).unwrap();
        let ran = run(root, &[&["robocopy"], words].concat());
        // Below 8 is success: copied, and an extra file.
        assert_eq!(ran.code, 3, "{words:?} {}{}", ran.stdout, ran.stderr);
        assert_eq!(fs::read_to_string(root.join("dst/a/b.txt")).unwrap(), "new");
        assert!(root.join("dst/c.dll").is_file() && root.join("dst/empty").is_dir());
        assert_eq!(root.join("dst/old.txt").exists(), !deletes, "{words:?}");
        let again = run(root, &[&["robocopy"], words].concat());
        // Without times the copies are newer than what they came from.
        let copies = words.contains(&"/COPY:DA");
        assert_eq!(again.code, if deletes { 0 } else { 2 + i32::from(copies) }, "{words:?}");
    }
}
