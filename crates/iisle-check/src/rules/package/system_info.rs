use iisle_report::{RuleId, Severity};
use iisle_webdeploy::FaultKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 10),
    name: "package-system-info-missing",
    severity: Severity::Error,
    help: "make the package again, or add an entry `systemInfo.xml` that holds `<systemInfo />`",
    explain: include_str!("system_info.md"),
    symptom: "",
    source: "Web Deploy 7.1, seen",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    package.report(findings, |kind| {
        matches!(kind, FaultKind::NoSystemInfo | FaultKind::BadSystemInfo { .. })
    });
}
