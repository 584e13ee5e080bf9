use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 14),
    name: "package-bad-date",
    severity: Severity::Error,
    help: "pack with a tool that writes valid dates",
    explain: include_str!("bad_date.md"),
    symptom: "\"Not a valid Win32 FileTime\" in the middle of the deployment",
    source: "Web Deploy 7.1, seen",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| matches!(kind, FaultKind::BadDate));
}
