use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::Started;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('R', 1),
    name: "native-in-process",
    severity: Severity::Error,
    help: "set hostingModel=\"outofprocess\"",
    explain: include_str!("native_in_process.md"),
    symptom: "500.38",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::InProcess))
    else {
        return;
    };
    if let Some(program) = Started::of(&hosting, output).native(output) {
        findings
            .push(
                config.attribute_or(hosting.section.element, "hostingModel"),
                "native executables cannot be hosted in-process: 500.38",
            )
            .evidence(format!("{} is a native program", program.path));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    fn started(attributes: &str, exe: &str) -> String {
        super::super::started(&RULE, attributes, exe)
    }

    #[test]
    fn a_native_program_needs_a_process_of_its_own() {
        insta::assert_snapshot!(started(r#"hostingModel="inprocess""#, "native x64"), @"
        error web.config:8:58 native executables cannot be hosted in-process: 500.38
          shop.exe is a native program
        ");
        assert_eq!(started(r#"hostingModel="outofprocess""#, "native x64"), "");
    }

    #[test]
    fn the_host_of_a_dll_is_no_native_program() {
        assert_eq!(started(r#"hostingModel="inprocess""#, "apphost x64 shop.dll"), "");
        assert_eq!(started(r#"hostingModel="inprocess""#, "managed anycpu"), "");
    }
}
