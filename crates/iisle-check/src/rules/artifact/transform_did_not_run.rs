use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, launcher_token};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 29),
    name: "transform-did-not-run",
    severity: Severity::Warning,
    help: "publish with dotnet publish or iisle publish, not by copying",
    explain: include_str!("transform_did_not_run.md"),
    symptom: "502.5 or 500.0",
    source: "dotnet/sdk, WebSdk",
    check: Check::ConfigAndProject(check),
};

fn check(config: &Config<'_>, project: &Project, findings: &mut Findings<'_>) {
    let disabled = ["IsTransformWebConfigDisabled", "IsWebConfigTransformDisabled"];
    let Some(own) = project.own_web_config.as_ref() else {
        return;
    };
    if disabled.into_iter().any(|name| project.is(name, "true")) {
        return;
    }
    let left = config.managers().find_map(|hosting| {
        let attributes = &hosting.section.element.attributes;
        attributes.iter().find(|attribute| launcher_token(&attribute.value).is_some())
    });
    if let Some(attribute) = left {
        let message = format!("the transform did not run: this is the project's {own} as it was");
        findings.push(config.value(attribute), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn published(property: &str, process: &str, file: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
                == project/App.csproj
                <Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><A>1</A>{property}</PropertyGroup></Project>
                == project/{file}
                <configuration />
                == web.config
                <aspNetCore processPath="{process}" />"#
            ),
        )
    }

    #[test]
    fn the_projects_file_with_its_placeholders_is_a_warning() {
        insta::assert_snapshot!(published("", "%LAUNCHER_PATH%", "web.config"), @"warning web.config:8:32 the transform did not run: this is the project's web.config as it was");
    }

    #[test]
    fn a_file_of_its_own_and_a_transform_that_is_off_are_right() {
        assert_eq!(published("", "dotnet", "web.config"), "");
        assert_eq!(published("", "%LAUNCHER_PATH%", "app.config"), "");
        let off = "<IsTransformWebConfigDisabled>true</IsTransformWebConfigDisabled>";
        assert_eq!(published(off, "%LAUNCHER_PATH%", "web.config"), "");
    }
}
