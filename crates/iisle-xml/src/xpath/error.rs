use std::fmt;

use thiserror::Error;

use super::hint::hint;

/// Why an expression is refused, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct XPathError {
    offset: usize,
    column: u32,
    problem: Box<XPathProblem>,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum XPathProblem {
    #[error("the expression is empty")]
    Empty,
    #[error("expected {expected}, found {found}")]
    Unexpected { expected: &'static str, found: String },
    #[error("`{text}` is no part of an expression")]
    BadCharacter { text: String },
    #[error("the text is not closed by {quote}")]
    OpenLiteral { quote: char },
    #[error("there is no axis `{name}`")]
    UnknownAxis { name: String },
    #[error("there is no function `{name}`")]
    UnknownFunction { name: String },
    #[error("`{function}()` takes {expected}, found {found}")]
    ArgumentCount { function: &'static str, expected: &'static str, found: usize },
    #[error("{what} must be a node set, found a {found}")]
    NoNodeSet { what: String, found: &'static str },
    #[error("the prefix `{prefix}` is not bound to a namespace")]
    UnboundPrefix { prefix: String },
    #[error("the variable `${name}` has no value")]
    UnboundVariable { name: String },
    #[error("the expression is nested deeper than {limit}")]
    TooDeep { limit: usize },
}

impl XPathError {
    pub(crate) fn new(text: &str, offset: usize, problem: XPathProblem) -> Self {
        let before = &text[..text.floor_char_boundary(offset)];
        let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
        Self { offset: before.len(), column, problem: Box::new(problem) }
    }

    /// Where it is, in bytes of the expression, from 0.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Where it is, in characters of the expression, from 1.
    pub fn column(&self) -> u32 {
        self.column
    }

    /// What to write instead, in one line, where that can be told.
    pub fn hint(&self) -> Option<String> {
        hint(&self.problem)
    }

    /// What is wrong.
    pub fn problem(&self) -> &XPathProblem {
        &self.problem
    }
}

impl fmt::Display for XPathError {
    /// What is wrong, without the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}
