use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 21),
    name: "variables-by-project",
    severity: Severity::Error,
    help: "set the variables in web.config or a transform, or let iisle set them",
    explain: include_str!("web_config_variables.md"),
    symptom: "the publish fails with MSB4018",
    source: "measured with .NET SDK 10.0.401",
    check: Check::ProjectWith(check),
};

fn check(project: &Project, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    // An output shows that the publish went well: a build with DeployOnBuild, or an older SDK.
    if known.output.is_some() || project.is("DeployOnBuild", "true") {
        return;
    }
    if project.property("WebConfigEnvironmentVariables").is_some() {
        findings.push(
            project.place("WebConfigEnvironmentVariables"),
            "the SDK cannot apply WebConfigEnvironmentVariables on the command line (MSB4018): its \
             temporary folder is never created",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn dotnet_publish_cannot_apply_them() {
        insta::assert_snapshot!(check(&RULE, &project("<WebConfigEnvironmentVariables>A=B</WebConfigEnvironmentVariables>")), @"error App.csproj:2:59 the SDK cannot apply WebConfigEnvironmentVariables on the command line (MSB4018): its temporary folder is never created");
    }

    #[test]
    fn a_build_that_deploys_can() {
        assert_eq!(
            check(
                &RULE,
                &project(
                    "<WebConfigEnvironmentVariables>A=B</WebConfigEnvironmentVariables><DeployOnBuild>true</DeployOnBuild>"
                )
            ),
            ""
        );
        assert_eq!(check(&RULE, &project("")), "");
    }
}
