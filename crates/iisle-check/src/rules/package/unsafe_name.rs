use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 15),
    name: "package-unsafe-name",
    severity: Severity::Error,
    help: "do not deploy this package; ask who made it",
    explain: include_str!("unsafe_name.md"),
    symptom: "",
    source: "Web Deploy 7.1, seen; Microsoft, Naming Files, Paths, and Namespaces",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| matches!(kind, FaultKind::UnsafeName { .. }));
}
