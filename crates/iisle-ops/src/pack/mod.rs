//! `iisle pack`: a Web Deploy package of a folder, with its companions.

mod archive_dir;
mod cache;
mod environment;
mod options;
mod run;
mod sbom;

pub use options::{
    ConnectionStrings, Environment, FileValue, PackForm, PackRequest, PackSettings, Sbom, SetAcl,
};
pub use run::{PackReport, WrittenFile, pack};

pub(crate) use run::{check_place, settle};
