use iisle_inspect::publish::{PublishOutput, What};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{OutputFacts, severity};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 4),
    name: "deps-json",
    severity: Severity::Error,
    help: "copy every file of the output",
    explain: include_str!("deps.md"),
    symptom: "0x8000808c, or FileNotFoundException at the first use",
    source: "dotnet/runtime, hostpolicy",
    check: Check::Output(check),
};

/// Missing assets that are named one by one.
const NAMED: usize = 10;

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(deps) = output.deps() else {
        // A single file has it inside; what is not .NET has none.
        if output.self_contained.is_some() && !output.kind.is_single_file() {
            let name = output.deps_name();
            findings
                .push(
                    Location::file(&*name),
                    format!("{name} is missing: the host takes every dll of the folder"),
                )
                .severity(Severity::Warning);
        }
        return;
    };
    for problem in &deps.problems {
        let at = problem.position.map_or_else(
            || Location::at(&*deps.path, 1, 1),
            |position| Location::at(&*deps.path, position.line, position.column),
        );
        findings
            .push(at, format!("{}: {problem}", deps.path))
            .severity(severity(problem.severity))
            .symptom("0x8000808b");
    }
    let missing = output
        .observed(What::MissingAsset)
        .filter(|seen| severity(seen.severity) != Severity::Info);
    let missing: Vec<_> = missing.collect();
    for seen in missing.iter().take(NAMED) {
        let path = seen.path.as_deref().unwrap_or_default();
        let listing = deps.assets().find(|(_, asset)| asset.path == path);
        let library = listing.map(|(library, _)| library).map_or_else(String::new, |library| {
            format!(" ({} {}/{})", library.kind, library.name, library.version)
        });
        findings
            .push(
                Location::at(&*deps.path, 1, 1),
                format!("{} lists {path}{library} but the file is missing", deps.path),
            )
            .severity(severity(seen.severity));
    }
    if let Some(more) = missing.len().checked_sub(NAMED).filter(|more| *more > 0) {
        let worst = missing[NAMED..].iter().map(|seen| severity(seen.severity)).min();
        findings
            .push(
                Location::at(&*deps.path, 1, 1),
                format!("{} lists {more} more files that are missing", deps.path),
            )
            .severity(worst.unwrap_or(RULE.severity));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn deps(deps: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" />
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "net8.0", "framework": {{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}}}}
            {deps}"#
            ),
        )
    }

    fn target(libraries: &str) -> String {
        format!(
            r#"== App.deps.json
            {{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0"}}, "targets": {{".NETCoreApp,Version=v8.0": {{"App/1.0.0": {{"runtime": {{"App.dll": {{}}}}}}, {libraries}}}}},
            "libraries": {{"App/1.0.0": {{"type": "project"}}, "Contoso.Data/2.1.0": {{"type": "package"}}}}}}"#
        )
    }

    #[test]
    fn files_that_are_listed_must_be_there() {
        insta::assert_snapshot!(deps(&target(r#""Contoso.Data/2.1.0": {"runtime": {"lib/net8.0/Contoso.Data.dll": {}}, "resources": {"lib/net8.0/de/Contoso.Data.resources.dll": {"locale": "de"}}}"#)), @"
        error App.deps.json:1:1 App.deps.json lists Contoso.Data.dll (package Contoso.Data/2.1.0) but the file is missing
        warning App.deps.json:1:1 App.deps.json lists de/Contoso.Data.resources.dll (package Contoso.Data/2.1.0) but the file is missing
        ");
    }

    #[test]
    fn what_the_host_cannot_read_is_an_error() {
        insta::assert_snapshot!(deps("== App.deps.json
            {"), @"error App.deps.json:2:1 App.deps.json: a name of a member is missing at 2:1");
        insta::assert_snapshot!(deps(r#"== App.deps.json
            {"runtimeTarget": {"name": ".NETCoreApp,Version=v9.0"}, "targets": {".NETCoreApp,Version=v8.0": {}}, "libraries": {}}"#), @"error App.deps.json:1:68 App.deps.json: the target `.NETCoreApp,Version=v9.0` is missing at 1:68");
    }

    #[test]
    fn without_the_file_the_host_takes_every_dll() {
        insta::assert_snapshot!(deps(""), @"warning App.deps.json App.deps.json is missing: the host takes every dll of the folder");
    }

    #[test]
    fn placeholders_and_files_that_are_there_are_right() {
        assert_eq!(
            deps(&target(r#""Contoso.Data/2.1.0": {"runtime": {"lib/net8.0/_._": {}}}"#)),
            ""
        );
    }
}
