//! Words that several rules have for what the facts say.

mod file;
mod framework;
mod launcher;
mod output;
mod platform;
mod project;
mod started;

pub(crate) use file::FileFacts;
pub(crate) use framework::framework_provides;
pub(crate) use launcher::launcher_token;
pub(crate) use output::{OutputFacts, app_of, push_conflict, severity};
pub(crate) use platform::{Rid, platform_machine};
pub(crate) use project::{ProjectFacts, location};
pub(crate) use started::Started;
