//! What lies in an output and does not belong there.

use std::collections::BTreeSet;

use super::classify::is_secret;
use super::entry::Entry;
use super::folder::{Folder, has_suffix, without_suffix};
use super::{Kind, Observation, Severity, What};

/// Files of development, secrets, and earlier outputs that were published again.
pub(super) fn observe(folder: &Folder<'_>, kind: Kind, entry: &Entry) -> Vec<Observation> {
    let nested = nested_outputs(folder, kind, entry);
    let mut found: Vec<_> = nested
        .iter()
        .map(|path| Observation {
            what: What::NestedPublish,
            path: Some(path.clone()),
            severity: Severity::Warning,
            detail: "an earlier output was published as content".to_owned(),
        })
        .collect();
    for file in &folder.files {
        let path = file.path.as_str();
        let lower = path.to_ascii_lowercase();
        let name = file.path.file_name().to_ascii_lowercase();
        let in_nested = nested
            .iter()
            .any(|folder| lower.starts_with(&format!("{}/", folder.to_ascii_lowercase())));
        let is_served = lower.starts_with("wwwroot/");
        let (what, severity, detail) = if is_secret(&name) {
            let severity = if is_served { Severity::Error } else { Severity::Warning };
            (What::Secret, severity, "keys and passwords do not belong into a deployment")
        } else if in_nested || is_served {
            continue;
        } else if let Some((severity, detail)) = leftover(&lower, &name, kind) {
            (What::Leftover, severity, detail)
        } else {
            continue;
        };
        let detail = detail.to_owned();
        found.push(Observation { what, path: Some(path.to_owned()), severity, detail });
    }
    found
}

/// Why a file belongs to development; path and name in lower case.
fn leftover(path: &str, name: &str, kind: Kind) -> Option<(Severity, &'static str)> {
    const SOURCES: [&str; 10] =
        [".cs", ".fs", ".vb", ".csproj", ".fsproj", ".vbproj", ".sln", ".slnx", ".rs", ".user"];
    const BUILD: [&str; 8] = [
        "bundleconfig.json",
        "libman.json",
        "package.json",
        "package-lock.json",
        "dockerfile",
        ".dockerignore",
        ".editorconfig",
        "global.json",
    ];
    let warning = |text| Some((Severity::Warning, text));
    let info = |text| Some((Severity::Info, text));
    let top = path.split_once('/').map(|(top, _)| top).unwrap_or_default();
    if name == "appsettings.development.json" {
        return warning("settings of development");
    }
    if name == "launchsettings.json" {
        return info("settings of development");
    }
    if name.ends_with(".runtimeconfig.dev.json") {
        return warning("names folders of the machine it was built on");
    }
    if has_suffix(name, ".staticwebassets.runtime.json")
        || has_suffix(name, ".staticwebassets.development.json")
    {
        return warning("names folders of the machine it was built on");
    }
    if top == "obj" || top == "bin" && kind != Kind::Netfx {
        return warning("an intermediate file of a build");
    }
    if is_transform(name) {
        return warning("a transform of web.config, for the build only");
    }
    if name.ends_with(".pubxml") {
        return warning("a publish profile");
    }
    let is_source = SOURCES.iter().any(|end| has_suffix(name, end));
    // Views and pages may be compiled at run time, code files may not.
    if is_source && kind != Kind::Static {
        return warning("a source file");
    }
    let for_builds = BUILD.contains(&name)
        || name.starts_with("docker-compose")
        || name.starts_with(".git")
        || top.starts_with(".git")
        || name.starts_with("tsconfig") && has_suffix(name, ".json");
    if for_builds { info("a file for builds") } else { None }
}

/// `web.Release.config`, `web.Production.config`, …
fn is_transform(name: &str) -> bool {
    let middle = name.strip_prefix("web.").and_then(|rest| rest.strip_suffix(".config"));
    middle.is_some_and(|middle| !middle.is_empty())
}

/// Folders, without those inside them, that hold an earlier output.
fn nested_outputs(folder: &Folder<'_>, kind: Kind, entry: &Entry) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in &folder.files {
        let path = file.path.as_str();
        let Some((parent, name)) = path.rsplit_once('/') else { continue };
        let lower = parent.to_ascii_lowercase();
        let top = lower.split('/').next().unwrap_or_default();
        if matches!(top, "wwwroot" | "blazordebugproxy") {
            continue;
        }
        let stem =
            without_suffix(name, ".runtimeconfig.json").or(without_suffix(name, ".deps.json"));
        let Some(stem) = stem else { continue };
        let is_ours = entry.candidates.iter().any(|it| it.eq_ignore_ascii_case(stem));
        let by_name = |segment: &str| {
            matches!(segment, "publish" | "obj") || segment == "bin" && kind != Kind::Netfx
        };
        if !is_ours && !lower.split('/').any(by_name) {
            continue;
        }
        found.insert(parent.to_owned());
    }
    let outer = |path: &String| !found.iter().any(|other| path.starts_with(&format!("{other}/")));
    found.iter().filter(|path| outer(path)).cloned().collect()
}
