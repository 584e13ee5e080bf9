use iisle_inspect::publish::PublishOutput;
use iisle_path::{collisions, windows_problem};
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 19),
    name: "names-for-windows",
    severity: Severity::Warning,
    help: "rename the file",
    explain: include_str!("names.md"),
    symptom: "the file cannot be created on the server",
    source: "Microsoft, Naming Files, Paths, and Namespaces",
    check: Check::Output(check),
};

/// Characters of a whole path, drive and root included, without long path support.
const MAX_PATH: usize = 260;
/// The shortest root there is: `C:\x\`.
const SHORTEST_ROOT: usize = 5;

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    for file in &output.files {
        let path = &file.path;
        let at = Location::file(path.as_str());
        let length = path.as_str().encode_utf16().count() + SHORTEST_ROOT;
        if let Some(problem) = windows_problem(path) {
            findings
                .push(at, format!("'{path}' cannot be created on Windows"))
                .evidence(problem.to_string());
        } else if length >= MAX_PATH {
            findings
                .push(
                    at,
                    format!("the path of '{}' has at least {length} characters", path.file_name()),
                )
                .evidence(format!("Windows allows {} without long path support", MAX_PATH - 1))
                .fix("shorten the names, or deploy to a short root with long paths enabled");
        }
    }
    for (first, second) in collisions(output.files.iter().map(|file| &file.path)) {
        findings
            .push(
                Location::file(second.as_str()),
                format!("'{first}' and '{second}' are one file on Windows"),
            )
            .fix("rename one of them");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn names_that_windows_cannot_hold_are_warnings() {
        insta::assert_snapshot!(check(&RULE, "
            == logs/aux.txt
            x
            == wwwroot/a:b.js
            x
            == Site.css
            x
            == site.CSS
            x
        "), @"
        warning logs/aux.txt 'logs/aux.txt' cannot be created on Windows
          `aux.txt` is a device name on Windows
        warning site.CSS 'Site.css' and 'site.CSS' are one file on Windows
        warning wwwroot/a:b.js 'wwwroot/a:b.js' cannot be created on Windows
          `a:b.js` holds the character ':', which Windows forbids
        ");
    }

    #[test]
    fn paths_that_are_too_long_are_warnings() {
        let name = format!("{}/{}.js", "d".repeat(130), "f".repeat(130));
        let found = check(
            &RULE,
            &format!(
                "
            == {name}
            x"
            ),
        );
        assert!(found.contains("has at least 269 characters"), "{found}");
    }

    #[test]
    fn ordinary_names_are_right() {
        insta::assert_snapshot!(check(&RULE, "
            == wwwroot/Grüße und ähnliches.js
            x
            == console.txt
            x
        "), @"");
    }
}
