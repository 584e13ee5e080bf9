//! Regular expressions of .NET, in which packages say where values go.

mod blocks;
mod case;
mod characters;
mod class;
mod error;
mod expression;
mod groups;
mod translate;
mod units;

pub use error::{RegexError, RegexProblem};
pub use expression::NetRegex;
pub(crate) use units::{join as join_units, split as split_units};
