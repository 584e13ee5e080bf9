use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 1),
    name: "web-config-missing",
    severity: Severity::Error,
    help: "publish with Microsoft.NET.Sdk.Web, or run `iisle webconfig generate`",
    explain: include_str!("missing.md"),
    symptom: "403.14, or files of the app are served as they are",
    source: "Microsoft Learn, web.config file",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, neighbors: Neighbors<'_>, findings: &mut Findings<'_>) {
    // K001 says it about an app in a package.
    if !(neighbors.packed(output) && output.is_for_iis()) {
        judge(output, "web.config", findings);
    }
}

/// Says of a folder without web.config that it needs one; `place` is where it would be.
pub(in crate::rules) fn judge(output: &PublishOutput, place: &str, findings: &mut Findings<'_>) {
    if output.file("web.config").is_some() {
        return;
    }
    let at = Location::file(place);
    if output.is_for_iis() {
        findings.push(
            at,
            "web.config is missing: IIS would list or serve files of this folder (403.14) and never \
             start the app",
        );
    } else {
        findings
            .push(at, "web.config is missing, and nothing here is a web application")
            .severity(Severity::Info)
            .fix("deploy it as a service, not to IIS");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn an_app_without_web_config_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
        "#), @"error web.config web.config is missing: IIS would list or serve files of this folder (403.14) and never start the app");
        insta::assert_snapshot!(check(&RULE, r"
            == shop.exe
            native x64
        "), @"error web.config web.config is missing: IIS would list or serve files of this folder (403.14) and never start the app");
    }

    #[test]
    fn a_worker_is_no_web_application() {
        insta::assert_snapshot!(check(&RULE, r#"
            == Mailer.dll
            managed anycpu
            == Mailer.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"}}}
        "#), @"info web.config web.config is missing, and nothing here is a web application");
    }

    #[test]
    fn the_name_may_have_any_case() {
        insta::assert_snapshot!(check(&RULE, r"
            == Web.Config
            <configuration />
            == App.dll
            managed anycpu
        "), @"");
    }
}
