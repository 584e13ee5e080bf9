use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::settings::Profile;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 10),
    name: "development-in-project",
    severity: Severity::Warning,
    help: "set EnvironmentName to Production or remove it",
    explain: include_str!("development_profile.md"),
    symptom: "exception details and stack traces are shown to visitors",
    source: "Microsoft Learn, web.config file",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    let Some(value) = project.property("EnvironmentName") else {
        return;
    };
    if !value.trim().eq_ignore_ascii_case("Development") {
        return;
    }
    let severity = match findings.profile() {
        Profile::Production => Severity::Error,
        Profile::Staging => Severity::Warning,
        Profile::Dev => Severity::Info,
    };
    let message = match project.property("PublishProfile") {
        Some(profile) => format!("publish profile '{profile}' sets EnvironmentName={value}"),
        None => format!("the project sets EnvironmentName={value}"),
    };
    findings.push(project.place("EnvironmentName"), message).severity(severity);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn development_is_an_error_in_production() {
        insta::assert_snapshot!(check(&RULE, &project("<EnvironmentName>development</EnvironmentName>")), @"error App.csproj:2:59 the project sets EnvironmentName=development");
    }

    #[test]
    fn other_environments_are_right() {
        assert_eq!(check(&RULE, &project("<EnvironmentName>Staging</EnvironmentName>")), "");
        assert_eq!(
            check(
                &RULE,
                &project(
                    r#"<EnvironmentName Condition="'$(Configuration)' == 'Debug'">Development</EnvironmentName>"#
                )
            ),
            ""
        );
    }
}
