use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};

use crate::facts::{OutputFacts, ProjectFacts};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 11),
    name: "target-framework",
    severity: Severity::Warning,
    help: "publish again",
    explain: include_str!("framework_mismatch.md"),
    symptom: "500.31, or an app without security updates",
    source: "Microsoft, .NET support policy",
    check: Check::OutputAndProject(check),
};

/// The first .NET version that is supported at the date of this table, 2026-01-01.
///
/// Source: Microsoft, ".NET and .NET Core Support Policy": 6.0 ended on 2024-11-12, 7.0 on
/// 2024-05-14, 5.0 and .NET Core before.
const FIRST_SUPPORTED: u32 = 8;

fn check(output: &PublishOutput, project: &Project, findings: &mut Findings<'_>) {
    let (Some(wanted), Some(built)) = (project.framework(), output.framework()) else {
        return;
    };
    let at = project.place("TargetFramework");
    if !wanted.same_version(&built) {
        let message = format!("output is for {built}, project targets {wanted}");
        findings.push(at, message);
    } else if built.is_core_before(FIRST_SUPPORTED, 0) {
        findings
            .push(at, format!("{wanted} is out of support"))
            .fix("target a supported version of .NET");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn frameworks(project_targets: &str, output_is_for: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>{project_targets}</TargetFramework></PropertyGroup>
            </Project>
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "{output_is_for}", "framework": {{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}}}}"#
            ),
        )
    }

    #[test]
    fn an_output_of_another_framework_is_a_warning() {
        insta::assert_snapshot!(frameworks("net8.0", "net6.0"), @"warning App.csproj:2:18 output is for net6.0, project targets net8.0");
    }

    #[test]
    fn a_framework_out_of_support_is_a_warning() {
        insta::assert_snapshot!(frameworks("netcoreapp3.1", "netcoreapp3.1"), @"warning App.csproj:2:18 netcoreapp3.1 is out of support");
    }

    #[test]
    fn a_supported_framework_is_right() {
        assert_eq!(frameworks("net8.0", "net8.0"), "");
        assert_eq!(frameworks("net8.0-windows", "net8.0"), "");
    }
}
