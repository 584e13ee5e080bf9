use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{FileFacts, Started, severity};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 3),
    name: "runtime-config",
    severity: Severity::Error,
    help: "publish again and copy every file",
    explain: include_str!("runtime_config.md"),
    symptom: "500.31, or 502.5 with 0x80008083 or 0x80008093",
    source: "dotnet/runtime, hostfxr",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let Some(stem) = entry(output, known.config) else {
        return;
    };
    let Some(config) = output.app(&stem).and_then(|app| app.runtime_config.as_ref()) else {
        let path = format!("{stem}.runtimeconfig.json");
        let message = format!(
            "{path} is missing: the host treats the app as self-contained and looks for \
             hostpolicy.dll here"
        );
        findings.push(Location::file(path), message).symptom("0x80008083: 500.31 or 502.5");
        return;
    };
    let path = &config.path;
    let refused = config.problems.iter().find(|it| severity(it.severity) == Severity::Error);
    if let Some(problem) = refused {
        let at = problem.position.map_or_else(
            || Location::at(path, 1, 1),
            |position| Location::at(path, position.line, position.column),
        );
        let what = if config.is_json { "is refused by the host" } else { "is not valid JSON" };
        findings
            .push(at, format!("{path} {what}: {problem}"))
            .symptom("0x80008093: 500.31 or 502.5");
    } else if config.frameworks.is_empty()
        && config.included_frameworks.is_empty()
        && output.file("hostpolicy.dll").is_none()
    {
        let what = if config.has_options { "names no framework" } else { "has no runtimeOptions" };
        findings
            .push(
                Location::at(path, 1, 1),
                format!("{path} {what}: the host looks for hostpolicy.dll here"),
            )
            .symptom("0x80008083: 500.31 or 502.5");
    }
}

/// The stem of the .NET app that is started; `None` when nothing shows that there is one.
fn entry(output: &PublishOutput, config: Option<&Config<'_>>) -> Option<String> {
    let hosting = config.and_then(|config| config.managers().next());
    let started = match hosting.map(|hosting| Started::of(&hosting, output)) {
        Some(Started::Assembly(dll)) => Some(dll),
        Some(Started::Program(exe)) => {
            let hosted = exe.host_of().and_then(|dll| output.file(&dll.replace('\\', "/")));
            // A host that is not recognized as one starts the assembly of its name. What is no host
            // at all has no runtimeconfig, or has it inside.
            let beside = || {
                let dll = output.file(&format!("{}.dll", exe.stem_path()))?;
                dll.image.as_ref().filter(|image| image.managed == Some(true)).map(|_| dll)
            };
            Some(hosted.or_else(beside)?)
        }
        _ => output.entry_assembly().filter(|_| !output.kind.is_single_file()),
    }?;
    // A dll in a folder of its own is started from there, with its files beside it.
    (started.path.is_top_level() && started.path.has_extension("dll"))
        .then(|| started.path.file_stem().to_owned())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    const WEB_CONFIG: &str = r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" hostingModel="inprocess" />
            == App.dll
            managed anycpu
            == App.deps.json
            {"runtimeTarget": {"name": ".NETCoreApp,Version=v8.0"}, "targets": {".NETCoreApp,Version=v8.0": {}}, "libraries": {}}"#;

    fn runtime_config(text: &str) -> String {
        check(
            &RULE,
            &format!(
                "{WEB_CONFIG}
            == App.runtimeconfig.json
            {text}"
            ),
        )
    }

    #[test]
    fn an_app_without_it_is_an_error() {
        insta::assert_snapshot!(check(&RULE, WEB_CONFIG), @"error App.runtimeconfig.json App.runtimeconfig.json is missing: the host treats the app as self-contained and looks for hostpolicy.dll here");
    }

    #[test]
    fn what_the_host_refuses_is_an_error() {
        insta::assert_snapshot!(runtime_config("{\"runtimeOptions\": {"), @"error App.runtimeconfig.json:2:1 App.runtimeconfig.json is not valid JSON: a name of a member is missing at 2:1");
        insta::assert_snapshot!(runtime_config("empty"), @"error App.runtimeconfig.json:1:1 App.runtimeconfig.json is not valid JSON: the document is empty at 1:1");
        insta::assert_snapshot!(runtime_config(r#"{"runtimeOptions": {"framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"}, "includedFrameworks": [{"name": "Microsoft.NETCore.App", "version": "8.0.0"}]}}"#), @"error App.runtimeconfig.json:1:111 App.runtimeconfig.json is refused by the host: `framework`/`frameworks` and `includedFrameworks` exclude each other at 1:111");
    }

    #[test]
    fn comments_and_unknown_keys_are_right() {
        assert_eq!(
            runtime_config(
                "// made by hand\n{\"runtimeOptions\": {\"x\": 1, \"framework\": {\"name\": \"Microsoft.NETCore.App\", \"version\": \"8.0.0\"}}}"
            ),
            ""
        );
    }

    #[test]
    fn a_native_program_has_none() {
        assert_eq!(
            check(
                &RULE,
                r#"
            == web.config
            <aspNetCore processPath=".\shop.exe" />
            == shop.exe
            native x64"#
            ),
            ""
        );
    }
}
