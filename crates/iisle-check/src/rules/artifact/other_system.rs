use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{FileFacts, OutputFacts, Rid, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 9),
    name: "other-system",
    severity: Severity::Error,
    help: "publish with -r win-x64",
    explain: include_str!("other_system.md"),
    symptom: "502.5 or 500.0",
    source: "Microsoft PE Format; dotnet/runtime, ReadyToRun format",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some((file, system, because)) = foreign(output, known.config) else {
        return;
    };
    findings
        .push(Location::file(file), format!("published for {system}: IIS cannot run it"))
        .evidence(because);
}

/// The file that shows a foreign system, the system, and how it shows.
fn foreign(
    output: &PublishOutput,
    config: Option<&Config<'_>>,
) -> Option<(String, String, String)> {
    if let Some(rid) = &output.rid {
        let read = Rid::parse(rid);
        if !read.windows && !read.any_system {
            let deps = output.deps_name();
            let because = format!("{deps} names the RID {rid}");
            return Some((deps, rid.clone(), because));
        }
    }
    if let Some(dll) = output.entry_assembly()
        && let Some(system) = dll.foreign_system()
    {
        let path = dll.path.to_string();
        let because = format!("{path} is compiled for {system}");
        return Some((path, system.to_owned(), because));
    }
    // The host of a portable app is for the build machine and does no harm, unless it is started.
    let hosting = config?.managers().next()?;
    let Started::MissingProgram(path) = Started::of(&hosting, output) else {
        return None;
    };
    let host = output.file(path.strip_suffix(".exe")?)?;
    let system = host.foreign_system()?;
    let because = format!("{} is a program of {system}, {path} is missing", host.path);
    Some((host.path.to_string(), system.to_owned(), because))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn a_rid_of_another_system_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
            == App.deps.json
            {"runtimeTarget": {"name": ".NETCoreApp,Version=v8.0/linux-x64"}, "targets": {".NETCoreApp,Version=v8.0/linux-x64": {}}, "libraries": {}}
        "#), @"
        error App.deps.json published for linux-x64: IIS cannot run it
          App.deps.json names the RID linux-x64
        ");
    }

    #[test]
    fn code_compiled_for_another_system_is_an_error() {
        insta::assert_snapshot!(check(&RULE, r#"
            == App.dll
            r2r x64 linux
            == App.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
        "#), @"
        error App.dll published for linux: IIS cannot run it
          App.dll is compiled for linux
        ");
    }

    #[test]
    fn a_host_of_another_system_matters_only_when_it_is_started() {
        let text = r#"
            == App
            elf x64
            == App.dll
            managed anycpu
            == App.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
            == web.config"#;
        insta::assert_snapshot!(check(&RULE, &format!("{text}
            <aspNetCore processPath=\".\\App.exe\" />")), @"
        error App published for Linux: IIS cannot run it
          App is a program of Linux, App.exe is missing
        ");
        assert_eq!(
            check(
                &RULE,
                &format!(
                    "{text}
            <aspNetCore processPath=\"dotnet\" arguments=\".\\App.dll\" />"
                )
            ),
            ""
        );
    }
}
