use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 32),
    name: "time-limit-too-short",
    severity: Severity::Warning,
    help: "raise the limit",
    explain: include_str!("time_limit.md"),
    symptom: "502.5 or 500.37",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        for attribute in &hosting.section.element.attributes {
            let Ok(seconds) = attribute.value.trim().parse::<u64>() else {
                continue;
            };
            let (severity, message) = match (attribute.name.as_str(), seconds) {
                ("startupTimeLimit", 0) => (
                    Severity::Error,
                    "startupTimeLimit=\"0\": 0 is not 'infinite': start-up is aborted immediately"
                        .to_owned(),
                ),
                ("startupTimeLimit", 1..5) => (
                    Severity::Warning,
                    format!("startupTimeLimit=\"{seconds}\": few apps start within {seconds} s"),
                ),
                ("shutdownTimeLimit", 0) => (
                    Severity::Warning,
                    "shutdownTimeLimit=\"0\": 0 is not 'infinite': the app is ended at once"
                        .to_owned(),
                ),
                _ => continue,
            };
            findings.push(config.value(attribute), message).severity(severity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn zero_is_not_infinite() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" startupTimeLimit="0" shutdownTimeLimit="0" />
        "#), @r#"
        error web.config:8:58 startupTimeLimit="0": 0 is not 'infinite': start-up is aborted immediately
        warning web.config:8:80 shutdownTimeLimit="0": 0 is not 'infinite': the app is ended at once
        "#);
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" startupTimeLimit="4" />
        "#), @r#"warning web.config:8:58 startupTimeLimit="4": few apps start within 4 s"#);
    }

    #[test]
    fn usual_limits_are_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" startupTimeLimit="5" shutdownTimeLimit="1" />
        "#), @"");
    }
}
