use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 20),
    name: "package-text-position",
    severity: Severity::Warning,
    help: "use a parameter of kind TextFile with an expression",
    explain: include_str!("text_position.md"),
    symptom: "",
    source: "Web Deploy 7.1, seen; DeploymentSyncParameterEntry.Match",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| matches!(kind, FaultKind::TextPosition));
}
