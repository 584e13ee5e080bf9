use iisle_inspect::publish::{File, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 27),
    name: "development-files",
    severity: Severity::Info,
    help: "set DebugType=none, or leave them out of the package",
    explain: include_str!("development_files.md"),
    symptom: "larger deployments",
    source: "Microsoft Learn, ASP.NET Core directory structure",
    check: Check::Output(check),
};

const KINDS: [(&str, &str); 2] =
    [(".runtimeconfig.dev.json", "settings of the development host"), (".pdb", "debug symbols")];

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    for (ending, what) in KINDS {
        let of_kind = |file: &&File| {
            file.path.is_top_level() && file.path.as_str().to_ascii_lowercase().ends_with(ending)
        };
        let files: Vec<_> = output.files.iter().filter(of_kind).collect();
        let Some(first) = files.first() else {
            continue;
        };
        let mut put = findings.push(
            Location::file(first.path.as_str()),
            format!("development files: {what} ({})", files.len()),
        );
        for file in files.iter().take(10) {
            put = put.evidence(file.path.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn symbols_are_counted() {
        insta::assert_snapshot!(check(&RULE, "
            == App.pdb
            x
            == Lib.pdb
            x
            == App.runtimeconfig.dev.json
            {}
        "), @"
        info App.pdb development files: debug symbols (2)
          App.pdb
          Lib.pdb
        info App.runtimeconfig.dev.json development files: settings of the development host (1)
          App.runtimeconfig.dev.json
        ");
    }

    #[test]
    fn an_output_without_them_is_right() {
        insta::assert_snapshot!(check(&RULE, "
            == App.dll
            managed anycpu
        "), @"");
    }
}
