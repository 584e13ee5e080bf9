use std::path::PathBuf;

use clap::Args;

use super::{ProfileArg, ProjectArgs, StagedArgs, SyncPolicyArgs};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  dotnet publish -c Release && iisle publish . --package out/Shop.zip
  iisle publish src/Shop/Shop.csproj -r win-x64 --publish --to //web01/sites/shop --delete
  iisle publish --output artifacts/shop --to /srv/shop --dry-run
  iisle publish shop-rs/Cargo.toml --publish --package out/shop.zip
  iisle publish . --format json | jq '.check.findings'")]
pub(crate) struct PublishArgs {
    /// A project file, a folder that holds one, or a Cargo.toml; with --output it may be left out
    #[arg(value_name = "PROJECT")]
    pub(crate) project: Option<PathBuf>,
    /// The folder of publish output [default: where the SDK puts it]
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Write a Web Deploy package and its companions
    #[arg(long, value_name = "FILE.zip")]
    pub(crate) package: Option<PathBuf>,
    /// Sync the output to this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) evaluation: ProjectArgs,
    /// Name of the publish profile (or -p:PublishProfile=NAME)
    #[arg(long, value_name = "NAME")]
    pub(crate) publish_profile: Option<String>,
    /// Run `dotnet publish` (or `cargo build --release`) first
    #[arg(long)]
    pub(crate) publish: bool,
    /// Show what would be written, packaged and synced; write nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Let findings of a rule pass: ID, or ID=PATH for one file
    #[arg(long, value_name = "ID[=PATH]")]
    pub(crate) allow: Vec<String>,
    /// Which environment the findings are judged for
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub(crate) profile: Option<ProfileArg>,
    /// Name of the entry (its file without extension), when the output holds several
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// Which binary of a Cargo package
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Option<String>,
    /// IIS application the package is for by default, as Site/app
    #[arg(long, value_name = "SITE/APP")]
    pub(crate) app_path: Option<String>,
    #[command(flatten)]
    pub(crate) sync: SyncPolicyArgs,
    #[command(flatten)]
    pub(crate) staged: StagedArgs,
}
