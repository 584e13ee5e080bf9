use iisle_report::Severity;
use iisle_webdeploy::{Fault, FaultKind};

use crate::rules::rules;
use crate::subject::{PackageFacts, Subject};
use crate::testing::{APP, app_package, judge_package};
use crate::verdict::{Verdict, check};
use crate::{Fact, Settings};

fn judge(faults: &[Fault]) -> Verdict {
    let package = Some(PackageFacts { file: "App.zip", faults, parts: None });
    check(&Subject { package, ..Subject::default() }, &Settings::default())
}

fn fault(kind: FaultKind, subject: &str) -> Fault {
    Fault { kind, subject: subject.to_owned(), position: None }
}

#[test]
fn every_kind_of_fault_is_found_by_exactly_one_rule() {
    let problem = || "why".to_owned();
    let kinds = [
        FaultKind::NoSystemInfo,
        FaultKind::BadSystemInfo { problem: problem() },
        FaultKind::Prefixed,
        FaultKind::FileAsFolder,
        FaultKind::Dropped { folder: "f".to_owned() },
        FaultKind::LoneByte,
        FaultKind::NoContent,
        FaultKind::Zip64Entry,
        FaultKind::Zip64End,
        FaultKind::BadDate,
        FaultKind::NoCreateApp,
        FaultKind::NoLink,
        FaultKind::Damaged { problem: problem() },
        FaultKind::UnsafeName { problem: problem() },
        FaultKind::Duplicate { first: "x".to_owned() },
        FaultKind::Refused { problem: problem() },
        FaultKind::BadParameters { problem: problem() },
        FaultKind::NoPackage { problem: problem() },
        FaultKind::TextPosition,
    ];
    let lines: Vec<_> = kinds
        .into_iter()
        .map(|kind| {
            let verdict = judge(&[fault(kind, "a/b")]);
            let [finding] = verdict.findings.as_slice() else { panic!("{verdict:?}") };
            format!("{} {} {}", finding.id, finding.severity.word(), finding.message)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_finding_names_the_entry_below_the_package() {
    let verdict = judge(&[fault(FaultKind::BadDate, "Content/a.txt")]);
    let place = verdict.findings[0].location.clone().unwrap();
    assert_eq!(place.to_string(), "App.zip/Content/a.txt");
    assert_eq!(verdict.findings[0].severity, Severity::Error);
    assert!(judge(&[]).findings.is_empty());
    assert!(judge(&[]).skipped.iter().all(|it| !it.needs.contains(&Fact::Package)));
}

#[test]
fn what_rules_about_outputs_say_of_the_content_is_said_once() {
    let text = app_package(
        "",
        &format!(
            "{APP}
            == Content/C_C/app/app_offline.htm
            x
            == Content/C_C/app/site.pfx
            x"
        ),
    );
    let verdict = judge_package(rules(), &text, &[]);
    let ids: Vec<_> = verdict.findings.iter().map(|finding| finding.id.to_string()).collect();
    assert_eq!(ids, ["K002", "K001", "A004", "K003", "K002"]);
}

#[test]
fn content_that_is_no_web_application_is_still_told_to_have_no_web_config() {
    let verdict = judge_package(
        rules().filter(|rule| ["W001", "K001"].contains(&rule.id.to_string().as_str())),
        &app_package("", "\n            == Content/C_C/app/index.html\n            x"),
        &[],
    );
    let ids: Vec<_> = verdict.findings.iter().map(|it| (it.id.to_string(), it.severity)).collect();
    assert_eq!(ids, [("W001".to_owned(), Severity::Info)]);
}
