use iisle_inspect::publish::{AssetKind, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 20),
    name: "versions-differ",
    severity: Severity::Warning,
    help: "publish again into an empty folder",
    explain: include_str!("versions_differ.md"),
    symptom: "FileLoadException or MissingMethodException",
    source: "practice",
    check: Check::Output(check),
};

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(deps) = output.deps() else {
        return;
    };
    for (library, asset) in deps.assets().filter(|(_, asset)| asset.kind == AssetKind::Runtime) {
        let found =
            output.file(&asset.path).and_then(|file| file.image.as_ref()?.assembly.as_ref());
        let (Some(expected), Some(found)) = (&asset.assembly_version, found) else {
            continue;
        };
        if found.version != *expected {
            findings
                .push(
                    Location::file(&*asset.path),
                    format!(
                        "{} is {}, {} expects {expected}",
                        asset.path, found.version, deps.path
                    ),
                )
                .evidence(format!("{} {}/{}", library.kind, library.name, library.version));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn library(version: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
                == App.dll
                managed anycpu
                == Lib.dll
                managed anycpu {version}
                == App.runtimeconfig.json
                {{"runtimeOptions": {{"framework": {{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}}}}
                == App.deps.json
                {{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0"}}, "targets": {{".NETCoreApp,Version=v8.0": {{"Lib/2.1.0": {{"runtime": {{"lib/net8.0/Lib.dll": {{"assemblyVersion": "2.1.0.0", "fileVersion": "2.1.0.0"}}}}}}}}}}, "libraries": {{"Lib/2.1.0": {{"type": "package"}}}}}}"#
            ),
        )
    }

    #[test]
    fn a_dll_of_another_version_is_a_warning() {
        insta::assert_snapshot!(library("1.9.0.0"), @"
        warning Lib.dll Lib.dll is 1.9.0.0, App.deps.json expects 2.1.0.0
          package Lib/2.1.0
        ");
    }

    #[test]
    fn the_expected_version_and_an_unknown_one_are_right() {
        assert_eq!(library("2.1.0.0"), "");
        assert_eq!(library(""), "");
    }
}
