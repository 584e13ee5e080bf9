use iisle_inspect::publish::PublishOutput;
use iisle_report::{RuleId, Severity};

use crate::facts::Started;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 2),
    name: "assembly-missing",
    severity: Severity::Error,
    help: "correct arguments",
    explain: include_str!("assembly_missing.md"),
    symptom: "500.31, or 502.5 with 0x80008081",
    source: "dotnet/runtime, hostfxr",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        let text = hosting.section.arguments();
        let (message, evidence) = match Started::of(&hosting, output) {
            Started::NoArguments => {
                ("arguments are empty: dotnet has nothing to run".to_owned(), None)
            }
            Started::NoAssembly(first) => {
                (format!("arguments begin with '{first}', which is no .dll"), None)
            }
            Started::MissingAssembly(path) => (
                format!(
                    "arguments '{text}' does not exist → 'The application to execute does not \
                     exist' / 500.31"
                ),
                Some(format!("no file {path}")),
            ),
            Started::Assembly(_)
            | Started::Program(_)
            | Started::MissingProgram(_)
            | Started::Elsewhere => continue,
        };
        let at = config.attribute_or(hosting.section.element, "arguments");
        let mut put = findings.push(at, message);
        if let Some(evidence) = evidence {
            put = put.evidence(evidence);
        }
        if let Some(entry) = output.entry_assembly() {
            put.fix(format!("write arguments=\".\\{}\"", entry.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn arguments(arguments: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments="{arguments}" hostingModel="inprocess" />
            == App.dll
            managed anycpu
            == My App.dll
            managed anycpu
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"framework": {{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}}}}"#
            ),
        )
    }

    #[test]
    fn a_dll_that_is_not_there_is_an_error() {
        insta::assert_snapshot!(arguments(r".\Shop_Foo.dll"), @r"
        error web.config:8:51 arguments '.\Shop_Foo.dll' does not exist → 'The application to execute does not exist' / 500.31
          no file Shop_Foo.dll
        ");
        insta::assert_snapshot!(arguments(""), @"error web.config:8:51 arguments are empty: dotnet has nothing to run");
        insta::assert_snapshot!(arguments("run"), @"error web.config:8:51 arguments begin with 'run', which is no .dll");
        insta::assert_snapshot!(arguments("exec --depsfile App.deps.json Other.dll"), @"
        error web.config:8:51 arguments 'exec --depsfile App.deps.json Other.dll' does not exist → 'The application to execute does not exist' / 500.31
          no file Other.dll
        ");
    }

    #[test]
    fn a_dll_that_is_there_is_right() {
        for text in [
            r".\App.dll",
            "app.DLL --flag x.dll",
            "./App.dll",
            "exec --runtimeconfig App.runtimeconfig.json App.dll",
            "&quot;.\\App.dll&quot; -x",
            r".\My App.dll",
            r"&quot;My App.dll&quot;",
            r"C:\elsewhere\App.dll",
            r"%APP%\App.dll",
        ] {
            assert_eq!(arguments(text), "", "{text}");
        }
    }
}
