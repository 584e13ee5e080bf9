use iisle_inspect::publish::{ConflictKind, PublishOutput};
use iisle_report::{RuleId, Severity};

use crate::facts::{OutputFacts, app_of, push_conflict};
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
    for conflict in output.own_conflicts(&[ConflictKind::Assembly, ConflictKind::Mixed]) {
        let (class, app) = (conflict.class(), app_of(conflict));
        push_conflict(conflict, findings, format!("{} is {class}, app is {app}", conflict.path));
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
    fn an_assembly_of_another_architecture_is_an_error() {
        insta::assert_snapshot!(app("Lib.dll\n            managed x86"), @"
        error Lib.dll Lib.dll is x86, app is x64
          Lib.dll: x86 (32BITREQUIRED); App.exe: machine x64
        ");
    }

    #[test]
    fn any_cpu_and_the_same_architecture_are_right() {
        assert_eq!(app("Lib.dll\n            managed anycpu"), "");
        assert_eq!(app("Lib.dll\n            managed x64"), "");
    }
}
