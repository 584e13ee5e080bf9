use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 21),
    name: "own-dotnet",
    severity: Severity::Warning,
    help: "delete it",
    explain: include_str!("own_dotnet.md"),
    symptom: "another dotnet than the installed one is started",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    if let Some(file) = output.file("dotnet.exe") {
        findings.push(
            Location::file(file.path.as_str()),
            "dotnet.exe in the app root is started instead of the installed one",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_dotnet_in_the_root_wins_over_the_installed_one() {
        insta::assert_snapshot!(check(&RULE, "
            == dotnet.exe
            native x64
        "), @"warning dotnet.exe dotnet.exe in the app root is started instead of the installed one");
        insta::assert_snapshot!(check(&RULE, "
            == tools/dotnet.exe
            native x64
        "), @"");
    }
}
