use iisle_inspect::publish::PublishOutput;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{FileFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 14),
    name: "damaged-image",
    severity: Severity::Error,
    help: "copy the file again",
    explain: include_str!("damaged_image.md"),
    symptom: "BadImageFormatException, 0x800700c1",
    source: "Microsoft PE Format",
    check: Check::OutputWith(check),
};

fn check(output: &PublishOutput, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let started = known.config.and_then(|config| config.managers().next()).and_then(|hosting| {
        match Started::of(&hosting, output) {
            // R008 speaks of the program that is started, unless it is the host of an app beside it.
            Started::Program(file) if !file.has_dll(output) => Some(file),
            _ => None,
        }
    });
    for file in &output.files {
        let top = file.path.segments().next().unwrap_or_default();
        // What is served is content, whatever its name.
        let content = !file.path.is_top_level() && top.eq_ignore_ascii_case("wwwroot");
        let program = file.path.has_extension("dll") || file.path.has_extension("exe");
        if content || !program || started.is_some_and(|started| started.path == file.path) {
            continue;
        }
        if let Some(what) = file.why_no_image() {
            let message = format!("{} is not a PE image ({what})", file.path);
            findings.push(Location::file(file.path.as_str()), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn what_is_no_image_is_an_error() {
        insta::assert_snapshot!(check(&RULE, "
            == Empty.dll
            empty
            == Pointer.dll
            version https://git-lfs.github.com/spec/v1
            oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
            size 12345
            == Page.dll
            <!DOCTYPE html><html></html>
            == wwwroot/download.exe
            empty
        "), @"
        error Empty.dll Empty.dll is not a PE image (0 bytes)
        error Page.dll Page.dll is not a PE image (an HTML page)
        error Pointer.dll Pointer.dll is not a PE image (a Git LFS pointer)
        ");
    }

    #[test]
    fn the_host_of_an_app_is_an_image_as_well() {
        let started = |beside: &str| {
            check(
                &RULE,
                &format!(
                    "
                == web.config
                <aspNetCore processPath=\".\\App.exe\" />
                == App.exe
                empty
                == {beside}
                managed anycpu"
                ),
            )
        };
        insta::assert_snapshot!(started("App.dll"), @"error App.exe App.exe is not a PE image (0 bytes)");
        assert_eq!(started("Other.dll"), "");
    }

    #[test]
    fn images_are_right() {
        insta::assert_snapshot!(check(&RULE, "
            == App.dll
            managed anycpu
            == native.dll
            native-dll x64
            == App.exe
            apphost x64 App.dll
        "), @"");
    }
}
