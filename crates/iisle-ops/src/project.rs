//! Reading a project as `dotnet publish` would.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use iisle_inspect::project::{DiscoverError, Discovered, Project, discover};
use iisle_msbuild::{
    Architecture, Entry, EntryKind, EvaluateError, Evaluated, Host, Os, Problem, ProjectFiles,
    PublishOptions, Request, SdkSource, SdkVersion, Traced, auto_response, find_global_json,
    spelling_of_sdk,
};
use iisle_report::{Location, Warning};
use iisle_tree::{TreeError, host};

use crate::webconfig::{self, WEB_CONFIG};
use crate::{Context, Failure, solution};

/// The largest file of a project that is read.
const MAX_PROJECT_FILE: u64 = 256 << 20;

/// Options that shape the evaluation of a project, as `dotnet publish` has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectOptions {
    /// `-c`.
    pub configuration: Option<String>,
    /// `-r`.
    pub runtime: Option<String>,
    /// `-f`.
    pub framework: Option<String>,
    /// `--self-contained`.
    pub self_contained: Option<bool>,
    /// `-p:`, in order; values as MSBuild reads them.
    pub properties: Vec<(String, String)>,
    /// The publish profile.
    pub publish_profile: Option<String>,
}

impl ProjectOptions {
    fn publish_options(&self) -> PublishOptions {
        let Self { configuration, runtime, framework, self_contained, properties, publish_profile } =
            self.clone();
        let profile = publish_profile.map(|name| ("PublishProfile".to_owned(), name));
        PublishOptions {
            configuration,
            runtime,
            framework,
            self_contained,
            properties: profile.into_iter().chain(properties).collect(),
            ..PublishOptions::default()
        }
    }

    fn names_configuration(&self) -> bool {
        self.configuration.is_some()
            || self.properties.iter().any(|(name, _)| name.eq_ignore_ascii_case("Configuration"))
    }
}

/// A project file that was found and evaluated.
#[derive(Debug)]
pub(crate) struct ProjectRead {
    /// The project file.
    pub(crate) path: PathBuf,
    /// Its folder.
    pub(crate) folder: PathBuf,
    pub(crate) facts: Project,
}

/// Finds the project that `path` names: a project file, or a folder that holds exactly one.
pub(crate) fn find(path: &Path) -> Result<PathBuf, Failure> {
    if host::is_file(path) {
        return Ok(path.to_owned());
    }
    if !host::is_dir(path) {
        return Err(Failure::new(format!("`{}` does not exist", path.display()))
            .hint("name a project file, a folder that holds one, or a folder of publish output with --output"));
    }
    let entries = host::list(path)?;
    let names: Vec<String> = entries
        .iter()
        .filter(|entry| entry.kind == host::Kind::File)
        .filter_map(|entry| entry.path.file_name()?.to_str().map(str::to_owned))
        .collect();
    match discover(names.iter().map(String::as_str)) {
        Ok(Discovered::Project(name) | Discovered::Cargo(name)) => Ok(path.join(name)),
        // A solution alone: whoever reads it says which projects it holds.
        Err(DiscoverError::Solution { name }) => Ok(path.join(name)),
        Err(error) => Err(undiscovered(path, &error)),
    }
}

fn undiscovered(folder: &Path, error: &DiscoverError) -> Failure {
    let shown = folder.display();
    match error {
        DiscoverError::Nothing => Failure::new(format!("there is no project file in `{shown}`"))
            .hint("name the project file, or give the folder of the publish output with --output"),
        DiscoverError::Several { names } => {
            let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Failure::new(format!("`{shown}` holds several project files: {list}"))
                .hint("name one of them")
        }
        other => Failure::of(other)
            .context(format!("there is nothing to publish in `{shown}`"))
            .hint("name the project file of the web app"),
    }
}

/// Whether a path names a Cargo manifest.
pub(crate) fn is_cargo(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "Cargo.toml")
}

/// Evaluates a project for publishing.
///
/// Without a configuration the project is asked for `PublishRelease`, as `dotnet publish` does.
pub(crate) fn read(
    context: &Context<'_>,
    path: &Path,
    options: &ProjectOptions,
) -> Result<ProjectRead, Failure> {
    if solution::is_solution(path) {
        return Err(solution::refuse(context, path));
    }
    let globals = options.publish_options().global_properties(build_machine());
    let mut evaluated = evaluate(context, path, globals.clone())?;
    let release = evaluated
        .property("PublishRelease")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if release && !options.names_configuration() {
        let with = globals.into_iter().chain([("Configuration".to_owned(), "Release".to_owned())]);
        evaluated = evaluate(context, path, with.collect())?;
    }
    let path = absolute(context, path);
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let mut facts = Project::from_evaluated(&path.display().to_string(), &evaluated);
    facts.own_web_config =
        webconfig::names(&folder)?.into_iter().find(|name| name.eq_ignore_ascii_case(WEB_CONFIG));
    Ok(ProjectRead { path, folder, facts })
}

/// Evaluates a project with these global properties.
pub(crate) fn evaluate(
    context: &Context<'_>,
    path: &Path,
    globals: Vec<(String, String)>,
) -> Result<Evaluated, Failure> {
    let files = HostFiles::default();
    let request = request(context, &files, path, globals);
    iisle_msbuild::evaluate(&files, &request).map_err(|error| {
        if solution::is_traversal(&error) {
            return solution::refuse(context, path);
        }
        failure(path, &error)
    })
}

/// The evaluation of a project with these global properties, in the world of the context.
///
/// Response files count, as they do for the engine, and the `global.json` that rules where the
/// command was started chooses the SDK.
pub(crate) fn request(
    context: &Context<'_>,
    files: &HostFiles,
    path: &Path,
    globals: Vec<(String, String)>,
) -> Request {
    let path = absolute(context, path);
    let host = build_machine();
    let environment = context.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
    let home = context.variable("HOME").or_else(|| context.variable("USERPROFILE"));
    let packages = context.variable("NUGET_PACKAGES").map(PathBuf::from);
    let response = auto_response(files, host, &path);
    let sdk = find_global_json(files, host, context.current_dir)
        .and_then(|json| json.sdk_version())
        .unwrap_or(SdkVersion::NEWEST);
    Request {
        globals: response.properties.into_iter().chain(globals).collect(),
        environment: environment.collect(),
        host,
        sdk: SdkSource::BuiltIn(sdk),
        current_dir: Some(context.current_dir.to_owned()),
        packages_dir: packages
            .or_else(|| home.map(|home| Path::new(home).join(".nuget").join("packages"))),
        traced: Traced::Nothing,
        ..Request::new(path)
    }
}

/// What response files said, for the person who wonders.
pub(crate) fn response_files(files: &HostFiles, project: &Path) -> Vec<Warning> {
    let found = auto_response(files, build_machine(), project);
    if found.properties.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = found.properties.iter().map(|(name, _)| format!("`{name}`")).collect();
    let file = found.files.first().map(|file| file.display().to_string()).unwrap_or_default();
    vec![Warning {
        code: "response-file".to_owned(),
        message: format!("`{file}` sets {} as if on the command line", names.join(", ")),
        location: Some(Location::at(file, 1, 1)),
    }]
}

pub(crate) fn failure(path: &Path, error: &EvaluateError) -> Failure {
    let mut failure =
        Failure::of(error).context(format!("cannot read the project `{}`", path.display()));
    if let Some(code) = error.code() {
        failure = failure.code(code);
    }
    if let (Some(file), Some(at)) = (error.file(), error.position()) {
        failure = failure.at(Location::at(file.display().to_string(), at.line, at.column));
    }
    match error.problem() {
        Problem::MissingSdk { sdk } => failure.hint(match spelling_of_sdk(sdk) {
            Some(known) => format!("letter case counts here: the SDK is called `{known}`"),
            None => "an SDK that is a package is looked for among the restored ones: \
                     `dotnet restore` brings it, NUGET_PACKAGES names the folder"
                .to_owned(),
        }),
        _ => failure,
    }
}

/// An absolute path without `.` and `..`; links are not resolved.
pub(crate) fn absolute(context: &Context<'_>, path: &Path) -> PathBuf {
    clean(&context.current_dir.join(path))
}

/// A path without `.` and `..`; links are not resolved.
pub(crate) fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => drop(clean.pop()),
            other => clean.push(other),
        }
    }
    clean
}

/// The machine that evaluates.
pub(crate) fn build_machine() -> Host {
    let os = match std::env::consts::OS {
        "windows" => Os::Windows,
        "macos" => Os::MacOs,
        "freebsd" => Os::FreeBsd,
        _ => Os::Linux,
    };
    let architecture = match std::env::consts::ARCH {
        "x86" => Architecture::X86,
        "arm" => Architecture::Arm,
        "aarch64" => Architecture::Arm64,
        _ => Architecture::X64,
    };
    Host { os, architecture }
}

/// The files of this machine. What stands at a path is asked once.
#[derive(Debug, Default)]
pub(crate) struct HostFiles {
    entries: Mutex<BTreeMap<OsString, Option<EntryKind>>>,
}

impl ProjectFiles for HostFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        host::read(path, MAX_PROJECT_FILE).map_err(|error| match error {
            TreeError::NotFound(_) => io::ErrorKind::NotFound.into(),
            TreeError::Io { source, .. } => source,
            other => io::Error::other(other),
        })
    }

    fn entry(&self, path: &Path) -> Option<EntryKind> {
        let held = || self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().get(path.as_os_str()) {
            return *known;
        }
        let found = match host::kind(path) {
            Some(host::Kind::Directory) => Some(EntryKind::Folder),
            Some(host::Kind::File) => Some(EntryKind::File),
            Some(host::Kind::Other) | None => None,
        };
        held().insert(path.as_os_str().to_owned(), found);
        found
    }

    fn list(&self, folder: &Path) -> Vec<Entry> {
        let entries = host::list(folder).unwrap_or_default();
        let entry = |entry: host::Entry| {
            let name = entry.path.file_name()?.to_str()?.to_owned();
            let kind = if entry.kind == host::Kind::Directory {
                EntryKind::Folder
            } else {
                EntryKind::File
            };
            Some(Entry { name, kind })
        };
        entries.into_iter().filter_map(entry).collect()
    }
}
