use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 11),
    name: "package-directory-entry-missing",
    severity: Severity::Error,
    help: "pack with a tool that writes an entry for every folder",
    explain: include_str!("directory_entry.md"),
    symptom: "files are missing after the deployment, exit code 0",
    source: "Web Deploy 7.1, seen",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| {
        matches!(kind, FaultKind::Dropped { .. } | FaultKind::LoneByte | FaultKind::NoContent)
    });
}
