use iisle_inspect::project::{Content, Project};
use iisle_report::{RuleId, Severity};

use crate::facts::{ProjectFacts, location};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('J', 18),
    name: "duplicate-content",
    severity: Severity::Info,
    help: "remove one of the two, or set ErrorOnDuplicatePublishOutputFiles=false knowingly",
    explain: include_str!("duplicate_content.md"),
    symptom: "NETSDK1152, or settings of another file",
    source: "Microsoft Learn, Duplicate files in output",
    check: Check::Project(check),
};

/// Files whose content decides whether the application starts.
const FILES: [&str; 2] = ["web.config", "appsettings.json"];

fn check(project: &Project, findings: &mut Findings<'_>) {
    if project.is("ErrorOnDuplicatePublishOutputFiles", "false") {
        return;
    }
    for name in FILES {
        let mut sources: Vec<&Content> = Vec::new();
        for file in project.content.iter().filter(|it| it.target.eq_ignore_ascii_case(name)) {
            if sources.iter().all(|known| known.source != file.source) {
                sources.push(file);
            }
        }
        let [_, second, ..] = &sources[..] else {
            continue;
        };
        let place = sources.iter().rev().find_map(|file| file.place.clone());
        let message =
            format!("{} source files publish to '{}'", words(sources.len()), second.target);
        let mut put = findings.push(location(place.unwrap_or_else(|| project.top())), message);
        for file in &sources {
            put = put.evidence(file.source.clone());
        }
    }
}

fn words(count: usize) -> String {
    if count == 2 { "two".to_owned() } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn project(property: &str, items: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
                == project/App.csproj
                <Project Sdk="Microsoft.NET.Sdk.Web">
                  <PropertyGroup><A>1</A>{property}</PropertyGroup>
                  <ItemGroup>{items}</ItemGroup>
                </Project>"#
            ),
        )
    }

    const TWO: &str = r#"<Content Include="appsettings.json" /><Content Include="../all/appsettings.json" Link="appsettings.json" />"#;

    #[test]
    fn two_sources_of_one_file_are_said() {
        insta::assert_snapshot!(project("", TWO), @"
        info App.csproj:3:52 two source files publish to 'appsettings.json'
          appsettings.json
          ../all/appsettings.json
        ");
    }

    #[test]
    fn one_source_twice_and_a_choice_made_knowingly_are_right() {
        assert_eq!(
            project("", r#"<Content Include="web.config" /><Content Include="web.config" />"#),
            ""
        );
        let knowingly =
            "<ErrorOnDuplicatePublishOutputFiles>false</ErrorOnDuplicatePublishOutputFiles>";
        assert_eq!(project(knowingly, TWO), "");
    }
}
