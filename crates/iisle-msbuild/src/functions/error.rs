use thiserror::Error;

/// Why a property function cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum FunctionError {
    #[error("the call fails: {reason}")]
    Fails { reason: String },
    #[error("`{member}` of `{type_name}` is not available")]
    Unavailable { type_name: String, member: String },
    #[error("the call of a static member is wrong: {reason}")]
    Static { reason: String },
    #[error("the type `{type_name}` is not available")]
    UnknownType { type_name: String },
}

impl FunctionError {
    /// The engine's code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fails { .. } => "MSB4184",
            Self::Unavailable { .. } => "MSB4185",
            Self::Static { .. } => "MSB4186",
            Self::UnknownType { .. } => "MSB4212",
        }
    }

    pub(crate) fn fails(reason: impl Into<String>) -> Self {
        Self::Fails { reason: reason.into() }
    }
}
