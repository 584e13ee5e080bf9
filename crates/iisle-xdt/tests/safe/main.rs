//! Safe mode: equal to the reference engine but for the deviations X01 to X17, each of which has a
//! test of its own here.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may")]

mod corpus;
mod deviations;
mod infoset;
mod invariants;
