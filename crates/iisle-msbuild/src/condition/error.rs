use thiserror::Error;

use crate::FunctionError;

/// Why a condition cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum ConditionError {
    #[error("`{operand}`, which is `{value}`, is no number")]
    NotNumeric { operand: String, value: String },
    #[error("it compares what has no value")]
    IllFormed,
    #[error("{found} arguments are given, expected {expected}")]
    ArgumentCount { found: usize, expected: usize },
    #[error("unexpected character `{found}` at position {position}")]
    UnexpectedCharacter { found: char, position: usize },
    #[error("the function `{name}` is not known")]
    UnknownFunction { name: String },
    #[error("unexpected token `{found}` at position {position}")]
    UnexpectedToken { found: String, position: usize },
    #[error("item lists are not allowed here")]
    ItemList,
    #[error("`{operand}`, which is `{value}`, is neither true nor false")]
    NotBoolean { operand: String, value: String },
    #[error("it evaluates to `{value}`, which is neither true nor false")]
    WholeNotBoolean { value: String },
    #[error("the quote at position {position} is never closed")]
    OpenQuote { position: usize },
    #[error("expected `==` at position {position}")]
    SingleEquals { position: usize },
    #[error("the reference at position {position} is never closed")]
    OpenReference { position: usize },
    #[error("expected `(` behind the `$` at position {position}")]
    NoParenthesis { position: usize },
    #[error("expected `(` behind the `@` at position {position}")]
    NoItemParenthesis { position: usize },
    #[error("`{function}` takes one value, got a list")]
    SeveralItems { function: &'static str },
    #[error("the metadata `{name}` cannot be used here")]
    WellKnownMetadata { name: String },
    #[error("the metadata `{name}` cannot be used here")]
    CustomMetadata { name: String },
    #[error("there is a space in the reference at position {position}")]
    SpaceInReference { position: usize },
    #[error("it is nested deeper than {limit}")]
    TooDeep { limit: usize },
    #[error("{0}")]
    Function(FunctionError),
}

impl ConditionError {
    /// The engine's code; `None` for our own limit.
    pub fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotNumeric { .. } => "MSB4086",
            Self::IllFormed => "MSB4088",
            Self::ArgumentCount { .. } => "MSB4089",
            Self::UnexpectedCharacter { .. } => "MSB4090",
            Self::UnknownFunction { .. } => "MSB4091",
            Self::UnexpectedToken { .. } => "MSB4092",
            Self::ItemList => "MSB4099",
            Self::NotBoolean { .. } => "MSB4100",
            Self::WholeNotBoolean { .. } => "MSB4113",
            Self::OpenQuote { .. } => "MSB4101",
            Self::SingleEquals { .. } => "MSB4105",
            Self::OpenReference { .. } => "MSB4109",
            Self::NoParenthesis { .. } => "MSB4110",
            Self::NoItemParenthesis { .. } => "MSB4108",
            Self::SeveralItems { .. } => "MSB4115",
            Self::WellKnownMetadata { .. } => "MSB4190",
            Self::CustomMetadata { .. } => "MSB4191",
            Self::SpaceInReference { .. } => "MSB4259",
            Self::Function(error) => error.code(),
            Self::TooDeep { .. } => return None,
        })
    }
}

impl From<FunctionError> for ConditionError {
    fn from(error: FunctionError) -> Self {
        Self::Function(error)
    }
}
