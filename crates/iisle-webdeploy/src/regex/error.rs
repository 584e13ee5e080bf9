use thiserror::Error;

/// Why a regular expression of .NET is refused, or could not be matched.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{pattern}` is no regular expression that can be used here, at character {offset}")]
pub struct RegexError {
    /// The expression as written.
    pub pattern: String,
    /// Where it is wrong, in characters from 0.
    pub offset: usize,
    /// What is wrong.
    #[source]
    pub problem: RegexProblem,
}

/// What is wrong with a regular expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum RegexProblem {
    #[error("a parenthesis is not closed")]
    OpenGroup,
    #[error("a parenthesis closes nothing")]
    CloseWithoutOpen,
    #[error("a bracket is not closed")]
    OpenClass,
    #[error("the quantifier follows nothing that could be repeated")]
    NothingToRepeat,
    #[error("a quantifier follows another one")]
    NestedQuantifier,
    #[error("the quantifier ends before it begins")]
    ReversedQuantifier,
    #[error("the range `{first}-{last}` ends before it begins")]
    ReversedRange { first: char, last: char },
    #[error("a number is too large")]
    TooLarge,
    #[error("`\\{escape}` is no escape; write `\\\\{escape}` for a backslash before `{escape}`")]
    Escape { escape: char },
    #[error("the expression ends in a backslash")]
    FinalBackslash,
    #[error("hexadecimal digits are missing")]
    HexDigits,
    #[error("`{name}` is no Unicode category or block of .NET")]
    Category { name: String },
    #[error("`(?` is followed by nothing that .NET knows")]
    Construct,
    #[error("a group has no valid name")]
    GroupName,
    #[error("there is no group `{group}` to refer to")]
    NoGroup { group: String },
    #[error("{construct} cannot be translated")]
    Untranslatable { construct: &'static str },
    #[error("it is too complex: {reason}")]
    TooComplex { reason: String },
}
