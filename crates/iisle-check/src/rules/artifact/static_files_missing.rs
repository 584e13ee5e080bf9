use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 13),
    name: "static-files-missing",
    severity: Severity::Warning,
    help: "check the Content items of the project, and publish again",
    explain: include_str!("static_files_missing.md"),
    symptom: "404 for style sheets, scripts and pictures",
    source: "Microsoft Learn, ASP.NET Core directory structure",
    check: Check::OutputAndProject(check),
};

fn check(output: &PublishOutput, project: &Project, findings: &mut Findings<'_>) {
    let served = |path: &str| {
        path.split_once('/').is_some_and(|(top, _)| top.eq_ignore_ascii_case("wwwroot"))
    };
    let wanted: Vec<_> = project.content.iter().filter(|file| served(&file.target)).collect();
    if wanted.is_empty() || output.files.iter().any(|file| served(file.path.as_str())) {
        return;
    }
    let count = match wanted.len() {
        1 => "1 file".to_owned(),
        some => format!("{some} files"),
    };
    findings
        .push(
            Location::file("wwwroot"),
            format!("static files missing: the project has {count} below wwwroot, the output none"),
        )
        .evidence(wanted[0].source.clone());
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
                == App.dll
                managed anycpu
                == {file}
                x"#
            ),
        )
    }

    const CSS: &str = r#"<Content Include="wwwroot/site.css" />"#;

    #[test]
    fn an_output_without_any_of_them_is_a_warning() {
        insta::assert_snapshot!(published(CSS, "a.txt"), @"
        warning wwwroot static files missing: the project has 1 file below wwwroot, the output none
          wwwroot/site.css
        ");
    }

    #[test]
    fn an_output_with_some_and_a_project_without_any_are_right() {
        assert_eq!(published(CSS, "WwwRoot/lib/other.css"), "");
        assert_eq!(published("", "a.txt"), "");
        assert_eq!(published(r#"<Content Include="wwwroot.txt" />"#, "a.txt"), "");
    }
}
