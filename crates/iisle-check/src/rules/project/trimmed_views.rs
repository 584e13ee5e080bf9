use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 16),
    name: "trimmed-views",
    severity: Severity::Warning,
    help: "test the published application, or turn trimming off",
    explain: include_str!("trimmed_views.md"),
    symptom: "500.30, or FileNotFoundException",
    source: "Microsoft Learn, Known trimming incompatibilities",
    check: Check::Project(check),
};

const RUNTIME_COMPILATION: &str = "Microsoft.AspNetCore.Mvc.Razor.RuntimeCompilation";

fn check(project: &Project, findings: &mut Findings<'_>) {
    let trims = ["PublishTrimmed", "PublishAot"].into_iter().find(|it| project.is(it, "true"));
    let compiles =
        project.packages.iter().any(|(name, _)| name.eq_ignore_ascii_case(RUNTIME_COMPILATION));
    let (Some(property), true) = (trims, compiles || project.has_razor_views) else {
        return;
    };
    let why = if compiles { RUNTIME_COMPILATION } else { "Razor views (.cshtml)" };
    findings
        .push(
            project.place(property),
            format!("{property}: trimming may remove assemblies that MVC loads by reflection"),
        )
        .evidence(why);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn project(property: &str, item: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
                == project/App.csproj
                <Project Sdk="Microsoft.NET.Sdk.Web">
                  <PropertyGroup><A>1</A>{property}</PropertyGroup>
                  <ItemGroup>{item}</ItemGroup>
                </Project>"#
            ),
        )
    }

    const VIEW: &str = r#"<Content Include="Views/Home/Index.cshtml" />"#;

    #[test]
    fn views_in_a_trimmed_application_are_a_warning() {
        insta::assert_snapshot!(project("<PublishTrimmed>true</PublishTrimmed>", VIEW), @"
        warning App.csproj:2:26 PublishTrimmed: trimming may remove assemblies that MVC loads by reflection
          Razor views (.cshtml)
        ");
        let package = r#"<PackageReference Include="Microsoft.AspNetCore.Mvc.Razor.RuntimeCompilation" Version="8.0.0" />"#;
        insta::assert_snapshot!(project("<PublishAot>true</PublishAot>", package), @"
        warning App.csproj:2:26 PublishAot: trimming may remove assemblies that MVC loads by reflection
          Microsoft.AspNetCore.Mvc.Razor.RuntimeCompilation
        ");
    }

    #[test]
    fn an_untrimmed_application_and_one_without_views_are_right() {
        assert_eq!(project("", VIEW), "");
        assert_eq!(project("<PublishTrimmed>true</PublishTrimmed>", ""), "");
    }
}
