//! `iisle pack`: a Web Deploy package of a folder, with its companions.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use iisle_path::Patterns;
use iisle_report::{Location, Phase};
use iisle_tree::digest::Digest;
use iisle_tree::{LocalTree, Snapshot, Tree, host};
use iisle_webdeploy::{PackError, PackOptions, Packed, Parameters, ParametersError, Skipped};

use crate::{Context, Failure};

/// The largest parameters.xml that is read.
const MAX_PARAMETERS: u64 = 16 << 20;

/// What to package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRequest {
    /// The folder.
    pub folder: PathBuf,
    /// The package to write.
    pub package: PathBuf,
    /// What it is to be.
    pub settings: PackSettings,
}

/// What a package is to be, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackSettings {
    /// Where the application goes unless the deployer says otherwise, as `Site/app`.
    pub application: Option<String>,
    /// Patterns of what is left out.
    pub skip: Vec<String>,
    /// A parameters.xml whose declarations are merged.
    pub parameters: Option<PathBuf>,
    /// Threads that compress; `None` is one per core.
    pub threads: Option<NonZeroUsize>,
}

/// A file that was written, or had the right bytes already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Of its content.
    pub digest: Digest,
    /// Whether anything was written.
    pub written: bool,
}

/// A package and what lies beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackReport {
    /// The package.
    pub package: WrittenFile,
    /// Its companions, by name.
    pub companions: Vec<WrittenFile>,
    /// The file that `sha256sum -c` reads.
    pub digests_file: PathBuf,
    /// Entries of the archive.
    pub entries: u64,
    /// Files of the content.
    pub files: u64,
    /// Directories of the content.
    pub directories: u64,
    /// Bytes of the content before compression.
    pub content_bytes: u64,
    /// What the package declares.
    pub parameters: Parameters,
    /// What the skip rules kept out.
    pub skipped: Vec<Skipped>,
}

impl PackReport {
    /// Whether every file had the right bytes already.
    pub fn is_unchanged(&self) -> bool {
        !self.package.written && self.companions.iter().all(|file| !file.written)
    }
}

/// Packages a folder.
///
/// Everything is written to temporary siblings and renamed, the package first; what has the right
/// bytes is left alone.
///
/// # Errors
/// Names that a package cannot hold, files that cannot be read or written, parameters that cannot
/// be read. Nothing is left half written.
pub fn pack(context: &Context<'_>, request: &PackRequest) -> Result<PackReport, Failure> {
    let PackRequest { folder, package, settings } = request;
    let message = || format!("cannot package `{}`", folder.display());
    let tree = LocalTree::open(folder).map_err(|e| Failure::from(e).context(message()))?;
    check_place(folder, package).map_err(|e| e.context(message()))?;
    let snapshot = tree.snapshot().map_err(|e| Failure::from(e).context(message()))?;
    write(context, &tree, &snapshot, package, settings).map_err(|e| e.context(message()))
}

/// Refuses a place where a package cannot or must not be.
pub(crate) fn check_place(folder: &Path, package: &Path) -> Result<(), Failure> {
    if host::is_dir(package) {
        let problem = format!("`{}` is a folder, expected a file to write", package.display());
        let name =
            folder.file_name().map_or("App".into(), |name| name.to_string_lossy().into_owned());
        let better = package.join(format!("{name}.zip"));
        return Err(
            Failure::new(problem).hint(format!("give the package a name: `{}`", better.display()))
        );
    }
    if host::is_inside(package, folder)? {
        let problem = format!(
            "the package `{}` would lie inside the folder it is made of",
            package.display()
        );
        return Err(Failure::new(problem).hint("write it to a folder outside the publish output"));
    }
    Ok(())
}

fn write(
    context: &Context<'_>,
    tree: &LocalTree,
    snapshot: &Snapshot,
    package: &Path,
    settings: &PackSettings,
) -> Result<PackReport, Failure> {
    let options = options(settings)?;
    iisle_webdeploy::check(snapshot, &options).map_err(|e| failure(&e))?;
    let parent = package.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    host::create_dir_all(parent)?;

    let monitor = context.monitor;
    monitor.begin(Phase::Compress, Some(snapshot.files.len() as u64), Some(snapshot.total_bytes()));
    let mut file = host::create_file_atomic(package)?;
    let progress = |files, bytes| monitor.advance(Phase::Compress, files, bytes);
    let packed = iisle_webdeploy::pack(tree, snapshot, &options, &mut file, &progress);
    monitor.end(Phase::Compress);
    let packed = packed.map_err(|e| failure(&e))?;
    let digest = Digest::from(packed.sha256);
    let written = current_digest(package, packed.size) != Some(digest);
    if written {
        file.flush_to_medium()?;
        file.commit()?;
    }
    let package = WrittenFile { path: package.to_owned(), size: packed.size, digest, written };
    beside(parent, package, packed, &options)
}

/// Writes the companions and gives the report.
fn beside(
    parent: &Path,
    package: WrittenFile,
    packed: Packed,
    options: &PackOptions,
) -> Result<PackReport, Failure> {
    let stem = package
        .path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let name = package
        .path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut companions = Vec::new();
    let mut digests = vec![(name, package.digest)];
    for companion in iisle_webdeploy::companions(&stem, options) {
        let file = settle(parent.join(&companion.file_name), &companion.content)?;
        digests.push((companion.file_name, file.digest));
        companions.push(file);
    }
    let lines = digests.iter().map(|(name, digest)| (name.as_str(), digest.bytes()));
    let text = iisle_webdeploy::digest_lines(lines);
    let digests_file = parent.join(format!("{stem}.sha256"));
    companions.push(settle(digests_file.clone(), text.as_bytes())?);
    let Packed {
        sha256: _,
        size: _,
        entries,
        files,
        directories,
        content_bytes,
        skipped,
        parameters,
    } = packed;
    Ok(PackReport {
        package,
        companions,
        digests_file,
        entries,
        files,
        directories,
        content_bytes,
        parameters,
        skipped,
    })
}

/// Makes a file hold these bytes.
pub(crate) fn settle(path: PathBuf, content: &[u8]) -> Result<WrittenFile, Failure> {
    let digest = Digest::of(content);
    let size = content.len() as u64;
    let written = current_digest(&path, size) != Some(digest);
    if written {
        host::write_atomic(&path, content)?;
    }
    Ok(WrittenFile { path, size, digest, written })
}

/// The digest of a file of this size; `None` when there is none or it cannot be read.
fn current_digest(path: &Path, size: u64) -> Option<Digest> {
    if host::size(path).ok()? != size {
        return None;
    }
    let mut content = host::open(path).ok()?;
    iisle_tree::digest::of_reader(&mut content).ok().map(|(digest, _)| digest)
}

fn options(settings: &PackSettings) -> Result<PackOptions, Failure> {
    let PackSettings { application, skip, parameters, threads } = settings;
    let parameters = match parameters {
        None => Parameters::default(),
        Some(path) => {
            let bytes = host::read(path, MAX_PARAMETERS)?;
            Parameters::parse(&bytes).map_err(|e| bad_parameters(path, &e))?
        }
    };
    Ok(PackOptions {
        application: application.clone(),
        parameters,
        skip: Patterns::parse(skip)?,
        threads: *threads,
        ..PackOptions::default()
    })
}

fn bad_parameters(path: &Path, error: &ParametersError) -> Failure {
    let file = path.display().to_string();
    let location = match error.position() {
        Some(at) => Location::at(file.clone(), at.line, at.column),
        None => Location::file(file.clone()),
    };
    Failure::of(error).context(format!("cannot read the parameters of `{file}`")).at(location)
}

fn failure(error: &PackError) -> Failure {
    let failure = Failure::of(error);
    match error {
        PackError::Names(_) => {
            failure.hint("rename these files in the project, or leave them out with --skip")
        }
        PackError::FileTooLarge { .. } => {
            failure.hint("keep such files outside the package and copy them on their own")
        }
        PackError::TooManyEntries { .. } => {
            failure.hint("leave files out with --skip, or sync the folder instead")
        }
        _ => failure,
    }
}
