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
