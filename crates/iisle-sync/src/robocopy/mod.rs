//! Copying as robocopy does: directory by directory, by file classes, with its counts and codes.
//!
//! [`compare`] decides what becomes of a directory and touches nothing; [`run`] walks and acts. What
//! is said along the way are [`Event`]s; their words and columns belong to whoever shows them.
//!
//! Source: the published manuals of robocopy 1.70 and XP010 and its command reference.

mod class;
mod compare;
mod entries;
mod event;
mod exclusion;
mod files;
mod finish;
mod frames;
mod job;
mod purge;
mod replace;
mod run;
mod selection;
mod tally;
#[cfg(test)]
mod tests;
mod throttle;
mod walk;
mod wildcard;

pub use class::{Class, Classes, TimeRule, classify};
pub use compare::{Compared, DirectoryVerdict, ExtraFile, FileVerdict, Folder, compare};
pub use event::{Action, DirectoryTag, Event, FileTag, Pace, Skip};
pub use exclusion::Exclusion;
pub use job::{
    CopyFlags, DirectoryFlags, Hours, Job, LowSpace, Moving, Purge, PurgeOrder, Recursion, Retry,
    RunMode,
};
pub use run::{Ended, run};
pub use selection::{LinkRule, Selection, Window};
pub use tally::{Row, Tally};
pub use throttle::Throttle;
pub use wildcard::Wildcard;
