use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 17),
    name: "app-offline-in-artifact",
    severity: Severity::Error,
    help: "remove it from the project",
    explain: include_str!("app_offline.md"),
    symptom: "503 after the deployment",
    source: "Microsoft Learn, app_offline.htm",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    if let Some(file) = output.file("app_offline.htm") {
        findings.push(
            Location::file(file.path.as_str()),
            "the artifact carries app_offline.htm: the app stays offline after deployment",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn the_file_in_the_root_keeps_the_app_offline() {
        insta::assert_snapshot!(check(&RULE, "
            == App_Offline.htm
            <html></html>
        "), @"error App_Offline.htm the artifact carries app_offline.htm: the app stays offline after deployment");
        insta::assert_snapshot!(check(&RULE, "
            == wwwroot/app_offline.htm
            <html></html>
        "), @"");
    }
}
