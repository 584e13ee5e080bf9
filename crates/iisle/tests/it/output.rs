//! What becomes of a run whose output nobody takes.

use std::fs;
use std::process::{Command, Stdio};

use crate::stage::{command, run};

fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("new")).unwrap();
    for n in 0..50 {
        fs::write(folder.path().join(format!("new/{n}.js")), "text").unwrap();
    }
    folder
}

/// A pipe without a reader.
fn broken() -> Stdio {
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let pipe = reader.stdin.take().unwrap();
    reader.wait().unwrap();
    Stdio::from(pipe)
}

#[test]
fn a_reader_that_went_away_stops_no_deployment() {
    let folder = site();
    for (words, verbose) in [("text", "-vv"), ("json", "-vv"), ("jsonl", "-q")] {
        let target = format!("site-{words}");
        let words = ["sync", "new", &target, "--format", words, verbose];
        let mut command = command(folder.path(), &words);
        let status = command.stdout(broken()).stderr(broken()).status().unwrap();
        assert_eq!(status.code(), Some(0), "{words:?}");
        assert_eq!(fs::read_dir(folder.path().join(&target)).unwrap().count(), 50, "{words:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_is_lost_on_a_full_disk_is_no_success() {
    let folder = site();
    for format in ["text", "json", "jsonl"] {
        let words = ["sync", "new", "site", "--format", format];
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = command(folder.path(), &words);
        let ran = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(said.contains("error: the answer cannot be written to stdout"), "{said}");
        assert!(said.contains("hint: the work itself ended with exit code 0"), "{said}");
    }
    assert_eq!(fs::read_dir(folder.path().join("site")).unwrap().count(), 50);
}

#[test]
fn what_is_done_to_every_file_is_told_when_asked_twice() {
    let folder = site();
    for (target, verbose, lines) in [("once", "-v", 0), ("twice", "-vv", 50)] {
        let ran = run(folder.path(), &["sync", "new", target, verbose]);
        let said = ran.stderr;
        assert!(said.contains("begin to copy total_files=50"), "{said}");
        assert_eq!(said.lines().filter(|line| line.contains("add ")).count(), lines, "{said}");
    }
}
