use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 20),
    name: "profile-deletes-project",
    severity: Severity::Error,
    help: "set PublishUrl, or remove DeleteExistingFiles",
    explain: include_str!("profile_deletes_project.md"),
    symptom: "every file of the project is deleted",
    source: "measured with .NET SDK 10.0.401",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    let deletes = project.is("DeleteExistingFiles", "true")
        && project.is("WebPublishMethod", "FileSystem")
        && project.property("PublishProfile").is_some();
    let url = project.property("PublishUrl").unwrap_or_default().trim();
    if !deletes || !is_project_folder(url) {
        return;
    }
    let state = if url.is_empty() { "is empty".to_owned() } else { format!("is '{url}'") };
    findings.push(
        project.place("DeleteExistingFiles"),
        format!("this profile deletes the project folder: PublishUrl {state}"),
    );
}

/// Whether a path is the project's folder or a parent of it. Folders inside, such as
/// `bin\Release\publish`, are the usual place of an output.
fn is_project_folder(path: &str) -> bool {
    path.split(['\\', '/']).all(|step| matches!(step, "" | "." | ".."))
        && !path.starts_with(['\\', '/'])
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, folder_profile};

    fn profile(properties: &str) -> String {
        check(&RULE, &folder_profile(properties))
    }

    #[test]
    fn deleting_without_a_folder_deletes_the_project() {
        insta::assert_snapshot!(profile("<DeleteExistingFiles>true</DeleteExistingFiles>"), @"error Properties/PublishProfiles/Folder.pubxml:1:87 this profile deletes the project folder: PublishUrl is empty");
        insta::assert_snapshot!(profile(r"<DeleteExistingFiles>True</DeleteExistingFiles><PublishUrl>.\</PublishUrl>"), @r"error Properties/PublishProfiles/Folder.pubxml:1:87 this profile deletes the project folder: PublishUrl is '.\'");
    }

    #[test]
    fn a_folder_of_its_own_is_right() {
        for properties in [
            r"<DeleteExistingFiles>true</DeleteExistingFiles><PublishUrl>bin\Release\net8.0\publish\</PublishUrl>",
            r"<DeleteExistingFiles>true</DeleteExistingFiles><PublishUrl>\\server\share</PublishUrl>",
            "<DeleteExistingFiles>false</DeleteExistingFiles>",
        ] {
            assert_eq!(profile(properties), "", "{properties}");
        }
    }
}
