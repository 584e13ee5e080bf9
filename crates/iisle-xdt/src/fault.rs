use iisle_xml::Position;

use crate::log::{Abandoned, in_transform};
use crate::{Code, Place};

/// Why something could not be done, on its way to becoming an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) arguments: Vec<String>,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: Code, arguments: impl IntoIterator<Item = String>) -> Self {
        Self { code, arguments: arguments.into_iter().collect(), detail: None, hint: None }
    }

    /// The end of the reference engine by an exception of that class.
    pub(crate) fn exception(class: &str) -> Self {
        Self::new(Code::Exception, [class.to_owned()])
    }

    pub(crate) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(crate) fn with_hint(self, hint: Option<String>) -> Self {
        Self { hint, ..self }
    }
}

/// Why a piece of work ended before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A fault, and its place if that is known.
    Fault(Box<Fault>, Option<Place>),
    /// An error was told, and the run ends with it.
    Abandoned,
}

impl Stop {
    /// A fault at a place of the transform document.
    pub(crate) fn at(fault: Fault, position: Position) -> Self {
        Self::Fault(Box::new(fault), Some(in_transform(position)))
    }

    /// The same, at that place unless it has one already.
    pub(crate) fn or_at(self, position: Position) -> Self {
        match self {
            Self::Fault(fault, None) => Self::Fault(fault, Some(in_transform(position))),
            other => other,
        }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault), None)
    }
}

impl From<Abandoned> for Stop {
    fn from(Abandoned: Abandoned) -> Self {
        Self::Abandoned
    }
}
