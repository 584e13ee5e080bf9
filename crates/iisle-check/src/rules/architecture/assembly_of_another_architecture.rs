use iisle_inspect::publish::{ConflictKind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::severity;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('P', 3),
    name: "assembly-architecture",
    severity: Severity::Error,
    help: "build the assembly as AnyCPU, or for the architecture of the app",
    explain: include_str!("assembly_of_another_architecture.md"),
    symptom: "BadImageFormatException: 500.30 or 502.5",
    source: "ECMA-335, CLI header",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    for conflict in &output.conflicts {
        if !matches!(conflict.kind, ConflictKind::Assembly | ConflictKind::Mixed) {
            continue;
        }
        let app =
            conflict.app.map_or_else(|| "of another architecture".to_owned(), |it| it.to_string());
        let class = conflict.class();
        let message = format!("{} is {class}, app is {app}", conflict.path);
        findings
            .push(Location::file(conflict.path.as_str()), message)
            .severity(severity(conflict.severity))
            .evidence(conflict.evidence.as_str());
    }
}
