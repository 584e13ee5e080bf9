use thiserror::Error;

/// Why a property function cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum FunctionError {
    #[error("the call fails: {reason}")]
    Fails { reason: String },
    /// `names_type`: a type is named in the expression, so that the engine takes it for a call of a
    /// static member.
    #[error("{}: no member `{member}` takes these arguments", wrong(*names_type))]
    NoMember { member: String, names_type: bool },
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
            Self::Fails { .. } | Self::NoMember { names_type: false, .. } => "MSB4184",
            Self::Unavailable { .. } => "MSB4185",
            Self::Static { .. } | Self::NoMember { names_type: true, .. } => "MSB4186",
            Self::UnknownType { .. } => "MSB4212",
        }
    }

    pub(crate) fn fails(reason: impl Into<String>) -> Self {
        Self::Fails { reason: reason.into() }
    }
}

fn wrong(names_type: bool) -> &'static str {
    if names_type { "the call of a static member is wrong" } else { "the call fails" }
}
