use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 22),
    name: "stdout-log-file-empty",
    severity: Severity::Error,
    help: "remove the attribute, or name a prefix such as .\\logs\\stdout",
    explain: include_str!("stdout_log_file_empty.md"),
    symptom: "event 1034, 500.0",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    if let Some(attribute) = hosting.section.attribute("stdoutLogFile")
        && attribute.value.is_empty()
    {
        findings.push(
            config.value(attribute),
            "empty stdoutLogFile stops the app from loading (event 1034)",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn an_empty_value_is_an_error_even_with_the_log_off() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" stdoutLogEnabled="false" stdoutLogFile="" />
        "#), @"error web.config:8:80 empty stdoutLogFile stops the app from loading (event 1034)");
    }

    #[test]
    fn an_absent_attribute_has_a_default() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" />
        "#), @"");
    }
}
