//! Ctrl-C and the signal to end: what was begun is taken back, whatever it was.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::stage::{command, run};

fn write(root: &Path, path: &str, content: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Every file below `root` with its content, the work folder aside.
fn files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.push((name, fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A site with an old release, and a new one whose copying takes minutes.
fn release(root: &Path) {
    for (path, content) in [
        ("site/web.config", "<old/>"),
        ("site/old.txt", "old"),
        ("new/web.config", "<configuration/>"),
        ("new/a/first.txt", "1"),
    ] {
        write(root, path, content.as_bytes());
    }
    write(root, "new/b/large.bin", &vec![7; 1 << 20]);
}

/// The command, reporting what happens as it happens.
fn start(root: &Path, words: &[&str]) -> Child {
    let mut command = command(root, words);
    command.args(["--format", "jsonl"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Reads events up to the first that says `word`.
fn await_event(child: &mut Child, word: &str) -> impl BufRead + use<> {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended before {word}");
    }
    lines
}

/// Sends signals, one at once after the other.
fn signal(child: &Child, names: &[&str]) {
    let kills: Vec<_> = names.iter().map(|name| format!("kill -{name} {}", child.id())).collect();
    assert!(Command::new("sh").arg("-c").arg(kills.join("; ")).status().unwrap().success());
}

/// The rest of the events, what was said to people, and how it ended.
fn end(child: Child, mut events: impl BufRead) -> (String, String, ExitStatus) {
    let mut rest = String::new();
    events.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    (rest, String::from_utf8_lossy(&output.stderr).into_owned(), output.status)
}

/// Whether children of this process hear that the terminal has gone; after `nohup` they do not.
fn hears_hang_up() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 0)
}

// SD-35
#[test]
fn a_deployment_that_is_interrupted_leaves_the_site_as_it_was() {
    // Some send a signal to the process and to its group; where the terminal has gone, nobody reads.
    let signals = [&["INT"][..], &["TERM"], &["TERM", "TERM", "INT"], &["HUP", "HUP"]];
    for names in signals {
        if names.contains(&"HUP") && !hears_hang_up() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        release(root);
        let before = files(&root.join("site"));
        let mut child = start(root, &["sync", "new", "site", "--delete=all", "--bwlimit", "8"]);
        let events = await_event(&mut child, r#""event":"step""#);
        signal(&child, names);
        let (events, said, status) = end(child, events);
        assert_eq!(status.code(), Some(2), "{events}{said}");
        assert!(events.contains(r#""outcome":"rolled-back""#), "{events}");
        assert!(events.contains("interrupted: it ends in good order"), "{events}");
        assert_eq!(files(&root.join("site")), before);
        for left in ["stage", "plan.next.json", "manifest.new", "journal"] {
            assert!(!root.join(".site.deploy").join(left).exists(), "{left}");
        }
    }
}

/// Waits until nothing more comes into a folder or below it.
fn await_standstill(folder: &Path) {
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = files(folder).len();
        if now > 0 && now == before {
            return;
        }
        before = now;
    }
}

// SD-35
#[test]
fn asked_twice_it_ends_at_once_and_the_next_run_mends() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    release(root);
    for n in 0..2000 {
        write(root, &format!("new/many/{n}.js"), b"1");
    }
    let mut child = start(root, &["sync", "new", "site", "--delete=all"]);
    let events = await_event(&mut child, r#""event":"step""#);
    // Nobody reads on: before long it can do nothing but wait, whatever it is asked for.
    await_standstill(&root.join(".site.deploy/stage"));
    signal(&child, &["INT"]);
    std::thread::sleep(Duration::from_millis(800));
    signal(&child, &["TERM"]);
    let (events, said, status) = end(child, events);
    assert!(matches!(status.code(), Some(130 | 143)), "{status} {events}{said}");
    assert!(root.join(".site.deploy/stage").is_dir(), "it had no time to clean up");
    let words = ["sync", "new", "site", "--delete=all", "--max-delete", "9", "-q"];
    let next = run(root, &words);
    assert_eq!(next.code, 0, "{}", next.stderr);
    assert_eq!(files(&root.join("site")), files(&root.join("new")));
    assert!(!root.join(".site.deploy/stage").exists());
}

// SD-35: file by file there is no way back, but no half file either.
#[test]
fn a_sync_in_place_that_is_interrupted_leaves_whole_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    release(root);
    let words = ["sync", "new", "site", "--in-place", "--threads", "1", "--bwlimit", "8"];
    let mut child = start(root, &words);
    let events = await_event(&mut child, r#""path":"a/first.txt""#);
    signal(&child, &["INT"]);
    let (events, said, status) = end(child, events);
    assert_eq!(status.code(), Some(3), "{events}{said}");
    assert!(said.contains("it was interrupted") && said.contains("run the same command"), "{said}");
    let names: Vec<_> = files(&root.join("site")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a/first.txt", "old.txt", "web.config"]);
}

/// A program of the site that runs until it is ended.
struct App(Child);

impl App {
    fn run(root: &Path) -> Self {
        fs::create_dir_all(root.join("site")).unwrap();
        fs::copy("/bin/sleep", root.join("site/App")).unwrap();
        Self(Command::new(root.join("site/App")).arg("300").spawn().unwrap())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

// AO-6
#[test]
#[cfg(target_os = "linux")]
fn the_page_is_taken_away_when_waiting_for_the_app_is_interrupted() {
    for deploys in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "site/web.config", b"<old/>");
        write(root, "new/web.config", b"<configuration/>");
        write(root, "new/App", b"new");
        let app = App::run(root);
        let before = files(&root.join("site"));
        let sync = ["sync", "new", "site"];
        let deploy = ["deploy", "new.zip", "--to", "site"];
        let words = if deploys {
            let packed = run(root, &["pack", "new", "-o", "new.zip"]);
            assert_eq!(packed.code, 0, "{}", packed.stderr);
            &deploy[..]
        } else {
            &sync
        };
        let more = ["--offline", "always", "--offline-timeout", "300"];
        let mut child = start(root, &[words, &more].concat());
        let events = await_event(&mut child, r#""event":"retry""#);
        assert!(root.join("site/app_offline.htm").is_file());
        signal(&child, &["INT"]);
        let (events, said, status) = end(child, events);
        assert_eq!(status.code(), Some(2), "{events}{said}");
        assert!(events.contains(r#""outcome":"rolled-back""#), "{events}");
        assert_eq!(files(&root.join("site")), before);
        drop(app);
    }
}

/// Waits for a file that is in the making below `folder`.
fn await_temporary(folder: &Path) {
    let is_temporary = |entry: fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(".iisle-") && entry.path().extension().is_some_and(|end| end == "tmp")
    };
    while !fs::read_dir(folder)
        .is_ok_and(|entries| entries.filter_map(Result::ok).any(is_temporary))
    {
        std::thread::yield_now();
    }
}

// SD-35
#[test]
fn a_package_that_is_interrupted_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mut noise: u64 = 1;
    let bytes = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        noise.to_be_bytes()[0]
    });
    let bytes: Vec<u8> = bytes.take(4 << 20).collect();
    for n in 0..10 {
        write(root, &format!("new/{n}.bin"), &bytes);
    }
    fs::create_dir(root.join("out")).unwrap();
    let mut child = start(root, &["pack", "new", "-o", "out/new.zip"]);
    let events = BufReader::new(child.stdout.take().unwrap());
    await_temporary(&root.join("out"));
    signal(&child, &["INT"]);
    let (events, said, status) = end(child, events);
    assert_eq!(status.code(), Some(2), "{events}{said}");
    assert!(said.contains("it was interrupted; no package was written"), "{said}");
    assert_eq!(files(&root.join("out")), []);
}

// SD-35
#[test]
fn robocopy_that_is_interrupted_tells_what_it_did_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "src/a.txt", b"1");
    write(root, "src/large.bin", &vec![7; 4 << 20]);
    write(root, "dst/extra.txt", b"stays");
    let words = ["robocopy", "src", "dst", "/MIR", "/IORATE:100K", "/THRESHOLD:1M", "/NP"];
    let mut command = command(root, &words);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let report = BufReader::new(child.stdout.take().unwrap());
    while !root.join("dst/a.txt").exists() {
        std::thread::yield_now();
    }
    await_temporary(&root.join("dst"));
    signal(&child, &["INT"]);
    let (report, said, status) = end(child, report);
    assert_eq!(status.code(), Some(1 | 2 | 8), "{report}{said}");
    assert!(report.contains("ERROR : The run was interrupted"), "{report}");
    assert!(
        report.contains("   Files :         2         1         0         0         1"),
        "{report}"
    );
    let names: Vec<_> = files(&root.join("dst")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a.txt", "extra.txt"], "{report}");
}
