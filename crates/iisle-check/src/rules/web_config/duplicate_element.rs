use iisle_report::{RuleId, Severity};
use iisle_webconfig::{Element, Scope};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 6),
    name: "duplicate-element",
    severity: Severity::Error,
    help: "merge the elements into one",
    explain: include_str!("duplicate_element.md"),
    symptom: "500.19",
    source: "IIS configuration reference",
    check: Check::Config(check),
};

/// Sections and collections that may stand once in their parent.
const SINGLE: [(&str, &str); 6] = [
    ("system.webServer", "handlers"),
    ("system.webServer", "aspNetCore"),
    ("system.webServer", "httpPlatform"),
    ("system.webServer/aspNetCore", "environmentVariables"),
    ("system.webServer/aspNetCore", "handlerSettings"),
    ("system.webServer/httpPlatform", "environmentVariables"),
];

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for scope in config.xml.scopes() {
        let servers = scope.web_servers();
        report(config, &servers, "system.webServer", findings);
        for (parent, name) in SINGLE {
            for parent in scope.sections(parent) {
                let children: Vec<_> = parent.named(name).collect();
                report(config, &children, name, findings);
            }
        }
    }
    // Scopes of the application root are one place to IIS.
    let scopes = config.application_root();
    let first_of = |scope: &Scope<'_>| scope.asp_net_core().first().map(|s| s.element.position);
    let mut sections = scopes.iter().filter_map(first_of);
    if let (Some(first), Some(second)) = (sections.next(), sections.next()) {
        let message = "duplicate <aspNetCore> in the same scope (500.19)";
        findings.push(config.at(second), message).evidence(format!("the other one is at {first}"));
    }
}

fn report(config: &Config<'_>, found: &[&Element], name: &str, findings: &mut Findings<'_>) {
    let Some((first, others)) = found.split_first() else {
        return;
    };
    for other in others {
        let message = format!("duplicate <{name}> in the same scope (500.19)");
        findings
            .push(config.element(other), message)
            .evidence(format!("the first one is at {}", first.position));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_second_element_of_a_kind_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <aspNetCore processPath="dotnet"><environmentVariables /><environmentVariables /></aspNetCore>
                <aspNetCore processPath="dotnet" />
                <handlers />
                <handlers />
              </system.webServer>
            </configuration>
        "#), @"
        error web.config:3:62 duplicate <environmentVariables> in the same scope (500.19)
          the first one is at 3:38
        error web.config:4:5 duplicate <aspNetCore> in the same scope (500.19)
          the first one is at 3:5
        error web.config:6:5 duplicate <handlers> in the same scope (500.19)
          the first one is at 5:5
        ");
    }

    #[test]
    fn two_scopes_of_the_application_root_are_one_place() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer><aspNetCore processPath="dotnet" /></system.webServer>
              <location path=".">
                <system.webServer><aspNetCore processPath="dotnet" /></system.webServer>
              </location>
            </configuration>
        "#), @"
        error web.config:4:23 duplicate <aspNetCore> in the same scope (500.19)
          the other one is at 2:21
        ");
    }

    #[test]
    fn the_same_element_in_different_locations_is_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer><handlers /></system.webServer>
              <location path="a"><system.webServer><handlers /></system.webServer></location>
              <location path="b"><system.webServer><handlers /></system.webServer></location>
            </configuration>
        "#), @"");
    }
}
