use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 6),
    name: "package-not-of-this-build",
    severity: Severity::Warning,
    help: "pack the publish folder again",
    explain: include_str!("older_than_output.md"),
    symptom: "what is deployed is not what was built",
    source: "iisle",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    for content in package.contents() {
        for path in &content.differing {
            findings.push(
                Location::file(package.inside(content, path.as_str())),
                format!("package is older than the publish folder, or of another build: '{path}' differs"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use iisle_path::RelPath;

    use crate::testing::{APP, app_package, check_package, check_package_against};

    #[test]
    fn another_build_is_named_by_the_files_that_differ() {
        let differing = ["App.dll", "web.config"].map(|path| RelPath::parse(path).unwrap());
        insta::assert_snapshot!(check_package_against(&RULE, &app_package("", APP), &differing), @r"
        warning App.zip/Content/C_C/app/App.dll package is older than the publish folder, or of another build: 'App.dll' differs
        warning App.zip/Content/C_C/app/web.config package is older than the publish folder, or of another build: 'web.config' differs
        ");
    }

    #[test]
    fn the_same_build_is_right() {
        assert_eq!(check_package(&RULE, &app_package("", APP)), "");
    }
}
