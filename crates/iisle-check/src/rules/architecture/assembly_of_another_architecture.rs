use iisle_inspect::publish::{ConflictKind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{OutputFacts, severity};
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
    for conflict in output.own_conflicts() {
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

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn app(file: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == App.dll
            managed x64
            == App.exe
            apphost x64 App.dll
            == hostfxr.dll
            native-dll x64
            == hostpolicy.dll
            native-dll x64
            == coreclr.dll
            native-dll x64
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "net8.0", "includedFrameworks": [{{"name": "Microsoft.AspNetCore.App", "version": "8.0.11"}}]}}}}
            == App.deps.json
            {{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0/win-x64"}}, "targets": {{".NETCoreApp,Version=v8.0/win-x64": {{"Lib/1.0.0": {{"runtime": {{"lib/Lib.dll": {{}}}}, "native": {{"runtimes/win-x64/native/native.dll": {{}}}}}}}}}}, "libraries": {{"Lib/1.0.0": {{"type": "package"}}}}}}
            == {file}"#
            ),
        )
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
