use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ProjectArgs;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle check --publish bin/Release/net8.0/publish --project Shop.csproj
  iisle check --publish publish --profile production --allow A027
  iisle check --package out/Shop.zip
  iisle check --publish publish --format json")]
pub(crate) struct CheckArgs {
    /// A project file, or a folder that holds one
    #[arg(long, value_name = "PROJECT", required_unless_present_any = ["publish", "package"])]
    pub(crate) project: Option<PathBuf>,
    /// The publish output
    #[arg(long, value_name = "DIR")]
    pub(crate) publish: Option<PathBuf>,
    /// A Web Deploy package; without --publish its content is judged as the output
    #[arg(long, value_name = "ZIP")]
    pub(crate) package: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) evaluation: ProjectArgs,
    /// Which environment the findings are judged for
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub(crate) profile: Option<ProfileArg>,
    /// Let findings of a rule pass: ID, or ID=PATH for one file
    #[arg(long, value_name = "ID[=PATH]")]
    pub(crate) allow: Vec<String>,
    /// Name of the entry, when the output holds several
    #[arg(long, value_name = "NAME")]
    pub(crate) entry: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    Dev,
    Staging,
    Production,
}
