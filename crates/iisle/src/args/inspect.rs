use std::path::PathBuf;

use clap::Args;

use super::ProjectArgs;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle inspect bin/Release/net8.0/publish
  iisle inspect Shop.csproj
  iisle inspect Shop.exe --format json
  dotnet --list-runtimes > runtimes.txt && iisle inspect publish --runtimes runtimes.txt")]
pub(crate) struct InspectArgs {
    /// An output folder, a project file, a PE file or a Cargo.toml
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Name of the entry (its file without extension), when there are several
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
    /// List every file with its class and image facts
    #[arg(long)]
    pub(crate) files: bool,
    /// Output of `dotnet --list-runtimes`: tells which framework the host will choose
    #[arg(long, value_name = "FILE")]
    pub(crate) runtimes: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) evaluation: ProjectArgs,
}
