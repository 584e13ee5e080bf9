use std::path::PathBuf;

use clap::Args;

use super::project::property;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle evaluate Shop.csproj --get-property TargetFramework
  iisle evaluate Shop.csproj -p:Configuration=Release --get-property PublishDir,RuntimeIdentifier
  iisle evaluate Shop.csproj --trace PlatformTarget
  iisle evaluate Shop.sln")]
pub(crate) struct EvaluateArgs {
    /// A project file, a solution, or a folder that holds one
    #[arg(value_name = "PROJECT")]
    pub(crate) project: PathBuf,
    /// A global MSBuild property; also written -p:NAME=VALUE
    #[arg(short = 'p', long = "property", value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) property: Vec<(String, String)>,
    /// Properties to print, separated by commas
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) get_property: Vec<String>,
    /// Items to print, separated by commas
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) get_item: Vec<String>,
    /// List every assignment of a property with its place, taken or skipped
    #[arg(long, value_name = "NAME")]
    pub(crate) trace: Option<String>,
    /// Let the installed `dotnet msbuild` answer; without one the answer is our own
    #[arg(long, conflicts_with = "trace")]
    pub(crate) dotnet: bool,
}
