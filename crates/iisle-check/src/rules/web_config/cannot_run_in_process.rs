use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::{FileFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 17),
    name: "cannot-run-in-process",
    severity: Severity::Error,
    help: "set hostingModel=\"outofprocess\", or publish App.dll beside App.exe",
    explain: include_str!("cannot_run_in_process.md"),
    symptom: "500.38, or 500.0",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::InProcess))
    else {
        return;
    };
    let at = config.attribute_or(hosting.section.element, "hostingModel");
    if config.runs_v1() {
        findings.push(at, "module V1 cannot host in-process").symptom("out-of-process, or 500.19");
        return;
    }
    let Started::Program(file) = Started::of(&hosting, output) else {
        return;
    };
    let dll =
        format!("{}.dll", file.path.as_str().trim_end_matches(|c| c != '.').trim_end_matches('.'));
    let reason = if file.is_netfx_program() {
        format!("{} is a program of .NET Framework", file.path)
    } else if file.is_bundle() {
        format!("{} is a single-file bundle", file.path)
    } else if file.is_native_program(output) {
        format!("{} is a native program", file.path)
    } else if output.file(&dll).is_none() {
        format!("{dll} is missing")
    } else {
        return;
    };
    let name = file.path.file_stem();
    let message = format!("in-process hosting needs {name}.dll next to {name}.exe (500.38)");
    findings.push(at, message).evidence(reason);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn started(model: &str, exe: &str, more: &str) -> String {
        check(
            &RULE,
            &format!(
                "
            == web.config
            <aspNetCore processPath=\".\\App.exe\" hostingModel=\"{model}\" />
            == App.exe
            {exe}
            {more}"
            ),
        )
    }

    #[test]
    fn programs_without_a_dll_are_errors() {
        insta::assert_snapshot!(started("inprocess", "bundle x64", ""), @"
        error web.config:8:57 in-process hosting needs App.dll next to App.exe (500.38)
          App.exe is a single-file bundle
        ");
        insta::assert_snapshot!(started("inprocess", "native x64", ""), @"
        error web.config:8:57 in-process hosting needs App.dll next to App.exe (500.38)
          App.exe is a native program
        ");
        insta::assert_snapshot!(started("inprocess", "managed anycpu", ""), @"
        error web.config:8:57 in-process hosting needs App.dll next to App.exe (500.38)
          App.exe is a program of .NET Framework
        ");
        insta::assert_snapshot!(started("inprocess", "apphost x64 App.dll", ""), @"
        error web.config:8:57 in-process hosting needs App.dll next to App.exe (500.38)
          App.dll is missing
        ");
    }

    #[test]
    fn out_of_process_and_an_exe_with_its_dll_are_right() {
        assert_eq!(started("outofprocess", "bundle x64", ""), "");
        let dll = "
            == App.dll
            managed anycpu";
        assert_eq!(started("inprocess", "apphost x64 App.dll", dll), "");
    }

    #[test]
    fn module_v1_has_no_in_process_hosting() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration><system.webServer>
            <handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModule" /></handlers>
            <aspNetCore processPath="dotnet" arguments=".\App.dll" hostingModel="inprocess" />
            </system.webServer></configuration>
            == App.dll
            managed anycpu
        "#), @"error web.config:3:70 module V1 cannot host in-process");
    }
}
