use std::path::{Path, PathBuf};

use iisle_path::RelPath;
use iisle_report::{Location, Warning};
use iisle_tree::{LocalTree, Tree, TreeError, host};
use iisle_webconfig::{
    ChainNames, Change, GuidComment, Launch, Newline, Notice, Outcome, Position, Source,
    SourceChoice, Target, TaskParameters, TransformError, TransformOptions, choose_source,
    transform_through,
};

use super::chain::ChainError;
use super::places::{find, names, project_guid};
use super::{Chain, ChainStep, MAX_WEB_CONFIG, WEB_CONFIG, compatible};
use crate::{Context, Failure, Writes, project};

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
    /// The publish profile's name.
    pub publish_profile: Option<String>,
    /// The environment's name.
    pub environment: Option<String>,
    /// A transform of the user's own, looked for in the project's folder.
    pub custom_transform: Option<String>,
    /// Whose result is wanted.
    pub form: Form,
    /// Environment variables to set, in order.
    pub variables: Vec<(String, String)>,
    /// Where the source comes from.
    pub source: SourceChoice,
    /// What starts the app.
    pub process: Process,
    /// Whether the project's GUID is told in a comment, as the SDK does.
    pub guid_comment: GuidComment,
    /// What becomes of the folder for logs.
    pub logs: LogsFolder,
    /// How the file is edited.
    pub options: TransformOptions,
    /// Whether it is written.
    pub writes: Writes,
}

/// Whose result is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// Ours: nothing is touched that need not be.
    #[default]
    Lossless,
    /// The SDK's bytes, faults included, as on a host with these line ends.
    Compatible(Newline),
}

/// What starts the app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Process {
    /// What the output calls for.
    #[default]
    Auto,
    /// `dotnet` with the app's assembly.
    Dotnet,
    /// The app's own executable.
    Executable,
}

/// What becomes of the folder that `stdoutLogFile` names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogsFolder {
    /// It is created.
    #[default]
    Create,
    /// It is created with a file in it, for tools that drop empty folders.
    Placeholder,
    /// Nothing.
    Leave,
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
    /// The transforms of the chain, in order.
    pub xdt: Vec<ChainStep>,
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

/// Everything that decides what a web.config is to be.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// The folder of the project, when there is one.
    pub(crate) project_dir: Option<&'a Path>,
    /// The file that the project publishes as web.config, when it is another than its own.
    pub(crate) linked: Option<&'a Path>,
    /// Where the source comes from.
    pub(crate) choice: SourceChoice,
    /// What is to be started.
    pub(crate) target: &'a Target,
    /// How it is edited.
    pub(crate) options: &'a TransformOptions,
    /// The transforms behind the edit.
    pub(crate) chain: Chain,
}

/// Transforms the web.config of a publish output by task parameters alone; without them by what
/// the output is.
///
/// # Errors
/// When the folder cannot be made right; nothing is changed then. In compatible mode what the SDK
/// leaves behind is left behind.
pub fn transform(
    context: &Context<'_>,
    request: &TransformRequest,
) -> Result<TransformReport, Failure> {
    let message =
        || format!("cannot transform the web.config of `{}`", request.publish_dir.display());
    run(context, request).map_err(|failure| failure.context(message()))
}

fn run(context: &Context<'_>, request: &TransformRequest) -> Result<TransformReport, Failure> {
    let tree = LocalTree::open(&request.publish_dir)?;
    // A folder that is not there would count as a project without web.config.
    request.project_dir.as_deref().map(LocalTree::open).transpose()?;
    let project_dir = request.project_dir.as_ref().map(|dir| project::absolute(context, dir));
    let mut task = parameters(request)?;
    let inferred = if request.tasks.is_empty() {
        match inspected(&tree, request)? {
            Some(target) => Some(target),
            None => return Ok(TransformReport::default()),
        }
    } else {
        None
    };
    let like = match request.form {
        Form::Lossless => Newline::CrLf,
        Form::Compatible(newline) => newline,
    };
    if wants_guid(context, request, &task) {
        let folder = project_dir.as_deref();
        task.project_guid = folder.and_then(|folder| guid(context, folder, &task, like));
    }
    if let Form::Compatible(newline) = request.form {
        if let Some(target) = &inferred {
            infer(&mut task, target);
        }
        return compatible::transform(
            &tree,
            project_dir.as_deref(),
            &task,
            newline,
            request.writes,
        );
    }
    if task.skip && !task.runs_chain() {
        return Ok(TransformReport::default());
    }
    let mut target = match inferred {
        Some(target) => target,
        None if task.skip => Target::new(Launch::Dotnet { dll: String::new() }),
        None => task.target().map_err(|e| Failure::of(&e))?,
    };
    target.configuration = task.configuration.clone().or(target.configuration);
    target.environment_name = task.environment_name.clone().or(target.environment_name);
    target.settings.extend(request.variables.iter().cloned());
    target.project_guid = task.project_guid.clone().or(target.project_guid);
    if request.guid_comment != GuidComment::Leave && !task.ignore_project_guid {
        target.guid_comment = request.guid_comment;
    }
    target.launch = launch(&tree, target.launch, request)?;
    let chain = match &project_dir {
        Some(folder) if task.runs_chain() => Chain::load(folder, &task.chain(), like)?,
        _ => Chain::default(),
    };
    let mut report = if task.skip {
        chain_alone(&tree, chain)?
    } else {
        let choice = match (request.source, &project_dir) {
            (SourceChoice::Auto, None) => SourceChoice::KeepTarget,
            (choice, _) => choice,
        };
        let plan = Plan {
            project_dir: project_dir.as_deref(),
            linked: None,
            choice,
            target: &target,
            options: &request.options,
            chain,
        };
        prepare(&tree, plan)?
    };
    if request.writes == Writes::Yes {
        write(&tree, &mut report)?;
        create_logs(&tree, &mut report, request.logs)?;
    }
    Ok(report)
}

/// The parameters by name, and those that have options of their own.
fn parameters(request: &TransformRequest) -> Result<TaskParameters, Failure> {
    let mut task = TaskParameters::default();
    for (name, value) in &request.tasks {
        task.set(name, value).map_err(|e| Failure::of(&e))?;
    }
    let over = |option: &Option<String>, value: &mut Option<String>| {
        *value = option.clone().filter(|text| !text.is_empty()).or(value.take());
    };
    over(&request.configuration, &mut task.configuration);
    over(&request.publish_profile, &mut task.publish_profile);
    over(&request.environment, &mut task.environment_name);
    over(&request.custom_transform, &mut task.custom_transform);
    Ok(task)
}

/// What the output calls for, when no parameter says it.
fn inspected(tree: &LocalTree, request: &TransformRequest) -> Result<Option<Target>, Failure> {
    if request.source == SourceChoice::None {
        return Ok(None);
    }
    let options = iisle_inspect::publish::InspectOptions::default();
    let output = iisle_inspect::publish::inspect(tree, &options).map_err(|e| Failure::of(&e))?;
    Ok(crate::hosting::target(None, &output))
}

/// The parameters of the SDK's task that amount to a target.
fn infer(task: &mut TaskParameters, target: &Target) {
    let executable = target.launch.executable();
    task.target_path =
        target.launch.dll().or(executable).map(str::to_owned).or(task.target_path.take());
    task.use_app_host = executable.is_some();
    let extension = executable.and_then(|name| name.rfind('.').map(|dot| name[dot..].to_owned()));
    task.executable_extension = extension;
    task.module.clone_from(&target.module);
    task.hosting_model = target.hosting_model.as_ref().map(|model| model.value.clone());
}

/// Whether the project's GUID has to be looked up: the SDK does so unless somebody gave it or
/// opted out of telemetry, we do so on request.
fn wants_guid(context: &Context<'_>, request: &TransformRequest, task: &TaskParameters) -> bool {
    let wanted = match request.form {
        Form::Lossless => request.guid_comment == GuidComment::Add,
        Form::Compatible(_) => !opted_out(context.variable("DOTNET_CLI_TELEMETRY_OPTOUT")),
    };
    wanted && task.project_guid.is_none() && !task.ignore_project_guid
}

/// Source: dotnet/sdk, `EnvironmentHelper.cs`.
fn opted_out(value: Option<&str>) -> bool {
    let value = value.unwrap_or_default();
    ["true", "1", "yes"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}

fn guid(
    context: &Context<'_>,
    folder: &Path,
    task: &TaskParameters,
    like: Newline,
) -> Option<String> {
    let file = task.project_file.as_deref().unwrap_or("App.csproj").replace('\\', "/");
    let solution =
        task.solution_path.as_ref().map(|path| project::absolute(context, path.as_ref()));
    project_guid(&folder.join(file), solution.as_deref(), like)
}

/// The launch that the user asked for.
fn launch(tree: &LocalTree, found: Launch, request: &TransformRequest) -> Result<Launch, Failure> {
    let Some(dll) = found.dll().map(str::to_owned) else { return Ok(found) };
    match request.process {
        Process::Auto => Ok(found),
        Process::Dotnet => Ok(Launch::Dotnet { dll }),
        Process::Executable if found.executable().is_some() => Ok(found),
        Process::Executable => {
            let launch = Launch::app_host(&dll, ".exe");
            let executable = launch.executable().unwrap_or_default().to_owned();
            if request.tasks.is_empty() && find(tree.root(), &executable, Newline::CrLf).is_none() {
                let message = format!("there is no `{executable}` in the publish output");
                return Err(Failure::new(message).hint(
                    "publish with a runtime identifier, such as -r win-x64, or leave --process out",
                ));
            }
            Ok(launch)
        }
    }
}

/// Works out the web.config of a folder; writes nothing.
pub(crate) fn prepare(tree: &LocalTree, plan: Plan<'_>) -> Result<TransformReport, Failure> {
    let Plan { project_dir, linked, choice, target, options, mut chain } = plan;
    let published = names(tree.root())?;
    let project = project_dir.map(names).transpose()?.unwrap_or_default();
    let linked = linked.map(|path| path.display().to_string());
    let plan = choose_source(&strs(&project), &strs(&published), linked.as_deref(), choice);
    let plan = plan.map_err(|e| {
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
    let outcome = transform_through(bytes.as_deref(), target, options, |bytes| chain.apply(bytes));
    let outcome = outcome.map_err(|error| match error {
        ChainError::Transform(error) => failure(&error, shown.as_deref()),
        ChainError::Step(failure) => failure,
    })?;
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
    let Chain { steps, warnings, .. } = chain;
    report.warnings.extend(warnings);
    report.xdt = steps;
    report.stale = plan.stale;
    Ok(report)
}

/// The chain over what was published, when the task itself is switched off and the chain is not.
fn chain_alone(tree: &LocalTree, mut chain: Chain) -> Result<TransformReport, Failure> {
    let Some(path) = find(tree.root(), WEB_CONFIG, Newline::CrLf) else {
        return Ok(TransformReport::default());
    };
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(WEB_CONFIG).to_owned();
    let current = host::read(&path, MAX_WEB_CONFIG)?;
    let bytes = chain.apply(&current).map_err(|error| match error {
        ChainError::Transform(error) => failure(&error, Some(&name)),
        ChainError::Step(failure) => failure,
    })?;
    let outcome = Outcome {
        bytes: Some(bytes.unwrap_or(current)),
        created: false,
        changes: Vec::new(),
        warnings: Vec::new(),
        notes: Vec::new(),
    };
    let mut report = report(tree, outcome, Some(&name))?;
    report.warnings = chain.warnings;
    report.xdt = chain.steps;
    report.stale = if name == WEB_CONFIG { Vec::new() } else { vec![name] };
    Ok(report)
}

fn report(
    tree: &LocalTree,
    outcome: Outcome,
    file: Option<&str>,
) -> Result<TransformReport, Failure> {
    let Outcome { bytes, created, changes, warnings, notes } = outcome;
    let name = super::path();
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
        xdt: Vec::new(),
        source: file.map(str::to_owned),
        warnings: told(warnings, file),
        notes: told(notes, file),
        bytes,
        stale: Vec::new(),
    })
}

/// What the library noticed, with its place in a file.
pub(super) fn told(notices: Vec<Notice>, file: Option<&str>) -> Vec<Warning> {
    let place = |position: Option<Position>| {
        let file = file?;
        Some(match position {
            Some(at) => Location::at(file, at.line, at.column),
            None => Location::file(file),
        })
    };
    let warning = |notice: Notice| {
        let Notice { code, message, position } = notice;
        Warning { code: code.to_owned(), message, location: place(position) }
    };
    notices.into_iter().map(warning).collect()
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

/// Creates the folder for logs that the new file names.
fn create_logs(
    tree: &LocalTree,
    report: &mut TransformReport,
    logs: LogsFolder,
) -> Result<(), Failure> {
    let Some(bytes) = report.bytes.as_ref().filter(|_| logs != LogsFolder::Leave) else {
        return Ok(());
    };
    let Ok(config) = iisle_webconfig::read(bytes) else { return Ok(()) };
    let file = config.hosting().map(|hosting| hosting.stdout_log_file());
    let folder = file.as_ref().and_then(iisle_webconfig::LogFile::folder_to_create);
    let Some(folder) = folder.and_then(|folder| RelPath::parse(folder).ok()) else {
        return Ok(());
    };
    let place = tree.host_path(&folder);
    if !host::is_dir(&place) {
        host::create_dir_all(&place)?;
        report.written = true;
    }
    let placeholder = place.join("placeholder.txt");
    if logs == LogsFolder::Placeholder && !host::exists(&placeholder) {
        host::write_atomic(&placeholder, PLACEHOLDER)?;
        report.written = true;
    }
    Ok(())
}

/// What the file says that keeps a folder for logs alive.
const PLACEHOLDER: &[u8] = b"This file keeps the folder for logs in copies that drop empty ones.\n";

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

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// The names of the chain's transforms that a project's evaluation gives.
pub(crate) fn chain_names(property: impl Fn(&str) -> Option<String>) -> ChainNames {
    let mut task = TaskParameters::default();
    for name in [
        "Configuration",
        "PublishProfileName",
        "PublishProfileDirectory",
        "EnvironmentName",
        "CustomTransformFileName",
        "CustomTransformDirectory",
        "WebPublishProfileFile",
    ] {
        let value = property(name).unwrap_or_default();
        task.set(name, &value).expect("these take any text");
    }
    task.chain()
}
