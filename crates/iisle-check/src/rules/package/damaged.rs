use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 13),
    name: "package-entry-damaged",
    severity: Severity::Error,
    help: "fetch or make the package again",
    explain: include_str!("damaged.md"),
    symptom: "the app fails to load a file",
    source: "Web Deploy 7.1, seen; APPNOTE.TXT 6.3.10",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| {
        matches!(kind, FaultKind::Damaged { .. } | FaultKind::FileAsFolder)
    });
}
