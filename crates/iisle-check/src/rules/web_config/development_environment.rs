use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::settings::Profile;
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 19),
    name: "development-environment",
    severity: Severity::Warning,
    help: "remove the variable or set it to Production",
    explain: include_str!("development_environment.md"),
    symptom: "exception details and stack traces are shown to visitors",
    source: "Microsoft Learn, Use multiple environments in ASP.NET Core",
    check: Check::Config(check),
};

fn check(config: &Config<'_>, findings: &mut Findings<'_>) {
    // On a developer's machine the variable is where it belongs.
    let severity = match findings.profile() {
        Profile::Production => Severity::Error,
        Profile::Staging => Severity::Warning,
        Profile::Dev => Severity::Info,
    };
    for hosting in config.managers() {
        for name in ["ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_DETAILEDERRORS"] {
            let Some(entry) = hosting.section.variable(name) else {
                continue;
            };
            let value = entry.value().unwrap_or_default();
            let message = if name == "ASPNETCORE_DETAILEDERRORS" {
                if !matches!(value.trim().to_ascii_lowercase().as_str(), "1" | "true") {
                    continue;
                }
                format!("{name}={value}: exception details and stack traces are shown to visitors")
            } else {
                // A transform that appends leaves values such as `Development;Staging`.
                if !value.split(';').any(|part| part.trim().eq_ignore_ascii_case("Development")) {
                    continue;
                }
                format!(
                    "Development environment left in ({name}={value}): exception details and \
                     stack traces are shown to visitors"
                )
            };
            findings.push(config.element(entry.element), message).severity(severity);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::Profile;
    use crate::testing::{check, check_for};

    const LEFT_IN: &str = r#"
        == web.config
        <aspNetCore processPath="dotnet">
          <environmentVariables>
            <environmentVariable name="aspnetcore_environment" value="development;Staging" />
            <environmentVariable name="DOTNET_ENVIRONMENT" value="Development" />
            <environmentVariable name="ASPNETCORE_DETAILEDERRORS" value="True" />
          </environmentVariables>
        </aspNetCore>"#;

    #[test]
    fn development_in_production_is_an_error() {
        insta::assert_snapshot!(check(&RULE, LEFT_IN), @"
        error web.config:10:11 Development environment left in (ASPNETCORE_ENVIRONMENT=development;Staging): exception details and stack traces are shown to visitors
        error web.config:11:11 Development environment left in (DOTNET_ENVIRONMENT=Development): exception details and stack traces are shown to visitors
        error web.config:12:11 ASPNETCORE_DETAILEDERRORS=True: exception details and stack traces are shown to visitors
        ");
    }

    #[test]
    fn elsewhere_it_is_milder() {
        insta::assert_snapshot!(check_for(Profile::Staging, &RULE, LEFT_IN), @"
        warning web.config:10:11 Development environment left in (ASPNETCORE_ENVIRONMENT=development;Staging): exception details and stack traces are shown to visitors
        warning web.config:11:11 Development environment left in (DOTNET_ENVIRONMENT=Development): exception details and stack traces are shown to visitors
        warning web.config:12:11 ASPNETCORE_DETAILEDERRORS=True: exception details and stack traces are shown to visitors
        ");
        insta::assert_snapshot!(check_for(Profile::Dev, &RULE, LEFT_IN), @"
        info web.config:10:11 Development environment left in (ASPNETCORE_ENVIRONMENT=development;Staging): exception details and stack traces are shown to visitors
        info web.config:11:11 Development environment left in (DOTNET_ENVIRONMENT=Development): exception details and stack traces are shown to visitors
        info web.config:12:11 ASPNETCORE_DETAILEDERRORS=True: exception details and stack traces are shown to visitors
        ");
    }

    #[test]
    fn other_environments_are_right_and_the_last_entry_counts() {
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet">
              <environmentVariables>
                <environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Development" />
                <environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Production" />
                <environmentVariable name="ASPNETCORE_DETAILEDERRORS" value="0" />
                <environmentVariable name="DOTNET_ENVIRONMENT" value="DevelopmentTest" />
              </environmentVariables>
            </aspNetCore>
        "#), @"");
    }
}
