//! Whole documents of every kind: reading and writing is the identity, edits change only what they
//! name, and independent readers accept what we accept.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod documents;
mod edits;
mod identity;

/// Whole documents take their time to make: a quarter of the usual number.
fn fewer() -> proptest::test_runner::Config {
    let usual = proptest::test_runner::Config::default();
    proptest::test_runner::Config { cases: usual.cases / 4, ..usual }
}
