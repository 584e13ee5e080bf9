use std::num::NonZero;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use iisle_ops::Bandwidth;

use super::ReleaseArgs;
use super::bandwidth::{RATE, bandwidth};

// How a target folder is treated.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SyncPolicyArgs {
    /// Delete what earlier syncs brought and the source no longer has; with =all, whatever the source
    /// does not have, but never what is protected
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "managed"
    )]
    pub(crate) delete: Option<DeleteArg>,
    /// Compare by content instead of size and time
    #[arg(long)]
    pub(crate) checksum: bool,
    /// Never touch what matches, beside the folders of logs and data and what the `.deployignore` of
    /// the target names
    #[arg(long, value_name = "GLOB", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) protect: Vec<String>,
    /// Replace and delete what matches although it is protected
    #[arg(long, value_name = "GLOB", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) unprotect: Vec<String>,
    /// Allow more deletions than 100 files or 30 % of the target
    #[arg(long, value_name = "FILES", requires = "delete")]
    pub(crate) max_delete: Option<u64>,
    /// Files that are written at the same time [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZero<usize>>,
    /// Copy no more than so much in a second: KiB, or with a unit as in 1.5M; 0 for no limit. Hours of
    /// the day may have rates of their own: 0,08:00-18:00=2M
    #[arg(long, value_name = RATE, value_parser = bandwidth)]
    pub(crate) bwlimit: Option<Bandwidth>,
}

/// What is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeleteArg {
    /// What an earlier sync of the same stream brought
    Managed,
    /// Everything that the source does not have
    All,
}

// How a site is changed as a whole.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct StagedArgs {
    /// Show `app_offline.htm` while files are swapped: always, never, or auto, when a file is in use or
    /// a program or a setting is changed [default: auto]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub(crate) offline: Option<OfflineArg>,
    /// How long the app may take to let go of its files [default: as its web.config says]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) offline_timeout: Option<u64>,
    /// What becomes of files that stay in use: fail, or move-aside, and running programs go on with
    /// the old ones [default: fail]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) on_locked: Option<OnLockedArg>,
    /// How long to wait for a file that is held for a moment [default: 10]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) lock_timeout: Option<u64>,
    /// How new files are verified before any is swapped in: full reads them again, written takes the
    /// system's word for it [default: full for 256 MiB in all and for shares, else written]
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) verify: Option<VerifyArg>,
    /// What becomes of files that were changed on the server: fail, keep, overwrite, or merge, which joins
    /// both changes of web.config [default: fail for settings, overwrite for the rest]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) on_drift: Option<OnDriftArg>,
    /// Whose files these are, when several come to one target; each deletes only its own
    /// [default: main]
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Option<String>,
    /// Wait for another deployment that is at work there, so many seconds or until it has ended
    #[arg(
        long,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "18446744073709551615"
    )]
    pub(crate) wait: Option<u64>,
    /// How a deployment is ended that an earlier run left amid its changes: back, or forward where its
    /// new files are all there [default: back]
    #[arg(long, value_enum, value_name = "WAY")]
    pub(crate) recover: Option<RecoverArg>,
    /// Change folders of Windows whose names differ by upper and lower case too, and compare names as they
    /// are written [default: such folders are refused]
    #[arg(long)]
    pub(crate) case_sensitive: bool,
    /// Tell outcomes apart by the exit code: 10 refused, 11 failed, 12 locked, 13 busy, 14 rolled back,
    /// 16 offline left
    #[arg(long)]
    pub(crate) exit_by_outcome: bool,
}

/// How a deployment is ended that an earlier run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecoverArg {
    Back,
    Forward,
}

/// What becomes of files that stay in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnLockedArg {
    Fail,
    #[value(alias = "rename-aside")]
    MoveAside,
}

/// How new files are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerifyArg {
    Full,
    Written,
}

/// What becomes of files that were changed on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnDriftArg {
    Fail,
    Keep,
    Overwrite,
    Merge,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle sync publish //web01/sites/shop
  iisle sync publish /srv/shop --delete --dry-run
  iisle sync publish /srv/shop --check && echo up to date
  iisle sync publish /srv/shop --delete --offline always
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
    #[arg(long, value_name = "GLOB", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) include: Vec<String>,
    /// Leave out what matches, on both sides
    #[arg(long, value_name = "GLOB", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) exclude: Vec<String>,
    /// Write the plan to a file and change nothing; `iisle apply FILE` executes it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rollback", "releases", "check"])]
    pub(crate) plan_out: Option<PathBuf>,
    /// Show the plan; change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) staged: StagedArgs,
    /// Change file by file, without a second copy and a way back: every file is old or new at every
    /// moment, the target as a whole is not
    #[arg(long, conflicts_with_all = ["offline", "on_locked", "verify"])]
    pub(crate) in_place: bool,
    /// Take back what the last sync to this target did, finished or not
    #[arg(long, conflicts_with_all = ["dry_run", "check", "delete"])]
    pub(crate) rollback: bool,
    /// Go back to this deployment, with --rollback; the last three can be taken back
    #[arg(long, value_name = "ID", requires = "rollback")]
    pub(crate) to: Option<String>,
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
