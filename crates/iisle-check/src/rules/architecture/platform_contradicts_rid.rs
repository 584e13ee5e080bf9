use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, Rid, platform_machine};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('P', 1),
    name: "platform-contradicts-rid",
    severity: Severity::Error,
    help: "remove PlatformTarget, or publish for the matching RID",
    explain: include_str!("platform_contradicts_rid.md"),
    symptom: "BadImageFormatException: 500.30 or 502.5",
    source: "Microsoft Learn, Troubleshoot ASP.NET Core on Azure App Service and IIS",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    // `PlatformTarget` follows `Platform` when the project does not set it.
    let (property, target) = match project.property("PlatformTarget") {
        Some(target) => ("PlatformTarget", target),
        None => match project.property("Platform") {
            Some(platform) => ("Platform", platform),
            None => return,
        },
    };
    // `AnyCPU` has no architecture of its own and contradicts nothing.
    let Some(wanted) = platform_machine(target) else {
        return;
    };
    let rids = match project.property("RuntimeIdentifier") {
        Some(rid) => rid,
        None => project.property("RuntimeIdentifiers").unwrap_or_default(),
    };
    for rid in rids.split(';').map(str::trim).filter(|rid| !rid.is_empty()) {
        if Rid::parse(rid).machine.is_some_and(|machine| machine != wanted) {
            let message = format!(
                "{property} {target} conflicts with RID {rid}: BadImageFormatException at start"
            );
            findings.push(project.place(property), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn a_platform_of_another_architecture_than_the_rid_is_an_error() {
        insta::assert_snapshot!(check(&RULE, &project("<RuntimeIdentifier>win-x64</RuntimeIdentifier><PlatformTarget>x86</PlatformTarget>")), @"error App.csproj:2:105 PlatformTarget x86 conflicts with RID win-x64: BadImageFormatException at start");
        insta::assert_snapshot!(check(&RULE, &project("<RuntimeIdentifiers>win-x64;win-arm64</RuntimeIdentifiers><PlatformTarget>x64</PlatformTarget>")), @"error App.csproj:2:117 PlatformTarget x64 conflicts with RID win-arm64: BadImageFormatException at start");
    }

    #[test]
    fn the_same_architecture_any_cpu_and_no_rid_are_right() {
        for properties in [
            "<RuntimeIdentifier>win10-x64</RuntimeIdentifier><PlatformTarget>x64</PlatformTarget>",
            "<RuntimeIdentifier>win-x86</RuntimeIdentifier><PlatformTarget>AnyCPU</PlatformTarget>",
            "<PlatformTarget>x86</PlatformTarget>",
            "<RuntimeIdentifier>any</RuntimeIdentifier><PlatformTarget>x86</PlatformTarget>",
        ] {
            assert_eq!(check(&RULE, &project(properties)), "", "{properties}");
        }
    }
}
