//! What people read.

pub(crate) mod check;
pub(crate) mod deploy;
pub(crate) mod failure;
pub(crate) mod inspect;
mod output;
pub(crate) mod pack;
pub(crate) mod package;
pub(crate) mod publish;
pub(crate) mod releases;
pub(crate) mod style;
pub(crate) mod sync;
pub(crate) mod text;
pub(crate) mod webconfig;
pub(crate) mod xdt;
