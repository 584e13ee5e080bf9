use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 17),
    name: "package-parameters-invalid",
    severity: Severity::Error,
    help: "mend parameters.xml and pack again",
    explain: include_str!("parameters.md"),
    symptom: "\"Unexpected/unrecognized element\" before anything is deployed",
    source: "Web Deploy 7.1, seen",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| matches!(kind, FaultKind::BadParameters { .. }));
}
