use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use iisle_check::Settings;
use iisle_inspect::project::{Place, Project};
use iisle_inspect::publish::PublishOutput;
use iisle_path::RelPath;
use iisle_report::{Location, Warning};
use iisle_tree::{LocalTree, host};
use iisle_webconfig::{Newline, SourceChoice, TransformOptions};

use super::cargo::gather;
use super::places::{check_output, check_target};
use super::refusals::{entry_is_known, missing_profile, refusal, refuse_unpublishable};
use super::report::{LogsReport, PublishOutcome, PublishReport, State, Step};
use crate::overlay::Overlay;
use crate::package_facts::Built;
use crate::project::{self, ProjectOptions, ProjectRead};
use crate::webconfig::Chain;
use crate::{
    CheckSettings, Context, Ending, Failure, PackRequest, PackSettings, SyncMode, SyncOutcome,
    SyncRequest, SyncSettings, Writes, cargo, check, hosting, inspect, pack, sync, webconfig,
};

/// What the SDK calls the declarations of parameters in a project folder.
const DECLARED_PARAMETERS: &str = "Parameters.xml";

/// What to publish and how far to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishRequest {
    /// A project file, a folder that holds one, or a Cargo.toml; `None` with an output alone.
    pub project: Option<PathBuf>,
    /// The folder of publish output; `None` is where the SDK puts it.
    pub output: Option<PathBuf>,
    /// The package to write.
    pub package: Option<PathBuf>,
    /// The folder to sync to.
    pub to: Option<PathBuf>,
    /// How the project is evaluated and built.
    pub options: ProjectOptions,
    /// Whether the app is built first.
    pub build: Writes,
    /// Whether anything is written.
    pub writes: Writes,
    /// How findings are judged.
    pub check: CheckSettings,
    /// The entry of the output.
    pub entry: Option<String>,
    /// Which program of a Cargo package.
    pub bin: Option<String>,
    /// What the package is to be.
    pub pack: PackSettings,
    /// How the target is treated.
    pub sync: SyncSettings,
    /// How it gets there.
    pub staged: sync::StagedOptions,
}

/// Takes every step that was asked for, until one fails. The report tells how far it got.
pub fn publish(context: &Context<'_>, request: &PublishRequest) -> PublishReport {
    let mut run = Run { context, request, report: PublishReport::new() };
    let result = run.steps();
    let Run { mut report, .. } = run;
    match result {
        Ok(outcome) => report.outcome = outcome,
        Err(failure) => report.failure = Some(failure),
    }
    report
}

struct Run<'a> {
    context: &'a Context<'a>,
    request: &'a PublishRequest,
    report: PublishReport,
}

/// What the first steps found.
struct Subject {
    /// The project's folder, when there is a project.
    folder: Option<PathBuf>,
    project: Option<Project>,
    output_dir: PathBuf,
    tree: LocalTree,
    output: PublishOutput,
    /// Environment variables that a Cargo package asks for.
    environment: Vec<(String, String)>,
}

impl Run<'_> {
    fn steps(&mut self) -> Result<PublishOutcome, Failure> {
        // A wish that cannot be read stops the run before anything is built or written.
        let settings = self.request.check.settings()?;
        self.take(Step::Build, Self::build)?;
        let subject = self.take(Step::Read, Self::read)?;
        let mut subject = self.take(Step::WebConfig, |run| run.web_config(subject))?;
        // Whoever uses the output finds the folder: a step below creates it.
        let logs = log_folder(&subject.output).and_then(|folder| RelPath::parse(&folder).ok());
        subject.output.directories.extend(logs);
        let refused = self.take(Step::Check, |run| run.check(&subject, &settings));
        let outcome = match refused {
            Err(failure) => {
                self.report.failure = Some(failure);
                Ok(PublishOutcome::Refused)
            }
            Ok(()) => self.deliver(&subject, &settings),
        };
        self.report.publish_output = Some(Box::new(subject.output));
        outcome
    }

    /// Everything that is done with an output that is good.
    fn deliver(
        &mut self,
        subject: &Subject,
        settings: &Settings,
    ) -> Result<PublishOutcome, Failure> {
        let log_folder = log_folder(&subject.output);
        self.take(Step::Logs, |run| run.logs(&subject.tree, log_folder.as_deref()))?;
        if let Some(failure) = self.take(Step::Package, |run| run.package(subject, settings))? {
            self.report.failure = Some(failure);
            return Ok(PublishOutcome::Refused);
        }
        self.set(Step::Provision, State::Skipped);
        let synced =
            self.take(Step::Sync, |run| run.sync(&subject.output_dir, log_folder.as_deref()))?;
        if let Some(outcome) = synced.filter(|outcome| outcome.exit_code() != 0) {
            return Ok(PublishOutcome::Sync(outcome));
        }
        self.set(Step::Probe, State::Skipped);
        Ok(self.good_outcome())
    }

    fn good_outcome(&self) -> PublishOutcome {
        if self.request.writes == Writes::No {
            return PublishOutcome::Planned;
        }
        let acting = [Step::Build, Step::WebConfig, Step::Logs, Step::Package, Step::Sync];
        let done = acting.iter().any(|step| self.report.state(*step) == State::Done);
        if done { PublishOutcome::Done } else { PublishOutcome::Unchanged }
    }

    /// Takes one step and notes its state and time.
    fn take<T>(
        &mut self,
        step: Step,
        act: impl FnOnce(&mut Self) -> Result<(T, State), Failure>,
    ) -> Result<T, Failure> {
        let started = Instant::now();
        let result = act(self);
        let (result, state) = match result {
            Ok((value, state)) => (Ok(value), state),
            Err(failure) => (Err(failure), State::Failed),
        };
        self.set(step, state);
        if let Some(noted) = self.report.steps.iter_mut().find(|s| s.step == step) {
            noted.seconds = started.elapsed().as_secs_f64();
        }
        result
    }

    fn set(&mut self, step: Step, state: State) {
        if let Some(noted) = self.report.steps.iter_mut().find(|s| s.step == step) {
            noted.state = state;
        }
    }

    fn build(&mut self) -> Result<((), State), Failure> {
        let request = self.request;
        if request.build == Writes::No {
            return Ok(((), State::Skipped));
        }
        if request.writes == Writes::No {
            return Err(
                Failure::new("a dry run does not build").hint("leave --publish or --dry-run out")
            );
        }
        let path = match &request.project {
            Some(path) => project::find(path)?,
            None => {
                return Err(Failure::new("there is no project to build")
                    .hint("name a project beside --publish"));
            }
        };
        if project::is_cargo(&path) {
            cargo::build(self.context, &path, request.bin.as_deref(), &request.options)?;
        } else {
            dotnet_publish(self.context, &path, request)?;
        }
        Ok(((), State::Done))
    }

    fn read(&mut self) -> Result<(Subject, State), Failure> {
        let request = self.request;
        let path = match (&request.project, &request.output) {
            (Some(path), _) => Some(project::find(path)?),
            (None, Some(_)) => None,
            (None, None) => Some(project::find(self.context.current_dir)?),
        };
        let subject = match path {
            Some(path) if project::is_cargo(&path) => self.read_cargo(&path)?,
            Some(path) => {
                let read = project::read(self.context, &path, &request.options)?;
                self.read_project(read)?
            }
            None => {
                let output = request.output.clone().expect("asked for above");
                self.subject(None, None, output)?
            }
        };
        self.check_places(&subject)?;
        self.report.output_dir = Some(subject.output_dir.clone());
        Ok((subject, State::Done))
    }

    fn read_cargo(&mut self, manifest: &Path) -> Result<Subject, Failure> {
        let request = self.request;
        let package =
            cargo::read(self.context, manifest, request.bin.as_deref(), &request.options)?;
        let folder = project::absolute(self.context, manifest)
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        let output = gather(&package, &folder, request.output.as_deref(), self.context.monitor)?;
        let known = Some(package.bin.clone());
        let environment = package.settings.environment.clone().into_iter().collect();
        self.report.cargo = Some(Box::new(package));
        let tree = LocalTree::open(&output)?;
        let facts = inspect::output(&tree, request.entry.clone(), known, Vec::new())?;
        // A Cargo package has no web.config of its own: what lies in the output is the author's.
        Ok(Subject {
            folder: None,
            project: None,
            output_dir: output,
            tree,
            output: facts,
            environment,
        })
    }

    fn read_project(&mut self, read: ProjectRead) -> Result<Subject, Failure> {
        let ProjectRead { path, folder, facts } = read;
        refuse_unpublishable(&path, &facts)?;
        let default = inspect::publish_dir(&folder, &facts);
        let output = match (&self.request.output, default) {
            (Some(output), _) => output.clone(),
            (None, Some(default)) => default,
            (None, None) => {
                return Err(Failure::new(format!(
                    "`{}` does not say where it publishes to",
                    path.display()
                ))
                .hint("give the folder with --output"));
            }
        };
        self.report.project = Some(Box::new(facts.clone()));
        if !host::is_dir(&output) {
            return Err(Failure::new(format!("there is no publish output in `{}`", output.display()))
                .hint("run `dotnet publish` first, let iisle do it with --publish, or name the folder with --output"));
        }
        check_output(&folder, &facts, &output)?;
        let subject = self.subject(Some(folder), Some(facts), output)?;
        self.report.disagreements = disagreements(subject.project.as_ref(), &subject.output);
        Ok(subject)
    }

    fn subject(
        &self,
        folder: Option<PathBuf>,
        project: Option<Project>,
        output_dir: PathBuf,
    ) -> Result<Subject, Failure> {
        let message = || format!("cannot read the publish output `{}`", output_dir.display());
        let tree = LocalTree::open(&output_dir).map_err(|e| {
            Failure::from(e).context(message()).hint("name the folder that `dotnet publish` wrote")
        })?;
        let known = project.as_ref().and_then(|project| project.assembly_name.clone());
        let names = inspect::names(&[&output_dir]);
        let output = inspect::output(&tree, self.request.entry.clone(), known, names)
            .map_err(|e| e.context(message()))?;
        entry_is_known(&output, &output_dir)?;
        Ok(Subject { folder, project, output_dir, tree, output, environment: Vec::new() })
    }

    fn check_places(&self, subject: &Subject) -> Result<(), Failure> {
        if let Some(package) = &self.request.package {
            pack::check_place(&subject.output_dir, package)?;
        }
        if let Some(target) = &self.request.to {
            check_target(&subject.output_dir, subject.folder.as_deref(), target)?;
        }
        Ok(())
    }

    /// Makes web.config right; the facts of the output are those with the new file.
    fn web_config(&mut self, mut subject: Subject) -> Result<(Subject, State), Failure> {
        let Some(mut target) = hosting::target(subject.project.as_ref(), &subject.output) else {
            self.report.web_config = Some(crate::TransformReport::default());
            return Ok((subject, State::Skipped));
        };
        target.settings.append(&mut subject.environment);
        let chain = match (&subject.folder, &subject.project) {
            (Some(folder), Some(project)) => chain(folder, project)?,
            _ => Chain::default(),
        };
        let choice = match &subject.folder {
            Some(_) => SourceChoice::Auto,
            None => SourceChoice::KeepTarget,
        };
        let linked = linked_web_config(&subject)?;
        let mut report = webconfig::prepare(
            &subject.tree,
            webconfig::Plan {
                project_dir: subject.folder.as_deref(),
                linked: linked.as_deref(),
                choice,
                target: &target,
                options: &TransformOptions::default(),
                chain,
            },
        )?;
        if self.request.writes == Writes::Yes {
            webconfig::write(&subject.tree, &mut report)?;
        }
        let state = if report.differs { State::Done } else { State::Unchanged };
        if let Some(bytes) = report.bytes.clone().filter(|_| report.differs) {
            let mut overlay = Overlay::new(&subject.tree);
            overlay.put(webconfig::path(), bytes);
            let known = subject.output.entry.clone();
            subject.output = inspect::output(&overlay, known, None, Vec::new())?;
        }
        self.report.web_config = Some(report);
        Ok((subject, state))
    }

    fn check(&mut self, subject: &Subject, settings: &Settings) -> Result<((), State), Failure> {
        let verdict = check::judge(subject.project.as_ref(), Some(&subject.output), settings);
        let refused = refusal(&verdict, "nothing was packaged or synced");
        self.report.check = Some(verdict);
        let refused = refused.or_else(|| missing_profile(subject.project.as_ref()?));
        refused.map_or(Ok(((), State::Done)), Err)
    }

    fn logs(&mut self, tree: &LocalTree, folder: Option<&str>) -> Result<((), State), Failure> {
        let Some(folder) = folder else { return Ok(((), State::Skipped)) };
        let path = RelPath::parse(folder)
            .map_err(|e| Failure::of(&e).context("cannot create the logs folder"))?;
        let place = tree.host_path(&path);
        let missing = !host::is_dir(&place);
        if missing && self.request.writes == Writes::Yes {
            host::create_dir_all(&place)?;
        }
        self.report.logs = Some(LogsReport { path: folder.to_owned(), created: missing });
        Ok(((), if missing { State::Done } else { State::Unchanged }))
    }

    /// Packages the output and judges the package; why it must not be used, if so.
    fn package(
        &mut self,
        subject: &Subject,
        checks: &Settings,
    ) -> Result<(Option<Failure>, State), Failure> {
        let Some(package) = &self.request.package else { return Ok((None, State::Skipped)) };
        if self.request.writes == Writes::No {
            return Ok((None, State::Skipped));
        }
        let mut settings = self.request.pack.clone();
        let project = subject.project.as_ref();
        let from_project = || project?.property("DeployIisAppPath").map(str::to_owned);
        settings.application = settings.application.or_else(from_project);
        // The declarations that the SDK takes into the package.
        let declared = subject.folder.as_ref().map(|folder| folder.join(DECLARED_PARAMETERS));
        settings.parameters =
            settings.parameters.or(declared.filter(|declared| host::is_file(declared)));
        let (folder, package) = (subject.output_dir.clone(), package.clone());
        let request = PackRequest { folder, package, settings };
        let report = pack::pack(self.context, &request)?;
        let state = if report.is_unchanged() { State::Unchanged } else { State::Done };
        let path = report.package.path.clone();
        self.report.package = Some(report);
        let built = Built { tree: &subject.tree, output: &subject.output };
        let entry = subject.output.entry.clone();
        let facts = (project, Some(&built));
        let verdict = check::judge_package(self.context, &path, entry, facts, checks)?;
        let refused =
            refusal(&verdict, &format!("`{}` must not be deployed as it is", path.display()));
        self.report.check = Some(verdict);
        let state = if refused.is_some() { State::Failed } else { state };
        Ok((refused, state))
    }

    fn sync(
        &mut self,
        output_dir: &Path,
        log_folder: Option<&str>,
    ) -> Result<(Option<SyncOutcome>, State), Failure> {
        let Some(target) = &self.request.to else { return Ok((None, State::Skipped)) };
        let mut settings = self.request.sync.clone();
        // What the app writes there is not ours.
        settings.protect.extend(log_folder.map(|folder| format!("/{folder}/")));
        let mode =
            if self.request.writes == Writes::Yes { SyncMode::Execute } else { SyncMode::DryRun };
        let request = SyncRequest {
            source: output_dir.to_owned(),
            destination: target.clone(),
            settings,
            mode,
            engine: sync::Engine::Staged(self.request.staged.clone()),
        };
        let mut report = sync::sync(self.context, &request)?;
        let outcome = report.outcome;
        self.report.failure = report.failure.take();
        let unchanged = match outcome {
            SyncOutcome::Ended(Ending::Unchanged) | SyncOutcome::NothingToTakeBack => true,
            SyncOutcome::Planned => report.plan.as_ref().is_some_and(iisle_sync::Plan::is_empty),
            _ => false,
        };
        self.report.sync = Some(report);
        let state = match outcome.exit_code() {
            0 if unchanged => State::Unchanged,
            0 => State::Done,
            _ => State::Failed,
        };
        Ok((Some(outcome), state))
    }
}

fn dotnet_publish(
    context: &Context<'_>,
    project: &Path,
    request: &PublishRequest,
) -> Result<(), Failure> {
    let project = project::absolute(context, project);
    let mut arguments: Vec<OsString> = vec!["publish".into(), project.clone().into()];
    let ProjectOptions {
        configuration,
        runtime,
        framework,
        self_contained,
        properties,
        publish_profile,
    } = &request.options;
    for (option, value) in [("-c", configuration), ("-r", runtime), ("-f", framework)] {
        arguments.extend(value.iter().flat_map(|value| [option.into(), value.into()]));
    }
    arguments.extend(self_contained.map(|yes| format!("--self-contained={yes}").into()));
    arguments.extend(publish_profile.iter().map(|name| format!("-p:PublishProfile={name}").into()));
    arguments.extend(properties.iter().map(|(name, value)| format!("-p:{name}={value}").into()));
    if let Some(output) = &request.output {
        arguments.extend(["-o".into(), project::absolute(context, output).into()]);
    }
    let folder = project.parent().map(Path::to_owned).unwrap_or_default();
    let without = "install the .NET SDK, or publish elsewhere and leave --publish out: iisle itself needs no SDK";
    cargo::run(context, "dotnet", arguments, folder, without)
}

/// The file that the project publishes as web.config, when it is another than its own.
fn linked_web_config(subject: &Subject) -> Result<Option<PathBuf>, Failure> {
    let linked = subject.project.as_ref().and_then(Project::linked_web_config);
    let Some((file, folder)) = linked.zip(subject.folder.as_ref()) else { return Ok(None) };
    let path = folder.join(&file.source);
    if host::is_file(&path) {
        return Ok(Some(path));
    }
    let shown = path.display();
    let failure =
        Failure::new(format!("the project publishes `{shown}` as web.config, which is no file"))
            .hint("mend the item, or bring the file");
    Err(match &file.place {
        Some(Place { file, position: Some(at) }) => {
            failure.at(Location::at(file.clone(), at.line, at.column))
        }
        _ => failure,
    })
}

/// The folder for logs that web.config names, below the output, with `/`.
fn log_folder(output: &PublishOutput) -> Option<String> {
    let file = output.web_config()?.hosting()?.stdout_log_file();
    file.folder_to_create().map(|folder| folder.replace('\\', "/"))
}

/// The transforms that the publish of a project applies to its web.config.
fn chain(folder: &Path, project: &Project) -> Result<Chain, Failure> {
    let property = |name: &str| project.property(name).map(str::to_owned);
    let is_off = project.property("RunXdt").is_some_and(|run| !run.eq_ignore_ascii_case("true"));
    if is_off {
        return Ok(Chain::default());
    }
    // Names ignore case, whatever the disk does: the folder goes to Windows.
    Chain::load(folder, &webconfig::chain_names(property), Newline::CrLf)
}

/// Where the project promises one thing and the output shows another.
fn disagreements(project: Option<&Project>, output: &PublishOutput) -> Vec<Warning> {
    let Some(project) = project else { return Vec::new() };
    let mut warnings = Vec::new();
    let mut disagree = |property: &str, says: &str, found: &str| {
        let place = project.origin(property);
        let location = match place.position {
            Some(at) => Location::at(place.file, at.line, at.column),
            None => Location::file(place.file),
        };
        warnings.push(Warning {
            code: "output-differs".into(),
            message: format!(
                "the project says {property} {says}, the output is {found}: the output wins"
            ),
            location: Some(location),
        });
    };
    if let (Some(says), Some(found)) = (&project.rid, &output.rid)
        && !says.eq_ignore_ascii_case(found)
    {
        disagree("RuntimeIdentifier", says, found);
    }
    if let (Some(says), Some(found)) =
        (project.property("TargetFramework"), &output.target_framework)
        && !says.split('-').next().unwrap_or(says).eq_ignore_ascii_case(found)
    {
        disagree("TargetFramework", says, found);
    }
    if let (Some(says), Some(found)) = (project.self_contained, output.self_contained)
        && says != found
    {
        let word = |yes| if yes { "self-contained" } else { "framework-dependent" };
        disagree("SelfContained", if says { "true" } else { "false" }, word(found));
    }
    if let (Some(says), Some(found)) = (&project.assembly_name, &output.entry)
        && says != found
    {
        disagree("AssemblyName", says, found);
    }
    warnings
}
