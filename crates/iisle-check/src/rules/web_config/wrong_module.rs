use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::{MODULE_V1, MODULE_V2};

use crate::facts::{OutputFacts, ProjectFacts};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 9),
    name: "wrong-module",
    severity: Severity::Error,
    help: "use modules=\"AspNetCoreModuleV2\"",
    explain: include_str!("wrong_module.md"),
    symptom: "500.21",
    source: "dotnet/aspnetcore issue 19149",
    check: Check::ConfigWith(check),
};

fn check(config: &Config<'_>, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let framework = known
        .output
        .and_then(OutputFacts::framework)
        .or_else(|| known.project.and_then(ProjectFacts::framework));
    for handler in config.effective_handlers() {
        if !handler.is_named_asp_net_core() && !handler.runs_asp_net_core() {
            continue;
        }
        let written = handler.modules().unwrap_or_default();
        let module = handler.module_names().find(|name| {
            name.get(..MODULE_V1.len()).is_some_and(|it| it.eq_ignore_ascii_case(MODULE_V1))
        });
        let (severity, message) = match (module, &framework) {
            // The handler's name may be kept for another process manager.
            (None, _) if handler.runs_http_platform() => continue,
            (Some(MODULE_V1), Some(framework)) if framework.is_core_at_least(3, 0) => (
                Severity::Error,
                format!(
                    "modules=\"{written}\" but the app targets {framework}; the 3.0+ hosting bundle \
                     no longer installs V1"
                ),
            ),
            (Some(MODULE_V2), Some(framework))
                if framework.is_core_before(2, 2) && !brings_v2(known.output) =>
            {
                (
                    Severity::Warning,
                    format!(
                        "modules=\"{written}\" but the app targets {framework}; its hosting bundle \
                         installs V1 only"
                    ),
                )
            }
            (Some(MODULE_V1 | MODULE_V2), _) => continue,
            (_, _) => (
                Severity::Error,
                format!(
                    "modules=\"{written}\" is no module of ASP.NET Core (names compare with case)"
                ),
            ),
        };
        findings.push(config.attribute_or(handler.element, "modules"), message).severity(severity);
    }
}

/// The package `Microsoft.AspNetCore.Server.IIS` of 2.2 asks for V2 on purpose.
fn brings_v2(output: Option<&PublishOutput>) -> bool {
    output.is_some_and(|output| output.file("Microsoft.AspNetCore.Server.IIS.dll").is_some())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn module(name: &str, framework: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == web.config
            <configuration><system.webServer>
            <handlers><add name="aspNetCore" path="*" verb="*" modules="{name}" /></handlers>
            <aspNetCore processPath="dotnet" arguments=".\App.dll" />
            </system.webServer></configuration>
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "{framework}", "framework": {{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}}}}"#
            ),
        )
    }

    #[test]
    fn v1_cannot_be_installed_with_3_0_and_later() {
        insta::assert_snapshot!(module("AspNetCoreModule", "net8.0"), @r#"error web.config:2:61 modules="AspNetCoreModule" but the app targets net8.0; the 3.0+ hosting bundle no longer installs V1"#);
        assert_eq!(module("AspNetCoreModule", "netcoreapp2.1"), "");
    }

    #[test]
    fn v2_may_be_missing_where_2_1_is_installed() {
        insta::assert_snapshot!(module("AspNetCoreModuleV2", "netcoreapp2.1"), @r#"warning web.config:2:61 modules="AspNetCoreModuleV2" but the app targets netcoreapp2.1; its hosting bundle installs V1 only"#);
        assert_eq!(module("AspNetCoreModuleV2", "netcoreapp2.2"), "");
    }

    #[test]
    fn other_names_are_errors() {
        insta::assert_snapshot!(module("aspNetCoreModuleV2", "net8.0"), @r#"error web.config:2:61 modules="aspNetCoreModuleV2" is no module of ASP.NET Core (names compare with case)"#);
        insta::assert_snapshot!(module("AspNetCoreModuleV3", "net8.0"), @r#"error web.config:2:61 modules="AspNetCoreModuleV3" is no module of ASP.NET Core (names compare with case)"#);
        insta::assert_snapshot!(module("AspNetCore", "net8.0"), @r#"error web.config:2:61 modules="AspNetCore" is no module of ASP.NET Core (names compare with case)"#);
        assert_eq!(module("httpPlatformHandler", "net8.0"), "");
    }
}
