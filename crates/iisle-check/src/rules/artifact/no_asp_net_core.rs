use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 5),
    name: "no-asp-net-core",
    severity: Severity::Error,
    help: "use the Web SDK or reference the framework Microsoft.AspNetCore.App",
    explain: include_str!("no_asp_net_core.md"),
    symptom: "500.33",
    source: "Microsoft Learn, Troubleshoot ASP.NET Core on IIS",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let in_process =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::InProcess));
    let Some(hosting) = in_process else {
        return;
    };
    // What runs without .NET or brings it along is the matter of other rules.
    let framework_dependent = output.self_contained == Some(false);
    if !framework_dependent || output.has_asp_net_core() {
        return;
    }
    let names: Vec<_> = output.frameworks.iter().map(|it| it.name.as_str()).collect();
    findings
        .push(
            config.attribute_or(hosting.section.element, "hostingModel"),
            "app does not reference Microsoft.AspNetCore.App: 500.33",
        )
        .evidence(format!("frameworks: {}", names.join(", ")));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn framework(name: &str, model: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" hostingModel="{model}" />
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "net8.0", "framework": {{"name": "{name}", "version": "8.0.0"}}}}}}"#
            ),
        )
    }

    #[test]
    fn in_process_needs_the_framework() {
        insta::assert_snapshot!(framework("Microsoft.NETCore.App", "inprocess"), @"
        error web.config:8:76 app does not reference Microsoft.AspNetCore.App: 500.33
          frameworks: Microsoft.NETCore.App
        ");
        assert_eq!(framework("Microsoft.NETCore.App", "outofprocess"), "");
        assert_eq!(framework("Microsoft.AspNetCore.App", "inprocess"), "");
        assert_eq!(framework("Microsoft.AspNetCore.All", "inprocess"), "");
    }
}
