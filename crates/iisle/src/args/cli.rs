use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, ValueEnum};

use super::AnyVerb;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Takes a published web app to IIS and keeps it there.
///
/// After `dotnet publish` (or `cargo build` for a Rust app), iisle writes the right web.config,
/// checks everything that would make IIS answer 500.19, 500.3x or 502.5, makes a Web Deploy
/// package, and syncs the folder to its target.
#[derive(Debug, Parser)]
#[command(name = "iisle", version, styles = STYLES, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done and good, 1 the answer is no (a finding of severity error, or \
differences), 2 could not run, 3 stopped midway: the same command goes on."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(subcommand)]
    pub(crate) verb: AnyVerb,
}

/// How results are shown.
#[derive(Debug, Clone, Args)]
pub(crate) struct OutputArgs {
    /// What is written to stdout
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(crate) format: Format,
    /// Say less: no progress, no summary
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more on stderr: what is read and decided; twice for every file
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// A JSON object a line while work goes on, the document last
    Jsonl,
}
