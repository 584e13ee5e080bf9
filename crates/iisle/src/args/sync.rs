use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ReleaseArgs, rate};

/// How a target folder is treated.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SyncPolicyArgs {
    /// Delete what the source does not have, but never what is protected
    #[arg(long)]
    pub(crate) delete: bool,
    /// Compare by content instead of size and time
    #[arg(long)]
    pub(crate) checksum: bool,
    /// Never touch what matches, beside the folders of logs and data
    #[arg(long, value_name = "GLOB")]
    pub(crate) protect: Vec<String>,
    /// Allow more deletions than 100 files or 30 % of the target
    #[arg(long, value_name = "FILES", requires = "delete")]
    pub(crate) max_delete: Option<u64>,
    /// Files that are written at the same time [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZero<usize>>,
    /// Copy no more than so much in a second: KiB, or with a unit as in 1.5M; 0 for no limit
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(crate) bwlimit: Option<u64>,
}

/// Make a folder equal to another, file by file, without ever leaving half a file
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle sync publish //web01/sites/shop
  iisle sync publish /srv/shop --delete --dry-run
  iisle sync publish /srv/shop --check && echo up to date
  iisle sync publish /srv/shop --staged --offline auto
  iisle sync publish /srv/shop --rollback
  iisle sync publish /srv/shop --plan-out plan.json && iisle apply plan.json
  iisle sync publish --releases /srv/shop --keep 5")]
pub(crate) struct SyncArgs {
    /// The folder to copy from
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,
    /// The folder to change; created when missing. With --releases, the link that is switched
    #[arg(value_name = "DST", required_unless_present = "releases")]
    pub(crate) destination: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy: SyncPolicyArgs,
    /// Take only what matches
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave out what matches, on both sides
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Write the plan to a file and change nothing; `iisle apply FILE` executes it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rollback", "releases", "check"])]
    pub(crate) plan_out: Option<PathBuf>,
    /// Show the plan; change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Write everything beside the target first and swap it in as a whole: what cannot be completed
    /// is taken back, whatever happens
    #[arg(long)]
    pub(crate) staged: bool,
    /// Show `app_offline.htm` while files are swapped: always, never, or auto, when a file is in use
    #[arg(long, value_enum, value_name = "WHEN", requires = "staged")]
    pub(crate) offline: Option<OfflineArg>,
    /// Take back what the last --staged sync to this target did, finished or not
    #[arg(long, conflicts_with_all = ["dry_run", "check", "delete"])]
    pub(crate) rollback: bool,
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    /// Answer whether the target is up to date: exit 0 yes, 1 no; change nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) check: bool,
}

/// Whether an app is taken offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OfflineArg {
    Auto,
    Always,
    Never,
}
