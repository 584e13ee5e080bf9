//! `iisle inspect`: what a publish output, project, image, package or Cargo package is.

use std::fmt;
use std::path::{Path, PathBuf};

use iisle_inspect::cargo::CargoPackage;
use iisle_inspect::image::Image;
use iisle_inspect::project::Project;
use iisle_inspect::publish::{InspectOptions, PublishOutput};
use iisle_inspect::resolve::{HostSettings, Resolution, Runtimes, resolve};
use iisle_tree::{LocalTree, Tree, host};

use crate::failure::CHECK_THE_PATH;
use crate::project::{self, ProjectOptions};
use crate::{Context, Failure, Package, PackageRequest, cargo, solution};

/// The largest list of runtimes that is read.
const MAX_RUNTIMES: u64 = 1 << 20;

/// What makes a folder one of an unpacked package.
const ARCHIVE: &str = "archive.xml";

/// What to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectRequest {
    /// An output folder, a project file, an image, a package or a Cargo.toml.
    pub path: PathBuf,
    /// The entry, when there are several.
    pub entry: Option<String>,
    /// Output of `dotnet --list-runtimes`.
    pub runtimes: Option<PathBuf>,
    /// How a project is evaluated.
    pub options: ProjectOptions,
}

/// What something is.
pub enum InspectReport {
    /// A folder of publish output.
    PublishOutput {
        /// The folder as given.
        root: PathBuf,
        /// Its facts.
        output: Box<PublishOutput>,
        /// What the host would choose.
        resolution: Option<Resolution>,
    },
    /// A project, with its output when that was found.
    Project {
        /// Its facts.
        project: Box<Project>,
        /// The folder of its output and what lies there.
        output: Option<(PathBuf, Box<PublishOutput>)>,
    },
    /// One file that is or should be a program.
    Image {
        /// The file as given.
        path: PathBuf,
        /// Its facts.
        image: Box<Image>,
    },
    /// A Web Deploy package.
    Package {
        /// The file or folder as given.
        path: PathBuf,
        /// What it holds.
        package: Box<Package>,
    },
    /// A Cargo package, with its program when that was built.
    Cargo {
        /// Its facts.
        package: Box<CargoPackage>,
        /// The program.
        executable: Option<Box<Image>>,
    },
}

impl fmt::Debug for InspectReport {
    /// The kind of subject; its facts would fill pages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublishOutput { .. } => "PublishOutput",
            Self::Project { .. } => "Project",
            Self::Image { .. } => "Image",
            Self::Package { .. } => "Package",
            Self::Cargo { .. } => "Cargo",
        })
    }
}

/// Gathers the facts of what `path` names.
///
/// # Errors
/// When it does not exist or cannot be read.
pub fn inspect(context: &Context<'_>, request: &InspectRequest) -> Result<InspectReport, Failure> {
    let path = &request.path;
    if host::is_dir(path) && !host::is_file(&path.join(ARCHIVE)) {
        return folder(request);
    }
    if !host::exists(path) {
        return Err(
            Failure::new(format!("`{}` does not exist", path.display())).hint(CHECK_THE_PATH)
        );
    }
    let is_zip = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    if is_zip || host::is_dir(path) {
        let opened = PackageRequest { package: path.clone(), offset_minutes: 0 }.open()?;
        return Ok(InspectReport::Package { path: path.clone(), package: Box::new(opened) });
    }
    if project::is_cargo(path) {
        let package = cargo::read(context, path, None, &request.options)?;
        let executable = image(Path::new(&package.executable)).ok().map(Box::new);
        return Ok(InspectReport::Cargo { package: Box::new(package), executable });
    }
    let is_project = solution::is_solution(path)
        || path
            .extension()
            .is_some_and(|e| e.to_string_lossy().to_ascii_lowercase().ends_with("proj"));
    if !is_project {
        return Ok(InspectReport::Image { path: path.clone(), image: Box::new(image(path)?) });
    }
    let read = project::read(context, path, &request.options)?;
    let folder = publish_dir(&read.folder, &read.facts).filter(|folder| host::is_dir(folder));
    let output = match folder {
        None => None,
        Some(folder) => {
            let tree = LocalTree::open(&folder)?;
            let known = read.facts.assembly_name.clone();
            Some((folder, Box::new(output(&tree, request.entry.clone(), known, names(&[path]))?)))
        }
    };
    Ok(InspectReport::Project { project: Box::new(read.facts), output })
}

fn folder(request: &InspectRequest) -> Result<InspectReport, Failure> {
    let root = request.path.clone();
    let tree = LocalTree::open(&root)?;
    let output = output(&tree, request.entry.clone(), None, names(&[&root]))?;
    let resolution = match &request.runtimes {
        None => None,
        Some(file) => {
            let text = host::read(file, MAX_RUNTIMES)?;
            let installed = Runtimes::parse(&String::from_utf8_lossy(&text));
            // The command judges another machine than its own: its variables do not count.
            resolve(&output, &installed, &HostSettings::default())
        }
    };
    Ok(InspectReport::PublishOutput { root, output: Box::new(output), resolution })
}

/// The facts of a folder. `entry` was asked for; `known` is what the project says; `names` are
/// those that decide between equals.
pub(crate) fn output(
    tree: &dyn Tree,
    entry: Option<String>,
    known: Option<String>,
    names: Vec<String>,
) -> Result<PublishOutput, Failure> {
    let options = InspectOptions { entry: entry.or(known), names };
    iisle_inspect::publish::inspect(tree, &options).map_err(|e| Failure::of(&e))
}

/// The names of a project file and of folders, without extension.
pub(crate) fn names(paths: &[&Path]) -> Vec<String> {
    let stem = |path: &&Path| {
        let name = if host::is_dir(path) { path.file_name() } else { path.file_stem() };
        name.and_then(|name| name.to_str()).map(str::to_owned)
    };
    paths.iter().filter_map(stem).collect()
}

/// The facts of one file.
pub(crate) fn image(path: &Path) -> Result<Image, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let size = host::size(path)?;
    let mut content = host::open(path)?;
    iisle_inspect::image::inspect_image(&name, size, &mut content)
        .map_err(|e| Failure::of(&e).context(format!("cannot read `{}`", path.display())))
}

/// Where the SDK publishes a project to.
pub(crate) fn publish_dir(folder: &Path, project: &Project) -> Option<PathBuf> {
    // `PublishDir` mixes separators as MSBuild does.
    let text = project.publish_dir.as_deref()?.replace('\\', "/");
    Some(folder.join(text.trim_end_matches('/')))
}
