use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::Started;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::rules::web_config::is_mistaken_for_dotnet;
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 22),
    name: "mistaken-for-dotnet",
    severity: Severity::Error,
    help: "rename the assembly (AssemblyName)",
    explain: include_str!("mistaken_for_dotnet.md"),
    symptom: "500.0: application arguments are empty",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::InProcess))
    else {
        return;
    };
    let (Started::Program(_) | Started::MissingProgram(_)) = Started::of(&hosting, output) else {
        return;
    };
    let text = hosting.section.process_path();
    let name = text.rsplit(['\\', '/']).next().unwrap_or_default();
    if is_mistaken_for_dotnet(name) {
        findings.push(
            config.attribute_or(hosting.section.element, "processPath"),
            format!("'{name}' is mistaken for the dotnet host"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn program(name: &str, model: &str) -> String {
        check(
            &RULE,
            &format!(
                "
            == web.config
            <aspNetCore processPath=\".\\{name}.exe\" hostingModel=\"{model}\" />
            == {name}.exe
            apphost x64 {name}.dll"
            ),
        )
    }

    #[test]
    fn a_name_that_ends_in_dotnet_is_an_error_in_process() {
        insta::assert_snapshot!(program("hello-dotnet", "inprocess"), @"error web.config:8:32 'hello-dotnet.exe' is mistaken for the dotnet host");
        assert_eq!(program("hello-dotnet", "outofprocess"), "");
        assert_eq!(program("dotnet-hello", "inprocess"), "");
    }
}
