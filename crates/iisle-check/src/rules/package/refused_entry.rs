use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 19),
    name: "package-entry-refused",
    severity: Severity::Error,
    help: "do not deploy this package; ask who made it",
    explain: include_str!("refused_entry.md"),
    symptom: "",
    source: "APPNOTE.TXT 6.3.10",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| matches!(kind, FaultKind::Refused { .. }));
}
