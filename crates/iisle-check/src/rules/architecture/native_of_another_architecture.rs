use iisle_inspect::publish::{Conflict, ConflictKind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{OutputFacts, Rid, severity};
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
    for conflict in output.own_conflicts() {
        if !matches!(conflict.kind, ConflictKind::Native) {
            continue;
        }
        let app =
            conflict.app.map_or_else(|| "of another architecture".to_owned(), |it| it.to_string());
        let class = conflict.class();
        let message = format!("{} is {class}, app is {app}", conflict.path);
        // A folder that names another architecture than its file can never be right.
        let severity = if contradicts_folder(conflict) {
            Severity::Error
        } else {
            severity(conflict.severity)
        };
        findings
            .push(Location::file(conflict.path.as_str()), message)
            .severity(severity)
            .evidence(conflict.evidence.as_str());
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
