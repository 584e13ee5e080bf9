//! The Windows build, tested on a machine without Windows.

mod run;
mod toolchain;
mod wine;

pub(crate) use run::run;
