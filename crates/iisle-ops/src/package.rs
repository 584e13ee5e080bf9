//! `iisle package`: what a Web Deploy package holds, whether it is sound, what two differ in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use iisle_check::{PackageFacts, Subject, Verdict};
use iisle_path::RelPath;
use iisle_report::{Location, Phase};
use iisle_tree::digest::{Digest, of_files};
use iisle_tree::{LocalTree, Stamp, Tree, host};
use iisle_webconfig::looks_secret;
use iisle_webdeploy::{
    Fault, FaultKind, OpenError, OpenOptions, Package, PackageContent, Parameter, Provider,
    ReadLimits,
};

use crate::check::CheckSettings;
use crate::package_facts::{Built, Gathered, Known};
use crate::{Context, Failure};

/// Whether reports must not repeat a value of a parameter: its tags or its name call it a secret,
/// or the value holds a password, as connection strings do.
pub fn is_concealed(parameter: &Parameter, value: &str) -> bool {
    parameter.is_secret() || looks_secret(&parameter.name, value)
}

/// A package to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRequest {
    /// The zip file, or the folder of an unpacked package.
    pub package: PathBuf,
    /// Minutes by which the clock that the times in it were taken from is ahead of UTC.
    pub offset_minutes: i32,
}

impl PackageRequest {
    /// Opens the package.
    ///
    /// # Errors
    /// When it does not exist, cannot be read, or is one that could do harm; the entry is named.
    pub fn open(&self) -> Result<Package, Failure> {
        self.try_open()?.map_err(|error| self.refused(&error))
    }

    /// As [`open`](Self::open), with what is wrong with the package as a value.
    fn try_open(&self) -> Result<Result<Package, OpenError>, Failure> {
        let path = &self.package;
        let options =
            OpenOptions { limits: ReadLimits::default(), offset_minutes: self.offset_minutes };
        if host::is_dir(path) {
            let tree = LocalTree::open(path).map_err(|e| self.unread(e))?;
            return Ok(Package::from_folder(tree));
        }
        let file = host::open(path).map_err(|e| self.unread(e))?;
        Ok(Package::from_zip(file, &options))
    }

    fn unread(&self, failure: impl Into<Failure>) -> Failure {
        failure.into().context(format!("cannot read the package `{}`", self.package.display()))
    }

    fn unsound(&self, failure: impl Into<Failure>) -> Failure {
        self.unread(failure).hint("iisle package verify shows what is wrong with it")
    }

    fn refused(&self, error: &OpenError) -> Failure {
        let failure = self.unsound(Failure::of(error));
        match Fault::of(error) {
            Some(Fault { kind: _, subject, position }) if !subject.is_empty() => {
                let file = format!("{}/{subject}", self.package.display());
                failure.at(match position {
                    Some(at) => Location::at(file, at.line, at.column),
                    None => Location::file(file),
                })
            }
            _ => failure,
        }
    }
}

/// Judges a package by the rules K: everything that Web Deploy would drop, misread or refuse, and
/// content that would not run.
///
/// Every entry is read to its end.
///
/// # Errors
/// When there is no such file or it cannot be read at all.
pub fn verify_package(
    context: &Context<'_>,
    request: &PackageRequest,
    settings: &CheckSettings,
) -> Result<Verdict, Failure> {
    let settings = settings.settings()?;
    let opened = request.examine(context)?;
    let file = request.package.display().to_string();
    let names = crate::inspect::names(&[&request.package]);
    let gathered = opened.gather(Known { entry: None, names }, None)?;
    let facts = opened.facts(&file, gathered.as_ref());
    let subject = Subject { package: Some(facts), ..Subject::default() };
    let verdict = iisle_check::check(&subject, &settings);
    // The rules about projects and outputs were not asked.
    Ok(Verdict { skipped: Vec::new(), ..verdict })
}

/// A package with all that is wrong with it.
pub(crate) struct Opened {
    /// The package; `None` when it could not be opened, which one of the faults says.
    pub(crate) package: Option<Package>,
    pub(crate) faults: Vec<Fault>,
}

impl PackageRequest {
    /// Reads every entry of the package to its end.
    pub(crate) fn examine(&self, context: &Context<'_>) -> Result<Opened, Failure> {
        let package = match self.try_open()? {
            Ok(package) => package,
            Err(error) => {
                return match Fault::of(&error) {
                    Some(fault) => Ok(Opened { package: None, faults: vec![fault] }),
                    None => Err(self.refused(&error)),
                };
            }
        };
        let monitor = context.monitor;
        monitor.begin(Phase::Hash, None, None);
        let progress = |files, bytes| monitor.advance(Phase::Hash, files, bytes);
        let damaged = package.damaged(&progress)?;
        monitor.end(Phase::Hash);
        let mut faults = package.faults().to_vec();
        faults.extend(damaged);
        Ok(Opened { package: Some(package), faults })
    }
}

impl Opened {
    /// Looks into the package, if it could be opened.
    ///
    /// # Errors
    /// When it cannot be read although nothing is wrong with its entries.
    pub(crate) fn gather(
        &self,
        known: Known,
        built: Option<&Built<'_>>,
    ) -> Result<Option<Gathered<'_>>, Failure> {
        let Some(package) = &self.package else { return Ok(None) };
        let damaged = |fault: &Fault| matches!(fault.kind, FaultKind::Damaged { .. });
        match Gathered::of(package, known, built) {
            Ok(gathered) => Ok(Some(gathered)),
            // That a damaged entry cannot be read was said.
            Err(_) if self.faults.iter().any(damaged) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// What rules are given: all that was gathered, or the faults alone.
    pub(crate) fn facts<'f>(
        &'f self,
        file: &'f str,
        gathered: Option<&'f Gathered<'f>>,
    ) -> PackageFacts<'f> {
        match gathered {
            Some(gathered) => gathered.facts(file, &self.faults),
            None => PackageFacts { file, faults: &self.faults, parts: None },
        }
    }
}

/// A file that two packages have, or only one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// The path that the files of its provider had at the source.
    pub source: String,
    /// Its path below the provider.
    pub path: RelPath,
    /// Size, time and attributes.
    pub stamp: Stamp,
}

/// A file with two contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// What it is in the first package.
    pub a: (PackageFile, Digest),
    /// What it is in the second package.
    pub b: (PackageFile, Digest),
}

/// Values by name that were added, removed or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDifferences<T> {
    /// Only in the second.
    pub added: Vec<T>,
    /// Only in the first.
    pub removed: Vec<T>,
    /// In both, and not the same.
    pub changed: Vec<(T, T)>,
}

impl<T> Default for NamedDifferences<T> {
    fn default() -> Self {
        Self { added: Vec::new(), removed: Vec::new(), changed: Vec::new() }
    }
}

impl<T> NamedDifferences<T> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// What a second package changes.
#[derive(Debug, Default)]
pub struct PackageDifferences {
    /// Files only in the second.
    pub added: Vec<PackageFile>,
    /// Files only in the first.
    pub removed: Vec<PackageFile>,
    /// Files with another content.
    pub changed: Vec<ChangedFile>,
    /// Declared parameters.
    pub parameters: NamedDifferences<Parameter>,
    /// Providers, without their children.
    pub providers: NamedDifferences<Provider>,
}

impl PackageDifferences {
    /// Whether the two deploy the same.
    pub fn is_empty(&self) -> bool {
        let Self { added, removed, changed, parameters, providers } = self;
        added.is_empty()
            && removed.is_empty()
            && changed.is_empty()
            && parameters.is_empty()
            && providers.is_empty()
    }
}

/// The digests of the files of one content of a package.
pub type ContentDigests = BTreeMap<RelPath, Digest>;

/// The digests of all files of a package that `request` has opened, for each of its contents in their order.
///
/// # Errors
/// When a file cannot be read or is damaged.
pub fn package_digests(
    context: &Context<'_>,
    request: &PackageRequest,
    package: &Package,
) -> Result<Vec<ContentDigests>, Failure> {
    let monitor = context.monitor;
    let count = package.contents().iter().map(|content| content.files.len() as u64).sum();
    monitor.begin(Phase::Hash, Some(count), None);
    let progress = |files, bytes| monitor.advance(Phase::Hash, files, bytes);
    let of_content = |content: &PackageContent| {
        let paths: Vec<_> = content.files.keys().cloned().collect();
        let digests = of_files(&package.tree(content), &paths, &progress);
        let digest = |digest: Result<Digest, _>| digest.map_err(|error| request.unsound(error));
        paths.into_iter().zip(digests).map(|(path, found)| Ok((path, digest(found)?))).collect()
    };
    let digests = package.contents().iter().map(of_content).collect();
    monitor.end(Phase::Hash);
    digests
}

/// Compares two packages: files by content, whatever the folder they were made from.
///
/// # Errors
/// When one of them cannot be read.
pub fn diff_packages(
    context: &Context<'_>,
    first: &PackageRequest,
    second: &PackageRequest,
) -> Result<PackageDifferences, Failure> {
    let (a, b) = (first.open()?, second.open()?);
    let mut found = PackageDifferences {
        parameters: named(a.parameters().iter().cloned(), b.parameters().iter().cloned(), |p| {
            p.name.to_uppercase()
        }),
        providers: providers(&a, &b),
        ..PackageDifferences::default()
    };
    let empty = PackageContent::default();
    let count = a.contents().len().max(b.contents().len());
    for index in 0..count {
        let sides = [&a, &b].map(|package| package.contents().get(index).unwrap_or(&empty));
        files(context, [&a, &b], sides, &mut found)?;
    }
    Ok(found)
}

fn files(
    context: &Context<'_>,
    packages: [&Package; 2],
    [ours, theirs]: [&PackageContent; 2],
    found: &mut PackageDifferences,
) -> Result<(), Failure> {
    let file = |content: &PackageContent, path: &RelPath| PackageFile {
        source: content.source.clone(),
        path: path.clone(),
        stamp: content.files[path].1,
    };
    let fold = |path: &RelPath| iisle_path::NameRules::Windows.fold(path.as_str());
    let by_name: BTreeMap<_, _> = theirs.files.keys().map(|path| (fold(path), path)).collect();
    let mut seen = std::collections::BTreeSet::new();
    let mut pairs = Vec::new();
    for path in ours.files.keys() {
        match by_name.get(&fold(path)) {
            None => found.removed.push(file(ours, path)),
            Some(other) => {
                seen.insert(fold(path));
                pairs.push((path.clone(), (*other).clone()));
            }
        }
    }
    let added = by_name.iter().filter(|(name, _)| !seen.contains(*name));
    found.added.extend(added.map(|(_, path)| file(theirs, path)));
    let (left, right): (Vec<_>, Vec<_>) = pairs.iter().cloned().unzip();
    let monitor = context.monitor;
    monitor.begin(Phase::Hash, Some(2 * left.len() as u64), None);
    let progress = |files, bytes| monitor.advance(Phase::Hash, files, bytes);
    let left = of_files(&packages[0].tree(ours), &left, &progress);
    let right = of_files(&packages[1].tree(theirs), &right, &progress);
    monitor.end(Phase::Hash);
    for ((own, other), digests) in pairs.iter().zip(left.into_iter().zip(right)) {
        let (a, b) = (digests.0?, digests.1?);
        if a != b {
            let changed = ChangedFile { a: (file(ours, own), a), b: (file(theirs, other), b) };
            found.changed.push(changed);
        }
    }
    Ok(())
}

/// Compares lists of values that have a name.
fn named<T: PartialEq>(
    a: impl Iterator<Item = T>,
    b: impl Iterator<Item = T>,
    name: impl Fn(&T) -> String,
) -> NamedDifferences<T> {
    let mut found = NamedDifferences::default();
    let mut theirs: Vec<(String, T)> = b.map(|value| (name(&value), value)).collect();
    for value in a {
        let key = name(&value);
        match theirs.iter().position(|(other, _)| *other == key) {
            None => found.removed.push(value),
            Some(at) => {
                let (_, other) = theirs.remove(at);
                if value != other {
                    found.changed.push((value, other));
                }
            }
        }
    }
    found.added = theirs.into_iter().map(|(_, value)| value).collect();
    found
}

/// Compares providers by their place in the tree.
fn providers(a: &Package, b: &Package) -> NamedDifferences<Provider> {
    let all = |package: &Package| {
        let mut all = Vec::new();
        for (index, top) in package.manifest().providers.iter().enumerate() {
            placed(top, &index.to_string(), &mut all);
        }
        all
    };
    let NamedDifferences { added, removed, changed } =
        named(all(a).into_iter(), all(b).into_iter(), |(place, _)| place.clone());
    let provider = |(_, provider)| provider;
    NamedDifferences {
        added: added.into_iter().map(provider).collect(),
        removed: removed.into_iter().map(provider).collect(),
        changed: changed.into_iter().map(|(a, b)| (provider(a), provider(b))).collect(),
    }
}

fn placed(provider: &Provider, place: &str, all: &mut Vec<(String, Provider)>) {
    let place = format!("{place} {}", provider.name.to_ascii_uppercase());
    let children = Vec::new();
    all.push((place.clone(), Provider { children, ..provider.clone() }));
    for (index, child) in provider.children.iter().enumerate() {
        placed(child, &format!("{place}/{index}"), all);
    }
}

/// Where a package is unpacked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractRequest {
    /// The package.
    pub package: PackageRequest,
    /// The folder; created when missing, else it must be empty.
    pub folder: PathBuf,
}

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractReport {
    /// The folder.
    pub root: PathBuf,
    /// Files that were written.
    pub written_files: u64,
    /// Their bytes.
    pub written_bytes: u64,
}

/// Unpacks the content of a package as it is, parameters not applied.
///
/// The content of the only provider goes to the folder itself; of several, each goes to the path
/// it has below `Content` in the package. Every entry is verified before anything is written.
///
/// # Errors
/// When the package cannot be read or is damaged, the folder is not empty, or writing fails.
pub fn extract_package(
    context: &Context<'_>,
    request: &ExtractRequest,
) -> Result<ExtractReport, Failure> {
    let ExtractRequest { package, folder } = request;
    let opened = package.open()?;
    let message =
        || format!("cannot extract `{}` to `{}`", package.package.display(), folder.display());
    if host::exists(folder) && !host::list(folder)?.is_empty() {
        return Err(Failure::new("the folder is not empty")
            .hint("name a folder that is empty or does not exist; iisle deploy updates one")
            .context(message()));
    }
    let contents = opened.contents();
    for content in contents {
        let all: Vec<_> = content.files.keys().cloned().collect();
        verify_files(context, &opened, content, &all).map_err(|e| e.context(message()))?;
    }
    host::create_dir_all(folder)?;
    let mut report = ExtractReport { root: folder.clone(), written_files: 0, written_bytes: 0 };
    for content in contents {
        let target = if contents.len() == 1 {
            folder.clone()
        } else {
            let below = content.folder.strip_prefix("Content/").unwrap_or(&content.folder);
            // A single file lies in the folder that its path names.
            let below = match below.rsplit_once('/') {
                Some((parent, _)) if content.is_file => parent,
                _ => below,
            };
            folder.join(below)
        };
        let written = unpack(context, &opened, content, &target);
        let (files, bytes) = written.map_err(|e| e.context(message()))?;
        report.written_files += files;
        report.written_bytes += bytes;
    }
    Ok(report)
}

fn unpack(
    context: &Context<'_>,
    package: &Package,
    content: &PackageContent,
    target: &Path,
) -> Result<(u64, u64), Failure> {
    use std::num::NonZero;
    let source = package.tree(content);
    let destination = LocalTree::target(target)?;
    let policy = iisle_sync::Policy {
        protected: iisle_path::Patterns::default(),
        // Nothing serves this folder.
        care: iisle_sync::Care::None,
        ..iisle_sync::Policy::new::<&str>([])?
    };
    let snapshot = source.snapshot()?;
    let empty = destination.snapshot()?;
    let sides = iisle_sync::Sides {
        source: &snapshot,
        destination: &empty,
        names: destination.names(),
        differing: None,
        manifest: None,
    };
    let plan = iisle_sync::plan(&sides, &policy);
    let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let work = iisle_sync::Context {
        source: &source,
        destination: &destination,
        monitor: context.monitor,
        threads,
    };
    let outcome = iisle_sync::execute(&work, &plan);
    if let Some(guard) = plan.refused.first() {
        return Err(Failure::new(guard.to_string()).hint(guard.hint()));
    }
    if let Some(error) = outcome.errors.first() {
        return Err(Failure::of(error));
    }
    Ok((outcome.totals.created_files, outcome.totals.created_bytes))
}

/// Bytes that are read between two looks whether somebody wants an end.
const VERIFIED_AT_ONCE: u64 = 64 << 20;

/// Makes sure that these files of a package are what its directory says.
pub(crate) fn verify_files(
    context: &Context<'_>,
    package: &Package,
    content: &PackageContent,
    files: &[RelPath],
) -> Result<(), Failure> {
    let inside: Vec<(&RelPath, u64)> = files
        .iter()
        .filter_map(|path| content.files.get(path))
        .map(|(path, stamp)| (path, stamp.size))
        .collect();
    let bytes = inside.iter().map(|(_, size)| size).sum();
    let monitor = context.monitor;
    monitor.begin(Phase::Hash, Some(inside.len() as u64), Some(bytes));
    let progress = |files, bytes| monitor.advance(Phase::Hash, files, bytes);
    let mut damaged = Vec::new();
    let mut rest = inside.as_slice();
    while !rest.is_empty() {
        // Whoever waits for an end waits no longer than for this many.
        let mut bytes = 0;
        let until = rest.iter().position(|(_, size)| {
            bytes += size;
            bytes > VERIFIED_AT_ONCE
        });
        let (now, later) = rest.split_at(until.map_or(rest.len(), |last| last + 1));
        rest = later;
        let paths: Vec<&RelPath> = now.iter().map(|(path, _)| *path).collect();
        damaged.extend(package.damaged_among(&paths, &progress));
        if monitor.is_interrupted() {
            monitor.end(Phase::Hash);
            return Err(Failure::new("it was interrupted; nothing was written"));
        }
    }
    monitor.end(Phase::Hash);
    let Some(first) = damaged.first() else { return Ok(()) };
    let causes: Vec<_> = damaged.iter().take(10).map(ToString::to_string).collect();
    let (what, hint) = match first.kind {
        FaultKind::Refused { .. } => ("refused", "do not deploy this package; ask who made it"),
        _ => ("damaged", "fetch or make the package again"),
    };
    let message = format!("the package is {what}; nothing was written");
    let failure = Failure { causes, ..Failure::new(message) };
    Err(failure.at(Location::file(first.subject.clone())).hint(hint))
}
