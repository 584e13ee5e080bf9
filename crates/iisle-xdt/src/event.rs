use std::fmt;

use iisle_xml::Position;

use crate::Code;

/// One thing a run has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// How much it matters.
    pub severity: Severity,
    /// What it is.
    pub code: Code,
    /// Which: a name, a path. Their number and meaning belong to the code.
    pub arguments: Vec<String>,
    /// Where it is.
    pub place: Option<Place>,
    /// What is wrong in detail, where the code alone does not say.
    pub detail: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for Event {
    /// A sentence without place and hint.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code.sentence(&self.arguments))?;
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// What was done, step by step.
    Trace,
    /// Worth knowing.
    Info,
    /// A likely mistake.
    Warning,
    /// A directive failed.
    Error,
    /// The run ended there.
    Fatal,
}

impl Severity {
    /// The word for it, in lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// A place in one of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which document.
    pub input: Input,
    /// Where in it: of an element or attribute, the first character of its name.
    pub position: Position,
}

/// One of the two documents a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The document that is transformed.
    Source,
    /// The document that says how.
    Transform,
}
