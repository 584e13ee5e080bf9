use std::collections::BTreeSet;
use std::fmt::Write as _;

use iisle_report::{Finding, Severity};

use super::files;
use crate::rule::Rule;
use crate::rules::rules;
use crate::settings::{Profile, Settings};
use crate::verdict::Verdict;

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

fn render(verdict: &Verdict) -> String {
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
    files: &[files::File],
    settings: &Settings,
) -> Verdict {
    let output = iisle_inspect::publish::PublishOutput {
        files: files
            .iter()
            .filter(|f| !f.path.starts_with("project/"))
            .map(|f| iisle_inspect::publish::File { path: f.path.parse().unwrap() })
            .collect(),
        self_contained: None,
        frameworks: vec![],
        kind: iisle_inspect::publish::Kind::Other,
        rid: None,
        entry: None,
        candidates: vec![],
    };
    let config = files
        .iter()
        .find(|file| file.path.eq_ignore_ascii_case("web.config"))
        .map(|file| iisle_webconfig::read(&file.bytes));
    let web_config = config
        .as_ref()
        .map(|content| crate::WebConfigFile { file: "web.config", content: content.as_ref() });
    let subject = crate::Subject { project: None, output: Some(&output), web_config };
    crate::verdict::check_by(rules, &subject, settings)
}
pub(super) fn judge_trees(
    _p: Option<&dyn iisle_tree::Tree>,
    _o: Option<&dyn iisle_tree::Tree>,
    r: impl Iterator<Item = &'static Rule>,
    s: &Settings,
) -> Verdict {
    verdict(r, &[], s)
}
