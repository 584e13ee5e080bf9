use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 17),
    name: "app-offline-in-artifact",
    severity: Severity::Error,
    help: "remove it from the project",
    explain: include_str!("app_offline.md"),
    symptom: "503 after the deployment",
    source: "Microsoft Learn, app_offline.htm",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, neighbors: Neighbors<'_>, findings: &mut Findings<'_>) {
    // K002 says it about the content of a package.
    if neighbors.packed(output) {
        return;
    }
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
