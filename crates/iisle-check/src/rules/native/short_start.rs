use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::Started;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('R', 9),
    name: "native-startup-limit",
    severity: Severity::Info,
    help: "set startupTimeLimit to 20 or 30",
    explain: include_str!("short_start.md"),
    symptom: "a failing start blocks requests for four minutes",
    source: "dotnet/aspnetcore, OutOfProcessRequestHandler",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::OutOfProcess))
    else {
        return;
    };
    let limit = hosting.section.element.value("startupTimeLimit").unwrap_or("120");
    if limit.trim() == "120" && Started::of(&hosting, output).native(output).is_some() {
        findings.push(
            config.attribute_or(hosting.section.element, "startupTimeLimit"),
            "a failing start blocks requests for 2 × 120 s",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    fn started(attributes: &str, exe: &str) -> String {
        super::super::started(&RULE, attributes, exe)
    }

    #[test]
    fn a_native_program_starts_faster() {
        insta::assert_snapshot!(started("", "native x64"), @"info web.config:8:7 a failing start blocks requests for 2 × 120 s");
        assert_eq!(started(r#"startupTimeLimit="30""#, "native x64"), "");
        assert_eq!(started("", "apphost x64 shop.dll"), "");
    }
}
