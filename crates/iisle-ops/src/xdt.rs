//! `iisle xdt`: apply a transform to a document.

use std::path::{Path, PathBuf};

use iisle_report::{Location, Warning};
use iisle_tree::host;
use iisle_xdt::{Event, Input, Options, Place, Severity, Status, text_of, transform};

use crate::pack::settle;
use crate::webconfig::Writes;
use crate::{Failure, unified};

/// The largest document that is read.
const MAX_DOCUMENT: u64 = 256 << 20;

/// A document to transform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XdtRequest {
    /// The document.
    pub source: XdtInput,
    /// The transform.
    pub transform: XdtInput,
    /// Where the result goes, which may be where the source is; `None` gives it back.
    pub output: Option<PathBuf>,
    /// How it is done.
    pub options: Options,
    /// Whether the effect is told line by line.
    pub diff: XdtDiff,
    /// Whether anything is written.
    pub writes: Writes,
}

/// A document: a file, or what was given instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XdtInput {
    /// A file.
    File(PathBuf),
    /// Its bytes, under the name that places in it are told with.
    Given {
        /// The name.
        name: String,
        /// The whole document.
        bytes: Vec<u8>,
    },
}

impl XdtInput {
    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Given { name, .. } => name.clone(),
        }
    }

    fn read(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::File(path) => Ok(host::read(path, MAX_DOCUMENT)?),
            Self::Given { bytes, .. } => Ok(bytes.clone()),
        }
    }
}

/// Whether a unified diff is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XdtDiff {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// What came of transforming a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XdtReport {
    /// How it went.
    pub status: Status,
    /// The result; `None` unless it may be used.
    pub bytes: Option<Vec<u8>>,
    /// Whether it differs from the source.
    pub changed: bool,
    /// Where it is, or would be.
    pub path: Option<PathBuf>,
    /// Whether anything was written.
    pub written: bool,
    /// Likely mistakes in the transform.
    pub warnings: Vec<Warning>,
    /// Directives that failed.
    pub errors: Vec<Warning>,
    /// Why it could not run.
    pub failure: Option<Failure>,
    /// The effect, when it was asked for and there is a result.
    pub diff: Option<String>,
}

impl XdtReport {
    /// The result as text, without byte order mark.
    pub fn text(&self) -> Option<String> {
        self.bytes.as_deref().map(text_of)
    }
}

/// Transforms a document.
///
/// # Errors
/// When a file cannot be read or written. What the documents are to blame for is in the report.
pub fn apply_xdt(request: &XdtRequest) -> Result<XdtReport, Failure> {
    let XdtRequest { source, transform: directives, output, options, diff, writes } = request;
    let message = || format!("cannot transform `{}`", source.name());
    let before = source.read().map_err(|failure| failure.context(message()))?;
    let script = directives.read().map_err(|failure| failure.context(message()))?;
    let outcome = transform(&before, &script, options);
    let names = (source.name(), directives.name());
    let told = |event: &Event| told(event, &names);
    let warnings = outcome.warnings().map(told).collect();
    let errors = outcome.events.iter().filter(|event| event.severity == Severity::Error);
    let errors = errors.map(told).collect();
    let fatal = outcome.events.iter().find(|event| event.severity == Severity::Fatal);
    let failure = fatal.map(|event| failure(event, &names).context(message()));
    // What a failed run leaves is for comparing with the reference engine only.
    let bytes = outcome.bytes.filter(|_| outcome.status != Status::Failed);
    let changed = bytes.as_ref().is_some_and(|bytes| *bytes != before);
    let diff = match (diff, &bytes) {
        (XdtDiff::Yes, Some(bytes)) => Some(effect(&before, bytes, &names.0, output.as_deref())),
        _ => None,
    };
    let written = match (output, &bytes, writes) {
        (Some(path), Some(bytes), Writes::Yes) => {
            settle(path.clone(), bytes).map_err(|failure| failure.context(message()))?.written
        }
        _ => false,
    };
    Ok(XdtReport {
        status: outcome.status,
        bytes,
        changed,
        path: output.clone(),
        written,
        warnings,
        errors,
        failure,
        diff,
    })
}

fn effect(before: &[u8], after: &[u8], name: &str, output: Option<&Path>) -> String {
    let new_name = output.map_or_else(|| name.to_owned(), |path| path.display().to_string());
    unified::diff((name, &text_of(before)), (&new_name, &text_of(after)))
}

/// An event as a warning, or an error of the same shape.
fn told(event: &Event, names: &(String, String)) -> Warning {
    let hint = event.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    Warning {
        code: event.code.word().to_owned(),
        message: format!("{event}{hint}"),
        location: event.place.map(|place| location(place, names)),
    }
}

fn location(place: Place, names: &(String, String)) -> Location {
    let Place { input, position } = place;
    let file = match input {
        Input::Source => &names.0,
        Input::Transform => &names.1,
    };
    Location::at(file, position.line, position.column)
}

fn failure(event: &Event, names: &(String, String)) -> Failure {
    let failure = event.hint.iter().fold(Failure::new(event.to_string()), Failure::hint);
    match event.place {
        Some(place) => failure.at(location(place, names)),
        None => failure,
    }
}
