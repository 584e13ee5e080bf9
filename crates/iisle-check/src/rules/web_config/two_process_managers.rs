use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 36),
    name: "two-process-managers",
    severity: Severity::Warning,
    help: "keep aspNetCore or httpPlatform, not both",
    explain: include_str!("two_process_managers.md"),
    symptom: "one of the two never runs",
    source: "Microsoft Learn, HttpPlatformHandler configuration reference",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let handlers = config.effective_handlers();
    let core = config.hosting.map(|found| found.section.element.position).or_else(|| {
        handlers.iter().find(|it| it.runs_asp_net_core()).map(|it| it.element.position)
    });
    let platform = config.http_platform.map(|found| found.section.element.position).or_else(|| {
        handlers.iter().find(|it| it.runs_http_platform()).map(|it| it.element.position)
    });
    if let (Some(core), Some(platform)) = (core, platform) {
        findings
            .push(config.at(core.max(platform)), "two process managers configured")
            .evidence(format!("aspNetCore at {core}"))
            .evidence(format!("httpPlatform at {platform}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn both_sections_are_one_too_many() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <aspNetCore processPath="dotnet" />
                <httpPlatform processPath=".\shop.exe" />
              </system.webServer>
            </configuration>
        "#), @"
        warning web.config:4:5 two process managers configured
          aspNetCore at 3:5
          httpPlatform at 4:5
        ");
    }

    #[test]
    fn one_of_them_is_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <handlers><add name="h" path="*" verb="*" modules="httpPlatformHandler" /></handlers>
                <httpPlatform processPath=".\shop.exe" />
              </system.webServer>
            </configuration>
        "#), @"");
    }
}
