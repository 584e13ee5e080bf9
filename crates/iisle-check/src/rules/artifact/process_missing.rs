use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::{OutputFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 1),
    name: "process-missing",
    severity: Severity::Error,
    help: "correct processPath",
    explain: include_str!("process_missing.md"),
    symptom: "502.5 or 500.0, 0x80070002",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        let Started::MissingProgram(path) = Started::of(&hosting, output) else {
            continue;
        };
        let text = hosting.section.process_path();
        // W027 speaks of an extension that the module refuses before it looks.
        let refused = hosting.hosting_model() == Some(HostingModel::InProcess)
            && !path.to_ascii_lowercase().ends_with(".exe");
        if refused {
            continue;
        }
        let programs: Vec<_> = output.programs().map(|file| file.path.as_str()).collect();
        let message = if programs.is_empty() {
            format!("processPath '{text}' does not exist in the output, which has no .exe")
        } else {
            let programs = programs.join(", ");
            format!("processPath '{text}' does not exist in the output; candidates: {programs}")
        };
        let at = config.attribute_or(hosting.section.element, "processPath");
        findings.push(at, message).evidence(format!("no file {path}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath=".\Shop_Foo.exe" />
            == Shop.exe
            apphost x64 Shop.dll
            == createdump.exe
            native x64
        "#), @r"
        error web.config:8:32 processPath '.\Shop_Foo.exe' does not exist in the output; candidates: Shop.exe, createdump.exe
          no file Shop_Foo.exe
        ");
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath=".\App" hostingModel="inprocess" />
            == App.dll
            managed anycpu
        "#), @r"
        error web.config:8:32 processPath '.\App' does not exist in the output, which has no .exe
          no file App.exe
        ");
    }

    #[test]
    fn names_compare_without_case_and_exe_is_appended() {
        for path in [r".\shop.exe", "SHOP.EXE", r".\Shop", "bin/../Shop.exe"] {
            let text = format!(
                "
                == web.config
                <aspNetCore processPath=\"{path}\" />
                == Shop.exe
                apphost x64 Shop.dll"
            );
            assert_eq!(check(&RULE, &text), "", "{path}");
        }
    }

    #[test]
    fn what_lies_elsewhere_is_not_judged() {
        for path in
            ["dotnet", r"C:\tools\run.exe", r"..\tools\run.exe", "%ProgramFiles%\\x.exe", "node"]
        {
            let text = format!(
                "
                == web.config
                <aspNetCore processPath=\"{path}\" />
                == App.dll
                managed anycpu"
            );
            let found = check(&RULE, &text);
            assert!(found.is_empty() || path == "node", "{path}: {found}");
        }
    }
}
