//! Conditions: scanned and parsed as they are met, decided with three values.
//!
//! An operand we cannot evaluate makes the answer doubtful unless the rest decides alone.

mod error;
mod evaluate;
mod operand;
mod parse;
mod scan;

pub use error::ConditionError;
pub(crate) use evaluate::{Decision, References, Scope, decide};
pub(crate) use parse::{Condition, parse};
pub(crate) use scan::Allowed;
