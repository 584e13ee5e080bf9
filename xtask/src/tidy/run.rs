//! Reads the repository and asks every check.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Package};

use super::arrows::{self, Arrow, short};
use super::deny::Deny;
use super::notes::Notes;
use super::{building, corpus, manifests, readme, requirements, rules, sources, top_level};
use crate::CHORES;
use crate::workspace::Workspace;

/// Says what is untidy; `true` when nothing must be changed.
pub(crate) fn run(workspace: &Workspace) -> Result<bool> {
    let mut notes = Notes::default();
    let files = Files::read(workspace)?;
    top_level::check(files.paths(), &mut notes);
    check_packages(workspace, &files, &mut notes)?;
    check_texts(&files, &mut notes);
    check_readme(workspace, &files, &mut notes)?;
    let text = notes.text();
    if !text.is_empty() {
        println!("{text}");
    }
    println!("tidy: {} files, {} packages of ours", files.list.len(), workspace.members().len());
    Ok(notes.is_good())
}

/// The files that are or would be tracked; binary ones without text.
struct Files {
    list: Vec<(String, Option<String>)>,
}

impl Files {
    fn read(workspace: &Workspace) -> Result<Self> {
        let mut list = Vec::new();
        for path in workspace.files()? {
            let bytes = std::fs::read(workspace.root().join(&path));
            let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
            let text = if bytes.contains(&0) { None } else { String::from_utf8(bytes).ok() };
            list.push((path.to_string_lossy().replace('\\', "/"), text));
        }
        Ok(Self { list })
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|(path, _)| path.as_str())
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.texts().find(|(found, _)| *found == path).map(|(_, text)| text)
    }

    /// Texts below the rules' folder with this extension.
    fn of_rules(&self, extension: &str) -> Vec<(String, String)> {
        let below = |path: &str| path.starts_with(rules::FOLDER) && path.ends_with(extension);
        self.texts()
            .filter(|(path, _)| below(path))
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .collect()
    }
}

fn check_packages(workspace: &Workspace, files: &Files, notes: &mut Notes) -> Result<()> {
    let members = workspace.members();
    let names: Vec<String> = members.iter().map(|package| package.name.to_string()).collect();
    let drawn = members.iter().flat_map(|package| arrows_of(package, &names)).collect::<Vec<_>>();
    match files.text("crates/README.md").and_then(arrows::parse) {
        Some(allowed) => arrows::check(&allowed, &names, &drawn, notes),
        None => notes.complain("crates/README.md", "has no block of arrows (`iisle -> …`)"),
    }

    building::check(&edges(workspace), notes);
    let deny = Deny::parse(files.text("deny.toml").context("there is no deny.toml")?)?;
    for package in &members {
        let place = relative(workspace, package.manifest_path.as_std_path());
        manifests::check(&place, files.text(&place).unwrap_or_default(), notes)?;
        for dependency in &package.dependencies {
            deny.check_dependency(&package.name, &dependency.name, &place, notes);
        }
    }
    for package in workspace.metadata.packages.iter().filter(|package| package.source.is_some()) {
        let license = package.license.as_deref().unwrap_or("no license");
        if !deny.accepts(license) {
            let name = format!("{} {}", package.name, package.version);
            notes.complain(
                "Cargo.lock",
                format!("`{name}` has `{license}`, which deny.toml does not allow"),
            );
        }
    }
    Ok(())
}

/// What every package is built from, by name.
fn edges(workspace: &Workspace) -> BTreeMap<String, BTreeSet<String>> {
    let packages = &workspace.metadata.packages;
    let names: BTreeMap<_, _> =
        packages.iter().map(|package| (&package.id, package.name.to_string())).collect();
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in workspace.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes) {
        let Some(name) = names.get(&node.id) else { continue };
        let is_built_with = |kinds: &[cargo_metadata::DepKindInfo]| {
            kinds.iter().any(|known| known.kind != DependencyKind::Development)
        };
        let below = node.deps.iter().filter(|below| is_built_with(&below.dep_kinds));
        let below = below.filter_map(|below| names.get(&below.pkg).cloned());
        edges.entry(name.clone()).or_default().extend(below);
    }
    edges
}

fn arrows_of(package: &Package, ours: &[String]) -> Vec<Arrow> {
    let dependencies =
        package.dependencies.iter().filter(|dependency| ours.contains(&dependency.name));
    dependencies
        .map(|dependency| Arrow {
            from: short(&package.name).to_owned(),
            to: short(&dependency.name).to_owned(),
            is_dev: dependency.kind == DependencyKind::Development,
        })
        .collect()
}

fn check_texts(files: &Files, notes: &mut Notes) {
    for (path, text) in files.texts() {
        sources::check(path, text, notes);
    }
    for case in corpus::cases(files.paths()) {
        corpus::check(&case, files.text(&format!("{case}/case.toml")), notes);
    }
    rules::check(&files.of_rules(".rs"), &files.of_rules(".md"), notes);
    match files.text(requirements::LIST) {
        Some(list) => {
            // Its own tests name numbers that are none.
            let is_source = |path: &str| {
                Path::new(path).extension().is_some_and(|end| end == "rs")
                    && !path.ends_with("requirements.rs")
            };
            requirements::check(list, files.texts().filter(|(path, _)| is_source(path)), notes);
        }
        None => notes.complain(requirements::LIST, "does not exist"),
    }
}

fn check_readme(workspace: &Workspace, files: &Files, notes: &mut Notes) -> Result<()> {
    const PLACE: &str = "README.md";
    let Some(document) = files.text(PLACE) else { return Ok(()) };
    let mut build = workspace.cargo();
    build.args(["build", "--locked", "--quiet", "--package", "iisle"]);
    crate::process::run(&mut build)?;
    let mut help = |verbs: &[&str]| {
        let mut command = workspace.cargo();
        command.args(["run", "--locked", "--quiet", "--package", "iisle", "--bin", "iisle", "--"]);
        let command = command.args(verbs).arg("--help").stdin(Stdio::null());
        let output = command.output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let exists = |path: &str| workspace.root().join(path).exists();
    readme::check(PLACE, document, &CHORES, &mut help, &exists, notes);
    Ok(())
}

fn relative(workspace: &Workspace, path: &Path) -> String {
    let path = path.strip_prefix(workspace.root()).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}
