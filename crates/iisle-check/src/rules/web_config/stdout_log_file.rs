use iisle_path::NameRules;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::LogFile;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 23),
    name: "stdout-log-file",
    severity: Severity::Warning,
    help: "name a folder and a prefix: .\\logs\\stdout",
    explain: include_str!("stdout_log_file.md"),
    symptom: "the log lies elsewhere than expected",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::ConfigWith(check),
};

fn check(config: &Config<'_>, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting else {
        return;
    };
    let Some(attribute) = hosting.section.attribute("stdoutLogFile") else {
        return;
    };
    let text = attribute.value.as_str();
    let at = config.value(attribute);
    match hosting.stdout_log_file() {
        LogFile::Empty => {}
        LogFile::Inside { folder, .. }
            if NameRules::Windows.same(&folder, "wwwroot")
                || NameRules::Windows.fold(&folder).starts_with("WWWROOT/") =>
        {
            findings
                .push(at, format!("'{text}' is below wwwroot: the logs can be downloaded"))
                .severity(Severity::Error)
                .symptom("logs are served to visitors");
        }
        LogFile::Inside { prefix: "", .. } => {
            let message =
                format!("'{text}' ends with a separator: files will be named _<time>_<pid>.log");
            findings.push(at, message);
        }
        LogFile::Inside { folder, prefix } => {
            let path =
                if folder.is_empty() { prefix.to_owned() } else { format!("{folder}/{prefix}") };
            if known.output.is_some_and(|output| output.has_directory(&path)) {
                let place = if folder.is_empty() { "the app root" } else { folder.as_str() };
                let message = format!(
                    "'{text}' is a prefix: files will be named {prefix}_<time>_<pid>.log in {place}"
                );
                findings.push(at, message).evidence(format!("the folder {path} exists"));
            }
        }
        LogFile::Outside(_) if is_azure(text) => {}
        LogFile::Outside(_) => {
            let message = format!(
                "'{text}' is no path below the app root: the folder must exist on the server and \
                 be writable"
            );
            findings.push(at, message);
        }
    }
}

/// The place of logs on Azure App Service, `\\?\%home%\LogFiles\stdout`.
fn is_azure(text: &str) -> bool {
    text.to_ascii_lowercase().contains(r"%home%\logfiles\")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn log_file(value: &str) -> String {
        check(
            &RULE,
            &format!(
                "
            == web.config
            <aspNetCore processPath=\"dotnet\" stdoutLogFile=\"{value}\" />
            == logs/.gitkeep
            x"
            ),
        )
    }

    #[test]
    fn the_last_segment_is_a_prefix_and_no_folder() {
        insta::assert_snapshot!(log_file(r".\logs"), @r"
        warning web.config:8:55 '.\logs' is a prefix: files will be named logs_<time>_<pid>.log in the app root
          the folder logs exists
        ");
        insta::assert_snapshot!(log_file(r".\logs\"), @r"warning web.config:8:55 '.\logs\' ends with a separator: files will be named _<time>_<pid>.log");
    }

    #[test]
    fn logs_below_wwwroot_can_be_downloaded() {
        insta::assert_snapshot!(log_file(r".\wwwroot\logs\stdout"), @r"error web.config:8:55 '.\wwwroot\logs\stdout' is below wwwroot: the logs can be downloaded");
    }

    #[test]
    fn other_places_must_exist_on_the_server() {
        insta::assert_snapshot!(log_file(r"C:\logs\stdout"), @r"warning web.config:8:55 'C:\logs\stdout' is no path below the app root: the folder must exist on the server and be writable");
        assert_eq!(log_file(r"\\?\%home%\LogFiles\stdout"), "");
    }

    #[test]
    fn a_prefix_in_a_folder_is_right() {
        for value in [r".\logs\stdout", r"logs\stdout", "out"] {
            assert_eq!(log_file(value), "", "{value}");
        }
    }
}
