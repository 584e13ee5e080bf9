use std::path::PathBuf;

use iisle_check::Verdict;
use iisle_inspect::cargo::CargoPackage;
use iisle_inspect::project::Project;
use iisle_inspect::publish::PublishOutput;
use iisle_report::Warning;

use crate::{Failure, PackReport, SyncOutcome, SyncReport, TransformReport};

/// A step of a publish, in the order they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Running `dotnet publish` or `cargo build`.
    Build,
    /// Reading the project and its output.
    Read,
    /// Making web.config right.
    WebConfig,
    /// Judging.
    Check,
    /// Creating the logs folder.
    Logs,
    /// Packaging.
    Package,
    /// Setting up the server.
    Provision,
    /// Syncing to the target.
    Sync,
    /// Asking the site.
    Probe,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 9] = [
        Self::Build,
        Self::Read,
        Self::WebConfig,
        Self::Check,
        Self::Logs,
        Self::Package,
        Self::Provision,
        Self::Sync,
        Self::Probe,
    ];

    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Read => "read",
            Self::WebConfig => "web-config",
            Self::Check => "check",
            Self::Logs => "logs",
            Self::Package => "package",
            Self::Provision => "provision",
            Self::Sync => "sync",
            Self::Probe => "probe",
        }
    }
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Something was changed or written; of a step that only looks: it was taken.
    Done,
    /// Everything was right already.
    Unchanged,
    /// Nobody asked for it.
    Skipped,
    /// It failed, or said no.
    Failed,
    /// An earlier step failed.
    NotRun,
}

impl State {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::NotRun => "not-run",
        }
    }
}

/// One step and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepReport {
    /// Which.
    pub step: Step,
    /// What became of it.
    pub state: State,
    /// How long it took.
    pub seconds: f64,
}

/// The logs folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogsReport {
    /// Its path below the output, with `/`.
    pub path: String,
    /// Whether it was created.
    pub created: bool,
}

/// How a publish ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishOutcome {
    /// It went well and something was done.
    Done,
    /// It went well and nothing was to be done.
    Unchanged,
    /// A dry run.
    Planned,
    /// A finding of severity error stopped it.
    Refused,
    /// The sync did not end well.
    Sync(SyncOutcome),
    /// Another step could not be taken.
    Failed,
}

impl PublishOutcome {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Planned => "planned",
            Self::Refused => "refused",
            Self::Sync(outcome) => outcome.word(),
            Self::Failed => "failed",
        }
    }

    /// The exit code it calls for.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Done | Self::Unchanged | Self::Planned => 0,
            Self::Refused => 1,
            Self::Sync(outcome) => outcome.exit_code(),
            Self::Failed => 2,
        }
    }
}

/// What came of a publish. Members are there as far as the steps got.
#[derive(Debug)]
pub struct PublishReport {
    /// How it ended.
    pub outcome: PublishOutcome,
    /// Every step, in order.
    pub steps: Vec<StepReport>,
    /// The folder of the publish output.
    pub output_dir: Option<PathBuf>,
    /// What the project asks for.
    pub project: Option<Box<Project>>,
    /// The Cargo package, when it is one.
    pub cargo: Option<Box<CargoPackage>>,
    /// What was published.
    pub publish_output: Option<Box<PublishOutput>>,
    /// Where project and output disagree: the output wins.
    pub disagreements: Vec<Warning>,
    /// What became of web.config.
    pub web_config: Option<TransformReport>,
    /// The findings.
    pub check: Option<Verdict>,
    /// The logs folder.
    pub logs: Option<LogsReport>,
    /// The package.
    pub package: Option<PackReport>,
    /// The sync.
    pub sync: Option<SyncReport>,
    /// Why it did not end well.
    pub failure: Option<Failure>,
}

impl PublishReport {
    pub(crate) fn new() -> Self {
        let step = |step| StepReport { step, state: State::NotRun, seconds: 0.0 };
        Self {
            outcome: PublishOutcome::Failed,
            steps: Step::ALL.map(step).into(),
            output_dir: None,
            project: None,
            cargo: None,
            publish_output: None,
            disagreements: Vec::new(),
            web_config: None,
            check: None,
            logs: None,
            package: None,
            sync: None,
            failure: None,
        }
    }

    /// What became of a step.
    pub fn state(&self, step: Step) -> State {
        self.steps.iter().find(|s| s.step == step).map_or(State::NotRun, |s| s.state)
    }
}
