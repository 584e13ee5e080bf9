use iisle_inspect::publish::{ConflictKind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::severity;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('P', 10),
    name: "ready-to-run-architecture",
    severity: Severity::Error,
    help: "publish without PublishReadyToRun, or for the RID of the process",
    explain: include_str!("ready_to_run.md"),
    symptom: "BadImageFormatException 0x8007000b",
    source: "dotnet/runtime, ReadyToRun format",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    for conflict in &output.conflicts {
        if !matches!(conflict.kind, ConflictKind::ReadyToRun) {
            continue;
        }
        let app =
            conflict.app.map_or_else(|| "of another architecture".to_owned(), |it| it.to_string());
        let class = conflict.class();
        let compiled = class.strip_prefix("r2r ").unwrap_or(&class);
        let message =
            format!("{} was compiled ReadyToRun for {compiled}; the app is {app}", conflict.path);
        findings
            .push(Location::file(conflict.path.as_str()), message)
            .severity(severity(conflict.severity))
            .evidence(conflict.evidence.as_str());
    }
}
