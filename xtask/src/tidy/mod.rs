//! What the compiler cannot hold: arrows, walls, licenses, rule ids, sizes, words, the top level.
//!
//! Each check is a pure function over texts; `run` reads them.

mod arrows;
mod building;
mod corpus;
mod deny;
mod manifests;
mod notes;
mod readme;
mod requirements;
mod rules;
mod run;
mod sources;
mod top_level;

pub(crate) use run::run;
