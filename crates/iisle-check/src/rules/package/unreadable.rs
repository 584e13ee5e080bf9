use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 9),
    name: "package-unreadable",
    severity: Severity::Error,
    help: "make the package again",
    explain: include_str!("unreadable.md"),
    symptom: "",
    source: "Web Deploy 7.1, seen; APPNOTE.TXT 6.3.10",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package
        .report(findings, |kind| matches!(kind, FaultKind::NoPackage { .. } | FaultKind::Prefixed));
}
