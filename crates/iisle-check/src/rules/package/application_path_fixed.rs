use iisle_report::{Location, RuleId, Severity};
use iisle_webdeploy::Entry;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 3),
    name: "package-application-path-fixed",
    severity: Severity::Warning,
    help: "declare a parameter \"IIS Web Application Name\" of kind ProviderPath",
    explain: include_str!("application_path_fixed.md"),
    symptom: "the package goes where the build machine had it, or nowhere",
    source: "Microsoft Learn, Web Deploy parameterization",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    let Some(parts) = package.parts else { return };
    let entries = parts.parameters.iter().flat_map(|parameter| &parameter.entries);
    for provider in &parts.manifest.providers {
        // An expression that cannot be read is K017's.
        let hits = |entry: &Entry| entry.is_path_of(provider).unwrap_or(true);
        let is_application = provider.is("iisApp") || provider.is("createApp");
        if is_application && !entries.clone().any(hits) {
            findings.push(
                Location::file(package.file),
                format!(
                    "application path cannot be set at deploy time: no parameter changes the path of `{} {}`",
                    provider.name,
                    provider.original_path()
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{APP, app_package, check_package};

    fn parameter(scope: &str, matching: &str) -> String {
        check_package(
            &RULE,
            &app_package(
                "",
                &format!(
                    r#"
            == parameters.xml
            <parameters><parameter name="IIS Web Application Name"><parameterEntry kind="ProviderPath" scope="{scope}" match="{matching}" /></parameter></parameters>{APP}"#
                ),
            ),
        )
    }

    #[test]
    fn a_path_that_no_parameter_changes_stays_that_of_the_build_machine() {
        insta::assert_snapshot!(check_package(&RULE, &app_package("", APP)), @r"
        warning App.zip application path cannot be set at deploy time: no parameter changes the path of `iisApp C:\app`
        ");
        insta::assert_snapshot!(parameter("setAcl", r"^C:\\app$"), @r"
        warning App.zip application path cannot be set at deploy time: no parameter changes the path of `iisApp C:\app`
        ");
        insta::assert_snapshot!(parameter("IisApp", r"^D:\\app$"), @r"
        warning App.zip application path cannot be set at deploy time: no parameter changes the path of `iisApp C:\app`
        ");
    }

    #[test]
    fn a_parameter_for_the_application_is_right() {
        assert_eq!(parameter("IisApp", r"^C:\\app$"), "");
        assert_eq!(parameter("", ""), "");
    }
}
