use iisle_path::NameRules;
use iisle_report::{RuleId, Severity};

use crate::facts::{FileFacts, Started};
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 8),
    name: "other-entry",
    severity: Severity::Warning,
    help: "publish again, so that web.config names the new assembly",
    explain: include_str!("other_entry.md"),
    symptom: "an old version of the app answers",
    source: "practice",
    check: Check::ConfigWith(check),
};

fn check(config: &Config<'_>, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    let (Some(output), Some(hosting)) = (known.output, config.hosting) else {
        return;
    };
    // What is not there at all is the matter of A001 and A002.
    let (file, attribute) = match Started::of(&hosting, output) {
        Started::Assembly(dll) => (dll, "arguments"),
        Started::Program(exe) if exe.host_of().is_some() => (exe, "processPath"),
        _ => return,
    };
    let started = file.host_of().unwrap_or(file.path.as_str());
    let started = started.strip_suffix(".dll").unwrap_or(started);
    let (built, because) = match known.project.and_then(|project| project.property("AssemblyName"))
    {
        Some(name) => (name, format!("project builds {name}.dll")),
        None => match &output.candidates[..] {
            [only] => (only.as_str(), format!("the output's only app is {only}.dll")),
            _ => return,
        },
    };
    if !NameRules::Windows.same(started, built) {
        let message = format!("web.config starts {started}.dll, {because}");
        findings.push(config.attribute_or(hosting.section.element, attribute), message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    #[test]
    fn another_dll_than_the_project_builds_is_a_warning() {
        insta::assert_snapshot!(check(&RULE, r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework><AssemblyName>New</AssemblyName></PropertyGroup></Project>
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\Old.dll" />
            == Old.dll
            managed anycpu
        "#), @"warning web.config:8:51 web.config starts Old.dll, project builds New.dll");
        insta::assert_snapshot!(check(&RULE, r#"
            == web.config
            <aspNetCore processPath="dotnet" arguments=".\Old.dll" />
            == Old.dll
            managed anycpu
            == New.dll
            managed anycpu
            == New.runtimeconfig.json
            {"runtimeOptions": {"framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}
        "#), @"warning web.config:8:51 web.config starts Old.dll, the output's only app is New.dll");
    }

    #[test]
    fn the_dll_of_the_project_is_right() {
        insta::assert_snapshot!(check(&RULE, r#"
            == project/App.csproj
            <Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>
            == web.config
            <aspNetCore processPath=".\App.exe" />
            == App.exe
            apphost x64 App.dll
            == App.dll
            managed anycpu
        "#), @"");
    }
}
