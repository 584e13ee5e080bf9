use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::FileFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('P', 5),
    name: "mixed-natives",
    severity: Severity::Warning,
    help: "keep the one that the app needs; let runtimes/ hold the others",
    explain: include_str!("mixed_natives.md"),
    symptom: "one of them cannot be loaded",
    source: "practice",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    let natives = || {
        let in_root = output.files.iter().filter(|file| file.path.is_top_level());
        in_root.filter(|file| file.is_native_library())
    };
    let Some((first, first_machine)) = natives().find_map(|file| Some((file, file.machine()?)))
    else {
        return;
    };
    let other = natives().find_map(|file| {
        let machine = file.machine().filter(|machine| *machine != first_machine)?;
        Some((file, machine))
    });
    let Some((second, second_machine)) = other else {
        return;
    };
    findings.push(
        Location::file(second.path.as_str()),
        format!(
            "native dlls of different architectures in one folder: {} {first_machine}, {} \
             {second_machine}",
            first.path, second.path
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn natives_of_two_architectures_are_one_warning() {
        insta::assert_snapshot!(check(&RULE, "
            == a.dll
            native-dll x64
            == b.dll
            native-dll x86
            == c.dll
            native-dll x86
        "), @"warning b.dll native dlls of different architectures in one folder: a.dll x64, b.dll x86");
    }

    #[test]
    fn one_architecture_or_a_folder_for_each_is_right() {
        insta::assert_snapshot!(check(&RULE, "
            == a.dll
            native-dll x64
            == b.dll
            native-dll x64
            == x86/a.dll
            native-dll x86
            == Lib.dll
            managed x86
        "), @"");
    }
}
