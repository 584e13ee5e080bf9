use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 28),
    name: "stale-host",
    severity: Severity::Error,
    help: "delete the files of the self-contained publish",
    explain: include_str!("stale_host.md"),
    symptom: "500.31: the module takes the app for self-contained",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    if output.self_contained != Some(false) || output.kind.is_single_file() {
        return;
    }
    let has_exe =
        output.entry.as_ref().is_some_and(|entry| output.file(&format!("{entry}.exe")).is_some());
    if let Some(file) = output.file("hostfxr.dll").filter(|_| has_exe) {
        findings.push(
            Location::file(file.path.as_str()),
            "left-over hostfxr.dll makes the module treat the app as self-contained",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn output(more: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == App.dll
            managed x64
            == hostfxr.dll
            native-dll x64
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"framework": {{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}}}}{more}"#
            ),
        )
    }

    #[test]
    fn a_runtime_beside_a_framework_dependent_exe_is_an_error() {
        insta::assert_snapshot!(output("
            == App.exe
            apphost x64 App.dll"), @"error hostfxr.dll left-over hostfxr.dll makes the module treat the app as self-contained");
    }

    #[test]
    fn without_an_exe_nothing_looks_at_it() {
        assert_eq!(output(""), "");
    }
}
