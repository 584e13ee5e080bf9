use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 35),
    name: "request-limit-not-a-number",
    severity: Severity::Warning,
    help: "write the limit in bytes",
    explain: include_str!("request_limit.md"),
    symptom: "500.19, or 404.13 for large uploads",
    source: "Microsoft Learn, Host ASP.NET Core on IIS",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let limits = config.xml.sections("system.webServer/security/requestFiltering/requestLimits");
    for limit in limits {
        if let Some(attribute) = limit.attribute("maxAllowedContentLength")
            && attribute.value.trim().parse::<u32>().is_err()
        {
            let message = format!(
                "maxAllowedContentLength=\"{}\": expected a number of bytes up to {}",
                attribute.value,
                u32::MAX
            );
            findings.push(config.value(attribute), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn limit(value: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == web.config
            <configuration><system.webServer><security><requestFiltering>
            <requestLimits maxAllowedContentLength="{value}" />
            </requestFiltering></security></system.webServer></configuration>"#
            ),
        )
    }

    #[test]
    fn a_limit_that_is_no_number_of_bytes_is_named() {
        insta::assert_snapshot!(limit("100MB"), @r#"warning web.config:2:41 maxAllowedContentLength="100MB": expected a number of bytes up to 4294967295"#);
        insta::assert_snapshot!(limit("5000000000"), @r#"warning web.config:2:41 maxAllowedContentLength="5000000000": expected a number of bytes up to 4294967295"#);
        assert_eq!(limit("104857600"), "");
    }
}
