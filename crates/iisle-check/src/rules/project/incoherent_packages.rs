use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, location};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 19),
    name: "incoherent-packages",
    severity: Severity::Warning,
    help: "remove packages that the framework replaced, bring the others to one version, clear caches and publish into an empty folder",
    explain: include_str!("incoherent_packages.md"),
    symptom: "FileLoadException, MissingMethodException or 500.30",
    source: "Microsoft Learn, Common errors: incoherent packages",
    check: Check::Project(check),
};

/// Packages with versions of their own.
const INDEPENDENT: [&str; 8] = [
    "ApiVersioning",
    "AzureAppServices",
    "JsonPatch",
    "Mvc.Versioning",
    "OData",
    "Proxy",
    "SpaProxy",
    "SystemWebAdapters",
];

fn check(project: &Project, findings: &mut Findings<'_>) {
    let Some(framework) = project.framework() else {
        return;
    };
    if !framework.is_core_at_least(3, 0) {
        return;
    }
    let versions = project.packages.iter().filter_map(|(name, version)| {
        let version = version.as_deref()?.trim_start_matches(['[', '(']);
        let major: u32 = version.split('.').next()?.trim().parse().ok()?;
        follows_the_framework(name).then_some((name, version, major))
    });
    let versions: Vec<_> = versions.collect();
    let list = |wanted: &dyn Fn(u32) -> bool| -> Vec<String> {
        let chosen = versions.iter().filter(|(_, _, major)| wanted(*major));
        chosen.map(|(name, version, _)| format!("{name} {version}")).collect()
    };
    let replaced = list(&|major| major < 3);
    let current = versions.iter().map(|(_, _, major)| *major).filter(|major| *major >= 3);
    let (message, packages) = if !replaced.is_empty() {
        (format!("incoherent packages: {framework} brings newer ones along"), replaced)
    } else if current.clone().min() != current.max() {
        ("incoherent packages of several ASP.NET Core versions".to_owned(), list(&|_| true))
    } else {
        return;
    };
    let mut put = findings.push(location(project.top()), message);
    for package in packages {
        put = put.evidence(package);
    }
}

fn follows_the_framework(package: &str) -> bool {
    let package = package.to_ascii_lowercase();
    package.strip_prefix("microsoft.aspnetcore.").is_some_and(|rest| {
        !INDEPENDENT.iter().any(|name| rest.starts_with(&name.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn packages(framework: &str, list: &[(&str, &str)]) -> String {
        let item = |(name, version): &(&str, &str)| {
            format!(
                r#"<PackageReference Include="Microsoft.AspNetCore.{name}" Version="{version}" />"#
            )
        };
        let items: String = list.iter().map(item).collect();
        check(
            &RULE,
            &format!(
                r#"
                == project/App.csproj
                <Project Sdk="Microsoft.NET.Sdk.Web">
                  <PropertyGroup><TargetFramework>{framework}</TargetFramework></PropertyGroup>
                  <ItemGroup>{items}</ItemGroup>
                </Project>"#
            ),
        )
    }

    #[test]
    fn packages_that_the_framework_replaced_are_a_warning() {
        insta::assert_snapshot!(packages("net8.0", &[("Mvc", "2.1.3"), ("Identity.UI", "8.0.1")]), @"
        warning App.csproj:1:1 incoherent packages: net8.0 brings newer ones along
          Microsoft.AspNetCore.Mvc 2.1.3
        ");
    }

    #[test]
    fn packages_of_several_versions_are_a_warning() {
        insta::assert_snapshot!(packages("net8.0", &[("Authentication.JwtBearer", "6.0.1"), ("Identity.UI", "[8.0.1, 9.0)")]), @"
        warning App.csproj:1:1 incoherent packages of several ASP.NET Core versions
          Microsoft.AspNetCore.Authentication.JwtBearer 6.0.1
          Microsoft.AspNetCore.Identity.UI 8.0.1, 9.0)
        ");
    }

    #[test]
    fn one_version_independent_packages_and_old_frameworks_are_right() {
        assert_eq!(packages("net8.0", &[("Identity.UI", "8.0.1"), ("OpenApi", "8.0.0")]), "");
        assert_eq!(packages("net8.0", &[("OData", "9.0.0"), ("Identity.UI", "8.0.1")]), "");
        assert_eq!(packages("netcoreapp2.1", &[("Mvc", "2.1.3")]), "");
    }
}
