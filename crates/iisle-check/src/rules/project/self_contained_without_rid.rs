use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 5),
    name: "self-contained-without-rid",
    severity: Severity::Error,
    help: "publish with -r win-x64",
    explain: include_str!("self_contained_without_rid.md"),
    symptom: "NETSDK1031",
    source: "dotnet/sdk, Microsoft.NET.RuntimeIdentifierInference.targets",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    if !project.is("SelfContained", "true") || project.property("RuntimeIdentifier").is_some() {
        return;
    }
    // Without any RID the SDK takes that of the build machine since version 6.
    if let Some(several) = project.property("RuntimeIdentifiers") {
        findings
            .push(
                project.place("SelfContained"),
                "self-contained publish needs one RuntimeIdentifier",
            )
            .evidence(format!("RuntimeIdentifiers={several}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn a_list_of_rids_is_not_one() {
        insta::assert_snapshot!(check(&RULE, &project("<SelfContained>true</SelfContained><RuntimeIdentifiers>win-x64;win-x86</RuntimeIdentifiers>")), @"
        error App.csproj:2:59 self-contained publish needs one RuntimeIdentifier
          RuntimeIdentifiers=win-x64;win-x86
        ");
    }

    #[test]
    fn one_rid_is_right() {
        assert_eq!(
            check(
                &RULE,
                &project(
                    "<SelfContained>true</SelfContained><RuntimeIdentifier>win-x64</RuntimeIdentifier>"
                )
            ),
            ""
        );
        assert_eq!(
            check(&RULE, &project("<RuntimeIdentifiers>win-x64;win-x86</RuntimeIdentifiers>")),
            ""
        );
    }
}
