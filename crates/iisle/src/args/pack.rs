use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ZipTimes;
use super::project::property;

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
    /// Make a value a parameter: WHERE is an XPath, or a pointer such as /Smtp/Port in JSON
    #[arg(long, value_name = "NAME=FILE#WHERE", value_parser = property)]
    pub(crate) parameter: Vec<(String, String)>,
    /// Make the connection strings of web.config and appsettings.json parameters
    #[arg(long)]
    pub(crate) connection_strings: bool,
    /// Write a folder that msdeploy reads as archiveDir, instead of a zip file
    #[arg(long)]
    pub(crate) archive_dir: bool,
    /// What the content is to the target
    #[arg(long, value_enum, default_value_t = ShapeArg::IisApp, value_name = "PROVIDER")]
    pub(crate) provider: ShapeArg,
    /// Give the pool's account a right on a folder of the application; Modify unless named
    #[arg(long, value_name = "FOLDER[=ACCESS]")]
    pub(crate) set_acl: Vec<String>,
    /// Write NAME.SetParameters.ENVIRONMENT.xml too, with the values of this SetParameters.xml
    #[arg(long, value_name = "ENVIRONMENT[=FILE]")]
    pub(crate) environment: Vec<String>,
    /// Keep compressed content here and use it again
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Write `NAME.cdx.json`: packages and files with digests, as a bill of materials
    #[arg(long)]
    pub(crate) sbom: bool,
    /// The clock that the times in the package are of
    #[arg(long, value_enum, default_value_t = ZipTimes::Utc, value_name = "CLOCK")]
    pub(crate) zip_times: ZipTimes,
    /// Take more than 65,535 entries, for which Web Deploy is not documented; it reads them
    #[arg(long)]
    pub(crate) many_entries: bool,
    /// Threads that compress [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShapeArg {
    /// An application: created when missing
    #[value(name = "iisApp")]
    IisApp,
    /// Content of a site or folder
    #[value(name = "contentPath")]
    ContentPath,
    /// A folder
    #[value(name = "dirPath")]
    DirPath,
}
