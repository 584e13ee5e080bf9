use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Evaluator;
use super::sdks::SdkReference;
use super::state::{Evaluation, Visit};
use crate::escape::unescape;
use crate::expression::Doubt;
use crate::fault;
use crate::glob;
use crate::sdk;
use crate::source::{NodeId, Source};
use crate::structure;
use crate::{
    EntryKind, EvaluateError, ImportRecord, Place, Problem, ProjectFiles, SdkSource, SourceKind,
    Unsupported, Warning,
};

/// Imports nested deeper are refused.
const DEEPEST_IMPORT: usize = 64;
/// More files are refused; the real SDK takes about 130.
const MOST_IMPORTS: usize = 4096;

/// Stands for files that add nothing to an evaluation; importing it twice is no fault.
const EMPTY: &str = "sdk:Empty.props";

/// Why a file could not be had.
pub(super) enum LoadError {
    Missing,
    Read(io::Error),
    /// With the place where the engine sees the fault.
    Xml(iisle_xml::XmlError, Option<iisle_xml::Position>),
    Check(EvaluateError),
}

impl Evaluator<'_> {
    /// Reads and parses a file, once.
    pub(super) fn load(&self, path: &str) -> Result<Arc<Source>, LoadError> {
        if let Some(name) = path.strip_prefix("sdk:") {
            return sdk::model_file(name).ok_or(LoadError::Missing);
        }
        let held = self.sources.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(source) = held.get(path) {
            return Ok(source.clone());
        }
        drop(held);
        let bytes = self.files.read(Path::new(path)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => LoadError::Missing,
            _ => LoadError::Read(error),
        })?;
        let source = Source::parse(path, &bytes).map_err(|error| {
            let place = fault::place(&bytes, &error);
            LoadError::Xml(error, place)
        })?;
        structure::check(&source).map_err(LoadError::Check)?;
        let source = Arc::new(source);
        let mut held = self.sources.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        held.insert(path.to_owned(), source.clone());
        Ok(source)
    }
}

impl<'e> Evaluation<'e> {
    pub(super) fn import(&mut self, visit: &Visit, node: NodeId) -> Result<(), EvaluateError> {
        let source = visit.source.clone();
        let folder = visit.folder.clone();
        let decision = self.condition(visit, node, &folder)?;
        let (taken, doubts) = decision.map_or((true, Vec::new()), |d| (d.value, d.doubts));
        if !doubts.is_empty() {
            self.doubtful_import(visit, node, &doubts);
        }
        if !taken {
            return Ok(());
        }
        let project = source.attribute(node, "Project").unwrap_or_default().to_owned();
        if let Some(name) = source.attribute(node, "Sdk") {
            let (name, _) = self.expand(visit, node, name, false)?;
            let version = match source.attribute(node, "Version") {
                Some(version) => Some(self.expand(visit, node, version, false)?.0),
                None => None,
            };
            let (name, inline) = match name.split_once('/') {
                Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
                None => (name.clone(), None),
            };
            let version = version.filter(|version| !version.is_empty()).or(inline);
            let reference = SdkReference { name: name.trim().to_owned(), version };
            return self.inside(visit, node, doubts, |this| {
                this.import_sdk(visit, node, &reference, &project)
            });
        }
        let (expanded, found) = self.expand(visit, node, &project, false)?;
        if !found.is_empty() {
            self.doubtful_import(visit, node, &found);
        }
        if expanded.trim().is_empty() {
            if !found.is_empty() {
                return Ok(());
            }
            let problem = Problem::EmptyImport { project };
            return Err(EvaluateError::new(problem, Some(source.place(node))));
        }
        let kind = Self::label(visit, node);
        self.inside(visit, node, doubts, |this| {
            for part in expanded.split(';').map(str::trim).filter(|part| !part.is_empty()) {
                let path = unescape(part).into_owned();
                if path.starts_with("sdk:") && visit.source.is_model {
                    this.import_file(visit, node, &path, None)?;
                    continue;
                }
                let path = this.style.fix(&path);
                if glob::is_glob(&path) {
                    for file in this.matching(&visit.folder, &path) {
                        this.import_file(visit, node, &file, kind)?;
                    }
                } else {
                    let full = this.style.full(&visit.folder, &path);
                    this.import_file(visit, node, &full, kind)?;
                }
            }
            Ok(())
        })
    }

    /// What the built-in model says a file is; other imports go by the name of the file.
    fn label(visit: &Visit, node: NodeId) -> Option<SourceKind> {
        if !visit.source.is_model {
            return None;
        }
        match visit.source.attribute(node, "Label")? {
            "BuildProps" => Some(SourceKind::BuildProps),
            "BuildTargets" => Some(SourceKind::BuildTargets),
            "PackagesProps" => Some(SourceKind::PackagesProps),
            "NuGet" => Some(SourceKind::NuGet),
            "Profile" => Some(SourceKind::Profile),
            "User" => Some(SourceKind::User),
            _ => None,
        }
    }

    fn kind_of(&self, path: &str, importer: SourceKind) -> SourceKind {
        let name = self.style.file_name(path);
        if name.eq_ignore_ascii_case("Directory.Build.props") {
            SourceKind::BuildProps
        } else if name.eq_ignore_ascii_case("Directory.Build.targets") {
            SourceKind::BuildTargets
        } else if name.eq_ignore_ascii_case("Directory.Packages.props") {
            SourceKind::PackagesProps
        } else if importer == SourceKind::Sdk || importer == SourceKind::NuGet {
            importer
        } else {
            SourceKind::Import
        }
    }

    /// What an import may have set is not certain.
    fn doubtful_import(&mut self, visit: &Visit, node: NodeId, doubts: &[Doubt]) {
        let place = visit.source.place(node);
        let project = visit.source.attribute(node, "Project").unwrap_or_default().to_owned();
        if let Some(doubt) = self.explain("", doubts, || place.clone()) {
            let reason = format!("the import of `{project}`: {}", doubt.reason);
            self.unknown.push(Unsupported { name: String::new(), reason, place: Some(place) });
        }
    }

    /// Files that fit a pattern, sorted regardless of case.
    fn matching(&self, folder: &str, pattern: &str) -> Vec<String> {
        let mut found = self.glob_files(folder, pattern);
        found.sort_by_cached_key(|path| path.to_lowercase());
        found
    }

    /// Imports one file; a missing one is an error.
    pub(super) fn import_file(
        &mut self,
        visit: &Visit,
        node: NodeId,
        path: &str,
        kind: Option<SourceKind>,
    ) -> Result<(), EvaluateError> {
        let place = || visit.source.place(node);
        let built_in = matches!(self.request.sdk, SdkSource::BuiltIn(_));
        let stand_in = sdk::toolset_file(self.style, &self.tools_dir, path).filter(|_| built_in);
        let path = stand_in.unwrap_or(path);
        if path == EMPTY {
            return Ok(());
        }
        let fail = |problem: Problem| Err(EvaluateError::new(problem, Some(place())));
        if self.style.same(path, &self.project) {
            self.warn(visit, "MSB4210", format!("`{path}` imports itself"), &place);
            return Ok(());
        }
        let key = if self.style.same("a", "A") { path.to_lowercase() } else { path.to_owned() };
        if self.seen.contains(&key) {
            self.warn(visit, "MSB4011", format!("`{path}` is imported already"), &place);
            return Ok(());
        }
        if self.depth >= DEEPEST_IMPORT {
            return fail(Problem::ImportsTooDeep { limit: DEEPEST_IMPORT });
        }
        if self.seen.len() >= MOST_IMPORTS {
            return fail(Problem::TooManyImports { limit: MOST_IMPORTS });
        }
        let source = match self.evaluator.load(path) {
            Ok(source) => source,
            Err(LoadError::Missing) => {
                return fail(Problem::MissingImport { file: path.to_owned() });
            }
            Err(LoadError::Read(source)) => {
                return fail(Problem::ReadImport { file: PathBuf::from(path), source });
            }
            Err(LoadError::Xml(source, position)) => {
                let position = position.unwrap_or_else(|| place().position);
                let at = Place { file: Path::new(path).into(), position };
                let problem = Problem::ImportXml { file: PathBuf::from(path), source };
                return Err(EvaluateError::new(problem, Some(at)));
            }
            Err(LoadError::Check(error)) => return Err(error),
        };
        self.seen.insert(key);
        let of_model = visit.source.is_model && source.is_model;
        let kind = kind.unwrap_or_else(|| {
            if of_model { SourceKind::Sdk } else { self.kind_of(path, visit.kind) }
        });
        if !source.is_model {
            let place = (!visit.source.is_model).then(place);
            self.imports.push(ImportRecord { file: PathBuf::from(path), kind, place });
        }
        let next = self.visit(source, kind);
        self.depth += 1;
        let walked = self.walk(&next);
        self.depth -= 1;
        walked
    }

    /// A file with the folder its relative paths start from.
    pub(super) fn visit(&self, source: Arc<Source>, kind: SourceKind) -> Visit {
        let folder = if source.is_model {
            self.project_dir.as_str()
        } else {
            self.style.directory(&source.path).unwrap_or_default()
        };
        Visit { folder: folder.into(), source, kind }
    }

    fn warn(
        &mut self,
        visit: &Visit,
        code: &'static str,
        message: String,
        place: &dyn Fn() -> Place,
    ) {
        if !visit.source.is_model {
            self.warnings.push(Warning { code: Some(code), message, place: Some(place()) });
        }
    }

    /// Files below a folder that fit a pattern, absolute; the pattern may leave the folder.
    pub(crate) fn glob_files(&self, folder: &str, pattern: &str) -> Vec<String> {
        let walk = crate::items::Walk::new(self.evaluator.files, self.style);
        walk.files(folder, pattern, &crate::items::Excludes::default())
            .into_iter()
            .map(|found| found.full)
            .collect()
    }

    pub(crate) fn files(&self) -> &'e (dyn ProjectFiles + 'e) {
        self.evaluator.files
    }

    pub(crate) fn is_file(&self, path: &str) -> bool {
        self.evaluator.files.entry(Path::new(path)) == Some(EntryKind::File)
    }
}
