use iisle_inspect::publish::{Conflict, ConflictKind, PublishOutput};
use iisle_report::{RuleId, Severity};

use crate::facts::{OutputFacts, Rid, app_of, push_conflict};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('P', 4),
    name: "native-architecture",
    severity: Severity::Error,
    help: "use the package or RID that brings the right file",
    explain: include_str!("native_of_another_architecture.md"),
    symptom: "BadImageFormatException or DllNotFoundException",
    source: "Microsoft PE Format",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    for conflict in output.own_conflicts(&[ConflictKind::Native]) {
        let (class, app) = (conflict.class(), app_of(conflict));
        let message = format!("{} is {class}, app is {app}", conflict.path);
        let put = push_conflict(conflict, findings, message);
        // A folder that names another architecture than its file can never be right.
        if contradicts_folder(conflict) {
            put.severity(Severity::Error);
        }
    }
}

/// Whether the file lies below `runtimes/<rid>` of another architecture.
fn contradicts_folder(conflict: &Conflict) -> bool {
    let mut segments = conflict.path.segments();
    let below_runtimes = segments.next().is_some_and(|top| top.eq_ignore_ascii_case("runtimes"));
    let folder = segments.next().and_then(|rid| Rid::parse(rid).machine);
    let file = conflict.runs_as.machine();
    below_runtimes && folder.is_some() && file.is_some() && folder != file
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, self_contained};

    fn app(file: &str) -> String {
        check(&RULE, &self_contained(file))
    }

    #[test]
    fn a_library_of_another_architecture_is_an_error() {
        insta::assert_snapshot!(app("native.dll\n            native-dll x86"), @"
        error native.dll native.dll is native x86, app is x64
          native.dll: machine x86; App.exe: machine x64
        ");
        insta::assert_snapshot!(app("runtimes/win-x64/native/other.dll\n            native-dll x86"), @"
        error runtimes/win-x64/native/other.dll runtimes/win-x64/native/other.dll is native x86, app is x64
          runtimes/win-x64/native/other.dll: machine x86, in a folder for x64
        ");
    }

    #[test]
    fn the_same_architecture_and_folders_for_others_are_right() {
        assert_eq!(app("native.dll\n            native-dll x64"), "");
        assert_eq!(app("runtimes/win-x86/native/native.dll\n            native-dll x86"), "");
        assert_eq!(app("x86/native.dll\n            native-dll x86"), "");
    }
}
