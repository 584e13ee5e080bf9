use iisle_inspect::publish::{InvalidJson, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 30),
    name: "settings-json",
    severity: Severity::Error,
    help: "correct the file at this position",
    explain: include_str!("settings_json.md"),
    symptom: "500.30: the app throws at start",
    source: "Microsoft Learn, Configuration in ASP.NET Core",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    for InvalidJson { path, problem } in &output.invalid_settings {
        let place = problem.position.map_or_else(String::new, |it| format!(" at {it}"));
        let at = problem.position.map_or_else(
            || Location::at(path.as_str(), 1, 1),
            |position| Location::at(path.as_str(), position.line, position.column),
        );
        findings
            .push(at, format!("{path} is not valid JSON{place}"))
            .evidence(problem.message.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn settings_that_are_no_json_are_errors() {
        insta::assert_snapshot!(check(&RULE, r#"
            == appsettings.json
            {"Logging": {}}
            == appsettings.Production.json
            {
              "ConnectionStrings": {
            "#), @"
        error appsettings.Production.json:3:1 appsettings.Production.json is not valid JSON at 3:1
          a name of a member is missing
        ");
    }

    #[test]
    fn comments_and_trailing_commas_are_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == appsettings.json
            {
              // for everyone
              "Logging": {},
            }
            "#), @"");
    }
}
