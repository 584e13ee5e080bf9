use std::path::{Path, PathBuf};

use iisle_path::{NameRules, RelPath};
use iisle_report::Warning;
use iisle_tree::{TreeError, host};
use iisle_webdeploy::{FaultKind, Form, PackageContent, Provider, Resolved, ValueFiles};

use super::report::{DeployedProvider, warning};
use super::run::Deployment;
use crate::{Failure, shell};

/// Where the providers of a package go.
pub(super) struct Placed<'a> {
    /// All of them, as they are told.
    pub(super) providers: Vec<DeployedProvider>,
    /// Those with files.
    pub(super) jobs: Vec<Job<'a>>,
    /// Folders that are made because a provider grants rights on them.
    pub(super) granted: Vec<PathBuf>,
}

/// Where one content of the package goes.
pub(super) struct Job<'a> {
    pub(super) content: &'a PackageContent,
    /// The path it goes to, as the package or the deployer writes it; rules know it by that.
    pub(super) path: String,
    /// The folder on this machine.
    pub(super) root: PathBuf,
    /// The name that a single file has there.
    pub(super) file_name: Option<RelPath>,
}

impl<'a> Deployment<'a> {
    /// Finds out where every provider goes.
    pub(super) fn place(&self, parameters: &[Resolved<'_>]) -> Result<Placed<'a>, Failure> {
        let mut placed = Placed { providers: Vec::new(), jobs: Vec::new(), granted: Vec::new() };
        let first = self.package.contents().first().map(|content| content.provider);
        let mut moved = None;
        if let (Some(first), Some(to)) = (first, &self.request.to) {
            let provider = &self.package.manifest().providers[first];
            let path = self.target(provider, parameters)?;
            // Whatever the package calls that place, it is the target from here on.
            moved = Some((path, to.clone()));
        }
        for (index, provider) in self.package.manifest().providers.iter().enumerate() {
            let path = self.target(provider, parameters)?;
            let known = self.as_known(&path, moved.as_ref());
            let contents: Vec<_> =
                self.package.contents().iter().filter(|c| c.provider == index).collect();
            let mut deployed = DeployedProvider {
                name: provider.name.clone(),
                path: provider.original_path().to_owned(),
                to: None,
            };
            let source = provider.original_path().replace('/', "\\");
            let paths = [source.clone(), known.clone(), known.replace('/', "\\")];
            let mut skipped = self.skips(&provider.name, &paths[..1], None)?;
            // The providers between the application and its files, and the folder itself.
            for inner in provider.descendants().into_iter().skip(1) {
                let carries = inner.descendants().into_iter().any(Provider::is_content);
                skipped = skipped || (carries && self.skips(&inner.name, &paths, None)?);
            }
            for inner in self.implied(provider, &contents) {
                skipped = skipped || self.skips(inner, &paths, None)?;
            }
            if !skipped && self.lacks_content(provider, &contents) {
                let problem = format!("the package holds no files for `{}`", deployed.path);
                return Err(Failure::new(problem)
                    .hint("iisle package show lists what it holds; --skip leaves a provider out"));
            }
            if !contents.is_empty() && !skipped {
                let place = self.locate(&path, moved.as_ref())?;
                deployed.to = Some(place.clone());
                for content in contents {
                    placed.jobs.push(job(content, known.clone(), place.clone())?);
                }
            }
            // Without a place here there is nothing to make.
            if !skipped && makes_folder(provider, &path, moved.as_ref()) {
                placed.granted.extend(self.locate(&path, moved.as_ref()).ok());
            }
            placed.providers.push(deployed);
        }
        Ok(placed)
    }

    /// The providers between the top and its files that a manifest made by hand does not write down.
    fn implied(&self, top: &Provider, contents: &[&PackageContent]) -> Vec<&'static str> {
        if self.package.form() != Form::ManifestXml || contents.is_empty() {
            return Vec::new();
        }
        let is_file = contents.iter().any(|content| content.is_file);
        let leaf = if is_file { "filePath" } else { "dirPath" };
        if top.is("iisApp") {
            vec!["contentPath", leaf]
        } else if top.is("contentPath") {
            vec![leaf]
        } else {
            Vec::new()
        }
    }

    /// Whether a provider names a place in the package that is not there: nothing could be told
    /// from a folder that has become empty.
    ///
    /// Source: Web Deploy 7.1, which refuses these, a `dirPath` made by hand apart, and takes a folder
    /// of `archive.xml` that has no entries for one that is not there.
    fn lacks_content(&self, provider: &Provider, contents: &[&PackageContent]) -> bool {
        match self.package.form() {
            Form::ManifestXml => contents.iter().any(|content| self.is_missing(content)),
            Form::ArchiveXml | Form::ArchiveFolder => {
                contents.is_empty() && provider.descendants().into_iter().any(Provider::is_content)
            }
        }
    }

    /// Mappings of paths that nothing of the package lies at or below.
    pub(super) fn unused_maps(&self, values: &[Resolved<'_>]) -> Vec<Warning> {
        let providers = self.package.manifest().providers.iter();
        let targets = providers.filter_map(|provider| self.target(provider, values).ok());
        // Values may name files.
        let files = values.iter().filter_map(|one| one.value.split("::").next());
        let paths: Vec<String> = targets.chain(files.map(|file| file.trim().to_owned())).collect();
        let is_used = |from: &str| paths.iter().any(|path| rest(path, from).is_some());
        let unused = self.request.map.iter().filter(|(from, _)| !is_used(from));
        unused
            .map(|(from, to)| {
                let map = shell::argument(&format!("{from}={}", to.display()));
                let message = format!(
                    "--map {map} is for nothing here: no provider goes to `{from}` or below"
                );
                warning("map-unused", message)
            })
            .collect()
    }

    /// Whether the package says that there are files and has not even an empty folder.
    pub(super) fn is_missing(&self, content: &PackageContent) -> bool {
        let mut faults = self.package.faults().iter();
        faults.any(|fault| fault.kind == FaultKind::NoContent && fault.subject == content.source)
    }

    fn target(&self, provider: &Provider, values: &[Resolved<'_>]) -> Result<String, Failure> {
        self.package.target_path(provider, values).map_err(|e| Failure::of(&e))
    }

    /// The place that the longest mapping of a path gives it.
    fn mapped(&self, path: &str) -> Option<Result<PathBuf, Failure>> {
        let mapped =
            self.request.map.iter().filter_map(|(from, to)| Some((rest(path, from)?, from, to)));
        let (rest, _, to) = mapped.max_by_key(|(_, from, _)| from.len())?;
        Some(below(to, &rest))
    }

    /// The path by which rules know a target: that of this machine below the place that `--to` gives.
    fn as_known(&self, path: &str, moved: Option<&(String, PathBuf)>) -> String {
        let lies_there = moved.is_some_and(|(from, _)| rest(path, from).is_some());
        match self.locate(path, moved) {
            Ok(place) if lies_there && self.mapped(path).is_none() => place.display().to_string(),
            _ => path.to_owned(),
        }
    }

    /// The place on this machine that a path of Windows, of IIS or of this machine means.
    fn locate(&self, path: &str, moved: Option<&(String, PathBuf)>) -> Result<PathBuf, Failure> {
        if let Some(place) = self.mapped(path) {
            return place;
        }
        if let Some((from, to)) = moved
            && let Some(rest) = rest(path, from)
        {
            return below(to, &rest);
        }
        let host = Path::new(path);
        if host.is_absolute() {
            return Ok(host.to_owned());
        }
        let kind = if is_windows_path(path) { "a Windows path" } else { "a path of IIS" };
        let map = shell::argument(&format!("{path}=DIR"));
        Err(Failure::new(format!("`{path}` is {kind}: nothing says where it lies on this machine"))
            .hint(format!(
                "say where it lies: --map {map}, or give the application a place with --to DIR"
            )))
    }
}

/// The largest XML file that a value may name.
const MAX_VALUE_FILE: u64 = 16 << 20;

/// Values may name files by paths that are mapped, or by absolute paths of this machine.
impl ValueFiles for Deployment<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let place = match self.mapped(path) {
            Some(Ok(place)) => place,
            None if Path::new(path).is_absolute() => PathBuf::from(path),
            _ => return Ok(None),
        };
        host::is_file(&place).then(|| host::read(&place, MAX_VALUE_FILE)).transpose()
    }
}

/// The place of a content below or at `place`.
fn job(content: &PackageContent, path: String, place: PathBuf) -> Result<Job<'_>, Failure> {
    let (root, file_name) = if content.is_file {
        let name = place.file_name().and_then(|name| name.to_str());
        let name = name.and_then(|name| RelPath::parse(name).ok());
        let name = name.ok_or_else(|| {
            Failure::new(format!("`{}` names no file to deploy to", place.display()))
        })?;
        (place.parent().unwrap_or(Path::new("")).to_owned(), Some(name))
    } else {
        (place, None)
    };
    Ok(Job { content, path, root, file_name })
}

/// Whether Web Deploy would grant the rights of a `setAcl` on `path`, and make the folder for it.
///
/// Without a user it is the one of an application pool, which a path of Windows does not have: that is
/// refused, unless it is only this machine's name for the place that `--to` gives.
fn makes_folder(provider: &Provider, path: &str, moved: Option<&(String, PathBuf)>) -> bool {
    let is_file = setting(provider, "setAclResourceType")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("File"));
    let is_own = moved
        .is_some_and(|(from, to)| to.as_os_str() == from.as_str() && rest(path, from).is_some());
    let has_user = is_own || !is_windows_path(path) || setting(provider, "setAclUser").is_some();
    provider.is("setAcl") && !is_file && has_user
}

/// A setting of a provider, unless it is empty.
fn setting<'p>(provider: &'p Provider, wanted: &str) -> Option<&'p str> {
    let settings = provider.options.iter().flat_map(|options| &options.settings);
    let settings = settings.filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let attributes = provider.attributes.iter().map(|(name, value)| (name, value));
    let mut found = settings.chain(attributes);
    let (_, value) =
        found.find(|(name, value)| name.eq_ignore_ascii_case(wanted) && !value.is_empty())?;
    Some(value)
}

/// What follows `from` in `path`, when it lies there or below; separators and case do not count.
fn rest(path: &str, from: &str) -> Option<Vec<String>> {
    let segments = |text: &str| -> Vec<String> {
        text.replace('\\', "/").split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect()
    };
    let (path, from) = (segments(path), segments(from));
    let same = |(a, b): (&String, &String)| NameRules::Windows.same(a, b);
    let lies_there = path.len() >= from.len() && path.iter().zip(&from).all(same);
    (lies_there && !from.is_empty()).then(|| path[from.len()..].to_vec())
}

/// `segments` below a folder of this machine.
fn below(folder: &Path, segments: &[String]) -> Result<PathBuf, Failure> {
    let mut place = folder.to_owned();
    for segment in segments {
        // A path of the deployer must not lead out of the folder it was mapped to.
        let segment = RelPath::parse(segment).map_err(|e| Failure::of(&e))?;
        place.push(segment.as_str());
    }
    Ok(place)
}

fn is_windows_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with(r"\\") || (bytes.get(1) == Some(&b':') && bytes[0].is_ascii_alphabetic())
}
