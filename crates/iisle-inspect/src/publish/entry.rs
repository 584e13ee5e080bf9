use std::collections::BTreeSet;

use iisle_path::NameRules;
use iisle_webconfig::{Hosting, ProcessPath};

use super::folder::{Folder, without_suffix};
use super::{App, File};
use crate::image::{HostKind, Image, ImageKind};

/// What the caller knows of the output beforehand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectOptions {
    /// The stem of the entry, told by the user or by the evaluated `AssemblyName`.
    pub entry: Option<String>,
    /// Names that decide between equals: that of the folder, that of the project.
    pub names: Vec<String>,
}

/// The entry point and how it was found.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) stem: Option<String>,
    /// All stems that could be it, sorted.
    pub(super) candidates: Vec<String>,
    /// Which rule decided.
    pub(super) because: String,
    /// Several are left, and nothing decides between them.
    pub(super) is_ambiguous: bool,
}

/// Programs that come with the runtime or serve other purposes than being the application.
const HELPERS: [&str; 3] = ["createdump", "apphost", "dotnet"];

/// What decides between candidates, and the test of one.
type Rule<'r> = (&'static str, &'r dyn Fn(&str) -> bool);

/// Finds the entry point: the first rule that leaves exactly one decides.
pub(super) fn find(folder: &Folder<'_>, options: &InspectOptions) -> Entry {
    let mut candidates = managed_candidates(folder);
    if candidates.is_empty() {
        candidates = native_candidates(folder);
    }
    if candidates.is_empty() {
        candidates = hosted_candidates(folder);
    }
    let found = |stem: String, because: String, candidates: &[String]| Entry {
        stem: Some(stem),
        candidates: candidates.to_vec(),
        because,
        is_ambiguous: false,
    };
    if let Some(told) = options.entry.as_deref().and_then(|told| existing(folder, told)) {
        return found(told, "it was told".to_owned(), &candidates);
    }
    if let Some((stem, because)) = started_by_web_config(folder) {
        return found(stem, because, &candidates);
    }
    if candidates.is_empty() {
        return Entry::default();
    }
    let rules: [Rule<'_>; 4] = [
        ("it is the only one with its files", &|_| true),
        ("it alone needs ASP.NET Core", &|stem| folder.app(stem).is_some_and(uses_asp_net_core)),
        ("no other one references it", &|stem| !is_referenced(folder, &candidates, stem)),
        ("it has the name of the folder or project", &|stem| {
            options.names.iter().any(|name| NameRules::Windows.same(name, stem))
        }),
    ];
    let mut left = candidates.clone();
    for (because, rule) in rules {
        let kept: Vec<_> = left.iter().filter(|stem| rule(stem)).cloned().collect();
        if let [only] = &kept[..] {
            return found(only.clone(), because.to_owned(), &candidates);
        }
        if !kept.is_empty() {
            left = kept;
        }
    }
    Entry { stem: None, candidates, because: String::new(), is_ambiguous: true }
}

/// Stems with a runtimeconfig.json, beside an assembly or inside a program.
fn managed_candidates(folder: &Folder<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut clients = Vec::new();
    for app in &folder.apps {
        let Some(config) = &app.runtime_config else { continue };
        let program = folder.program(&app.stem).and_then(|file| file.image.as_ref());
        let is_whole = program
            .and_then(|image| image.host.as_ref())
            .is_some_and(|host| matches!(host.kind, HostKind::Bundle | HostKind::NativeAot));
        if !is_whole && !folder.has(&format!("{}.dll", app.stem)) {
            continue;
        }
        // The part of an application that runs in the browser has a runtime of its own kind.
        let in_browser = !config.bundled
            && !config.included_frameworks.is_empty()
            && program.is_none()
            && !has_host_policy(folder);
        if in_browser { clients.push(app.stem.clone()) } else { found.push(app.stem.clone()) }
    }
    let bundles = folder.root().filter(|file| {
        let host = file.image.as_ref().and_then(|image| image.host.as_ref());
        host.is_some_and(|host| host.kind == HostKind::Bundle)
    });
    found.extend(bundles.map(|file| stem_of(file).to_owned()));
    // A self-contained app that lost its program and its runtime looks like that, too.
    if found.is_empty() {
        found = clients;
    }
    sorted(found)
}

pub(super) fn has_host_policy(folder: &Folder<'_>) -> bool {
    ["hostpolicy.dll", "libhostpolicy.so", "libhostpolicy.dylib"].iter().any(|it| folder.has(it))
}

fn sorted(stems: Vec<String>) -> Vec<String> {
    stems.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Programs in the root that need no assembly beside them.
fn native_candidates(folder: &Folder<'_>) -> Vec<String> {
    let programs = folder.root().filter(|file| {
        let is_program = file.image.as_ref().is_some_and(|image| {
            image.is_program()
                && image.managed == Some(false)
                && image.host.as_ref().is_none_or(|host| host.kind == HostKind::NativeAot)
        });
        is_program && !HELPERS.iter().any(|it| it.eq_ignore_ascii_case(stem_of(file)))
    });
    sorted(programs.map(|file| stem_of(file).to_owned()).collect())
}

/// Assemblies that a host in the root starts: applications whose runtimeconfig.json is missing.
fn hosted_candidates(folder: &Folder<'_>) -> Vec<String> {
    let apps = folder.root().filter_map(|file| {
        let app = file.image.as_ref()?.host.as_ref()?.app.as_deref()?;
        let dll = folder.file(app).filter(|dll| dll.path.is_top_level())?;
        without_suffix(dll.path.as_str(), ".dll")
    });
    sorted(apps.map(str::to_owned).collect())
}

/// The name without `.exe`; programs of Unix may have dots in their names.
fn stem_of(file: &File) -> &str {
    without_suffix(file.path.file_name(), ".exe").unwrap_or(file.path.file_name())
}

/// The stem in the letters of the folder, when files of it are there.
fn existing(folder: &Folder<'_>, told: &str) -> Option<String> {
    let told = without_suffix(told, ".dll").or(without_suffix(told, ".exe")).unwrap_or(told);
    let dll = folder.file(&format!("{told}.dll"));
    let dll = dll.and_then(|file| without_suffix(file.path.as_str(), ".dll"));
    dll.or_else(|| folder.program(told).map(stem_of)).map(str::to_owned)
}

/// The stem that web.config starts, when its files are there.
fn started_by_web_config(folder: &Folder<'_>) -> Option<(String, String)> {
    let config = folder.web_config.as_ref()?.content.as_ref().ok()?;
    let managers = [config.hosting(), config.http_platform()];
    managers.into_iter().flatten().find_map(|hosting| started_by(folder, &hosting))
}

fn started_by(folder: &Folder<'_>, hosting: &Hosting<'_>) -> Option<(String, String)> {
    match hosting.process_path() {
        ProcessPath::Missing | ProcessPath::Elsewhere(_) => None,
        ProcessPath::Dotnet => {
            let argument = hosting.assembly_argument()?;
            let path = in_root(&argument)?;
            let file = folder.file(path)?;
            let stem = without_suffix(file.path.as_str(), ".dll")?;
            Some((stem.to_owned(), format!("web.config starts {path}")))
        }
        ProcessPath::Relative(path) => {
            let file = folder.program(without_suffix(&path, ".exe").unwrap_or(&path))?;
            let host = file.image.as_ref().and_then(|image| image.host.as_ref());
            let app = host.and_then(|host| host.app.as_deref());
            let bound = app.and_then(|app| without_suffix(app, ".dll"));
            let stem = bound.filter(|stem| folder.has(&format!("{stem}.dll")));
            let stem = stem.unwrap_or_else(|| stem_of(file)).to_owned();
            let inside = !stem.contains(['/', '\\']);
            inside.then(|| (stem, format!("web.config starts {}", file.path)))
        }
    }
}

/// A relative Windows path that names a file in the root itself.
fn in_root(path: &str) -> Option<&str> {
    let mut rest = path;
    while let Some(shorter) = rest.strip_prefix(r".\").or_else(|| rest.strip_prefix("./")) {
        rest = shorter;
    }
    (!rest.is_empty() && !rest.contains(['\\', '/', ':', '%'])).then_some(rest)
}

/// Whether an app names ASP.NET Core as a framework, or brings its server along as a package.
pub(super) fn uses_asp_net_core(app: &App) -> bool {
    let config = app.runtime_config.as_ref().is_some_and(|config| {
        let names = ["Microsoft.AspNetCore.App", "Microsoft.AspNetCore.All"];
        names.iter().any(|name| config.names_framework(name))
    });
    let deps = app.deps.as_ref().is_some_and(|deps| {
        deps.libraries.iter().any(|library| {
            let name = library.name.to_ascii_lowercase();
            // Names of reference assemblies say nothing: they lie in no output.
            library.kind != "referenceassembly"
                && (name.starts_with("microsoft.aspnetcore.server.")
                    || name.starts_with("runtimepack.microsoft.aspnetcore.app")
                    || name == "microsoft.aspnetcore.app"
                    || name == "microsoft.aspnetcore.all")
        })
    });
    config || deps
}

fn is_referenced(folder: &Folder<'_>, candidates: &[String], stem: &str) -> bool {
    candidates.iter().filter(|other| *other != stem).any(|other| {
        let deps = folder.app(other).and_then(|app| app.deps.as_ref());
        deps.is_some_and(|deps| deps.library(stem).is_some())
    })
}

impl Image {
    /// Whether it starts a process of its own accord: no assembly in a `.dll`.
    pub(super) fn is_program(&self) -> bool {
        self.image == Some(ImageKind::Exe)
    }
}
