use iisle_report::{RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 13),
    name: "logs-folder-not-made",
    severity: Severity::Info,
    help: "publish with iisle publish, which creates the folder",
    explain: include_str!("logs_folder_not_made.md"),
    symptom: "the stdout log is lost",
    source: "Microsoft Learn, Log creation and redirection",
    check: Check::ConfigWith(check),
};

fn check(config: &Config<'_>, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let (Some(project), Some(output)) = (known.project, known.output) else {
        return;
    };
    let Some(hosting) = config.hosting.filter(|it| it.stdout_log_enabled() == Some(true)) else {
        return;
    };
    let log_file = hosting.stdout_log_file();
    let Some(folder) = log_file.folder_to_create().map(|folder| folder.replace('\\', "/")) else {
        return;
    };
    let below = |path: &str| {
        path.get(..folder.len()).is_some_and(|start| start.eq_ignore_ascii_case(&folder))
            && path[folder.len()..].starts_with('/')
    };
    if output.has_directory(&folder) || project.content.iter().any(|file| below(&file.target)) {
        return;
    }
    findings.push(
        config.attribute_or(hosting.section.element, "stdoutLogFile"),
        format!("nothing in the project creates the folder {folder}/"),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn published(item: &str, file: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
                == project/App.csproj
                <Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>{item}</ItemGroup></Project>
                == web.config
                <aspNetCore processPath="dotnet" stdoutLogEnabled="true" stdoutLogFile=".\logs\stdout" />
                == {file}
                x"#
            ),
        )
    }

    #[test]
    fn a_log_without_folder_is_said() {
        insta::assert_snapshot!(published("", "a.txt"), @"info web.config:8:79 nothing in the project creates the folder logs/");
    }

    #[test]
    fn a_folder_in_the_output_or_an_item_below_it_is_right() {
        assert_eq!(published("", "Logs/.keep"), "");
        assert_eq!(published(r#"<Content Include="logs/readme.txt" />"#, "a.txt"), "");
    }
}
