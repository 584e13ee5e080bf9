use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::settings::Profile;
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 21),
    name: "stdout-log-on",
    severity: Severity::Warning,
    help: "set stdoutLogEnabled=\"false\" and log through a logging provider",
    explain: include_str!("stdout_log_on.md"),
    symptom: "the log grows until the disk is full",
    source: "Microsoft Learn, Troubleshoot ASP.NET Core on IIS",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    if findings.profile() != Profile::Production {
        return;
    }
    for hosting in config.managers() {
        if hosting.stdout_log_enabled() == Some(true) {
            let at = config.attribute_or(hosting.section.element, "stdoutLogEnabled");
            findings.push(at, "stdout log enabled: no rotation, no size limit");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Profile;
    use crate::testing::{check, check_for};

    const ON: &str = r#"
        == web.config
        <aspNetCore processPath="dotnet" stdoutLogEnabled="TRUE" />"#;

    #[test]
    fn a_log_in_production_is_a_warning() {
        insta::assert_snapshot!(check(&RULE, ON), @"warning web.config:8:58 stdout log enabled: no rotation, no size limit");
    }

    #[test]
    fn elsewhere_and_when_off_it_is_right() {
        assert_eq!(check_for(Profile::Staging, &RULE, ON), "");
        assert_eq!(check(&RULE, &ON.replace("TRUE", "false")), "");
    }
}
