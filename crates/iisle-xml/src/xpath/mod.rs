//! XPath 1.0 in full, over any tree that is an [`XPathTree`].
//!
//! A text becomes an [`XPath`] once and is evaluated as often as wanted. Start with
//! [`XPath::parse`] and [`XPath::select`].
//!
//! Source: XML Path Language (XPath) Version 1.0, W3C Recommendation of 16 November 1999.

mod axis;
mod calls;
mod compare;
mod compiled;
mod dialect;
mod document;
mod dot_net;
mod error;
mod evaluate;
mod expression;
mod functions;
mod hint;
mod item;
mod model;
mod namespaces;
mod number;
mod parse;
mod path;
mod sort;
mod steps;
mod strings;
mod token;
mod tree;
mod value;
mod walk;

pub use compiled::XPath;
pub use dialect::Dialect;
pub use error::{XPathError, XPathProblem};
pub use namespaces::Namespaces;
pub use tree::{ExpandedName, QualifiedName, XNode, XPathAttribute, XPathKind, XPathTree};
pub use value::Value;
