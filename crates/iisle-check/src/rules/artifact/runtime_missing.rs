use iisle_inspect::publish::{Kind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 6),
    name: "runtime-missing",
    severity: Severity::Error,
    help: "copy every file of the output",
    explain: include_str!("runtime_missing.md"),
    symptom: "500.31 or 500.32, 0x80008083",
    source: "dotnet/runtime, hostfxr",
    check: Check::Output(check),
};

/// What the host and the module look for beside a self-contained app.
const RUNTIME: [&str; 4] =
    ["hostfxr.dll", "hostpolicy.dll", "coreclr.dll", "System.Private.CoreLib.dll"];

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    if output.kind != Kind::Scd || !output.targets_windows() {
        return;
    }
    let missing: Vec<_> = RUNTIME.into_iter().filter(|name| output.file(name).is_none()).collect();
    let Some(first) = missing.first() else {
        return;
    };
    findings.push(
        Location::file(*first),
        format!("self-contained app lacks {} (partial copy?)", missing.join(", ")),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn files(names: &[&str]) -> String {
        let runtime = names
            .iter()
            .map(|name| format!("\n            == {name}\n            native-dll x64"))
            .collect::<Vec<_>>()
            .concat();
        check(
            &RULE,
            &format!(
                r#"
            == App.dll
            managed x64
            == App.exe
            apphost x64 App.dll
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "net8.0", "includedFrameworks": [{{"name": "Microsoft.NETCore.App", "version": "8.0.11"}}]}}}}{runtime}"#
            ),
        )
    }

    #[test]
    fn a_partial_copy_is_an_error() {
        insta::assert_snapshot!(files(&["hostfxr.dll", "coreclr.dll"]), @"error hostpolicy.dll self-contained app lacks hostpolicy.dll, System.Private.CoreLib.dll (partial copy?)");
    }

    #[test]
    fn a_whole_runtime_is_right() {
        assert_eq!(
            files(&["hostfxr.dll", "hostpolicy.dll", "coreclr.dll", "System.Private.CoreLib.dll"]),
            ""
        );
    }
}
