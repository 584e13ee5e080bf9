//! The chain of transforms over a web.config, in memory.

use std::path::Path;

use iisle_report::{Location, Warning};
use iisle_tree::host;
use iisle_webconfig::{ChainNames, Newline, TransformError};
use iisle_xdt::{Event, Input, Mode, OnError, Options, Outcome, Status};

use super::places::find;
use super::{MAX_WEB_CONFIG, WEB_CONFIG};
use crate::Failure;

/// What became of one transform of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStep {
    /// Its file, as looked for: relative to the project with `/`.
    pub file: String,
    /// How it went.
    pub status: ChainStatus,
}

/// How a transform of the chain went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainStatus {
    /// It was applied.
    Applied,
    /// It did not fit and was passed over, as the SDK does with those it generates.
    PassedOver,
    /// It reported errors.
    Errors,
    /// It is not well-formed.
    Malformed,
    /// It could not run, or its result could not be written down.
    Failed,
}

impl ChainStatus {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::PassedOver => "skipped",
            Self::Errors => "errors",
            Self::Malformed => "malformed",
            Self::Failed => "failed",
        }
    }
}

impl From<Status> for ChainStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Applied => Self::Applied,
            Status::Errors => Self::Errors,
            Status::Malformed => Self::Malformed,
            Status::Failed => Self::Failed,
        }
    }
}

/// The transforms of a project, and what applying them said.
#[derive(Debug, Default)]
pub(crate) struct Chain {
    /// Name and content, in order.
    files: Vec<(String, Vec<u8>)>,
    pub(super) steps: Vec<ChainStep>,
    pub(super) warnings: Vec<Warning>,
}

/// Why a chain gave nothing.
#[derive(Debug)]
pub(super) enum ChainError {
    /// What goes before or behind it.
    Transform(TransformError),
    /// One of its transforms.
    Step(Failure),
}

impl From<TransformError> for ChainError {
    fn from(error: TransformError) -> Self {
        Self::Transform(error)
    }
}

impl Chain {
    /// Reads the transforms that are there; names compare as on `like`.
    pub(crate) fn load(folder: &Path, names: &ChainNames, like: Newline) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for name in names.files() {
            if let Some(path) = find(folder, &name, like) {
                files.push((name, host::read(&path, MAX_WEB_CONFIG)?));
            }
        }
        Ok(Self { files, ..Self::default() })
    }

    /// Applies every transform, each to the result of the one before; `None` when there is none.
    pub(super) fn apply(&mut self, source: &[u8]) -> Result<Option<Vec<u8>>, ChainError> {
        let mut current: Option<Vec<u8>> = None;
        for (file, transform) in std::mem::take(&mut self.files) {
            let before = current.as_deref().unwrap_or(source);
            let outcome = iisle_xdt::transform(before, &transform, &Options::default());
            let status = outcome.status.into();
            let said = outcome.warnings().map(|event| warning(&file, event));
            self.warnings.extend(said);
            self.steps.push(ChainStep { file: file.clone(), status });
            if outcome.status != Status::Applied {
                return Err(ChainError::Step(failure(&file, &outcome)));
            }
            current = outcome.bytes.or(current);
        }
        Ok(current)
    }

    /// Applies every transform as the reference engine does, and gives what then lies at the
    /// target. The first that fails ends the chain.
    pub(super) fn apply_compatible(&mut self, source: Vec<u8>) -> (Vec<u8>, Option<Failure>) {
        let mut current = source;
        for (file, transform) in std::mem::take(&mut self.files) {
            let options = Options { mode: Mode::Compatible, ..Options::default() };
            let outcome = iisle_xdt::transform(&current, &transform, &options);
            let status = outcome.status.into();
            self.warnings.extend(outcome.warnings().map(|event| warning(&file, event)));
            self.steps.push(ChainStep { file: file.clone(), status });
            let failure = (outcome.status != Status::Applied).then(|| failure(&file, &outcome));
            current = outcome.bytes.unwrap_or(current);
            if failure.is_some() {
                return (current, failure);
            }
        }
        (current, None)
    }

    /// Applies a transform that the publish made itself: when it does not fit, nothing happens.
    pub(super) fn apply_generated(
        &mut self,
        source: Vec<u8>,
        name: &str,
        transform: &[u8],
    ) -> Vec<u8> {
        let options =
            Options { mode: Mode::Compatible, on_error: OnError::Abandon, ..Options::default() };
        let outcome = iisle_xdt::transform(&source, transform, &options);
        let applied = outcome.status == Status::Applied;
        let status = if applied { ChainStatus::Applied } else { ChainStatus::PassedOver };
        self.steps.push(ChainStep { file: name.to_owned(), status });
        outcome.bytes.unwrap_or(source)
    }
}

fn location(file: &str, event: &Event) -> Option<Location> {
    let place = event.place?;
    let file = match place.input {
        Input::Source => WEB_CONFIG,
        Input::Transform => file,
    };
    Some(Location::at(file, place.position.line, place.position.column))
}

/// The stable word of what a transform says; its file and place are those of the location.
const CODE: &str = "xdt";

fn warning(file: &str, event: &Event) -> Warning {
    let location = location(file, event).or_else(|| Some(Location::file(file)));
    Warning { code: CODE.to_owned(), message: event.to_string(), location }
}

fn failure(file: &str, outcome: &Outcome) -> Failure {
    let mut failure = Failure::new(format!("the transform `{file}` failed")).code(CODE);
    let errors: Vec<_> = outcome.errors().collect();
    for event in &errors {
        let place = match location(file, event) {
            Some(at) => match (at.line, at.column) {
                (Some(line), Some(column)) => format!("{}({line},{column}): ", at.file),
                _ => format!("{}: ", at.file),
            },
            None => String::new(),
        };
        failure.causes.push(format!("{place}{event}"));
        failure.hints.extend(event.hint.clone());
    }
    match errors.iter().find_map(|event| location(file, event)) {
        Some(at) => failure.at(at),
        None => failure.at(Location::file(file)),
    }
}
