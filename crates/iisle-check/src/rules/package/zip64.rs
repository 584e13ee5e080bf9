use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 12),
    name: "package-zip64",
    severity: Severity::Error,
    help: "pack with a tool that writes no zip64 records",
    explain: include_str!("zip64.md"),
    symptom: "deployed files are longer than they should be",
    source: "Web Deploy 7.1, seen",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| matches!(kind, FaultKind::Zip64Entry | FaultKind::Zip64End));
}
