use iisle_inspect::publish::{ConflictKind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{OutputFacts, severity};
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
    for conflict in output.own_conflicts() {
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
