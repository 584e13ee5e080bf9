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
    #[error("the entity `&{name};` holds markup, which is not supported")]
    EntityWithMarkup { name: String, position: Position },
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
            Self::Empty => Some(Position { line: 1, column: 1 }),
            Self::TooLarge { .. } => None,
            Self::Decode { position, .. }
            | Self::UnknownEncoding { position, .. }
            | Self::EncodingMismatch { position, .. }
            | Self::NotWellFormed { position, .. }
            | Self::UnknownEntity { position, .. }
            | Self::ExternalEntity { position, .. }
            | Self::EntityWithMarkup { position, .. }
            | Self::UnboundPrefix { position, .. }
            | Self::TooDeep { position, .. }
            | Self::ExpansionTooLarge { position, .. } => Some(*position),
        }
    }
}
