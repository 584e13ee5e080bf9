//! `iisle deploy`: a Web Deploy package applied to folders of this machine.
//!
//! Trees end as Web Deploy leaves them, save for what is done otherwise on purpose:
//!
//! * What an outer provider would delete of an inner one's folder that came before it stays.
//! * Where Web Deploy stops amid its work (a folder that cannot be deleted because a rule keeps a file
//!   in it, a position behind the end of a text), the deployment goes on.
//! * A file with the content of the package keeps a time that is less than two seconds newer.
//! * A provider that skip rules hide at the source stays at the target as it is: Web Deploy empties it.
//! * A `dirPath` of a manifest made by hand whose folder is not in the package is refused like the other
//!   providers: Web Deploy deletes what the target has.
//! * Where the package has no content, not even an empty folder, and extras are deleted, the folder of
//!   the target stays: Web Deploy deletes it too.
//! * `createApp` and other providers without files mean nothing here; of `setAcl` only the folder is made.
//! * Whether a file is hidden or the system's is set and compared on Windows only, and of folders not at
//!   all.
//! * Without `--no-protect`, what [`iisle_sync::PROTECTED`] names is neither changed nor deleted.

mod execute;
mod group;
mod place;
mod plan;
mod report;
mod request;
mod run;
mod settings;
mod single;
mod skip;

pub use report::{
    DeployFailure, DeployReport, DeployedContent, DeployedParameter, DeployedProvider,
};
pub use request::{
    DeployMode, DeployRequest, DeployRules, ExtraSettings, Protection, SettingSource,
};
pub use run::deploy;
