use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ProfileArg;

#[derive(Debug, Subcommand)]
#[command(defer = true)]
#[command(after_long_help = "\
Examples:
  iisle package show out/Shop.zip
  iisle package verify out/Shop.zip && echo sound
  iisle package diff old/Shop.zip out/Shop.zip
  iisle package extract out/Shop.zip -o shop")]
pub(crate) enum PackageVerb {
    /// Its form, providers, parameters and files
    Show(PackageShowArgs),
    /// The parameters it declares
    Params(PackageFileArgs),
    /// Whether Web Deploy would drop, misread or refuse anything: exit 0 no, 1 yes
    Verify(PackageVerifyArgs),
    /// What a second package changes
    Diff(PackageDiffArgs),
    /// Unpack its content as it is; iisle deploy applies parameters
    Extract(PackageExtractArgs),
}

// A package to read.
#[derive(Debug, Clone, Args)]
pub(crate) struct PackageFileArgs {
    /// The zip file, or the folder of an unpacked package
    #[arg(value_name = "FILE.zip")]
    pub(crate) package: PathBuf,
    #[command(flatten)]
    pub(crate) times: ZipTimesArgs,
}

#[derive(Debug, Args)]
pub(crate) struct PackageShowArgs {
    #[command(flatten)]
    pub(crate) file: PackageFileArgs,
    /// The SHA-256 of every file too
    #[arg(long)]
    pub(crate) digests: bool,
}

// How the times of a zip file are read.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ZipTimesArgs {
    /// The clock that the times in the package were taken from
    #[arg(long, value_enum, default_value_t = ZipTimes::Local, value_name = "CLOCK")]
    pub(crate) zip_times: ZipTimes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ZipTimes {
    /// That of this machine, as msdeploy has it
    Local,
    /// UTC
    Utc,
}

#[derive(Debug, Args)]
pub(crate) struct PackageVerifyArgs {
    #[command(flatten)]
    pub(crate) file: PackageFileArgs,
    /// Let findings of a rule pass: ID, or ID=PATH for one file
    #[arg(long, value_name = "ID[=PATH]")]
    pub(crate) allow: Vec<String>,
    /// Which environment the findings are judged for
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub(crate) profile: Option<ProfileArg>,
}

#[derive(Debug, Args)]
pub(crate) struct PackageDiffArgs {
    /// The first package
    #[arg(value_name = "A.zip")]
    pub(crate) first: PathBuf,
    /// The second package
    #[arg(value_name = "B.zip")]
    pub(crate) second: PathBuf,
    /// Answer with the exit code: 0 they deploy the same, 1 they differ
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PackageExtractArgs {
    #[command(flatten)]
    pub(crate) file: PackageFileArgs,
    /// The folder to create [default: the name of the package without .zip]
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}
