use iisle_report::{RuleId, Severity};
use iisle_webconfig::{Handler, HandlerEntry, Scope};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 7),
    name: "duplicate-handler",
    severity: Severity::Error,
    help: "delete one of the two",
    explain: include_str!("duplicate_handler.md"),
    symptom: "500.19 0x800700b7",
    source: "aspnet/IISIntegration issue 190",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    for handlers in config.xml.scopes().iter().flat_map(Scope::handlers) {
        let mut standing: Vec<Handler<'_>> = Vec::new();
        for entry in handlers.entries() {
            match entry {
                HandlerEntry::Clear(_) => standing.clear(),
                HandlerEntry::Remove(element) => {
                    let name = element.value("name").unwrap_or_default();
                    standing.retain(|handler| !handler.name().eq_ignore_ascii_case(name));
                }
                HandlerEntry::Unknown(_) => {}
                HandlerEntry::Add(handler) => {
                    let same =
                        |other: &&Handler<'_>| other.name().eq_ignore_ascii_case(handler.name());
                    if let Some(first) = standing.iter().find(same) {
                        let message =
                            format!("duplicate handler '{}' (500.19 0x800700b7)", handler.name());
                        findings
                            .push(config.element(handler.element), message)
                            .evidence(format!("the first one is at {}", first.element.position));
                    } else {
                        standing.push(handler);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn names_compare_without_case() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <handlers>
                  <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" />
                  <add name="AspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" />
                </handlers>
              </system.webServer>
            </configuration>
        "#), @"
        error web.config:5:7 duplicate handler 'AspNetCore' (500.19 0x800700b7)
          the first one is at 4:7
        ");
    }

    #[test]
    fn a_name_that_was_removed_may_come_again() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <handlers>
                  <add name="a" path="*" verb="*" modules="AspNetCoreModuleV2" />
                  <remove name="A" />
                  <add name="a" path="*" verb="*" modules="AspNetCoreModuleV2" />
                  <add name="b" path="*" verb="*" modules="StaticFileModule" />
                  <clear />
                  <add name="b" path="*" verb="*" modules="StaticFileModule" />
                </handlers>
              </system.webServer>
            </configuration>
        "#), @"");
    }
}
