use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::Started;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 12),
    name: "two-apps",
    severity: Severity::Warning,
    help: "publish each app into a folder of its own",
    explain: include_str!("two_apps.md"),
    symptom: "the wrong app may start",
    source: "practice",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let decided = known.config.and_then(|config| config.managers().next()).is_some_and(|hosting| {
        matches!(Started::of(&hosting, output), Started::Assembly(_) | Started::Program(_))
    });
    if decided || output.entry.is_some() || output.candidates.len() < 2 {
        return;
    }
    let file = format!("{}.runtimeconfig.json", output.candidates[0]);
    findings
        .push(Location::file(file), "two apps published into one folder")
        .evidence(format!("each could be the entry: {}", output.candidates.join(", ")));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    const TWO: &str = r#"
            == A.dll
            managed anycpu
            == A.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
            == B.dll
            managed anycpu
            == B.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}"#;

    #[test]
    fn two_web_apps_are_a_warning() {
        insta::assert_snapshot!(check(&RULE, TWO), @"
        warning A.runtimeconfig.json two apps published into one folder
          each could be the entry: A, B
        ");
    }

    #[test]
    fn web_config_decides() {
        assert_eq!(
            check(
                &RULE,
                &format!(
                    "{TWO}
            == web.config
            <aspNetCore processPath=\"dotnet\" arguments=\".\\B.dll\" />"
                )
            ),
            ""
        );
    }
}
