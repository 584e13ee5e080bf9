use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::MODULE_V1;

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 15),
    name: "module-v1",
    severity: Severity::Error,
    help: "remove AspNetCoreModuleName",
    explain: include_str!("module_v1.md"),
    symptom: "500.21, or 500.19",
    source: "dotnet/aspnetcore issue 19149",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    if !project.is("AspNetCoreModuleName", MODULE_V1) {
        return;
    }
    let reason = if let Some(framework) = project.framework().filter(|it| it.is_core_at_least(3, 0))
    {
        format!("the project targets {framework}")
    } else if project.is("AspNetCoreHostingModel", "inprocess") {
        "AspNetCoreHostingModel is InProcess".to_owned()
    } else {
        return;
    };
    findings
        .push(project.place("AspNetCoreModuleName"), "module V1 cannot host this app")
        .evidence(reason);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn module_v1_does_not_host_3_0_and_later() {
        insta::assert_snapshot!(check(&RULE, &project("<AspNetCoreModuleName>AspNetCoreModule</AspNetCoreModuleName>")), @"
        error App.csproj:2:59 module V1 cannot host this app
          the project targets net8.0
        ");
    }

    #[test]
    fn module_v1_does_not_host_in_process() {
        insta::assert_snapshot!(check(&RULE, r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>netcoreapp2.2</TargetFramework>
                <AspNetCoreModuleName>AspNetCoreModule</AspNetCoreModuleName>
                <AspNetCoreHostingModel>InProcess</AspNetCoreHostingModel>
              </PropertyGroup>
            </Project>"#), @"
        error App.csproj:4:5 module V1 cannot host this app
          AspNetCoreHostingModel is InProcess
        ");
    }

    #[test]
    fn module_v1_hosts_older_apps() {
        insta::assert_snapshot!(check(&RULE, r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>netcoreapp2.1</TargetFramework>
                <AspNetCoreModuleName>AspNetCoreModule</AspNetCoreModuleName>
              </PropertyGroup>
            </Project>"#), @"
        error App.csproj:4:5 module V1 cannot host this app
          AspNetCoreHostingModel is InProcess
        ");
    }
}
