use iisle_report::{RuleId, Severity};
use iisle_webconfig::{Handler, MODULE_V1};

use super::handler_removed::removes_our_handler;
use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 4),
    name: "no-handler",
    severity: Severity::Error,
    help: "add <add name=\"aspNetCore\" path=\"*\" verb=\"*\" modules=\"AspNetCoreModuleV2\" resourceType=\"Unspecified\" /> to <handlers>",
    explain: include_str!("no_handler.md"),
    symptom: "404 or 403.14; files of the app are served as they are",
    source: "dotnet/aspnetcore, ASP.NET Core Module V2",
    check: Check::ConfigWith(check),
};

fn check(config: &Config<'_>, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let is_app =
        config.managers().next().is_some() || known.output.is_some_and(OutputFacts::is_for_iis);
    if !is_app {
        return;
    }
    let handlers = config.effective_handlers();
    // A handler with a wrong module is W009's, one that was removed W038's.
    let meant = |handler: &Handler<'_>| {
        handler.is_named_asp_net_core()
            || handler.runs_http_platform()
            || handler.module_names().any(|name| {
                name.get(..MODULE_V1.len()).is_some_and(|it| it.eq_ignore_ascii_case(MODULE_V1))
            })
    };
    if handlers.iter().any(meant) || removes_our_handler(config) {
        return;
    }
    let at = config.managers().next().map_or_else(
        || config.element(&config.xml.root),
        |hosting| config.element(hosting.section.element),
    );
    findings.push(
        at,
        "no handler maps requests to the ASP.NET Core Module; files would be served as static content",
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_section_without_handler_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration><system.webServer>
            <handlers><add name="s" path="*.html" verb="GET" modules="StaticFileModule" /></handlers>
            <aspNetCore processPath="dotnet" />
            </system.webServer></configuration>
        "#), @"error web.config:3:1 no handler maps requests to the ASP.NET Core Module; files would be served as static content");
    }

    #[test]
    fn an_app_whose_web_config_says_nothing_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <configuration />
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
        "#), @"error web.config:1:1 no handler maps requests to the ASP.NET Core Module; files would be served as static content");
    }

    #[test]
    fn a_site_of_files_needs_no_handler() {
        insta::assert_snapshot!(check(&RULE, r"
            == web.config
            <configuration><system.webServer><rewrite /></system.webServer></configuration>
            == index.html
            <html></html>
        "), @"");
    }

    #[test]
    fn both_modules_and_http_platform_are_handlers() {
        for module in ["AspNetCoreModule", "AspNetCoreModuleV2", "httpPlatformHandler"] {
            let text = format!(
                r#"
                == web.config
                <configuration><system.webServer>
                <handlers><add name="x" path="*" verb="*" modules="{module}" /></handlers>
                <aspNetCore processPath="dotnet" />
                </system.webServer></configuration>"#
            );
            assert_eq!(check(&RULE, &text), "", "{module}");
        }
    }
}
