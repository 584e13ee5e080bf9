use std::fmt::Write;
use std::path::Path;

use iisle_ops::{
    ContentDigests, Digest, ExtractReport, NamedDifferences, Package, PackageDifferences,
    Parameter, Parameters, Provider, is_concealed,
};

use super::style::{BOLD, DIM, GOOD};
use super::text::{count, printable, size, table};
use crate::wire::attributes;

/// What a package holds, with digests of files where they were asked for.
pub(crate) fn show(path: &Path, package: &Package, digests: &[ContentDigests]) -> String {
    let mut text = format!(
        "{BOLD}{}{BOLD:#}: {}, root {}\n",
        printable(&path.display().to_string()),
        package.form().word(),
        printable(&package.manifest().root)
    );
    for provider in &package.manifest().providers {
        tree(provider, 1, &mut text);
    }
    if !package.parameters().is_empty() {
        line(&mut text, &format!("{BOLD}parameters{BOLD:#}"));
        text += &parameters(package.parameters());
    }
    for (index, content) in package.contents().iter().enumerate() {
        let digests = digests.get(index);
        let bytes: u64 = content.files.values().map(|(_, stamp)| stamp.size).sum();
        line(
            &mut text,
            &format!(
                "{BOLD}{}{BOLD:#}: {}, {}, {}",
                printable(&content.source),
                count(content.files.len() as u64, "file"),
                count(content.directories.len() as u64, "folder"),
                size(bytes)
            ),
        );
        let rows: Vec<_> = content
            .files
            .iter()
            .map(|(path, (_, stamp))| {
                let words = attributes(*stamp).join(", ");
                let words = if words.is_empty() { words } else { format!(" ({words})") };
                let digest = digests.and_then(|digests| digests.get(path)).map(Digest::hex);
                let name = format!("{}{words}", printable(path.as_str()));
                [size(stamp.size)].into_iter().chain(digest).chain([name]).collect()
            })
            .collect();
        text += &table(&rows, 2);
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a string takes everything");
}

fn tree(provider: &Provider, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    line(text, &format!("{indent}{} {}", printable(&provider.name), printable(&provider.path)));
    let options = provider.options.iter().flat_map(|options| &options.settings);
    for (name, value) in options {
        let secret = name.to_ascii_lowercase().contains("password");
        let value = if secret { "…" } else { value.as_deref().unwrap_or_default() };
        line(text, &format!("{indent}  {DIM}{} = {}{DIM:#}", printable(name), printable(value)));
    }
    for child in &provider.children {
        tree(child, depth + 1, text);
    }
}

/// The declared parameters: name and value, what for, and what they change.
pub(crate) fn parameters(parameters: &Parameters) -> String {
    let mut text = String::new();
    for parameter in parameters {
        line(&mut text, &format!("  {}", declared(parameter)));
        let description = parameter.description.as_deref().unwrap_or_default();
        if !description.is_empty() {
            line(&mut text, &format!("    {}", printable(description)));
        }
        for entry in &parameter.entries {
            let (scope, matching) = (printable(&entry.scope), printable(&entry.matching));
            line(&mut text, &format!("    {DIM}{}{DIM:#} in /{scope}/: {matching}", entry.kind));
        }
        for validation in &parameter.validations {
            let condition = validation.text.as_deref().unwrap_or_default();
            let what = format!("{} {}", validation.kind, condition);
            line(&mut text, &format!("    {DIM}must be{DIM:#} {}", printable(what.trim_end())));
        }
    }
    if text.is_empty() { "no parameters\n".to_owned() } else { text }
}

fn declared(parameter: &Parameter) -> String {
    let name = printable(&parameter.name);
    match parameter.own_value() {
        None => format!("{name} (must be set)"),
        Some(value) if is_concealed(parameter, value) => format!("{name} = …"),
        Some(value) => format!("{name} = {}", printable(value)),
    }
}

/// What a second package changes: `+` added, `-` removed, `~` changed.
pub(crate) fn differences(found: &PackageDifferences) -> String {
    let PackageDifferences { added, removed, changed, parameters, providers } = found;
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut add = |path: &str, line: String| lines.push((path.to_owned(), line));
    for file in added {
        let path = file.path.as_str();
        add(path, format!("+ {}  {}", printable(path), size(file.stamp.size)));
    }
    for file in removed {
        let path = file.path.as_str();
        add(path, format!("- {}  {}", printable(path), size(file.stamp.size)));
    }
    for file in changed {
        let path = file.b.0.path.as_str();
        let (before, after) = (size(file.a.0.stamp.size), size(file.b.0.stamp.size));
        let sizes = if before == after { before } else { format!("{before} -> {after}") };
        add(path, format!("~ {}  {sizes}", printable(path)));
    }
    lines.sort();
    let mut text: String = lines.into_iter().map(|(_, line)| line + "\n").collect();
    named(&mut text, "parameter", parameters, |p| &p.name);
    named(&mut text, "provider", providers, |p| &p.name);
    if text.is_empty() { format!("{GOOD}equal{GOOD:#}\n") } else { text }
}

fn named<T>(
    text: &mut String,
    noun: &str,
    found: &NamedDifferences<T>,
    name: impl Fn(&T) -> &String,
) {
    let NamedDifferences { added, removed, changed } = found;
    for value in added {
        line(text, &format!("+ {noun} {}", printable(name(value))));
    }
    for value in removed {
        line(text, &format!("- {noun} {}", printable(name(value))));
    }
    for (_, value) in changed {
        line(text, &format!("~ {noun} {}", printable(name(value))));
    }
}

/// Where a package was unpacked to.
pub(crate) fn extracted(report: &ExtractReport) -> String {
    let ExtractReport { root, written_files, written_bytes } = report;
    format!(
        "{GOOD}extracted{GOOD:#} {}: {}, {}\n",
        printable(&root.display().to_string()),
        count(*written_files, "file"),
        size(*written_bytes)
    )
}
