use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Exit codes: 0 applied, 1 errors were reported and nothing was written, 2 could not run.

Examples:
  iisle xdt web.config web.Release.config -o publish/web.config
  iisle xdt web.config web.Release.config -o web.config --strict
  iisle xdt web.config web.Release.config --diff
  iisle xdt - web.Release.config < web.config --compatible")]
pub(crate) struct XdtArgs {
    /// The document
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    /// The transform
    #[arg(value_name = "TRANSFORM")]
    pub(crate) transform: PathBuf,
    /// Where to write; may be SOURCE [default: stdout]
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    /// Do exactly what Microsoft.Web.XmlTransform does, byte for byte
    #[arg(long)]
    pub(crate) compatible: bool,
    /// A directive that matches nothing is an error
    #[arg(long)]
    pub(crate) strict: bool,
    /// Show the effect as a unified diff; write nothing
    #[arg(long)]
    pub(crate) diff: bool,
    /// Refuse to comment out what holds two hyphens in a row
    #[arg(long, conflicts_with = "compatible")]
    pub(crate) refuse_hyphens: bool,
    /// Write the result although errors were reported
    #[arg(long, hide = true)]
    pub(crate) force_save: bool,
}
