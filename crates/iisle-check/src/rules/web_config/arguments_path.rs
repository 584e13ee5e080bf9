use iisle_inspect::publish::{File, PublishOutput};
use iisle_path::NameRules;
use iisle_report::{RuleId, Severity};
use iisle_webconfig::{HostingModel, ProcessPath};

use super::bad_process_path::developer_place;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Config;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 28),
    name: "arguments-path",
    severity: Severity::Error,
    help: "put the path in double quotes (&quot; in XML)",
    explain: include_str!("arguments_path.md"),
    symptom: "502.5",
    source: "dotnet/aspnetcore, OutOfProcessRequestHandler",
    check: Check::ConfigAndOutput(check),
};

fn check(config: &Config<'_>, output: &PublishOutput, findings: &mut Findings<'_>) {
    let Some(hosting) = config.hosting.filter(|it| it.process_path() == ProcessPath::Dotnet) else {
        return;
    };
    let at = config.attribute_or(hosting.section.element, "arguments");
    let text = hosting.section.arguments().trim();
    if let Some(file) = unquoted_blank(text, output) {
        // In-process the module tries the whole text as a file first.
        if hosting.hosting_model() == Some(HostingModel::OutOfProcess) {
            let message =
                format!("unquoted blank in arguments: the command line becomes \"dotnet\" {text}");
            findings.push(at, message).evidence(format!("{} exists", file.path));
        }
        return;
    }
    let Some(dll) = hosting.assembly_argument() else {
        return;
    };
    if let Some(place) = developer_place(&dll) {
        findings
            .push(at, format!("arguments name a path of a developer's machine ({place}): '{dll}'"))
            .severity(Severity::Warning)
            .fix("name the dll relative to the app root");
        return;
    }
    if dll.contains('/') {
        findings
            .push(at.clone(), format!("arguments separate folders with '/': '{dll}'"))
            .severity(Severity::Warning)
            .fix("write the path with '\\'");
    }
    let written = dll.replace('\\', "/");
    let written = written.trim_start_matches("./");
    if let Some(file) = output.file(written)
        && file.path.as_str() != written
    {
        findings
            .push(at, format!("arguments name '{dll}', the file is '{}'", file.path))
            .severity(Severity::Info)
            .fix("write the name as the file has it");
    }
}

/// The dll with a blank in its name that the arguments begin with, without quotes.
fn unquoted_blank<'a>(text: &str, output: &'a PublishOutput) -> Option<&'a File> {
    let upper = NameRules::Windows.fold(&text.replace('\\', "/"));
    let upper = upper.trim_start_matches("./");
    output.files.iter().find(|file| {
        let name = NameRules::Windows.fold(file.path.as_str());
        name.contains(' ')
            && file.path.has_extension("dll")
            && upper
                .strip_prefix(&name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn arguments(arguments: &str, model: &str) -> String {
        check(
            &RULE,
            &format!(
                "
            == web.config
            <aspNetCore processPath=\"dotnet\" arguments=\"{arguments}\" hostingModel=\"{model}\" />
            == My App.dll
            managed anycpu
            == App.dll
            managed anycpu"
            ),
        )
    }

    #[test]
    fn a_blank_needs_quotes_out_of_process() {
        insta::assert_snapshot!(arguments(r".\My App.dll --flag", "outofprocess"), @r#"
        error web.config:8:51 unquoted blank in arguments: the command line becomes "dotnet" .\My App.dll --flag
          My App.dll exists
        "#);
        assert_eq!(arguments(r".\My App.dll", "inprocess"), "");
        assert_eq!(arguments(r"&quot;.\My App.dll&quot;", "outofprocess"), "");
    }

    #[test]
    fn paths_of_other_places_are_warnings() {
        insta::assert_snapshot!(arguments("./App.dll", "outofprocess"), @"warning web.config:8:51 arguments separate folders with '/': './App.dll'");
        insta::assert_snapshot!(arguments(r"C:\Users\ann\App\bin\Debug\net8.0\App.dll", "outofprocess"), @r"warning web.config:8:51 arguments name a path of a developer's machine (bin\Debug\): 'C:\Users\ann\App\bin\Debug\net8.0\App.dll'");
    }

    #[test]
    fn another_case_is_advice() {
        insta::assert_snapshot!(arguments(r".\app.dll", "inprocess"), @r"info web.config:8:51 arguments name '.\app.dll', the file is 'App.dll'");
        assert_eq!(arguments(r".\App.dll --urls http://x/y", "inprocess"), "");
    }
}
