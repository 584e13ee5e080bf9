//! The recorded cases, graded for safe mode.

use std::fs;

use iisle_testdata as testdata;
use iisle_xdt::{Keep, Options, Status, transform};

use super::infoset::infoset;

/// A status as the recordings number them.
fn number(status: Status) -> u8 {
    match status {
        Status::Applied => 0,
        Status::Errors => 1,
        Status::Malformed => 2,
        Status::Failed => 3,
    }
}

/// What becomes of a recorded status where a deviation says that it is another.
fn expected(status: u8, deviations: &[&str]) -> u8 {
    let has = |id: &str| deviations.contains(&id);
    match status {
        // Comments are made that can be saved.
        3 if has("X07") => 0,
        // The document element stays.
        0 if has("X13") => 1,
        // Tags with quotes of both kinds are read.
        2 if has("X06") => 0,
        // Names with a prefix, apostrophes, brackets and commas mean what they seem to mean.
        1 if ["X05", "X09", "X10", "X14"].into_iter().any(has) => 0,
        _ if has("X15") => 2,
        _ => status,
    }
}

#[test]
fn recorded_cases_are_as_recorded_or_as_their_deviation_is_worded() {
    let mut problems = Vec::new();
    for name in testdata::cases("xdt") {
        let folder = testdata::case("xdt", &name);
        let file = |file: &str| fs::read(folder.join(file)).ok();
        let about = String::from_utf8(file("case.toml").unwrap()).unwrap();
        let line = about.lines().find_map(|line| line.strip_prefix("deviations = ")).unwrap();
        let deviations: Vec<_> = line.trim_matches('"').split_whitespace().collect();
        let log = String::from_utf8(file("expected.log").unwrap()).unwrap();
        let recorded: u8 = log.strip_prefix("status ").unwrap()[..1].parse().unwrap();
        let is_forced = file("force-save").is_some();
        let keep = if is_forced { Keep::Anything } else { Keep::Good };
        let source = file("source.xml").unwrap();
        let options = Options { keep, ..Options::default() };
        let outcome = transform(&source, &file("transform.xml").unwrap(), &options);

        let mut complain =
            |problem: &str| problems.push(format!("{name} {deviations:?}: {problem}"));
        let status = expected(recorded, &deviations);
        if number(outcome.status) != status {
            complain(&format!("{:?} instead of {status}: {:?}", outcome.status, outcome.events));
            continue;
        }
        let Some(bytes) = outcome.bytes else {
            if status == 0 {
                complain("no result");
            }
            continue;
        };
        if status != recorded {
            continue;
        }
        let wanted = file("expected.xml").unwrap();
        let spelling_only = ["X01", "X02", "X04", "X11", "X16"];
        if deviations.is_empty() {
            if bytes != wanted {
                complain(&format!("the bytes are {}", String::from_utf8_lossy(&bytes)));
            }
        } else if deviations.iter().all(|id| spelling_only.contains(id))
            && infoset(&bytes) != infoset(&wanted)
        {
            complain(&format!("the infoset is {}", infoset(&bytes)));
        }
        if deviations.contains(&"X01") {
            lines_are_kept(&source, &bytes, complain);
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Of the lines of a document few are missing afterwards: those that a directive touched.
fn lines_are_kept(source: &[u8], result: &[u8], mut complain: impl FnMut(&str)) {
    let mut rest = result.split(|byte| *byte == b'\n');
    let mut missing = 0;
    for line in source.split(|byte| *byte == b'\n') {
        let mut behind = rest.clone();
        if behind.any(|kept| kept == line) {
            rest = behind;
        } else {
            missing += 1;
        }
    }
    if missing > 1 {
        complain(&format!("{missing} lines are missing"));
    }
}
