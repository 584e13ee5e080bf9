use iisle_inspect::publish::{Kind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 24),
    name: "no-in-process-handler",
    severity: Severity::Error,
    help: "publish again with Microsoft.NET.Sdk.Web",
    explain: include_str!("no_handler_dll.md"),
    symptom: "500.33",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let in_process =
        config.hosting.is_some_and(|it| it.hosting_model() == Some(HostingModel::InProcess));
    let handler = "aspnetcorev2_inprocess.dll";
    if in_process
        && output.kind == Kind::Scd
        && output.targets_windows()
        && !output.has_anywhere(handler)
    {
        findings.push(
            Location::file(handler),
            format!("self-contained in-process app without {handler}: 500.33"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn output(model: &str, more: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == web.config
            <aspNetCore processPath=".\App.exe" hostingModel="{model}" />
            == App.dll
            managed x64
            == App.exe
            apphost x64 App.dll
            == hostfxr.dll
            native-dll x64
            == hostpolicy.dll
            native-dll x64
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"includedFrameworks": [{{"name": "Microsoft.NETCore.App", "version": "8.0.11"}}]}}}}{more}"#
            ),
        )
    }

    #[test]
    fn in_process_needs_the_handler() {
        insta::assert_snapshot!(output("inprocess", ""), @"error aspnetcorev2_inprocess.dll self-contained in-process app without aspnetcorev2_inprocess.dll: 500.33");
        assert_eq!(output("outofprocess", ""), "");
        assert_eq!(
            output(
                "inprocess",
                "
            == aspnetcorev2_inprocess.dll
            native-dll x64"
            ),
            ""
        );
    }
}
