use iisle_inspect::publish::PublishOutput;
use iisle_path::NameRules;
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 15),
    name: "nested-publish",
    severity: Severity::Warning,
    help: "exclude publish/** from the project and publish into an empty folder",
    explain: include_str!("nested_publish.md"),
    symptom: "old settings and a second web.config are deployed",
    source: "practice",
    check: Check::Output(check),
};

const FOLDERS: [&str; 3] = ["publish", "bin", "obj"];

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    let mut reported: Vec<String> = Vec::new();
    for file in &output.files {
        let name = file.path.file_name().to_ascii_lowercase();
        if !name.ends_with(".runtimeconfig.json") {
            continue;
        }
        let mut folder = file.path.ancestors().collect::<Vec<_>>();
        folder.reverse();
        let served =
            folder.first().is_some_and(|top| NameRules::Windows.same(top.as_str(), "wwwroot"));
        let nested = folder.iter().find(|folder| {
            FOLDERS.iter().any(|known| folder.file_name().eq_ignore_ascii_case(known))
        });
        let Some(nested) = nested.filter(|_| !served) else {
            continue;
        };
        if reported.iter().any(|known| known == nested.as_str()) {
            continue;
        }
        reported.push(nested.to_string());
        findings
            .push(
                Location::file(file.path.as_str()),
                format!(
                    "a publish folder is nested in the output ({nested}/): previous publish was \
                     included as content"
                ),
            )
            .evidence(format!("{} exists", file.path));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn an_older_publish_inside_is_one_warning() {
        insta::assert_snapshot!(check(&RULE, r"
            == publish/App.runtimeconfig.json
            {}
            == publish/Other.runtimeconfig.json
            {}
            == bin/Release/net8.0/App.runtimeconfig.json
            {}
        "), @"
        warning bin/Release/net8.0/App.runtimeconfig.json a publish folder is nested in the output (bin/): previous publish was included as content
          bin/Release/net8.0/App.runtimeconfig.json exists
        warning publish/App.runtimeconfig.json a publish folder is nested in the output (publish/): previous publish was included as content
          publish/App.runtimeconfig.json exists
        ");
    }

    #[test]
    fn other_folders_with_programs_are_right() {
        insta::assert_snapshot!(check(&RULE, r"
            == BlazorDebugProxy/BrowserDebugHost.runtimeconfig.json
            {}
            == App.runtimeconfig.json
            {}
            == bin/readme.txt
            hello
        "), @"");
    }
}
