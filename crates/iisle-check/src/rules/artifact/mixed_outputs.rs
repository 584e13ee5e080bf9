use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{FileFacts, OutputFacts, Rid};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 23),
    name: "mixed-outputs",
    severity: Severity::Error,
    help: "publish again into an empty folder",
    explain: include_str!("mixed_outputs.md"),
    symptom: "500.32 or 0x800700c1",
    source: "practice",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some(built) = output.rid.as_deref() else {
        return;
    };
    let deps = output.deps_name();
    if let Some(wanted) = known.project.and_then(|project| project.property("RuntimeIdentifier"))
        && !wanted.eq_ignore_ascii_case(built)
    {
        findings.push(
            Location::file(&*deps),
            format!("{deps} is for {built}, the project publishes for {wanted}: mixed outputs"),
        );
    }
    // The app host is P002's.
    let Some(wanted) = Rid::parse(built).machine else {
        return;
    };
    if let Some(file) = output.file("hostfxr.dll")
        && let Some(machine) = file.machine().filter(|machine| *machine != wanted)
    {
        findings.push(
            Location::file(file.path.as_str()),
            format!("{deps} is for {built}, {} is {machine}: mixed outputs", file.path),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn output(project: &str, hostfxr: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"{project}
            == App.dll
            managed x64
            == App.exe
            apphost x64 App.dll
            == hostfxr.dll
            native-dll {hostfxr}
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"includedFrameworks": [{{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}]}}}}
            == App.deps.json
            {{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0/win-x64"}}, "targets": {{".NETCoreApp,Version=v8.0/win-x64": {{}}}}, "libraries": {{}}}}"#
            ),
        )
    }

    #[test]
    fn files_of_two_publishes_are_an_error() {
        insta::assert_snapshot!(output("", "x86"), @"error hostfxr.dll App.deps.json is for win-x64, hostfxr.dll is x86: mixed outputs");
        insta::assert_snapshot!(output(&crate::testing::project("<RuntimeIdentifier>win-x86</RuntimeIdentifier>"), "x64"), @"error App.deps.json App.deps.json is for win-x64, the project publishes for win-x86: mixed outputs");
    }

    #[test]
    fn one_publish_is_right() {
        assert_eq!(output("", "x64"), "");
        assert_eq!(
            output(
                &crate::testing::project("<RuntimeIdentifier>win-x64</RuntimeIdentifier>"),
                "x64"
            ),
            ""
        );
    }
}
