use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostKind;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 13),
    name: "process-path-missing",
    severity: Severity::Error,
    help: "set processPath to dotnet or to the app's exe",
    explain: include_str!("process_path_missing.md"),
    symptom: "event 1034, 500.0",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        let section = hosting.section;
        if section.process_path().trim().is_empty() {
            let message = match section.kind {
                HostKind::AspNetCore => {
                    "processPath is empty (event 1034: Attribute 'processPath' is required.)"
                }
                HostKind::HttpPlatform => "processPath of <httpPlatform> is empty",
            };
            findings.push(config.attribute_or(section.element, "processPath"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_missing_or_blank_path_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore arguments=".\App.dll" />
        "#), @"error web.config:8:7 processPath is empty (event 1034: Attribute 'processPath' is required.)");
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="  " />
        "#), @"error web.config:8:32 processPath is empty (event 1034: Attribute 'processPath' is required.)");
    }

    #[test]
    fn a_path_is_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" />
        "#), @"");
    }
}
