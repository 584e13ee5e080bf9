use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 10),
    name: "configured-elsewhere",
    severity: Severity::Error,
    help: "use <location path=\".\">",
    explain: include_str!("other_location.md"),
    symptom: "404 or 403.14",
    source: "IIS configuration reference",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting.filter(|found| !found.scope.is_application_root()) else {
        return;
    };
    let path = hosting.location().unwrap_or_default();
    let message =
        format!("the configuration applies to '{path}' only: the application has no <aspNetCore>");
    findings.push(config.element(hosting.scope.element), message);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_location_with_another_path_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <location path="app"><system.webServer><aspNetCore processPath="dotnet" /></system.webServer></location>
            </configuration>
        "#), @"error web.config:2:3 the configuration applies to 'app' only: the application has no <aspNetCore>");
    }

    #[test]
    fn the_application_itself_has_several_names() {
        for path in ["", r#" path="""#, r#" path=".""#] {
            let text = format!(
                r#"
                == web.config
                <configuration>
                  <location{path}><system.webServer><aspNetCore processPath="dotnet" /></system.webServer></location>
                </configuration>"#
            );
            assert_eq!(check(&RULE, &text), "", "{path}");
        }
    }
}
