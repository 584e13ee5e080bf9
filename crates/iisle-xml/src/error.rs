use thiserror::Error;

use crate::Position;

/// Why bytes are no document we accept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum XmlError {
    #[error("the file is empty, expected a root element")]
    Empty,
    #[error("the bytes are not valid {encoding}")]
    Decode { encoding: String, position: Position },
    #[error("the encoding `{encoding}` is not known")]
    UnknownEncoding { encoding: String, position: Position },
    #[error("the declaration says `{declared}`, but the bytes are {actual}")]
    EncodingMismatch { declared: String, actual: &'static str, position: Position },
    #[error("{problem}")]
    NotWellFormed { problem: String, position: Position },
    #[error("the entity `&{name};` is not declared")]
    UnknownEntity { name: String, position: Position },
    #[error("the entity `&{name};` lies outside the document and is not read")]
    ExternalEntity { name: String, position: Position },
    #[error("the prefix `{prefix}` is not bound to a namespace")]
    UnboundPrefix { prefix: String, position: Position },
    #[error("the document has {found} bytes, at most {limit} are read")]
    TooLarge { found: usize, limit: usize },
    #[error("elements are nested deeper than {limit}")]
    TooDeep { limit: usize, position: Position },
    #[error("entities expand to more than {limit} bytes")]
    ExpansionTooLarge { limit: usize, position: Position },
}

impl XmlError {
    /// Where it is, when it has a place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Empty => Some(Position::START),
            Self::TooLarge { .. } => None,
            Self::Decode { position, .. }
            | Self::UnknownEncoding { position, .. }
            | Self::EncodingMismatch { position, .. }
            | Self::NotWellFormed { position, .. }
            | Self::UnknownEntity { position, .. }
            | Self::ExternalEntity { position, .. }
            | Self::UnboundPrefix { position, .. }
            | Self::TooDeep { position, .. }
            | Self::ExpansionTooLarge { position, .. } => Some(*position),
        }
    }
}

/// A fault at a byte offset, from which a position is made when it leaves the lexer.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) kind: FaultKind,
}

/// What an [`XmlError`] says, without its position.
#[derive(Debug)]
pub(crate) enum FaultKind {
    Bad(String),
    UnknownEntity(String),
    ExternalEntity(String),
    UnboundPrefix(String),
    TooDeep(usize),
    ExpansionTooLarge(usize),
}

impl FaultKind {
    pub(crate) fn at(self, offset: usize) -> Fault {
        Fault { offset, kind: self }
    }

    pub(crate) fn placed(self, position: Position) -> XmlError {
        match self {
            Self::Bad(problem) => XmlError::NotWellFormed { problem, position },
            Self::UnknownEntity(name) => XmlError::UnknownEntity { name, position },
            Self::ExternalEntity(name) => XmlError::ExternalEntity { name, position },
            Self::UnboundPrefix(prefix) => XmlError::UnboundPrefix { prefix, position },
            Self::TooDeep(limit) => XmlError::TooDeep { limit, position },
            Self::ExpansionTooLarge(limit) => XmlError::ExpansionTooLarge { limit, position },
        }
    }
}
