use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 3),
    name: "invalid-hosting-model",
    severity: Severity::Error,
    help: "write InProcess or OutOfProcess",
    explain: include_str!("invalid_hosting_model.md"),
    symptom: "the publish fails, or event 1034",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    let Some(value) = project.property("AspNetCoreHostingModel") else {
        return;
    };
    if HostingModel::parse(value.trim()).is_none() {
        let message = format!("invalid hosting model '{value}'");
        findings.push(project.place("AspNetCoreHostingModel"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, project};

    #[test]
    fn another_word_is_an_error() {
        insta::assert_snapshot!(check(&RULE, &project("<AspNetCoreHostingModel>InProc</AspNetCoreHostingModel>")), @"error App.csproj:2:59 invalid hosting model 'InProc'");
    }

    #[test]
    fn the_two_words_in_any_case_and_none_at_all_are_right() {
        for value in ["InProcess", "outofprocess"] {
            let text =
                project(&format!("<AspNetCoreHostingModel>{value}</AspNetCoreHostingModel>"));
            assert_eq!(check(&RULE, &text), "", "{value}");
        }
        assert_eq!(check(&RULE, &project("")), "");
    }
}
