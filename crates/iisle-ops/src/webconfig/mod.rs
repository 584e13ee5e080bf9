//! `iisle webconfig`: generate a web.config, make the one of a publish output right, explain one,
//! compare two.

mod chain;
mod compatible;
mod generate;
mod places;
mod show;
mod transform;

use iisle_path::RelPath;

pub use chain::{ChainStatus, ChainStep};
pub use generate::{GenerateReport, GenerateRequest, generate};
pub use show::{ShowReport, WebConfigDiff, diff, show};
pub use transform::{Form, LogsFolder, Process, TransformReport, TransformRequest, transform};

pub(crate) use chain::Chain;
pub(crate) use places::names;
pub(crate) use transform::{Plan, chain_names, prepare, write};

/// The name of the file, as it is always written.
pub(crate) const WEB_CONFIG: &str = "web.config";

/// The file at the root of a site.
pub(crate) fn path() -> RelPath {
    RelPath::parse(WEB_CONFIG).expect("the name is a path")
}

/// The largest web.config, transform or solution that is read.
pub(crate) const MAX_WEB_CONFIG: u64 = 64 << 20;

/// Whether a verb writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// It does.
    Yes,
    /// A dry run.
    No,
}
