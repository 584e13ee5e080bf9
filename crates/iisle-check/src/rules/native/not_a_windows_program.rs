use iisle_inspect::image::{Format, ImageKind};
use iisle_inspect::publish::{File, PublishOutput};
use iisle_report::{RuleId, Severity};

use crate::facts::{FileFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('R', 8),
    name: "not-a-windows-program",
    severity: Severity::Error,
    help: "build for Windows, such as x86_64-pc-windows-msvc",
    explain: include_str!("not_a_windows_program.md"),
    symptom: "0x800700c1: 502.5",
    source: "Microsoft PE Format",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        let Started::Program(file) = Started::of(&hosting, output) else {
            continue;
        };
        // Scripts are started by their interpreter.
        if !file.path.has_extension("exe") {
            continue;
        }
        if let Some(what) = why_no_program(file, output) {
            let at = config.attribute_or(hosting.section.element, "processPath");
            findings.push(at, format!("{} {what}", file.path));
        }
    }
}

fn why_no_program(file: &File, output: &PublishOutput) -> Option<String> {
    if let Some(damage) = file.why_no_image() {
        // A014 speaks of the host of an app.
        if file.has_dll(output) {
            return None;
        }
        return Some(format!("is no program of Windows ({damage})"));
    }
    let image = file.image.as_ref()?;
    match image.format {
        Format::Elf => Some("is an ELF file".to_owned()),
        Format::MachO => Some("is a Mach-O file".to_owned()),
        Format::Wasm => Some("is a WebAssembly module".to_owned()),
        Format::Pe | Format::Other => (image.image == Some(ImageKind::Dll))
            .then(|| "has the flag of a dll in its header".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;

    fn started(attributes: &str, exe: &str) -> String {
        super::super::started(&RULE, attributes, exe)
    }

    #[test]
    fn what_windows_cannot_start_is_an_error() {
        insta::assert_snapshot!(started("", "elf x64"), @"error web.config:8:32 shop.exe is an ELF file");
        insta::assert_snapshot!(started("", "empty"), @"error web.config:8:32 shop.exe is no program of Windows (0 bytes)");
        insta::assert_snapshot!(started("", "native-dll x64"), @"error web.config:8:32 shop.exe has the flag of a dll in its header");
    }

    #[test]
    fn a_windows_program_is_right() {
        assert_eq!(started("", "native x64"), "");
        assert_eq!(started("", "managed anycpu"), "");
    }
}
