use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, location};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 12),
    name: "web-config-excluded",
    severity: Severity::Warning,
    help: "let web.config be published: no Remove, no CopyToPublishDirectory=\"Never\"",
    explain: include_str!("web_config_excluded.md"),
    symptom: "settings of web.config are not in force",
    source: "dotnet/websdk issues 28 and 115",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    let web = project.sdks.iter().any(|sdk| sdk.eq_ignore_ascii_case("Microsoft.NET.Sdk.Web"));
    // Where the SDK does not touch web.config, J002 speaks.
    let disabled = project.is("IsTransformWebConfigDisabled", "true");
    let published = project.published_web_configs().next().is_some();
    if !web || disabled || published || project.why_not_publishable().is_some() {
        return;
    }
    if let Some(name) = &project.own_web_config {
        let message = format!(
            "{name} is excluded from publish: the SDK writes a default one, and its settings are lost"
        );
        findings.push(location(project.top()), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn project(item: &str, file: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
                == project/App.csproj
                <Project Sdk="Microsoft.NET.Sdk.Web">
                  <PropertyGroup><TargetFramework>net8.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup>
                  <ItemGroup>{item}</ItemGroup>
                </Project>
                == project/{file}
                <configuration />"#
            ),
        )
    }

    #[test]
    fn a_file_that_no_item_publishes_is_a_warning() {
        insta::assert_snapshot!(project("", "Web.config"), @"warning App.csproj:1:1 Web.config is excluded from publish: the SDK writes a default one, and its settings are lost");
    }

    #[test]
    fn one_that_is_published_or_not_there_is_right() {
        assert_eq!(project(r#"<Content Include="web.config" />"#, "web.config"), "");
        assert_eq!(
            project(r#"<Content Include="../all/iis.xml" Link="web.config" />"#, "web.config"),
            ""
        );
        assert_eq!(project("", "app.config"), "");
    }
}
