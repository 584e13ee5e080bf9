use std::collections::BTreeSet;
use std::fmt::Write as _;

use iisle_inspect::project::Project;
use iisle_inspect::publish::{self, InspectOptions, PublishOutput};
use iisle_report::{Finding, Severity};
use iisle_tree::{MemoryTree, Ticks, Tree};

use super::evaluated;
use super::files::{self, File};
use crate::rule::Rule;
use crate::rules::rules;
use crate::settings::{Profile, Settings};
use crate::subject::{Subject, WebConfigFile};
use crate::verdict::{Verdict, check_by};

/// Says that a file belongs to an output although it is its only one.
const MARK: &str = "output/";

/// Judges a text of files (see [`files::parse`]) by one rule, for production.
///
/// Files below `project/` are the project, all others the publish output. The answer has a line for
/// each finding: severity, place, message, and below it the evidence. Skipped rules say so.
pub(crate) fn check(rule: &'static Rule, text: &str) -> String {
    check_for(Profile::Production, rule, text)
}

/// The same for another profile.
pub(crate) fn check_for(profile: Profile, rule: &'static Rule, text: &str) -> String {
    let settings = Settings { profile, allows: Vec::new() };
    render(&verdict(std::iter::once(rule), &files::parse(text), &settings))
}

/// Judges a text of files by every rule.
pub(crate) fn judge(text: &str, settings: &Settings) -> Verdict {
    verdict(rules(), &files::parse(text), settings)
}

/// The ids of errors and warnings that count, sorted and each once.
pub(crate) fn ids(verdict: &Verdict) -> Vec<String> {
    let counts = |finding: &&Finding| !finding.allowed && finding.severity != Severity::Info;
    let ids = verdict.findings.iter().filter(counts).map(|finding| finding.id.to_string());
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The text of a project of the Web SDK for net8.0 with these properties.
pub(crate) fn project(properties: &str) -> String {
    format!(
        "
            == project/App.csproj
            <Project Sdk=\"Microsoft.NET.Sdk.Web\">
              <PropertyGroup><TargetFramework>net8.0</TargetFramework>{properties}</PropertyGroup>
            </Project>"
    )
}

/// The text of a self-contained app for x64 with a package, and `file`, a name and a line of content.
pub(crate) fn self_contained(file: &str) -> String {
    format!(
        r#"
            == App.dll
            managed x64
            == App.exe
            apphost x64 App.dll
            == hostfxr.dll
            native-dll x64
            == hostpolicy.dll
            native-dll x64
            == coreclr.dll
            native-dll x64
            == App.runtimeconfig.json
            {{"runtimeOptions": {{"tfm": "net8.0", "includedFrameworks": [{{"name": "Microsoft.AspNetCore.App", "version": "8.0.11"}}]}}}}
            == App.deps.json
            {{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0/win-x64"}}, "targets": {{".NETCoreApp,Version=v8.0/win-x64": {{"Lib/1.0.0": {{"runtime": {{"lib/Lib.dll": {{}}}}, "native": {{"runtimes/win-x64/native/native.dll": {{}}}}}}}}}}, "libraries": {{"Lib/1.0.0": {{"type": "package"}}}}}}
            == {file}"#
    )
}

/// The text of a project whose profile `Folder` publishes to a folder, with these properties.
pub(crate) fn folder_profile(properties: &str) -> String {
    let project = project("<PublishProfile>Folder</PublishProfile>");
    format!(
        "{project}
            == project/Properties/PublishProfiles/Folder.pubxml
            <Project><PropertyGroup><WebPublishMethod>FileSystem</WebPublishMethod>{properties}</PropertyGroup></Project>"
    )
}

/// The text of a web.config with handler settings, by name and value.
pub(crate) fn handler_settings(model: &str, settings: &[(&str, &str)]) -> String {
    let entry = |(name, value): &(&str, &str)| {
        format!("<handlerSetting name=\"{name}\" value=\"{value}\" />")
    };
    let entries: Vec<_> = settings.iter().map(entry).collect();
    let entries = entries.concat();
    format!("
            == web.config
            <aspNetCore processPath=\"dotnet\" hostingModel=\"{model}\"><handlerSettings>{entries}</handlerSettings></aspNetCore>")
}

pub(super) fn render(verdict: &Verdict) -> String {
    let mut text = String::new();
    for finding in &verdict.findings {
        let place = finding.location.as_ref().map_or_else(String::new, ToString::to_string);
        let (severity, message) = (finding.severity.word(), &finding.message);
        writeln!(text, "{severity} {place} {message}").expect("a string takes all");
        for evidence in &finding.evidence {
            writeln!(text, "  {evidence}").expect("a string takes all");
        }
    }
    for skipped in &verdict.skipped {
        let words: Vec<_> = skipped.needs.iter().map(|fact| fact.word()).collect();
        writeln!(text, "skipped: needs {}", words.join(", ")).expect("a string takes all");
    }
    text.trim_end().to_owned()
}

fn verdict(
    rules: impl Iterator<Item = &'static Rule>,
    files: &[File],
    settings: &Settings,
) -> Verdict {
    let project = evaluated::read(files);
    let is_output = |file: &&File| !file.path.starts_with("project/");
    let output: Vec<&File> = files.iter().filter(is_output).collect();
    // A web.config alone is that of a target, unless the text says `output/web.config`.
    let marked = output.iter().any(|file| file.path.starts_with(MARK));
    let lone = output.iter().all(|file| file.path.eq_ignore_ascii_case("web.config"));
    if lone && !marked {
        let content = output.first().map(|file| iisle_webconfig::read(&file.bytes));
        let file = "web.config";
        let web_config =
            content.as_ref().map(|content| WebConfigFile { file, content: content.as_ref() });
        let subject = Subject { project: project.as_ref(), web_config, ..Subject::default() };
        return check_by(rules, &subject, settings);
    }
    let tree = output.iter().fold(MemoryTree::unix(), |tree, file| {
        let path = file.path.strip_prefix(MARK).unwrap_or(&file.path);
        tree.with_file(path, &file.bytes, Ticks::UNIX_EPOCH)
    });
    let output = inspect(&tree);
    let subject = Subject { project: project.as_ref(), ..Subject::of_output(&output) };
    check_by(rules, &subject, settings)
}

/// Judges trees by every rule.
pub(super) fn judge_trees(
    project: Option<&Project>,
    output: &dyn Tree,
    settings: &Settings,
) -> Verdict {
    let output = inspect(output);
    check_by(rules(), &Subject { project, ..Subject::of_output(&output) }, settings)
}

fn inspect(tree: &dyn Tree) -> PublishOutput {
    publish::inspect(tree, &InspectOptions::default()).expect("memory and fixtures can be read")
}
