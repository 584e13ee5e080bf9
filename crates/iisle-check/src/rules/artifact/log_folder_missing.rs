use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 18),
    name: "log-folder-missing",
    severity: Severity::Warning,
    help: "create the folder (iisle publish does)",
    explain: include_str!("log_folder_missing.md"),
    symptom: "the stdout log is lost",
    source: "Microsoft Learn, Log creation and redirection",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting.filter(|it| it.stdout_log_enabled() == Some(true)) else {
        return;
    };
    let log_file = hosting.stdout_log_file();
    let Some(folder) = log_file.folder_to_create() else {
        return;
    };
    if output.has_directory(folder) {
        return;
    }
    // Since 3.0 the module creates it, if the pool's identity may.
    let creates = output.framework().is_some_and(|it| it.is_core_at_least(3, 0));
    let severity = if creates && !config.runs_v1() { Severity::Info } else { Severity::Warning };
    let windows = folder.replace('/', "\\");
    findings
        .push(
            config.attribute_or(hosting.section.element, "stdoutLogFile"),
            format!("folder {windows}\\ does not exist"),
        )
        .severity(severity);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn log(framework: &str, file: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="true" stdoutLogFile="{file}" />
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "{framework}", "framework": {{"name": "Microsoft.AspNetCore.App", "version": "2.2.0"}}}}}}
            == there/.keep
            x"#
            ),
        )
    }

    #[test]
    fn old_modules_lose_the_log() {
        insta::assert_snapshot!(log("netcoreapp2.2", r".\logs\stdout"), @r"warning web.config:8:101 folder logs\ does not exist");
    }

    #[test]
    fn modules_since_3_0_create_the_folder() {
        insta::assert_snapshot!(log("net8.0", r".\logs\deep\stdout"), @r"info web.config:8:101 folder logs\deep\ does not exist");
    }

    #[test]
    fn an_existing_folder_and_the_root_are_right() {
        assert_eq!(log("netcoreapp2.2", r".\there\stdout"), "");
        assert_eq!(log("netcoreapp2.2", r".\stdout"), "");
        assert_eq!(log("netcoreapp2.2", r"C:\logs\stdout"), "");
    }
}
