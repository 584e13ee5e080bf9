use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 22),
    name: "not-publishable",
    severity: Severity::Warning,
    help: "remove IsPublishable, or publish another project",
    explain: include_str!("not_publishable.md"),
    symptom: "403.14 or 502.5: nothing of the app is there",
    source: "measured with .NET SDK 10.0.401",
    check: Check::OutputAndProject(check),
};

fn check(output: &PublishOutput, project: &Project, findings: &mut Findings<'_>) {
    let lone = matches!(&output.files[..], [only] if only.path.as_str().eq_ignore_ascii_case("web.config"));
    if lone && project.is("IsPublishable", "false") {
        findings.push(
            project.place("IsPublishable"),
            "the project is marked as not publishable; the SDK wrote only a web.config",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn a_lone_web_config_is_all_there_is() {
        let own = project("<IsPublishable>false</IsPublishable>");
        let config = "
            == output/web.config
            <configuration />";
        insta::assert_snapshot!(check(&RULE, &format!("{own}{config}")), @"warning App.csproj:2:59 the project is marked as not publishable; the SDK wrote only a web.config");
        assert_eq!(
            check(
                &RULE,
                &format!(
                    "{own}{config}
            == output/App.dll
            managed anycpu"
                )
            ),
            ""
        );
        assert_eq!(check(&RULE, &format!("{}{config}", project(""))), "");
    }
}
