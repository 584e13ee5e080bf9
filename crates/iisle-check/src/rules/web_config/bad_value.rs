use iisle_report::{RuleId, Severity};
use iisle_webconfig::{
    HostKind, LONGEST_REQUEST, Scope, ValueKind, attribute as known, parse_time_span,
};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 12),
    name: "bad-value",
    severity: Severity::Error,
    help: "correct the value",
    explain: include_str!("bad_value.md"),
    symptom: "500.19 0x8007000d",
    source: "dotnet/aspnetcore, aspnetcore_schema_v2.xml; aspnet/AspNetCoreModule, aspnetcore_schema.xml",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for section in config.xml.scopes().iter().flat_map(Scope::asp_net_core) {
        for attribute in &section.element.attributes {
            let Some(known) = known(HostKind::AspNetCore, &attribute.name) else {
                continue;
            };
            let problem = match known.kind {
                // What a hosting model may be is another rule's.
                ValueKind::Text | ValueKind::Model => None,
                ValueKind::Boolean => boolean_problem(&attribute.value),
                ValueKind::Number { min, max } => number_problem(&attribute.value, min, max),
                ValueKind::TimeSpan => span_problem(&attribute.value, config.runs_v1()),
            };
            if let Some(problem) = problem {
                let (name, value) = (&attribute.name, &attribute.value);
                let message = format!("{name}=\"{value}\": {problem} (500.19)");
                findings.push(config.value(attribute), message);
            }
        }
    }
}

fn boolean_problem(text: &str) -> Option<String> {
    let valid = ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
    (!valid).then(|| "expected true or false".to_owned())
}

fn number_problem(text: &str, min: u32, max: u32) -> Option<String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse::<u32>().ok() } else { None };
    match number {
        Some(number) if (min..=max).contains(&number) => None,
        Some(_) => Some(format!("must be {min}–{max}")),
        None if digits => Some(format!("must be {min}–{max}")),
        None => Some(format!("expected a whole number {min}–{max}")),
    }
}

fn span_problem(text: &str, v1: bool) -> Option<String> {
    let span = match parse_time_span(text) {
        Ok(span) => span,
        Err(problem) => return Some(problem.to_string()),
    };
    if span > LONGEST_REQUEST {
        Some("at most 15 days are allowed".to_owned())
    } else if v1 && span.as_secs() % 60 != 0 {
        Some("module V1 takes whole minutes only".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn attribute(text: &str) -> String {
        check(
            &RULE,
            &format!(
                "
            == web.config
            <aspNetCore processPath=\"dotnet\" {text} />"
            ),
        )
    }

    #[test]
    fn numbers_have_ranges() {
        insta::assert_snapshot!(attribute(r#"startupTimeLimit="3601""#), @r#"error web.config:8:58 startupTimeLimit="3601": must be 0–3600 (500.19)"#);
        insta::assert_snapshot!(attribute(r#"shutdownTimeLimit="ten""#), @r#"error web.config:8:59 shutdownTimeLimit="ten": expected a whole number 0–600 (500.19)"#);
        insta::assert_snapshot!(attribute(r#"processesPerApplication="0""#), @r#"error web.config:8:65 processesPerApplication="0": must be 1–100 (500.19)"#);
        insta::assert_snapshot!(attribute(r#"rapidFailsPerMinute="-1""#), @r#"error web.config:8:61 rapidFailsPerMinute="-1": expected a whole number 0–100 (500.19)"#);
        insta::assert_snapshot!(attribute(r#"startupTimeLimit="99999999999999999999999""#), @r#"error web.config:8:58 startupTimeLimit="99999999999999999999999": must be 0–3600 (500.19)"#);
        assert_eq!(attribute(r#"startupTimeLimit="3600" rapidFailsPerMinute="0""#), "");
    }

    #[test]
    fn time_spans_have_a_form_and_a_limit() {
        insta::assert_snapshot!(attribute(r#"requestTimeout="00:60:00""#), @r#"error web.config:8:56 requestTimeout="00:60:00": minutes must be 0–59 (500.19)"#);
        insta::assert_snapshot!(attribute(r#"requestTimeout="120""#), @r#"error web.config:8:56 requestTimeout="120": expected hh:mm:ss or d.hh:mm:ss (500.19)"#);
        insta::assert_snapshot!(attribute(r#"requestTimeout="15.00:00:01""#), @r#"error web.config:8:56 requestTimeout="15.00:00:01": at most 15 days are allowed (500.19)"#);
        for value in ["00:02:00", "15.00:00:00", "360:00:00", "00:02:30", "1.23:59:59"] {
            assert_eq!(attribute(&format!("requestTimeout=\"{value}\"")), "", "{value}");
        }
    }

    #[test]
    fn booleans_are_words() {
        insta::assert_snapshot!(attribute(r#"stdoutLogEnabled="1""#), @r#"error web.config:8:58 stdoutLogEnabled="1": expected true or false (500.19)"#);
        assert_eq!(attribute(r#"stdoutLogEnabled="True""#), "");
    }

    #[test]
    fn module_v1_takes_whole_minutes_only() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModule" /></handlers>
                <aspNetCore processPath="dotnet" requestTimeout="00:00:30" />
              </system.webServer>
            </configuration>
        "#), @r#"error web.config:4:54 requestTimeout="00:00:30": module V1 takes whole minutes only (500.19)"#);
    }
}
