use thiserror::Error;

use crate::Position;
use crate::read::ReadError;

/// What a transformation gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The web.config of the publish output; `None` when none is wanted there by this step (a
    /// .NET Framework app without one). Equal to the source when nothing had to change.
    pub bytes: Option<Vec<u8>>,
    /// Whether it was generated, not edited.
    pub created: bool,
    /// What was changed, in the order it was done; empty for a generated file.
    pub changes: Vec<Change>,
    /// What a person should know.
    pub warnings: Vec<Notice>,
    /// What happened that nobody needs to act on.
    pub notes: Vec<Notice>,
}

/// One change of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What, as a short path: `aspNetCore/@processPath`, `environmentVariable X`.
    pub what: String,
    /// The value before, `None` when there was none; `…` for what looks like a secret.
    pub before: Option<String>,
    /// The value afterwards, `None` when it was removed; `…` for what looks like a secret.
    pub after: Option<String>,
    /// Where in the source: of the attribute, else of the element that holds it, `None` for what
    /// stands in a new element.
    pub position: Option<Position>,
}

/// Something that was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// A stable word, such as `empty-attribute`.
    pub code: &'static str,
    /// One line.
    pub message: String,
    /// Where in the source, if there is a place.
    pub position: Option<Position>,
}

/// Why a transformation gives nothing.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum TransformError {
    #[error(transparent)]
    Read(#[from] ReadError),
    /// IIS refuses the file at run time (500.19).
    #[error("`{name}` stands here a second time; the first is at {first}")]
    DuplicateElement { name: String, first: Position, second: Position },
    #[error("the hosting model `{value}` is neither `inprocess` nor `outofprocess`")]
    BadHostingModel { value: String, position: Option<Position> },
    #[error("in-process hosting needs the module `AspNetCoreModuleV2`, and this is `{module}`")]
    InProcessNeedsV2 { module: String, position: Option<Position> },
    #[error("in-process hosting needs a dll beside `{executable}`, and there is none")]
    InProcessNeedsDll { executable: String, position: Option<Position> },
    /// The entry itself may hold a secret.
    #[error("entry {entry} of the environment variables has no name")]
    VariableNameMissing { entry: usize },
    #[error("no `location` has the path `{path}`")]
    NoSuchLocation { path: String },
    #[error("{what} holds U+{character:04X}, which XML cannot express")]
    Inexpressible { what: String, character: u32 },
}

impl TransformError {
    /// The stable word of the error, such as `malformed-web-config`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(ReadError::Malformed { .. }) => "malformed-web-config",
            Self::Read(ReadError::WrongRoot { .. }) => "wrong-root",
            Self::DuplicateElement { .. } => "duplicate-element",
            Self::BadHostingModel { .. } => "bad-hosting-model",
            Self::InProcessNeedsV2 { .. } => "inprocess-needs-v2",
            Self::InProcessNeedsDll { .. } => "inprocess-needs-dll",
            Self::VariableNameMissing { .. } => "env-name-missing",
            Self::NoSuchLocation { .. } => "no-such-location",
            Self::Inexpressible { .. } => "inexpressible-character",
        }
    }

    /// Where in the source, if there is a place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Read(error) => error.position(),
            Self::DuplicateElement { second, .. } => Some(*second),
            Self::BadHostingModel { position, .. }
            | Self::InProcessNeedsV2 { position, .. }
            | Self::InProcessNeedsDll { position, .. } => *position,
            Self::VariableNameMissing { .. }
            | Self::NoSuchLocation { .. }
            | Self::Inexpressible { .. } => None,
        }
    }
}
