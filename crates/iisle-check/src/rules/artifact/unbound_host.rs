use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{FileFacts, OutputFacts};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 25),
    name: "app-host",
    severity: Severity::Error,
    help: "publish again; do not copy apphost.exe by hand or rename the dll",
    explain: include_str!("unbound_host.md"),
    symptom: "0x80008095, or 0x80070002",
    source: "dotnet/runtime, apphost",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    for file in output.programs() {
        let at = Location::file(file.path.as_str());
        if file.is_unbound_host() {
            findings.push(at, format!("app host {} is not bound: 0x80008095", file.path));
        } else if let Some(dll) = file.host_of()
            && output.file(&dll.replace('\\', "/")).is_none()
        {
            findings
                .push(at, format!("{} starts {dll}, which is missing", file.path))
                .symptom("the application to execute does not exist: 502.5 or 500.0");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_host_without_its_dll_is_an_error() {
        insta::assert_snapshot!(check(&RULE, "
            == App.exe
            apphost x64 unbound
        "), @"error App.exe app host App.exe is not bound: 0x80008095");
        insta::assert_snapshot!(check(&RULE, "
            == App.exe
            apphost x64 Old.dll
            == App.dll
            managed anycpu
        "), @"error App.exe App.exe starts Old.dll, which is missing");
    }

    #[test]
    fn a_host_may_have_another_name_than_its_dll() {
        insta::assert_snapshot!(check(&RULE, "
            == Shop.exe
            apphost x64 App.dll
            == App.dll
            managed anycpu
        "), @"");
    }
}
