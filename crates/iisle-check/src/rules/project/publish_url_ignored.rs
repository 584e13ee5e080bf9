use iisle_inspect::project::Project;
use iisle_report::{RuleId, Severity};

use crate::facts::ProjectFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 23),
    name: "publish-url-ignored",
    severity: Severity::Warning,
    help: "use PublishDir in the profile",
    explain: include_str!("publish_url_ignored.md"),
    symptom: "the output lies in another folder than the profile says",
    source: "measured with .NET SDK 10.0.401",
    check: Check::Project(check),
};

fn check(project: &Project, findings: &mut Findings<'_>) {
    let by_profile =
        project.property("PublishProfile").is_some() && !project.is("DeployOnBuild", "true");
    let to_folder =
        ["WebPublishMethod", "PublishProtocol"].iter().any(|name| project.is(name, "FileSystem"));
    if !by_profile || !to_folder {
        return;
    }
    let (Some(url), Some(folder)) =
        (project.property("PublishUrl"), project.property("PublishDir"))
    else {
        return;
    };
    let same = |path: &str| path.replace('\\', "/").trim_end_matches('/').to_ascii_lowercase();
    if same(url) != same(folder) {
        findings.push(
            project.place("PublishUrl"),
            format!("`dotnet publish` ignores PublishUrl; the output goes to {folder}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{check, folder_profile};

    fn profile(properties: &str) -> String {
        check(&RULE, &folder_profile(properties))
    }

    #[test]
    fn a_folder_that_only_visual_studio_knows_is_a_warning() {
        insta::assert_snapshot!(profile(r"<PublishUrl>C:\out\shop</PublishUrl>"), @"warning Properties/PublishProfiles/Folder.pubxml:1:87 `dotnet publish` ignores PublishUrl; the output goes to bin/Release/publish/");
    }

    #[test]
    fn the_same_folder_by_both_names_is_right() {
        assert_eq!(
            profile(r"<PublishUrl>out\shop\</PublishUrl><PublishDir>out/shop</PublishDir>"),
            ""
        );
        assert_eq!(profile(r"<PublishDir>out\shop\</PublishDir>"), "");
    }
}
