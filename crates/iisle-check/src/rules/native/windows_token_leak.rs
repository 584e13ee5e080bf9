use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::Started;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('R', 5),
    name: "windows-token-leak",
    severity: Severity::Warning,
    help: "set forwardWindowsAuthToken=\"false\", or close every handle",
    explain: include_str!("windows_token_leak.md"),
    symptom: "handles leak with every Windows-authenticated request",
    source: "dotnet/aspnetcore, OutOfProcessRequestHandler",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    // In-process R001 speaks: the program does not run at all.
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::OutOfProcess))
    else {
        return;
    };
    let element = hosting.section.element;
    let off = element
        .value("forwardWindowsAuthToken")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("false"));
    if off || Started::of(&hosting, output).native(output).is_none() {
        return;
    }
    findings.push(
        config.attribute_or(element, "forwardWindowsAuthToken"),
        "every Windows-authenticated request leaks a token handle",
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;

    fn started(attributes: &str, exe: &str) -> String {
        super::super::started(&RULE, attributes, exe)
    }

    #[test]
    fn the_default_forwards_the_token() {
        insta::assert_snapshot!(started("", "native x64"), @"warning web.config:8:7 every Windows-authenticated request leaks a token handle");
        insta::assert_snapshot!(started(r#"forwardWindowsAuthToken="true""#, "native x64"), @"warning web.config:8:69 every Windows-authenticated request leaks a token handle");
        assert_eq!(started(r#"forwardWindowsAuthToken="false""#, "native x64"), "");
        assert_eq!(started("", "apphost x64 shop.dll"), "");
    }
}
