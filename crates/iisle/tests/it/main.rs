//! What the built command does on whole folders.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may")]

mod bad_input;
mod inspect;
#[cfg(unix)]
mod interrupts;
#[cfg(unix)]
mod output;
mod packages;
mod releases;
mod robocopy;
mod samples;
mod stage;
mod staged;
mod transcripts;
mod xdt;
