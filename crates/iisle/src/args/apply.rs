use std::num::NonZero;
use std::path::PathBuf;

use clap::Args;
use iisle_ops::Bandwidth;

use super::StagedArgs;
use super::bandwidth::{RATE, bandwidth};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle sync publish /srv/shop --delete --plan-out plan.json
  iisle apply plan.json --dry-run
  iisle apply plan.json")]
pub(crate) struct ApplyArgs {
    /// The plan
    #[arg(value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// Show what would be done; change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Files that are written at the same time [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZero<usize>>,
    /// Copy no more than so much in a second: KiB, or with a unit as in 1.5M; 0 for no limit. Hours of
    /// the day may have rates of their own: 0,08:00-18:00=2M
    #[arg(long, value_name = RATE, value_parser = bandwidth)]
    pub(crate) bwlimit: Option<Bandwidth>,
    #[command(flatten)]
    pub(crate) staged: StagedArgs,
    /// Change file by file, without a second copy and a way back: every file is old or new at every
    /// moment, the target as a whole is not
    #[arg(long, conflicts_with_all = ["offline", "on_locked"])]
    pub(crate) in_place: bool,
}
