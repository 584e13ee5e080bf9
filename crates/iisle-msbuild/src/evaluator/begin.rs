use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Evaluator;
use super::import::LoadError;
use super::state::Evaluation;
use crate::options::is_property_name;
use crate::paths::Style;
use crate::provenance::Said;
use crate::table::Table;
use crate::{
    EvaluateError, ImportRecord, Place, Problem, Request, SdkSource, SdkVersion, SourceKind,
};

impl<'e> Evaluation<'e> {
    /// Sets what stands before any file: environment, engine, global properties.
    pub(super) fn begin(evaluator: &'e Evaluator<'_>, request: &'e Request, style: Style) -> Self {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let current = request.current_dir.as_deref().map(text);
        let project = style.full(current.as_deref().unwrap_or_default(), &text(&request.project));
        let project_dir = style.directory(&project).unwrap_or_default().to_owned();
        let current_dir = current.unwrap_or_else(|| project_dir.clone());
        let tools_dir = match &request.sdk {
            SdkSource::Folder(folder) => text(folder),
            SdkSource::BuiltIn(version) => default_tools_dir(style, *version),
        };
        let mut evaluation = Self {
            evaluator,
            request,
            style,
            project,
            project_dir,
            current_dir,
            tools_dir,
            table: Table::new(),
            fixed: BTreeSet::new(),
            seen: BTreeSet::new(),
            depth: 0,
            ambient: Vec::new(),
            under: None,
            written_bytes: 0,
            warnings: Vec::new(),
            unknown: Vec::new(),
            imports: Vec::new(),
            trace: Vec::new(),
            item_groups: Vec::new(),
            item_definitions: Vec::new(),
            sdks: Vec::new(),
            sdk_version: None,
        };
        evaluation.environment_properties();
        evaluation.engine_properties();
        evaluation.model_properties();
        evaluation.global_properties();
        evaluation
    }

    /// Walks the project and all it imports.
    pub(super) fn run(&mut self) -> Result<(), EvaluateError> {
        let project = self.project.clone();
        let file = || PathBuf::from(&project);
        let source = self.evaluator.load(&project).map_err(|error| match error {
            LoadError::Missing => {
                let source = std::io::ErrorKind::NotFound.into();
                EvaluateError::new(Problem::Read { file: file(), source }, None)
            }
            LoadError::Read(source) => {
                EvaluateError::new(Problem::Read { file: file(), source }, None)
            }
            LoadError::Xml(source, position) => {
                let place =
                    position.map(|position| Place { file: Path::new(&project).into(), position });
                EvaluateError::new(Problem::ProjectXml { file: file(), source }, place)
            }
            LoadError::Check(error) => error,
        })?;
        self.imports.push(ImportRecord { file: file(), kind: SourceKind::Project, place: None });
        let visit = self.visit(source, SourceKind::Project);
        self.walk(&visit)
    }

    fn environment_properties(&mut self) {
        for (name, value) in &self.request.environment {
            if is_property_name(name) {
                let value = crate::escape::escape(value).into_owned();
                self.table.set(name, value, Said::Environment, None);
            }
        }
    }

    fn engine_properties(&mut self) {
        let style = self.style;
        let project = self.project.clone();
        let dir = self.project_dir.clone();
        let tools = self.tools_dir.clone();
        let version = match &self.request.sdk {
            SdkSource::BuiltIn(version) => *version,
            SdkSource::Folder(_) => SdkVersion::NEWEST,
        };
        let (engine, visual_studio) = engine_versions(version);
        let sdks = style.combine(&tools, "Sdks");
        let os = if self.request.host.is_windows() { "Windows_NT" } else { "Unix" };
        let roslyn = style.combine(&tools, "Roslyn");
        let all: [(&str, &str); 21] = [
            ("MSBuildProjectFullPath", &project),
            ("MSBuildProjectFile", style.file_name(&project)),
            ("MSBuildProjectName", style.stem(&project)),
            ("MSBuildProjectExtension", style.extension(&project)),
            ("MSBuildProjectDirectory", &dir),
            ("MSBuildProjectDirectoryNoRoot", &dir[style.root_len(&dir)..]),
            ("MSBuildStartupDirectory", &self.current_dir.clone()),
            ("MSBuildToolsVersion", "Current"),
            ("MSBuildVersion", engine),
            ("MSBuildAssemblyVersion", "15.1"),
            ("VisualStudioVersion", visual_studio),
            ("MSBuildRuntimeType", "Core"),
            ("MSBuildToolsPath", &tools),
            ("MSBuildBinPath", &tools),
            ("MSBuildExtensionsPath", &tools),
            ("MSBuildExtensionsPath32", &tools),
            ("MSBuildExtensionsPath64", &tools),
            ("MSBuildSDKsPath", &sdks),
            ("RoslynTargetsPath", &roslyn),
            ("OS", os),
            ("MSBuildInteractive", "false"),
        ];
        for (name, value) in all {
            // On Windows the operating system itself comes from the environment.
            let value = crate::escape::escape(value).into_owned();
            self.table.set(name, value, Said::Engine, None);
        }
        if self.request.host.is_windows() {
            let known = |wanted: &str| {
                let mut all = self.request.environment.iter();
                all.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| &**value)
            };
            let programs = known("ProgramFiles(x86)").unwrap_or("C:\\Program Files (x86)");
            let value = crate::escape::escape(programs).into_owned();
            self.table.set("MSBuildProgramFiles32", value, Said::Engine, None);
        }
    }

    /// What the built-in model is parameterized by.
    fn model_properties(&mut self) {
        let SdkSource::BuiltIn(version) = self.request.sdk else { return };
        let language = match version.major {
            10.. => "14.0",
            9 => "13.0",
            8 => "12.0",
            7 => "11.0",
            6 => "10.0",
            5 => "9.0",
            _ => "8.0",
        };
        let all = [
            ("_ModelSdkVersion", version.to_string()),
            ("_ModelRuntimeVersion", format!("{}.{}", version.major, version.minor)),
            ("_ModelSdkRid", self.request.host.rid()),
            ("_ModelNewestLanguage", language.to_owned()),
        ];
        for (name, value) in all {
            self.table.set(name, value, Said::Engine, None);
        }
    }

    fn global_properties(&mut self) {
        for (name, value) in &self.request.globals {
            self.table.set(name, value.clone(), Said::Global, None);
            self.fixed.insert(name.to_ascii_lowercase());
        }
    }
}

/// Where an SDK usually lies; only the text matters, nothing is read there.
fn default_tools_dir(style: Style, version: SdkVersion) -> String {
    match style {
        Style::Unix => format!("/usr/share/dotnet/sdk/{version}"),
        Style::Windows => format!("C:\\Program Files\\dotnet\\sdk\\{version}"),
    }
}

/// The engine's own version and the `VisualStudioVersion` that go with an SDK.
///
/// Source: release notes of the .NET SDK.
fn engine_versions(version: SdkVersion) -> (&'static str, &'static str) {
    match (version.major, version.patch / 100) {
        (10.., 4..) => ("18.9.0", "18.0"),
        (10.., 3) => ("18.6.0", "18.0"),
        (10.., 2) => ("18.3.0", "18.0"),
        (10.., _) => ("18.0.0", "18.0"),
        (9, 3..) => ("17.14.0", "17.0"),
        (9, 2) => ("17.13.0", "17.0"),
        (9, _) => ("17.12.0", "17.0"),
        (8, 4..) => ("17.11.0", "17.0"),
        (8, 3) => ("17.10.0", "17.0"),
        (8, 2) => ("17.9.0", "17.0"),
        (8, _) => ("17.8.0", "17.0"),
        (7, _) => ("17.4.0", "17.0"),
        (6, _) => ("17.0.0", "17.0"),
        _ => ("16.11.0", "16.0"),
    }
}
