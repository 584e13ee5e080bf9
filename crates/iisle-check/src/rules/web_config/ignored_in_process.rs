use std::time::Duration;

use iisle_report::{RuleId, Severity};
use iisle_webconfig::{HostingModel, parse_time_span};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 31),
    name: "ignored-in-process",
    severity: Severity::Info,
    help: "remove the attribute",
    explain: include_str!("ignored_in_process.md"),
    symptom: "the attribute has no effect",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::Config(check),
};

/// How long a request may take where nothing is said.
const DEFAULT_REQUEST: Duration = Duration::from_mins(2);

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) =
        config.hosting.filter(|it| it.hosting_model() == Some(HostingModel::InProcess))
    else {
        return;
    };
    for attribute in &hosting.section.element.attributes {
        let value = attribute.value.trim();
        let ignored = match attribute.name.as_str() {
            "requestTimeout" => parse_time_span(value).is_ok_and(|span| span != DEFAULT_REQUEST),
            "rapidFailsPerMinute" => value != "10",
            "forwardWindowsAuthToken" => value.eq_ignore_ascii_case("false"),
            _ => false,
        };
        if ignored {
            let message = format!("{}=\"{value}\" is ignored in-process", attribute.name);
            findings.push(config.value(attribute), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    const SECTION: &str = r#"
        == web.config
        <aspNetCore processPath="dotnet" requestTimeout="00:10:00" rapidFailsPerMinute="5" forwardWindowsAuthToken="false" hostingModel="inprocess" />"#;

    #[test]
    fn settings_of_the_proxy_are_named() {
        insta::assert_snapshot!(check(&RULE, SECTION), @r#"
        info web.config:8:56 requestTimeout="00:10:00" is ignored in-process
        info web.config:8:87 rapidFailsPerMinute="5" is ignored in-process
        info web.config:8:115 forwardWindowsAuthToken="false" is ignored in-process
        "#);
    }

    #[test]
    fn defaults_and_out_of_process_are_right() {
        assert_eq!(check(&RULE, &SECTION.replace("inprocess", "outofprocess")), "");
        assert_eq!(
            check(
                &RULE,
                r#"
            == web.config
            <aspNetCore processPath="dotnet" requestTimeout="00:02:00" hostingModel="inprocess" />"#
            ),
            ""
        );
    }
}
