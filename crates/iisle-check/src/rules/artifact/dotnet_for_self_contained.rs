use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};

use crate::facts::{OutputFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 7),
    name: "dotnet-for-self-contained",
    severity: Severity::Error,
    help: "start App.exe: processPath=\".\\App.exe\" and no arguments",
    explain: include_str!("dotnet_for_self_contained.md"),
    symptom: "500.31 or 502.5",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        let Started::Assembly(dll) = Started::of(&hosting, output) else {
            continue;
        };
        let stem = dll.path.as_str().trim_end_matches(".dll");
        if !output.is_self_contained(stem) {
            continue;
        }
        let name = dll.path.file_stem();
        let message = format!("self-contained output must be started through {name}.exe");
        let at = config.attribute_or(hosting.section.element, "processPath");
        findings
            .push(at, message)
            .evidence(format!("{stem}.runtimeconfig.json names no framework to look for"))
            .fix(format!("write processPath=\".\\{name}.exe\" and no arguments"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn dotnet_cannot_start_a_self_contained_app() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" hostingModel="inprocess" />
            == App.dll
            managed x64
            == App.exe
            apphost x64 App.dll
            == App.runtimeconfig.json
            {"runtimeOptions": {"includedFrameworks": [{"name": "Microsoft.AspNetCore.App", "version": "8.0.11"}]}}
        "#), @"
        error web.config:8:32 self-contained output must be started through App.exe
          App.runtimeconfig.json names no framework to look for
        ");
    }

    #[test]
    fn a_framework_dependent_app_may_be_started_either_way() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" />
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
        "#), @"");
    }
}
