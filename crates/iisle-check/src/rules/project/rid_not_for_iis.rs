use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, Rid};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 4),
    name: "rid-not-for-iis",
    severity: Severity::Error,
    help: "publish for win-x64, win-x86 or win-arm64",
    explain: include_str!("rid_not_for_iis.md"),
    symptom: "the app cannot start on Windows, or NETSDK1083",
    source: ".NET RID catalog",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    let Some(text) = project.property("RuntimeIdentifier") else {
        return;
    };
    let at = project.place("RuntimeIdentifier");
    let rid = Rid::parse(text);
    if rid.any_system {
        return;
    }
    if !rid.windows {
        let message =
            format!("RuntimeIdentifier '{text}' is not one of Windows: IIS cannot run it");
        findings.push(at, message);
    } else if rid.versioned && !project.is("UseRidGraph", "true") {
        // The target framework shows the least SDK that can build it.
        let needs_sdk_8 = project.framework().is_some_and(|it| it.is_core_at_least(8, 0));
        let severity = if needs_sdk_8 { Severity::Error } else { Severity::Info };
        findings
            .push(at, format!("RuntimeIdentifier '{text}' is not known to SDK 8+"))
            .severity(severity)
            .symptom("NETSDK1083");
    } else if rid.machine.is_none() {
        let message = format!("RuntimeIdentifier '{text}' names no known architecture");
        findings.push(at, message).severity(Severity::Warning);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn rid(rid: &str, framework: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>{framework}</TargetFramework><RuntimeIdentifier>{rid}</RuntimeIdentifier></PropertyGroup>
            </Project>"#
            ),
        )
    }

    #[test]
    fn other_systems_are_errors() {
        insta::assert_snapshot!(rid("linux-x64", "net8.0"), @"error App.csproj:2:59 RuntimeIdentifier 'linux-x64' is not one of Windows: IIS cannot run it");
        insta::assert_snapshot!(rid("osx-arm64", "net8.0"), @"error App.csproj:2:59 RuntimeIdentifier 'osx-arm64' is not one of Windows: IIS cannot run it");
    }

    #[test]
    fn versions_of_windows_ended_with_sdk_8() {
        insta::assert_snapshot!(rid("win10-x64", "net8.0"), @"error App.csproj:2:59 RuntimeIdentifier 'win10-x64' is not known to SDK 8+");
        insta::assert_snapshot!(rid("win7-x86", "netcoreapp3.1"), @"info App.csproj:2:66 RuntimeIdentifier 'win7-x86' is not known to SDK 8+");
    }

    #[test]
    fn an_unknown_architecture_is_a_warning() {
        insta::assert_snapshot!(rid("win-x46", "net8.0"), @"warning App.csproj:2:59 RuntimeIdentifier 'win-x46' names no known architecture");
    }

    #[test]
    fn portable_rids_of_windows_are_right() {
        for name in ["win-x64", "win-x86", "win-arm64", "any"] {
            assert_eq!(rid(name, "net8.0"), "", "{name}");
        }
    }
}
