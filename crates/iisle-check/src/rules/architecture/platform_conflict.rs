use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, platform_machine};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('P', 9),
    name: "platform-conflict",
    severity: Severity::Warning,
    help: "set one of them, the same everywhere",
    explain: include_str!("platform_conflict.md"),
    symptom: "0x800700c1, or a process of another bitness than expected",
    source: "Microsoft Learn, Troubleshoot ASP.NET Core on Azure App Service and IIS",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    if project.is("Prefer32Bit", "true") {
        findings
            .push(
                project.place("Prefer32Bit"),
                "Prefer32Bit=true: the app prefers 32-bit processes",
            )
            .fix("remove Prefer32Bit");
    }
    let (Some(platform), Some(target)) =
        (project.property("Platform"), project.property("PlatformTarget"))
    else {
        return;
    };
    // `AnyCPU` is the default of `Platform`, which leaves the choice to `PlatformTarget`.
    if platform_machine(platform).is_some() && !platform.eq_ignore_ascii_case(target) {
        findings
            .push(
                project.place("PlatformTarget"),
                format!("conflict between Platform {platform} and PlatformTarget {target}"),
            )
            .evidence(format!("Platform={platform}"))
            .evidence(format!("PlatformTarget={target}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn different_platforms_are_a_warning() {
        insta::assert_snapshot!(check(&RULE, &project("<Platform>x86</Platform><PlatformTarget>x64</PlatformTarget>")), @"
        warning App.csproj:2:83 conflict between Platform x86 and PlatformTarget x64
          Platform=x86
          PlatformTarget=x64
        ");
        insta::assert_snapshot!(check(&RULE, &project("<Prefer32Bit>true</Prefer32Bit>")), @"warning App.csproj:2:59 Prefer32Bit=true: the app prefers 32-bit processes");
    }

    #[test]
    fn a_platform_target_alone_is_right() {
        assert_eq!(check(&RULE, &project("<PlatformTarget>x64</PlatformTarget>")), "");
        assert_eq!(
            check(&RULE, &project("<Platform>x64</Platform><PlatformTarget>x64</PlatformTarget>")),
            ""
        );
        assert_eq!(check(&RULE, &project("")), "");
    }
}
