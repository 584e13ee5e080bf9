use std::path::PathBuf;

use clap::{Args, Subcommand};

// Deploying into folders of their own.
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    /// Deploy into a fresh folder in this one, then switch to it: the link DST, or `current` there
    #[arg(long, value_name = "DIR", conflicts_with_all = ["rollback", "delete"])]
    pub(crate) releases: Option<PathBuf>,
    /// Releases that stay, the new one among them [default: 3]
    #[arg(long, value_name = "N", requires = "releases")]
    pub(crate) keep: Option<usize>,
    /// Switch no link, but tell the command that moves the physical path of this site
    #[arg(long, value_name = "NAME[/APP]", requires = "releases", conflicts_with = "destination")]
    pub(crate) site: Option<String>,
    /// Folders that all releases share [default: logs, `App_Data`]; an empty name for none
    #[arg(long, value_name = "DIR", requires = "releases")]
    pub(crate) shared: Vec<String>,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
#[command(after_long_help = "\
Examples:
  iisle releases list /srv/shop
  iisle releases activate /srv/shop
  iisle releases activate /srv/shop 20261120T173000Z-7f3a
  iisle releases prune /srv/shop --keep 2")]
pub(crate) enum ReleasesVerb {
    /// Show the releases, oldest first, and which of them is active
    List {
        /// The folder of the releases
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Switch to a release: the one named, or the one before the active one
    Activate {
        /// The folder of the releases
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Its name, as `list` shows it
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Remove old releases; never the active one, nor one that is in use
    Prune {
        /// The folder of the releases
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Releases that stay, the newest ones
        #[arg(long, value_name = "N", default_value_t = 3)]
        keep: usize,
    },
}
