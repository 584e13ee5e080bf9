//! Reading a project as `dotnet publish` would.

use std::io;
use std::path::{Path, PathBuf};

use iisle_inspect::project::{DiscoverError, Discovered, Project, discover};
use iisle_msbuild::{
    Architecture, Entry, EntryKind, EvaluateError, Evaluated, Host, Os, ProjectFiles,
    PublishOptions, Request,
};
use iisle_report::Location;
use iisle_tree::{TreeError, host};

use crate::{Context, Failure};

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
    let facts = Project::from_evaluated(&path.display().to_string(), &evaluated);
    Ok(ProjectRead { path, folder, facts })
}

/// Evaluates a project with these global properties.
pub(crate) fn evaluate(
    context: &Context<'_>,
    path: &Path,
    globals: Vec<(String, String)>,
) -> Result<Evaluated, Failure> {
    let environment = context.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
    let home = context.variable("HOME").or_else(|| context.variable("USERPROFILE"));
    let packages = context.variable("NUGET_PACKAGES").map(PathBuf::from);
    let request = Request {
        globals,
        environment: environment.collect(),
        host: build_machine(),
        current_dir: Some(context.current_dir.to_owned()),
        packages_dir: packages
            .or_else(|| home.map(|home| Path::new(home).join(".nuget").join("packages"))),
        ..Request::new(absolute(context, path))
    };
    iisle_msbuild::evaluate(&HostFiles, &request).map_err(|e| failure(path, &e))
}

fn failure(path: &Path, error: &EvaluateError) -> Failure {
    let mut failure =
        Failure::of(error).context(format!("cannot read the project `{}`", path.display()));
    if let Some(code) = error.code() {
        failure = failure.code(code);
    }
    if let (Some(file), Some(at)) = (error.file(), error.position()) {
        failure = failure.at(Location::at(file.display().to_string(), at.line, at.column));
    }
    failure
}

/// An absolute path without `.` and `..`; links are not resolved.
pub(crate) fn absolute(context: &Context<'_>, path: &Path) -> PathBuf {
    let joined = context.current_dir.join(path);
    let mut clean = PathBuf::new();
    for part in joined.components() {
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

/// The files of this machine.
struct HostFiles;

impl ProjectFiles for HostFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        host::read(path, MAX_PROJECT_FILE).map_err(|error| match error {
            TreeError::NotFound(_) => io::ErrorKind::NotFound.into(),
            TreeError::Io { source, .. } => source,
            other => io::Error::other(other),
        })
    }

    fn entry(&self, path: &Path) -> Option<EntryKind> {
        if host::is_dir(path) {
            Some(EntryKind::Folder)
        } else {
            host::is_file(path).then_some(EntryKind::File)
        }
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
