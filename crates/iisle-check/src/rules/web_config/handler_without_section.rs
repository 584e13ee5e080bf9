use iisle_report::{RuleId, Severity};
use iisle_webconfig::Handler;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 5),
    name: "handler-without-section",
    severity: Severity::Error,
    help: "add <aspNetCore processPath=… /> beside the handlers",
    explain: include_str!("handler_without_section.md"),
    symptom: "event 1034, 500.0",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    if config.hosting.is_some() {
        return;
    }
    let Some(handler) = config.effective_handlers().into_iter().find(Handler::runs_asp_net_core)
    else {
        return;
    };
    let misplaced = config.xml.misplaced_asp_net_core();
    let mut put = findings.push(
        config.element(handler.element),
        "handler without <aspNetCore>: processPath is required (event 1034)",
    );
    for element in misplaced {
        put = put.evidence(format!(
            "<aspNetCore> at {} is not below system.webServer",
            element.position
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_handler_alone_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <system.webServer>
                <handlers>
                  <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" />
                </handlers>
              </system.webServer>
              <aspNetCore processPath="dotnet" />
            </configuration>
        "#), @"
        error web.config:4:7 handler without <aspNetCore>: processPath is required (event 1034)
          <aspNetCore> at 7:3 is not below system.webServer
        ");
    }

    #[test]
    fn a_handler_with_its_section_is_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" />
        "#), @"");
    }
}
