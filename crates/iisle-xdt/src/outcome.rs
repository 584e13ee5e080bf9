use crate::{Event, Severity};

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it went.
    pub status: Status,
    /// The document as bytes, in its encoding; `None` unless it may be written.
    ///
    /// With [`Status::Failed`] in compatible mode: what the reference engine would have left of
    /// the destination, `None` when it would not have touched it.
    pub bytes: Option<Vec<u8>>,
    /// Everything that was said, in order.
    pub events: Vec<Event>,
}

impl Outcome {
    /// The warnings, in order.
    pub fn warnings(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.severity == Severity::Warning)
    }

    /// The errors, fatal ones among them, in order.
    pub fn errors(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|event| event.severity >= Severity::Error)
    }
}

/// How a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Applied; there may be warnings.
    Applied,
    /// At least one directive failed; the others were tried.
    Errors,
    /// One of the documents is not well-formed.
    Malformed,
    /// It could not run, or the result could not be written down.
    Failed,
}
