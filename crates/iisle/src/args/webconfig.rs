use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::project::property;

/// Generate or transform web.config
#[derive(Debug, Subcommand)]
pub(crate) enum WebconfigVerb {
    Generate(Box<GenerateArgs>),
    Transform(Box<TransformArgs>),
}

/// Write a new web.config for an app
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle webconfig generate --dll Shop.dll
  iisle webconfig generate --exe Shop.exe -o publish/web.config
  iisle webconfig generate --native shop.exe --env RUST_LOG=info -o dist/web.config")]
pub(crate) struct GenerateArgs {
    /// Start `dotnet` with this assembly (framework-dependent)
    #[arg(long, value_name = "NAME.dll", conflicts_with_all = ["exe", "native"], required_unless_present_any = ["exe", "native"])]
    pub(crate) dll: Option<String>,
    /// Start this executable of a .NET app
    #[arg(long, value_name = "NAME.exe", conflicts_with = "native")]
    pub(crate) exe: Option<String>,
    /// Start this native executable (Rust and others), out of process
    #[arg(long, value_name = "NAME.exe")]
    pub(crate) native: Option<String>,
    /// Where to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Arguments of the program
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) arguments: Option<String>,
    /// inprocess or outofprocess
    #[arg(long, value_name = "MODEL")]
    pub(crate) hosting_model: Option<String>,
    /// Module that handles requests
    #[arg(long, value_name = "NAME")]
    pub(crate) module: Option<String>,
    /// An environment variable of the app
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) environment: Vec<(String, String)>,
    /// Write the app's output to log files
    #[arg(long)]
    pub(crate) stdout_log: bool,
    /// Prefix of the log files
    #[arg(long, value_name = "PATH")]
    pub(crate) stdout_log_file: Option<String>,
    /// Show the text instead of writing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

/// Make the web.config of a publish output right, touching only what must change
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle webconfig transform publish --project-dir src/Shop
  iisle webconfig transform publish --project-dir . --task TargetPath=Shop.dll --task UseAppHost=true --dry-run")]
pub(crate) struct TransformArgs {
    /// The publish output
    #[arg(value_name = "PUBLISH_DIR")]
    pub(crate) publish_dir: PathBuf,
    /// Folder of the project: its web.config is the source
    #[arg(long, value_name = "DIR")]
    pub(crate) project_dir: Option<PathBuf>,
    /// A parameter of the SDK's task that transforms web.config; nothing is inferred for it
    #[arg(long, value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) task: Vec<(String, String)>,
    /// Build configuration
    #[arg(long, value_name = "NAME")]
    pub(crate) configuration: Option<String>,
    /// Environment name to set
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Show what would change; write nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}
