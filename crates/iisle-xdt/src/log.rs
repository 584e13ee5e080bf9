use iisle_xml::Position;

use crate::fault::Fault;
use crate::options::OnError;
use crate::{Code, Event, Input, Place, Severity};

/// What a run says, and what it makes of it.
#[derive(Debug)]
pub(crate) struct Log {
    events: Vec<Event>,
    on_error: OnError,
    has_errors: bool,
    /// Warnings count as information, while an element asks for it.
    pub(crate) hushed: bool,
}

/// The run ends here: an error was met and nobody wants to go on.
#[derive(Debug)]
pub(crate) struct Abandoned;

impl Log {
    pub(crate) fn new(on_error: OnError) -> Self {
        Self { events: Vec::new(), on_error, has_errors: false, hushed: false }
    }

    pub(crate) fn trace(&mut self, code: Code, arguments: impl IntoIterator<Item = String>) {
        self.push(Severity::Trace, Fault::new(code, arguments), None);
    }

    pub(crate) fn info(&mut self, fault: Fault) {
        self.push(Severity::Info, fault, None);
    }

    /// A warning, or, while hushed, information without a place.
    pub(crate) fn warning(&mut self, fault: Fault, place: Option<Place>) {
        if self.hushed {
            self.info(fault);
        } else {
            self.push(Severity::Warning, fault, place);
        }
    }

    /// # Errors
    /// When errors end the run.
    pub(crate) fn error(&mut self, fault: Fault, place: Option<Place>) -> Result<(), Abandoned> {
        self.has_errors = true;
        self.push(Severity::Error, fault, place);
        match self.on_error {
            OnError::Report => Ok(()),
            OnError::Abandon => Err(Abandoned),
        }
    }

    pub(crate) fn fatal(&mut self, fault: Fault, place: Option<Place>) {
        self.has_errors = true;
        self.push(Severity::Fatal, fault, place);
    }

    fn push(&mut self, severity: Severity, fault: Fault, place: Option<Place>) {
        let Fault { code, arguments, detail, hint } = fault;
        self.events.push(Event { severity, code, arguments, place, detail, hint });
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// What was said, unless nobody listens.
    pub(crate) fn into_events(self) -> Vec<Event> {
        match self.on_error {
            OnError::Report => self.events,
            OnError::Abandon => Vec::new(),
        }
    }
}

/// A place in the transform document.
pub(crate) fn in_transform(position: Position) -> Place {
    Place { input: Input::Transform, position }
}

/// A place in the source document.
pub(crate) fn in_source(position: Position) -> Place {
    Place { input: Input::Source, position }
}
