use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 33),
    name: "sections-of-asp-net-4",
    severity: Severity::Info,
    help: "move the settings to appsettings.json or code",
    explain: include_str!("legacy_sections.md"),
    symptom: "the settings have no effect",
    source: "Microsoft Learn, Migrate from ASP.NET to ASP.NET Core",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    // A web.config without the module may well be that of an ASP.NET 4 application.
    if config.hosting.is_none() {
        return;
    }
    let sections = ["system.web", "appSettings", "connectionStrings", "runtime/assemblyBinding"];
    for scope in config.xml.scopes() {
        for path in sections {
            // `assemblyBinding` has a namespace of its own.
            let (parent, child) = path.split_once('/').map_or((path, None), |(p, c)| (p, Some(c)));
            for found in scope.sections(parent) {
                let child = child.map(|child| found.children.iter().find(|it| it.name == child));
                let element = match child {
                    None => found,
                    Some(Some(child)) => child,
                    Some(None) => continue,
                };
                let message = format!("<{}> is not used by ASP.NET Core", element.name);
                findings.push(config.element(element), message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn sections_of_asp_net_4_are_named() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration>
              <appSettings><add key="a" value="b" /></appSettings>
              <runtime><assemblyBinding xmlns="urn:schemas-microsoft-com:asm.v1" /></runtime>
              <system.web><compilation /></system.web>
              <system.webServer><aspNetCore processPath="dotnet" /></system.webServer>
            </configuration>
        "#), @"
        info web.config:2:3 <appSettings> is not used by ASP.NET Core
        info web.config:3:12 <assemblyBinding> is not used by ASP.NET Core
        info web.config:4:3 <system.web> is not used by ASP.NET Core
        ");
    }

    #[test]
    fn without_the_module_it_may_be_an_asp_net_4_application() {
        insta::assert_snapshot!(check(&RULE, r"
            == web.config
            <configuration><system.web /></configuration>
        "), @"");
    }
}
