//! Rules over facts: what makes IIS answer 500.19, 500.3x or 502.5.
//!
//! [`check`] judges a [`Subject`] by all [`rules`]; what it finds are values, never errors. Nothing
//! here can reach a disk or a network: facts are gathered by others and handed over. A rule is one
//! file pair below `rules/<group>/`: start with any of them.

mod facts;
mod findings;
mod rule;
mod rules;
mod settings;
mod subject;
#[cfg(test)]
mod testing;
mod verdict;

pub use rule::{Fact, Rule};
pub use rules::{find, rules};
pub use settings::{Allow, AllowError, Profile, Settings};
pub use subject::{ContentFacts, PackageFacts, PackageParts, Subject, WebConfigFile};
pub use verdict::{Skipped, Summary, Verdict, check};
