use std::io::Write as _;
use std::path::{Path, PathBuf};

use iisle_path::{NameRules, RelPath};
use iisle_report::Phase;
use iisle_tree::digest::Digest;
use iisle_tree::{LocalTree, Snapshot, Tree, TreeError, host};
use iisle_webdeploy::{CacheUse, Companion, PackError, PackOptions, Packed, Parameters, Skipped};

use super::options::{PackForm, PackRequest, PackSettings, Sbom, options};
use super::{archive_dir, cache, environment, sbom};
use crate::interruptible::interruptible;
use crate::{Context, Failure};

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
    /// The skip rules in order, and how many files and directories each of them kept out.
    pub rules: Vec<(String, u64)>,
    /// How often the cache had what was needed, when there was one.
    pub cache: Option<CacheUse>,
    /// The bill of materials.
    pub sbom: Option<PathBuf>,
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
    match settings.form {
        PackForm::Zip => check_place(folder, package),
        PackForm::Folder => crate::sync::separate(folder, package),
    }
    .map_err(|e| e.context(message()))?;
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
    let options = options(tree, settings)?;
    check_access(snapshot, &options)?;
    iisle_webdeploy::check(snapshot, &options).map_err(|e| failure(&e))?;
    // Empty for a bare name, so that companions are named as the package is.
    let parent = package.parent().unwrap_or(Path::new(""));
    if !parent.as_os_str().is_empty() {
        host::create_dir_all(parent)?;
    }
    // Everything that can be refused is refused before the package is written.
    let stem = stem(package, settings.form);
    let environments = environment::files(&stem, &settings.environments, &options)?;
    let options = &options;
    let job = Job { context, tree, snapshot, settings, options, parent, stem, environments };
    let report = match settings.form {
        PackForm::Zip => job.zip(package)?,
        PackForm::Folder => job.folder(package)?,
    };
    if let Some(folder) = &settings.cache {
        cache::forget(folder);
    }
    Ok(report)
}

/// Refuses a right on a folder in whose place is a file: a deployment would end there.
fn check_access(snapshot: &Snapshot, options: &PackOptions) -> Result<(), Failure> {
    let same = |a: &RelPath, b: &RelPath| NameRules::Windows.same(a.as_str(), b.as_str());
    for folder in options.access.iter().filter_map(|rule| rule.folder.as_ref()) {
        let mut whole = folder.ancestors().chain([folder.clone()]);
        if let Some(file) = whole.find_map(|up| snapshot.files.keys().find(|file| same(file, &up)))
        {
            let failure =
                Failure::new(format!("`{file}` is a file, expected a folder to set a right on"));
            return Err(failure.hint("name a folder of the application with --set-acl"));
        }
    }
    Ok(())
}

/// The name of a package without what says that it is one.
fn stem(package: &Path, form: PackForm) -> String {
    let name = match form {
        PackForm::Zip => package.file_stem(),
        PackForm::Folder => package.file_name(),
    };
    name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A package that is being written.
struct Job<'a> {
    context: &'a Context<'a>,
    tree: &'a LocalTree,
    snapshot: &'a Snapshot,
    settings: &'a PackSettings,
    options: &'a PackOptions,
    /// The folder of the package and its companions.
    parent: &'a Path,
    /// The name that the companions begin with.
    stem: String,
    environments: Vec<Companion>,
}

impl Job<'_> {
    fn zip(&self, package: &Path) -> Result<PackReport, Failure> {
        let Self { context, tree, snapshot, options, .. } = *self;
        let monitor = context.monitor;
        monitor.begin(
            Phase::Compress,
            Some(snapshot.files.len() as u64),
            Some(snapshot.total_bytes()),
        );
        let mut file = host::create_file_atomic(package)?;
        let progress = |files, bytes| monitor.advance(Phase::Compress, files, bytes);
        let tree = interruptible(tree, monitor);
        let packed = iisle_webdeploy::pack(&tree, snapshot, options, &mut file, &progress);
        monitor.end(Phase::Compress);
        let packed = match packed {
            _ if monitor.is_interrupted() => {
                let message = "it was interrupted; no package was written";
                return Err(Failure::new(message));
            }
            Ok(packed) => packed,
            Err(error) => return Err(failure(&error)),
        };
        let digest = Digest::from(packed.sha256);
        let written = current_digest(package, packed.size) != Some(digest);
        if written {
            // Not flushed, as `lay` is not: what a power cut loses can be made again, and the
            // digests beside it tell.
            file.commit()?;
        }
        let package = WrittenFile { path: package.to_owned(), size: packed.size, digest, written };
        self.beside(package, packed)
    }

    fn folder(&self, folder: &Path) -> Result<PackReport, Failure> {
        let Self { context, tree, options, .. } = *self;
        let (skipped, kept) = self.kept();
        let archive = archive_dir::write(context, tree, &kept, folder, options)?;
        let (files, directories) = (kept.files.len() as u64, kept.directories.len() as u64);
        let packed = Packed {
            sha256: *archive.digest.bytes(),
            size: archive.size,
            entries: files + directories + 4,
            files,
            directories,
            content_bytes: kept.total_bytes(),
            skipped,
            parameters: options.declared(),
            cache: None,
        };
        let package = WrittenFile {
            path: folder.to_owned(),
            size: archive.size,
            digest: archive.digest,
            written: archive.written,
        };
        self.beside(package, packed)
    }

    /// What skip rules keep out, and what remains, with times that a package can hold.
    fn kept(&self) -> (Vec<Skipped>, Snapshot) {
        let skip = &self.options.skip;
        let rule = |path: &RelPath| {
            let own = skip.matching(path).map(str::to_owned);
            own.or_else(|| path.ancestors().find_map(|up| skip.matching(&up).map(str::to_owned)))
        };
        let mut kept = self.snapshot.clone();
        let mut skipped = Vec::new();
        let mut stays = |path: &RelPath| match rule(path) {
            None => true,
            Some(rule) => {
                skipped.push(Skipped { rule, path: path.clone() });
                false
            }
        };
        kept.directories.retain(|path, _| stays(path));
        kept.files.retain(|path, _| stays(path));
        kept.files.values_mut().for_each(|stamp| *stamp = archive_dir::storable(*stamp));
        skipped.sort_by(|a, b| a.path.cmp(&b.path));
        (skipped, kept)
    }

    /// What each skip rule matched. A rule that matched nothing is a mistake more often than not.
    fn rules(&self, skipped: &[Skipped]) -> Vec<(String, u64)> {
        let matched = |rule: &String| skipped.iter().filter(|s| s.rule == *rule).count() as u64;
        self.settings.skip.iter().map(|rule| (rule.clone(), matched(rule))).collect()
    }

    /// Writes the companions and gives the report.
    fn beside(&self, package: WrittenFile, packed: Packed) -> Result<PackReport, Failure> {
        let Self { parent, stem, options, .. } = self;
        let mut companions = Vec::new();
        // A folder has no digest that `sha256sum -c` could compare.
        let mut digests = Vec::new();
        if self.settings.form == PackForm::Zip {
            let name = package.path.file_name();
            let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            digests.push((name, package.digest));
        }
        let mut all = iisle_webdeploy::companions(stem, options);
        all.extend(self.environments.iter().cloned());
        let mut bill = None;
        if self.settings.sbom == Sbom::Beside {
            let (_, kept) = self.kept();
            let files: Vec<RelPath> = kept.files.keys().cloned().collect();
            let content = sbom::document(stem, self.tree, self.snapshot, &files)?;
            let file_name = format!("{stem}.cdx.json");
            bill = Some(parent.join(&file_name));
            all.push(Companion { file_name, content });
        }
        for companion in all {
            let file = lay(parent.join(&companion.file_name), &companion.content)?;
            digests.push((companion.file_name, file.digest));
            companions.push(file);
        }
        let lines = digests.iter().map(|(name, digest)| (name.as_str(), digest.bytes()));
        let text = iisle_webdeploy::digest_lines(lines);
        let digests_file = parent.join(format!("{stem}.sha256"));
        companions.push(lay(digests_file.clone(), text.as_bytes())?);
        let Packed {
            sha256: _,
            size: _,
            entries,
            files,
            directories,
            content_bytes,
            skipped,
            parameters,
            cache,
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
            rules: self.rules(&skipped),
            skipped,
            cache,
            sbom: bill,
        })
    }
}

/// Makes a file hold these bytes, at once and on the medium.
pub(crate) fn settle(path: PathBuf, content: &[u8]) -> Result<WrittenFile, Failure> {
    put(path, content, host::write_atomic)
}

/// Makes a file hold these bytes, at once.
pub(super) fn lay(path: PathBuf, content: &[u8]) -> Result<WrittenFile, Failure> {
    put(path, content, |path, content| {
        let mut file = host::create_file_atomic(path)?;
        let written = file.write_all(content);
        written.map_err(|e| TreeError::io("write", path.display().to_string(), e))?;
        file.commit()
    })
}

/// Has `write` make a file hold these bytes, unless it does already.
fn put(
    path: PathBuf,
    content: &[u8],
    write: impl FnOnce(&Path, &[u8]) -> Result<(), TreeError>,
) -> Result<WrittenFile, Failure> {
    let digest = Digest::of(content);
    let size = content.len() as u64;
    let written = current_digest(&path, size) != Some(digest);
    if written {
        write(&path, content)?;
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
            failure.hint("leave files out with --skip, or take them all with --many-entries")
        }
        _ => failure,
    }
}
