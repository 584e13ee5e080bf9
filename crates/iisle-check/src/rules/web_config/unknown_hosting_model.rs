use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 15),
    name: "unknown-hosting-model",
    severity: Severity::Error,
    help: "write inprocess or outofprocess",
    explain: include_str!("unknown_hosting_model.md"),
    symptom: "event 1034, 500.0",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    if hosting.hosting_model().is_none()
        && let Some(attribute) = hosting.section.attribute("hostingModel")
    {
        let message = format!("unknown hosting model '{}' (event 1034, 500.0)", attribute.value);
        findings.push(config.value(attribute), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn another_word_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" hostingModel="in-process" />
        "#), @"error web.config:8:54 unknown hosting model 'in-process' (event 1034, 500.0)");
    }

    #[test]
    fn the_two_words_in_any_case_and_none_at_all_are_right() {
        for value in ["inprocess", "InProcess", "OutOfProcess", ""] {
            let text = format!(
                "
                == web.config
                <aspNetCore processPath=\"dotnet\" hostingModel=\"{value}\" />"
            );
            assert_eq!(check(&RULE, &text), "", "{value}");
        }
        assert_eq!(
            check(
                &RULE,
                "
            == web.config
            <aspNetCore processPath=\"dotnet\" />"
            ),
            ""
        );
    }
}
