//! `iisle deploy`: a Web Deploy package applied to folders of this machine.

mod execute;
mod group;
mod place;
mod plan;
mod report;
mod request;
mod run;
mod settings;
mod skip;

pub use report::{
    DeployFailure, DeployReport, DeployedContent, DeployedParameter, DeployedProvider,
};
pub use request::{
    DeployMode, DeployRequest, DeployRules, ExtraSettings, Protection, SettingSource,
};
pub use run::deploy;
