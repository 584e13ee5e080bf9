//! `iisle xdt`: where results go, exit codes, what is said.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::stage::{Stage, run};

const SOURCE: &str = "<configuration>\n  <a k='1'/>\n  <b />\n</configuration>\n";

fn stage(directives: &str) -> Stage {
    let stage = Stage::new();
    stage.write("web.config", SOURCE);
    let transform = format!(
        "<configuration xmlns:xdt=\"http://schemas.microsoft.com/XML-Document-Transform\">\n{directives}\n</configuration>\n"
    );
    stage.write("web.Release.config", &transform);
    stage
}

const REMOVE: &str = "  <b xdt:Transform=\"Remove\" />";

#[test]
fn the_result_goes_to_stdout_and_warnings_to_stderr() {
    let stage = stage("  <b xdt:Transform=\"Remove\" />\n  <c xdt:Transform=\"Remove\" />");
    let ran = run(stage.path(), &["xdt", "web.config", "web.Release.config"]);
    assert_eq!(ran.stdout, "<configuration>\n  <a k='1'/>\n</configuration>\n");
    assert_eq!(
        ran.stderr,
        "warning[no-match]: `/configuration/c` matches nothing (web.Release.config:3:4)\n"
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn the_source_itself_is_replaced_only_by_what_differs() {
    let stage = stage(REMOVE);
    let arguments = ["xdt", "web.config", "web.Release.config", "-o", "web.config"];
    let first = run(stage.path(), &arguments);
    assert_eq!((first.code, first.stdout.as_str()), (0, "written web.config\n"));
    let second = run(stage.path(), &arguments);
    assert_eq!((second.code, second.stdout.as_str()), (0, "unchanged web.config\n"));
    let left = fs::read_to_string(stage.path().join("web.config")).unwrap();
    assert_eq!(left, "<configuration>\n  <a k='1'/>\n</configuration>\n");
}

#[test]
fn errors_leave_everything_as_it_is() {
    let stage = stage("  <b xdt:Transform=\"Remov\" />");
    let arguments = ["xdt", "web.config", "web.Release.config", "-o", "out.config"];
    let ran = run(stage.path(), &arguments);
    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.stderr,
        "error[unknown-type]: there is no transform `Remov` (did you mean `Remove`?) (web.Release.config:2:6)\n"
    );
    assert!(!stage.path().join("out.config").exists());
}

#[test]
fn strict_makes_an_error_of_what_matches_nothing() {
    let stage = stage("  <c xdt:Transform=\"Remove\" />");
    let ran = run(stage.path(), &["xdt", "web.config", "web.Release.config", "--strict"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.starts_with("error[no-match]"), "{}", ran.stderr);
}

#[test]
fn a_diff_shows_the_effect_and_writes_nothing() {
    let stage = stage(REMOVE);
    let before = stage.listing();
    let arguments = ["xdt", "web.config", "web.Release.config", "-o", "web.config", "--diff"];
    let ran = run(stage.path(), &arguments);
    assert_eq!(
        ran.stdout,
        "--- web.config\n+++ web.config\n@@ -1,4 +1,3 @@\n <configuration>\n   <a k='1'/>\n-  <b />\n </configuration>\n"
    );
    assert_eq!((ran.code, stage.listing()), (0, before));
}

#[test]
fn a_malformed_document_shows_the_place() {
    let stage = stage(REMOVE);
    stage.write("web.config", "<configuration>\n  <a>\n</configuration>\n");
    let ran = run(stage.path(), &["xdt", "web.config", "web.Release.config"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.starts_with("error: cannot transform `web.config`\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("  at: web.config:3:"), "{}", ran.stderr);
}

#[test]
fn json_tells_status_and_text() {
    let stage = stage(REMOVE);
    let arguments = ["xdt", "web.config", "web.Release.config", "--format", "json"];
    let ran = run(stage.path(), &arguments);
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["status"], "applied");
    assert_eq!(document["changed"], true);
    assert_eq!(document["written"], false);
    let text = document["text"].as_str().unwrap();
    assert!(text.contains("<a k='1'/>") && !text.contains("<b"), "{text}");
    assert_eq!(document["warnings"], serde_json::json!([]));
}

#[test]
fn compatible_mode_writes_as_the_reference_engine_does() {
    let stage = stage(REMOVE);
    let arguments = ["xdt", "web.config", "web.Release.config", "--compatible"];
    let ran = run(stage.path(), &arguments);
    assert_eq!(ran.stdout, "<configuration>\n  <a k=\"1\"/>\n</configuration>\n");
}

#[test]
fn a_hyphen_is_stdin() {
    let stage = stage(REMOVE);
    let mut command = Command::new(env!("CARGO_BIN_EXE_iisle"));
    command.args(["xdt", "-", "web.Release.config"]).current_dir(stage.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(SOURCE.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"<configuration>\n  <a k='1'/>\n</configuration>\n");
    let both = run(stage.path(), &["xdt", "-", "-"]);
    assert_eq!(both.code, 2);
}
