use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, location};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 1),
    name: "plain-sdk",
    severity: Severity::Error,
    help: "use Sdk=\"Microsoft.NET.Sdk.Web\"",
    explain: include_str!("plain_sdk.md"),
    symptom: "no web.config, or 500.33",
    source: "Microsoft Learn, ASP.NET Core web SDK",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    // Other SDKs (Razor class libraries, workers, WebAssembly clients) are chosen knowingly.
    let plain = project.sdks.iter().any(|sdk| sdk.eq_ignore_ascii_case("Microsoft.NET.Sdk"));
    let web = project.sdks.iter().any(|sdk| {
        ["Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Publish"]
            .iter()
            .any(|it| sdk.eq_ignore_ascii_case(it))
    });
    let runs = project.is("OutputType", "Exe") && !project.is("IsTestProject", "true");
    if !plain || web || !runs {
        return;
    }
    let Some(reference) = project.asp_net_core_reference() else {
        return;
    };
    findings
        .push(
            location(project.top()),
            "plain SDK: no web.config is produced, no Microsoft.AspNetCore.App reference",
        )
        .evidence(reference);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn a_program_that_references_asp_net_core_needs_the_web_sdk() {
        insta::assert_snapshot!(check(&RULE, r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net8.0</TargetFramework><OutputType>Exe</OutputType></PropertyGroup>
              <ItemGroup><FrameworkReference Include="Microsoft.AspNetCore.App" /></ItemGroup>
            </Project>
        "#), @"
        error App.csproj:1:1 plain SDK: no web.config is produced, no Microsoft.AspNetCore.App reference
          FrameworkReference Microsoft.AspNetCore.App
        ");
    }

    #[test]
    fn libraries_and_consoles_are_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>
              <ItemGroup><FrameworkReference Include="Microsoft.AspNetCore.App" /></ItemGroup>
            </Project>
        "#), @"");
        assert_eq!(check(&RULE, &project("<OutputType>Exe</OutputType>")), "");
    }
}
