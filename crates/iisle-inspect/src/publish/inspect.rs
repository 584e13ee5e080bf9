use std::collections::{BTreeMap, BTreeSet};

use iisle_tree::{Tree, TreeError};
use thiserror::Error;

use super::entry::{Entry, InspectOptions};
use super::folder::{Folder, LARGEST_TEXT, without_suffix};
use super::kind::Parts;
use super::observe::Facts;
use super::{
    Class, ClassSum, Evidence, Flag, InvalidJson, Kind, Mention, Problem, PublishOutput, Severity,
    arch, classify, entry, kind, observe, static_assets,
};
use crate::image::{NativeCode, find_texts};
use crate::json::{self, Node, Reader};

/// Why a folder could not be inspected.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InspectError {
    /// It, or a file in it that decides, could not be read.
    #[error("cannot read the publish output")]
    Tree(#[from] TreeError),
}

/// Finds out what lies in a publish folder.
///
/// Headers of binaries are read, texts that decide (runtimeconfig, deps, web.config, settings, the
/// endpoints manifest) as a whole, and nothing else. Files that are broken are facts.
pub fn inspect(tree: &dyn Tree, options: &InspectOptions) -> Result<PublishOutput, InspectError> {
    let folder = Folder::gather(tree)?;
    let static_assets = static_assets::read(&folder)?;
    let invalid_settings = invalid_settings(&folder)?;

    let entry = entry::find(&folder, options);
    let parts = Parts::of(&folder, &entry);
    let (kind, kind_because) = kind::decide(&folder, &entry, &parts);
    let classes = classify::classify(&folder, kind, &parts);
    let mut flags = kind::flags(&folder, &entry, &parts);
    let bundled = parts.program.zip(entry.stem.as_deref());
    let bundled =
        bundled.and_then(|(program, stem)| folder.bundled_image(program, &format!("{stem}.dll")));
    let is_compiled = bundled.is_some_and(|it| it.native_code == NativeCode::ReadyToRun);
    if flags.contains(&Flag::ReadyToRunComposite)
        || is_compiled
        || is_ready_to_run(&folder, &classes)
    {
        flags.insert(Flag::ReadyToRun);
    }
    let trimmed = kind::trimmed(&folder, kind, &parts);
    if trimmed.is_some() {
        flags.insert(Flag::Trimmed);
    }
    let architecture = arch::decide(&folder, kind, &parts);
    let conflicts = arch::conflicts(&folder, kind, &parts, &architecture);
    let static_facts = static_assets.as_ref();
    let observations = observe::observe(&Facts {
        folder: &folder,
        entry: &entry,
        parts: &parts,
        kind,
        flags: &flags,
        arch: architecture.arch,
        static_assets: static_facts,
    });

    let mut evidence = Vec::new();
    let mut note = |fact, value: String, because: String| {
        evidence.push(Evidence { fact, value, because });
    };
    note("kind", kind.to_string(), kind_because);
    if let Some(stem) = &entry.stem {
        note("entry", stem.clone(), entry.because.clone());
    }
    if let (Some(arch), Some(because)) = (architecture.arch, architecture.because) {
        note("arch", arch.to_string(), because);
    }
    if let (Some(rid), Some(deps)) = (parts.rid(), parts.deps) {
        note("rid", rid.to_owned(), format!("{}: runtimeTarget", deps.path));
    }
    if let Some(because) = trimmed {
        note("trimmed", "probably".to_owned(), because);
    }
    let classes_sums = sums(&folder, &classes);
    let rid = parts.rid().map(str::to_owned);
    let target_framework = target_framework(&parts);
    let self_contained = observe::self_contained(&folder, kind, &parts);
    let mentions = mentions(&folder, kind, &parts)?;
    let program = parts.program.map(|file| file.path.clone());
    let config = parts.config;
    let frameworks = config.map(|it| it.frameworks.clone()).unwrap_or_default();
    let included_frameworks = config.map(|it| it.included_frameworks.clone()).unwrap_or_default();

    let Entry { stem, candidates, because: _, is_ambiguous: _ } = entry;
    let Folder { tree: _, mut files, directories, apps, web_config, by_name: _ } = folder;
    for (file, class) in files.iter_mut().zip(classes) {
        file.class = class;
    }
    Ok(PublishOutput {
        kind,
        flags,
        entry: stem,
        program,
        mentions,
        candidates,
        arch: architecture.arch,
        rid,
        target_framework,
        self_contained,
        frameworks,
        included_frameworks,
        evidence,
        conflicts,
        observations,
        classes: classes_sums,
        files,
        directories,
        apps,
        web_config,
        static_assets,
        invalid_settings,
    })
}

/// Whether an assembly of the application itself is compiled ahead of time.
fn is_ready_to_run(folder: &Folder<'_>, classes: &[Class]) -> bool {
    folder.files.iter().zip(classes).any(|(file, class)| {
        let compiled =
            file.image.as_ref().is_some_and(|image| image.native_code == NativeCode::ReadyToRun);
        compiled && matches!(class, Class::Entry | Class::App)
    })
}

fn sums(folder: &Folder<'_>, classes: &[Class]) -> BTreeMap<Class, ClassSum> {
    let mut sums: BTreeMap<Class, ClassSum> = BTreeMap::new();
    for (file, class) in folder.files.iter().zip(classes) {
        let sum = sums.entry(*class).or_default();
        sum.files += 1;
        sum.size += file.size;
    }
    sums
}

/// Looks through a native program, which no header describes.
fn mentions(
    folder: &Folder<'_>,
    kind: Kind,
    parts: &Parts<'_>,
) -> Result<BTreeSet<Mention>, TreeError> {
    let Some(file) = parts.program.filter(|_| kind == Kind::Native) else {
        return Ok(BTreeSet::new());
    };
    let mut content = folder.tree.open(&file.path)?;
    let found = find_texts(&mut *content, file.size, &Mention::ALL.map(Mention::text))
        .map_err(|source| TreeError::io("read", file.path.as_str(), source))?;
    let found = Mention::ALL.into_iter().zip(found).filter(|(_, found)| *found);
    Ok(found.map(|(mention, _)| mention).collect())
}

/// A key that has two values, without regard to case, and the second one.
///
/// Source: dotnet/runtime, `JsonConfigurationFileParser`.
fn duplicate_key(root: &Node) -> Option<(String, &Node)> {
    let mut seen = BTreeSet::new();
    let mut open = vec![(String::new(), root)];
    while let Some((path, node)) = open.pop() {
        let below = |name: &str| {
            if path.is_empty() { name.to_owned() } else { format!("{path}:{name}") }
        };
        if node.is_object() {
            // The stack turns the order around.
            let members = node.members().iter().rev();
            open.extend(members.map(|(name, value)| (below(name), value)));
        } else if node.is_array() {
            let elements = node.elements().iter().enumerate().rev();
            open.extend(elements.map(|(index, value)| (below(&index.to_string()), value)));
        } else if !seen.insert(path.to_lowercase()) {
            return Some((path, node));
        }
    }
    None
}

/// What the runtimeconfig says; old ones say nothing, and deps.json does.
fn target_framework(parts: &Parts<'_>) -> Option<String> {
    let of_config = parts.config.and_then(|config| config.tfm.clone());
    of_config.or_else(|| parts.deps?.target_framework.clone())
}

/// Settings in the root that the configuration of .NET refuses to read.
fn invalid_settings(folder: &Folder<'_>) -> Result<Vec<InvalidJson>, TreeError> {
    let mut found = Vec::new();
    for file in folder.root() {
        let name = file.path.as_str();
        let stem = without_suffix(name, ".json").unwrap_or_default();
        let start = stem.get(.."appsettings".len()).unwrap_or_default();
        let rest = &stem[start.len()..];
        if !start.eq_ignore_ascii_case("appsettings") || !(rest.is_empty() || rest.starts_with('.'))
        {
            continue;
        }
        let bytes = folder.tree.read_all(&file.path, LARGEST_TEXT)?;
        let problem = match json::parse(&bytes, Reader::Settings) {
            Ok(document) if document.root.is_object() => match duplicate_key(&document.root) {
                None => continue,
                Some((key, node)) => Problem {
                    position: Some(document.position(node)),
                    message: format!("the key `{key}` stands there twice"),
                    severity: Severity::Error,
                },
            },
            Ok(document) => Problem {
                position: Some(document.position(&document.root)),
                message: "the root is not an object".to_owned(),
                severity: Severity::Error,
            },
            Err(error) => Problem {
                position: Some(error.position),
                message: error.message,
                severity: Severity::Error,
            },
        };
        found.push(InvalidJson { path: file.path.clone(), problem });
    }
    Ok(found)
}
