//! `iisle webconfig`: generate a web.config, or make the one of a publish output right.

use std::path::{Path, PathBuf};

use iisle_path::RelPath;
use iisle_report::{Location, Warning};
use iisle_tree::{LocalTree, Tree, TreeError, host};
use iisle_webconfig::{
    Change, Outcome, Position, Settings, Source, SourceChoice, Target, TaskParameters,
    TransformError, TransformOptions, choose_source,
};

use crate::pack::settle;
use crate::{Context, Failure};

/// The name of the file, as it is always written.
pub(crate) const WEB_CONFIG: &str = "web.config";

/// The largest web.config that is read.
const MAX_WEB_CONFIG: u64 = 64 << 20;

/// Whether a verb writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// It does.
    Yes,
    /// A dry run.
    No,
}

/// A new web.config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateRequest {
    /// What it says.
    pub settings: Settings,
    /// Where it goes; `None` gives the text back.
    pub path: Option<PathBuf>,
    /// Whether it is written.
    pub writes: Writes,
}

/// What came of generating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerateReport {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// Where it is.
    pub path: Option<PathBuf>,
    /// Whether anything was written.
    pub written: bool,
    /// What it says.
    pub settings: Settings,
}

/// Generates a web.config.
///
/// # Errors
/// When it cannot be written.
pub fn generate(request: &GenerateRequest) -> Result<GenerateReport, Failure> {
    let GenerateRequest { settings, path, writes } = request.clone();
    let bytes = iisle_webconfig::generate(&settings);
    let written = match (&path, writes) {
        (Some(path), Writes::Yes) => settle(path.clone(), &bytes)?.written,
        _ => false,
    };
    Ok(GenerateReport { bytes, path, written, settings })
}

/// A web.config to make right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransformRequest {
    /// The publish output.
    pub publish_dir: PathBuf,
    /// The folder of the project.
    pub project_dir: Option<PathBuf>,
    /// Parameters of the SDK's task, final values.
    pub tasks: Vec<(String, String)>,
    /// The build configuration.
    pub configuration: Option<String>,
    /// The environment's name.
    pub environment: Option<String>,
    /// Whether it is written.
    pub writes: Writes,
}

/// What came of making a web.config right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransformReport {
    /// The web.config; `None` when the rules say that none is wanted.
    pub path: Option<PathBuf>,
    /// Whether anything was written.
    pub written: bool,
    /// Whether anything would be, or was.
    pub differs: bool,
    /// Whether it was generated.
    pub created: bool,
    /// What was changed in the source.
    pub changes: Vec<Change>,
    /// The file that the places of changes and warnings are in.
    pub source: Option<String>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
    /// What happened that nobody needs to act on.
    pub notes: Vec<Warning>,
    /// The content that the file has, or will have.
    pub bytes: Option<Vec<u8>>,
    /// Files of other letter case that the new one replaces.
    pub(crate) stale: Vec<String>,
}

/// Transforms the web.config of a publish output by task parameters alone; without them by what
/// the output is.
///
/// # Errors
/// When the folder cannot be made right; nothing is changed then.
pub fn transform(
    _context: &Context<'_>,
    request: &TransformRequest,
) -> Result<TransformReport, Failure> {
    let TransformRequest { publish_dir, project_dir, tasks, configuration, environment, writes } =
        request;
    let message = || format!("cannot transform the web.config of `{}`", publish_dir.display());
    let tree = LocalTree::open(publish_dir).map_err(|e| Failure::from(e).context(message()))?;
    let mut target = if tasks.is_empty() {
        let options = iisle_inspect::publish::InspectOptions::default();
        let output = iisle_inspect::publish::inspect(&tree, &options)
            .map_err(|e| Failure::of(&e).context(message()))?;
        match crate::hosting::target(None, &output) {
            Some(target) => target,
            None => return Ok(TransformReport::default()),
        }
    } else {
        task_target(tasks).map_err(|e| e.context(message()))?
    };
    target.configuration = configuration.clone().or(target.configuration);
    target.environment_name = environment.clone().or(target.environment_name);
    let choice = if project_dir.is_some() { SourceChoice::Auto } else { SourceChoice::KeepTarget };
    let mut report = prepare(&tree, project_dir.as_deref(), choice, &target)
        .map_err(|e| e.context(message()))?;
    if *writes == Writes::Yes {
        write(&tree, &mut report).map_err(|e| e.context(message()))?;
    }
    Ok(report)
}

fn task_target(tasks: &[(String, String)]) -> Result<Target, Failure> {
    let mut parameters = TaskParameters::default();
    for (name, value) in tasks {
        parameters.set(name, value).map_err(|e| Failure::of(&e))?;
    }
    parameters.target().map_err(|e| Failure::of(&e))
}

/// Works out the web.config of a folder; writes nothing.
pub(crate) fn prepare(
    tree: &LocalTree,
    project_dir: Option<&Path>,
    choice: SourceChoice,
    target: &Target,
) -> Result<TransformReport, Failure> {
    let published = names(tree.root())?;
    let project = project_dir.map(names).transpose()?.unwrap_or_default();
    let plan = choose_source(&strs(&project), &strs(&published), None, choice).map_err(|e| {
        Failure::of(&e)
            .code(e.code())
            .hint("keep one of them: names differ only in case, and Windows takes them for one")
    })?;
    let (source, file) = match &plan.source {
        Source::None => return Ok(TransformReport::default()),
        Source::Generated => (None, None),
        Source::Project(name) => {
            (Some(project_dir.unwrap_or(Path::new("")).join(name)), Some(name.clone()))
        }
        Source::Target(name) => (Some(tree.root().join(name)), Some(name.clone())),
        Source::Linked(path) => (Some(PathBuf::from(path)), Some(path.clone())),
    };
    let bytes = source.as_deref().map(|path| host::read(path, MAX_WEB_CONFIG)).transpose()?;
    let shown = source.as_ref().map(|path| path.display().to_string());
    let outcome =
        iisle_webconfig::transform(bytes.as_deref(), target, &TransformOptions::default())
            .map_err(|e| failure(&e, shown.as_deref()))?;
    let mut report = report(tree, outcome, file.as_deref())?;
    if let Some(name) = plan.ignored {
        let message = format!(
            "the project's `{name}` is not in the publish output: its settings are not used"
        );
        report.warnings.push(Warning {
            code: "project-web-config-ignored".into(),
            message,
            location: Some(Location::file(name)),
        });
    }
    report.stale = plan.stale;
    Ok(report)
}

fn report(
    tree: &LocalTree,
    outcome: Outcome,
    file: Option<&str>,
) -> Result<TransformReport, Failure> {
    let Outcome { bytes, created, changes, warnings, notes } = outcome;
    let place = |position: Option<Position>| {
        let file = file?;
        Some(match position {
            Some(at) => Location::at(file, at.line, at.column),
            None => Location::file(file),
        })
    };
    let told = |notices: Vec<iisle_webconfig::Notice>| -> Vec<Warning> {
        let warning = |n: iisle_webconfig::Notice| Warning {
            code: n.code.to_owned(),
            message: n.message,
            location: place(n.position),
        };
        notices.into_iter().map(warning).collect()
    };
    let name = RelPath::parse(WEB_CONFIG).expect("the name is a path");
    let current = match tree.read_all(&name, MAX_WEB_CONFIG) {
        Ok(bytes) => Some(bytes),
        Err(TreeError::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    // A generated file that is there already, with the line ends of another host, is left alone.
    let bytes = match (bytes, &current) {
        (Some(new), Some(old)) if created && same_lines(&new, old) => Some(old.clone()),
        (bytes, _) => bytes,
    };
    let differs = bytes.is_some() && bytes != current;
    Ok(TransformReport {
        path: bytes.as_ref().map(|_| tree.root().join(WEB_CONFIG)),
        written: false,
        differs,
        created: created && differs,
        changes,
        source: file.map(str::to_owned),
        warnings: told(warnings),
        notes: told(notes),
        bytes,
        stale: Vec::new(),
    })
}

/// Whether two texts differ in nothing but line ends and a byte order mark.
fn same_lines(a: &[u8], b: &[u8]) -> bool {
    let plain = |bytes: &[u8]| {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        text.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<_>>()
    };
    plain(a) == plain(b)
}

/// Writes what [`prepare`] worked out, and removes files that are the same name on Windows.
pub(crate) fn write(tree: &LocalTree, report: &mut TransformReport) -> Result<(), Failure> {
    let (Some(path), Some(bytes)) = (&report.path, &report.bytes) else { return Ok(()) };
    if report.differs {
        host::write_atomic(path, bytes)?;
        report.written = true;
    }
    for name in &report.stale {
        let stale = tree.root().join(name);
        // On a disk that ignores case both names are the file that was just written.
        if !host::same_file(&stale, path)? {
            host::remove_file(&stale)?;
            report.written = true;
        }
    }
    Ok(())
}

fn failure(error: &TransformError, file: Option<&str>) -> Failure {
    let mut failure = Failure::of(error).code(error.code());
    if let Some(file) = file {
        failure = failure.at(match error.position() {
            Some(at) => Location::at(file, at.line, at.column),
            None => Location::file(file),
        });
    }
    match error.code() {
        "malformed-web-config" => failure.hint("mend the file at this place; nothing was written"),
        "wrong-root" => failure.hint("the root element of a web.config is `configuration`"),
        "duplicate-element" => failure.hint("merge the two: IIS answers 500.19 to such a file"),
        "bad-hosting-model" => failure.hint("write `inprocess` or `outofprocess`"),
        _ => failure,
    }
}

fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = host::list(folder)?;
    let files = entries.into_iter().filter(|entry| entry.kind == host::Kind::File);
    Ok(files.filter_map(|entry| entry.path.file_name()?.to_str().map(str::to_owned)).collect())
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
