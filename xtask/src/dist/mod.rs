//! Release archives: same commit, same toolchain, same bytes.

mod archive;
mod run;
mod tar;
mod zip;

pub(crate) use run::run;
