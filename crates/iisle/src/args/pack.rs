use std::path::PathBuf;

use clap::Args;

/// Make a Web Deploy package of a folder
///
/// Beside FILE.zip come FILE.SetParameters.xml, FILE.SourceManifest.xml, FILE.deploy.cmd,
/// FILE.deploy-readme.txt and FILE.sha256. Same input, same bytes, on any host.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle pack publish -o out/Shop.zip
  iisle pack publish -o out/Shop.zip --app-path 'Default Web Site/shop' --skip '*.pdb'")]
pub(crate) struct PackArgs {
    /// The folder to package
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The package to write
    #[arg(short, long, value_name = "FILE.zip")]
    pub(crate) output: PathBuf,
    /// IIS application the package is for by default, as Site/app
    #[arg(long, value_name = "SITE/APP")]
    pub(crate) app_path: Option<String>,
    /// Leave out what matches this pattern
    #[arg(long, value_name = "GLOB")]
    pub(crate) skip: Vec<String>,
    /// A parameters.xml whose declarations are merged into the package
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
    /// Threads that compress [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}
