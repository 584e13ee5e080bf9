use iisle_report::{Location, RuleId, Severity};

use iisle_path::RelPath;

use super::super::artifact::does_not_belong::{Harm, harmful};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::ContentFacts;
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 2),
    name: "package-unwanted-content",
    severity: Severity::Warning,
    help: "leave it out of the package",
    explain: include_str!("unwanted_content.md"),
    symptom: "secrets reach the server",
    source: "Microsoft Learn, ASP.NET Core Module; app_offline.htm",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    for content in package.contents() {
        let at = |path: &RelPath| Location::file(package.inside(content, path.as_str()));
        if let Some(file) = content.output.file("app_offline.htm") {
            findings
                .push(
                    at(&file.path),
                    "the package carries app_offline.htm: the app stays offline after deployment",
                )
                .severity(Severity::Error)
                .symptom("503 after the deployment");
        }
        for (path, harm) in harmful(&content.output) {
            match harm {
                Harm::Served => {
                    findings
                        .push(
                            at(path),
                            format!(
                                "sensitive file '{path}' is below wwwroot: visitors can download it"
                            ),
                        )
                        .severity(Severity::Error)
                        .symptom("the file is served to visitors");
                }
                Harm::Present => {
                    findings.push(at(path), format!("sensitive file '{path}' is in the package"));
                }
            }
        }
        logs(content, at, findings);
    }
}

/// What a running app has written is one finding, however many files there are.
fn logs(content: &ContentFacts, at: impl Fn(&RelPath) -> Location, findings: &mut Findings<'_>) {
    let logs: Vec<_> =
        content.output.files.iter().map(|file| &file.path).filter(|path| is_log(path)).collect();
    let Some(first) = logs.first() else { return };
    let mut put = findings
        .push(at(first), format!("log files are in the package ({})", logs.len()))
        .symptom("old logs on the server, with what they tell");
    for path in logs.iter().take(10) {
        put = put.evidence(path.as_str());
    }
}

/// Whether it is a log. A file that only keeps an empty folder in place is none.
fn is_log(path: &RelPath) -> bool {
    let in_logs = path.segments().next().is_some_and(|top| top.eq_ignore_ascii_case("logs"));
    let name = path.file_name().to_ascii_lowercase();
    let keeps = name.starts_with('.') || name.starts_with("readme") || name.contains("placeholder");
    path.has_extension("log") || (in_logs && !path.is_top_level() && !keeps)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{app_package, check_package};

    fn files(names: &[&str]) -> String {
        let text = names.iter().map(|name| {
            format!(
                "
            == Content/C_C/app/{name}
            x"
            )
        });
        check_package(&RULE, &app_package("", &text.collect::<Vec<_>>().concat()))
    }

    #[test]
    fn what_keeps_the_app_offline_and_what_leaks_is_named() {
        insta::assert_snapshot!(files(&[
            "App_Offline.htm", "deploy.pfx", "logs/stdout_1_2.log", "logs/trace.txt", "error.log",
            "wwwroot/secrets.json",
        ]), @r"
        error App.zip/Content/C_C/app/App_Offline.htm the package carries app_offline.htm: the app stays offline after deployment
        error App.zip/Content/C_C/app/wwwroot/secrets.json sensitive file 'wwwroot/secrets.json' is below wwwroot: visitors can download it
        warning App.zip/Content/C_C/app/deploy.pfx sensitive file 'deploy.pfx' is in the package
        warning App.zip/Content/C_C/app/error.log log files are in the package (3)
          error.log
          logs/stdout_1_2.log
          logs/trace.txt
        ");
    }

    #[test]
    fn what_belongs_is_right() {
        assert_eq!(
            files(&[
                "App.dll",
                "appsettings.json",
                "logs/.gitkeep",
                "wwwroot/app_offline.htm",
                "wwwroot/app.js",
                "catalog.txt"
            ]),
            ""
        );
    }
}
