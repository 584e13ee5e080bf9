//! What can be typed. Arguments become requests in `verbs` and are never seen again.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

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
    pub(crate) verb: Verb,
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

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Publish(Box<PublishArgs>),
    Inspect(InspectArgs),
    Evaluate(EvaluateArgs),
    #[command(subcommand)]
    Webconfig(WebconfigVerb),
    Check(CheckArgs),
    Explain(ExplainArgs),
    Rules(RulesArgs),
    Pack(PackArgs),
    Sync(SyncArgs),
    Completions(CompletionsArgs),
}

/// Options of `dotnet publish` that shape the evaluation of a project.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ProjectArgs {
    /// Build configuration (default: what `dotnet publish` uses)
    #[arg(short, long, value_name = "NAME")]
    pub(crate) configuration: Option<String>,
    /// Runtime identifier, such as win-x64
    #[arg(short, long, value_name = "RID")]
    pub(crate) runtime: Option<String>,
    /// Target framework, when the project has several
    #[arg(short, long, value_name = "TFM")]
    pub(crate) framework: Option<String>,
    /// Whether the app brings its own runtime
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) self_contained: Option<bool>,
    /// A global MSBuild property; also written -p:NAME=VALUE
    #[arg(short = 'p', long = "property", value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) property: Vec<(String, String)>,
}

fn property(text: &str) -> Result<(String, String), String> {
    let text = text.strip_prefix(':').unwrap_or(text);
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(format!("expected NAME=VALUE, found `{text}`")),
    }
}

/// From a published app to web.config, verdict, logs folder, package and synced target
///
/// The steps, in order: read the project and the publish output, write web.config, check, create
/// the logs folder, package (with --package), sync (with --to). A finding of severity error stops
/// before anything is packaged or synced, unless --allow names it.
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
}

/// Tell what a publish output, project, image, package or Cargo package is
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

/// Print what MSBuild would evaluate, without MSBuild
///
/// One property alone prints its bare value; several print the object that
/// `dotnet msbuild -getProperty` prints.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle evaluate Shop.csproj --get-property TargetFramework
  iisle evaluate Shop.csproj -p:Configuration=Release --get-property PublishDir,RuntimeIdentifier
  iisle evaluate Shop.csproj --trace PlatformTarget")]
pub(crate) struct EvaluateArgs {
    /// A project file, or a folder that holds one
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
}

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

/// Judge a publish output and its project before anyone deploys it
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle check --publish bin/Release/net8.0/publish --project Shop.csproj
  iisle check --publish publish --profile production --allow A027
  iisle check --publish publish --format json")]
pub(crate) struct CheckArgs {
    /// A project file, or a folder that holds one
    #[arg(long, value_name = "PROJECT", required_unless_present = "publish")]
    pub(crate) project: Option<PathBuf>,
    /// The publish output
    #[arg(long, value_name = "DIR")]
    pub(crate) publish: Option<PathBuf>,
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

/// Explain a rule: what, why, how to see it, how to mend
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  iisle explain W013\n  iisle explain P001 --format json")]
pub(crate) struct ExplainArgs {
    /// Id of the rule, such as W013
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

/// List all rules
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  iisle rules\n  iisle rules --format json")]
pub(crate) struct RulesArgs {}

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

/// How a target folder is treated.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SyncPolicyArgs {
    /// Delete what the source does not have, but never what is protected
    #[arg(long)]
    pub(crate) delete: bool,
    /// Compare by content instead of size and time
    #[arg(long)]
    pub(crate) checksum: bool,
    /// Never touch what matches, beside the folders of logs and data
    #[arg(long, value_name = "GLOB")]
    pub(crate) protect: Vec<String>,
    /// Allow more deletions than 100 files or 30 % of the target
    #[arg(long, value_name = "FILES", requires = "delete")]
    pub(crate) max_delete: Option<u64>,
}

/// Make a folder equal to another, file by file, without ever leaving half a file
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle sync publish //web01/sites/shop
  iisle sync publish /srv/shop --delete --dry-run
  iisle sync publish /srv/shop --check && echo up to date")]
pub(crate) struct SyncArgs {
    /// The folder to copy from
    #[arg(value_name = "SRC")]
    pub(crate) source: PathBuf,
    /// The folder to change; created when missing
    #[arg(value_name = "DST")]
    pub(crate) destination: PathBuf,
    #[command(flatten)]
    pub(crate) policy: SyncPolicyArgs,
    /// Take only what matches
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave out what matches, on both sides
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Show the plan; change nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
    /// Answer whether the target is up to date: exit 0 yes, 1 no; change nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) check: bool,
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  iisle completions bash > /etc/bash_completion.d/iisle\n  iisle completions powershell >> $PROFILE"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}
