//! `iisle publish`: from a published app to web.config, verdict, logs folder, package and target.

mod cargo;
mod places;
mod refusals;
mod report;
mod run;

pub use report::{LogsReport, PublishOutcome, PublishReport, State, Step, StepReport};
pub use run::{PublishRequest, publish};
