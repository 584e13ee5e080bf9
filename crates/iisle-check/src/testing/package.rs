//! A package as text: `archive.xml`, `parameters.xml` and files below `Content/`.

use iisle_inspect::publish::{self, InspectOptions};
use iisle_path::RelPath;
use iisle_tree::{MemoryTree, Ticks, Tree};
use iisle_webdeploy::{Package, connection_strings};

use super::files;
use super::judge::render;
use crate::rule::Rule;
use crate::settings::Settings;
use crate::subject::{ContentFacts, PackageFacts, PackageParts, Subject};
use crate::verdict::{Verdict, check_by};

/// The files of a small app, to be put into [`app_package`].
pub(crate) const APP: &str = r#"
            == Content/C_C/app/App.dll
            managed anycpu
            == Content/C_C/app/App.runtimeconfig.json
            {"runtimeOptions": {"tfm": "net8.0", "framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}}}"#;

/// The text of a package of an application that was `C:\app`, with more providers and files.
pub(crate) fn app_package(providers: &str, files: &str) -> String {
    format!(
        r#"
            == archive.xml
            <sitemanifest>
              <iisApp path="C:\app"><createApp path="C:\app" /><contentPath path="C:\app"><MSDeploy.dirPath path="C:\app" /></contentPath></iisApp>
              {providers}
            </sitemanifest>{files}"#
    )
}

/// Judges the text of a package by one rule; the answer is that of [`super::check`].
pub(crate) fn check_package(rule: &'static Rule, text: &str) -> String {
    check_package_against(rule, text, &[])
}

/// The same, with files that a publish folder has otherwise.
pub(crate) fn check_package_against(
    rule: &'static Rule,
    text: &str,
    differing: &[RelPath],
) -> String {
    render(&judge_package(std::iter::once(rule), text, differing))
}

/// Judges the text of a package, and its first content as an output, by some rules.
pub(crate) fn judge_package(
    rules: impl Iterator<Item = &'static Rule>,
    text: &str,
    differing: &[RelPath],
) -> Verdict {
    let files = files::parse(text);
    let tree = files.iter().fold(MemoryTree::windows(), |tree, file| {
        tree.with_file(&file.path, &file.bytes, Ticks::UNIX_EPOCH)
    });
    let package = Package::from_folder(tree).expect("a test has a package");
    let facts = |content: &iisle_webdeploy::PackageContent| {
        let tree = package.tree(content);
        let read = |path: &RelPath| tree.read_all(path, 1 << 16).expect("memory can be read");
        let settings = content.files.keys().filter(|path| path.has_extension("json"));
        let named = settings.flat_map(|path| {
            connection_strings(&read(path)).into_iter().map(|(name, _)| (path.clone(), name))
        });
        ContentFacts {
            content: content.clone(),
            output: publish::inspect(&tree, &InspectOptions::default()).expect("it can be read"),
            connection_strings: named.collect(),
            differing: differing.to_vec(),
        }
    };
    let contents: Vec<_> = package.contents().iter().map(facts).collect();
    let idle = package.idle_parameters();
    let parts = PackageParts {
        manifest: package.manifest(),
        parameters: package.parameters(),
        idle: &idle,
        contents: &contents,
    };
    let facts = PackageFacts { file: "App.zip", faults: &[], parts: Some(parts) };
    let subject = contents
        .first()
        .map_or_else(Subject::default, |content| Subject::of_output(&content.output));
    check_by(rules, &Subject { package: Some(facts), ..subject }, &Settings::default())
}
