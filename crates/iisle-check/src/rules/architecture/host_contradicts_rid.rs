use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{FileFacts, Rid};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('P', 2),
    name: "host-contradicts-rid",
    severity: Severity::Error,
    help: "publish again into an empty folder",
    explain: include_str!("host_contradicts_rid.md"),
    symptom: "0x800700c1: 502.5 or 500.32",
    source: "Microsoft Learn, Troubleshoot ASP.NET Core on Azure App Service and IIS",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some(exe) = output.entry_program() else {
        return;
    };
    let Some(machine) = exe.machine() else {
        return;
    };
    let by_deps = output.rid.as_deref().map(|rid| (rid, "deps.json"));
    let by_project = known
        .project
        .and_then(|project| project.property("RuntimeIdentifier"))
        .map(|rid| (rid, "the project"));
    let Some((rid, source)) = by_deps.or(by_project) else {
        return;
    };
    if Rid::parse(rid).machine.is_some_and(|it| it != machine) {
        findings.push(
            Location::file(exe.path.as_str()),
            format!("{} is {machine} but {source} says {rid}", exe.path),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn output(exe: &str, rid: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == App.dll
            managed x64
            == App.exe
            apphost {exe} App.dll
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"framework": {{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}}}}
            == App.deps.json
            {{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0{rid}"}}, "targets": {{".NETCoreApp,Version=v8.0{rid}": {{}}}}, "libraries": {{}}}}"#
            ),
        )
    }

    #[test]
    fn an_exe_of_another_architecture_is_an_error() {
        insta::assert_snapshot!(output("x86", "/win-x64"), @"error App.exe App.exe is x86 but deps.json says win-x64");
        assert_eq!(output("x64", "/win-x64"), "");
        assert_eq!(output("x64", ""), "");
    }
}
