use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 18),
    name: "package-provider-incomplete",
    severity: Severity::Error,
    help: "pack with a tool that writes complete providers",
    explain: include_str!("provider.md"),
    symptom: "the IIS application is gone after the deployment",
    source: "Web Deploy 7.1, seen",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| matches!(kind, FaultKind::NoCreateApp | FaultKind::NoLink));
}
