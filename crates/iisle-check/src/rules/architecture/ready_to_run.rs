use iisle_inspect::publish::{ConflictKind, PublishOutput};
use iisle_report::{RuleId, Severity};

use crate::facts::{OutputFacts, app_of, push_conflict};
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
    for conflict in output.own_conflicts(&[ConflictKind::ReadyToRun]) {
        let class = conflict.class();
        let compiled = class.strip_prefix("r2r ").unwrap_or(&class);
        let app = app_of(conflict);
        let message =
            format!("{} was compiled ReadyToRun for {compiled}; the app is {app}", conflict.path);
        push_conflict(conflict, findings, message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, self_contained};

    fn app(file: &str) -> String {
        check(&RULE, &self_contained(file))
    }

    #[test]
    fn code_for_another_architecture_or_system_is_an_error() {
        insta::assert_snapshot!(app("Lib.dll\n            r2r x86"), @"
        error Lib.dll Lib.dll was compiled ReadyToRun for x86; the app is x64
          Lib.dll: ReadyToRun x86; App.exe: machine x64
        ");
        insta::assert_snapshot!(app("Lib.dll\n            r2r x64 linux"), @"
        error Lib.dll Lib.dll was compiled ReadyToRun for linux x64; the app is x64
          Lib.dll: ReadyToRun x64; App.exe: machine x64
        ");
    }

    #[test]
    fn code_for_the_app_is_right() {
        assert_eq!(app("Lib.dll\n            r2r x64"), "");
    }
}
