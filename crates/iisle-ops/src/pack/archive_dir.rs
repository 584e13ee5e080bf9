use std::num::NonZero;
use std::path::Path;

use iisle_path::{NameRules, Patterns, RelPath};
use iisle_sync::{Extras, Policy, Sides};
use iisle_tree::digest::{Digest, of_files};
use iisle_tree::{Content, LocalTree, Snapshot, Stamp, Tree, TreeError, host};
use iisle_webdeploy::{DosTime, PackOptions, digest_lines};

use super::run::lay;
use crate::{Context, Failure};

/// What became of a package that is a folder.
pub(super) struct ArchiveFolder {
    /// Whether anything was written.
    pub(super) written: bool,
    /// Bytes of all its files.
    pub(super) size: u64,
    /// Of the list of its files and their digests.
    pub(super) digest: Digest,
}

/// A folder whose files have times that a zip file can hold: whoever makes one of the package needs
/// them.
struct Storable<'a>(&'a LocalTree);

/// What is known of a file of the package that is made of it.
pub(super) fn storable(stamp: Stamp) -> Stamp {
    Stamp { modified: DosTime::clamp(stamp.modified), ..stamp }
}

impl Tree for Storable<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        let mut snapshot = self.0.snapshot()?;
        snapshot.files.values_mut().for_each(|stamp| *stamp = storable(*stamp));
        Ok(snapshot)
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        self.0.open(path)
    }

    fn names(&self) -> NameRules {
        self.0.names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        Ok(self.0.stamp(path)?.map(storable))
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        Ok(self.stamp(path)?.is_some_and(|found| found.is_unchanged_from(&stamp)))
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        self.0.is_executable(path)
    }
}

/// Writes a package as a folder: what is in it afterwards is the package and nothing else.
///
/// # Errors
/// When the folder holds something that is no package, or cannot be written.
pub(super) fn write(
    context: &Context<'_>,
    tree: &LocalTree,
    snapshot: &Snapshot,
    folder: &Path,
    options: &PackOptions,
) -> Result<ArchiveFolder, Failure> {
    let is_package = host::is_file(&folder.join("archive.xml"));
    if host::exists(folder) && !is_package && !host::list(folder)?.is_empty() {
        let problem = format!("`{}` is no package and not empty", folder.display());
        return Err(Failure::new(problem).hint("name a folder that is empty or does not exist"));
    }
    let content = folder.join(options.root.content_folder());
    let destination = LocalTree::target(&content)?;
    let policy = Policy {
        extras: Extras::Delete,
        protected: Patterns::default(),
        max_deletes: Some(u64::MAX),
        ..Policy::new::<&str>([])?
    };
    let theirs = destination.snapshot()?;
    let sides = Sides {
        source: snapshot,
        destination: &theirs,
        names: destination.names(),
        differing: None,
        manifest: None,
    };
    let plan = iisle_sync::plan(&sides, &policy);
    if let Some(guard) = plan.refused.first() {
        return Err(Failure::new(guard.to_string()).hint(guard.hint()));
    }
    host::create_dir_all(&content)?;
    let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let monitor = context.monitor;
    let source = &Storable(tree);
    let work = iisle_sync::Context { source, destination: &destination, monitor, threads };
    let outcome = iisle_sync::execute(&work, &plan);
    if let Some(error) = outcome.errors.first() {
        return Err(Failure::of(error));
    }
    let mut written = !plan.is_empty();
    for (name, text) in options.texts() {
        written |= lay(folder.join(name), text.as_bytes())?.written;
    }
    let whole = LocalTree::open(folder)?;
    let all = whole.snapshot()?;
    let paths: Vec<RelPath> = all.files.keys().cloned().collect();
    let digests: Vec<Digest> =
        of_files(&whole, &paths, &|_, _| ()).into_iter().collect::<Result<_, _>>()?;
    let list = digest_lines(
        paths.iter().zip(&digests).map(|(path, digest)| (path.as_str(), digest.bytes())),
    );
    Ok(ArchiveFolder { written, size: all.total_bytes(), digest: Digest::of(list.as_bytes()) })
}
