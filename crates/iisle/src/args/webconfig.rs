use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use iisle_ops::parse_time_span;

use super::project::property;

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum WebconfigVerb {
    /// Write a new web.config for an app
    Generate(Box<GenerateArgs>),
    /// Make the web.config of a publish output right, touching only what must change
    Transform(Box<TransformArgs>),
    /// Explain every setting of a web.config
    Show(ShowArgs),
    /// Compare two web.config files by meaning: exit 0 when they say the same, 1 when not
    Diff(DiffArgs),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("app").required(true).args(["dll", "exe", "native", "http_platform", "non_core"]))]
#[command(after_long_help = "\
Examples:
  iisle webconfig generate --dll Shop.dll
  iisle webconfig generate --exe Shop.exe --shadow-copy=../copies --clean-shadow-copy -o publish/web.config
  iisle webconfig generate --native shop.exe --env RUST_LOG=info -o dist/web.config
  iisle webconfig generate --dll Api.dll --sub-application -o api/web.config
  iisle webconfig generate --non-core -o legacy/web.config")]
pub(crate) struct GenerateArgs {
    /// Start `dotnet` with this assembly (framework-dependent)
    #[arg(long, value_name = "NAME.dll")]
    pub(crate) dll: Option<String>,
    /// Start this executable of a .NET app
    #[arg(long, value_name = "NAME.exe")]
    pub(crate) exe: Option<String>,
    /// Start this native executable (Rust and others), out of process
    #[arg(long, value_name = "NAME.exe")]
    pub(crate) native: Option<String>,
    /// Start this native executable under the older module `HttpPlatformHandler`
    #[arg(long, value_name = "NAME.exe")]
    pub(crate) http_platform: Option<String>,
    /// Start nothing: for an application that is not ASP.NET Core, below one that is
    #[arg(long)]
    pub(crate) non_core: bool,
    /// Where to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// For an application below one whose handler it inherits: `remove` replaces that handler, `keep` uses it
    #[arg(long, value_enum, value_name = "HANDLER", num_args = 0..=1, require_equals = true, default_missing_value = "remove", conflicts_with = "non_core")]
    pub(crate) sub_application: Option<InheritedArg>,
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
    /// A setting of the module
    #[arg(long, value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) handler_setting: Vec<(String, String)>,
    /// Run the app from a copy in this folder, so that its files can be replaced
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) shadow_copy: Option<String>,
    /// Empty the folder of copies before it is used
    #[arg(long, requires = "shadow_copy")]
    pub(crate) clean_shadow_copy: bool,
    /// Stack of the app's main threads: bytes, or KB, MB with that unit behind the number
    #[arg(long, value_name = "SIZE", value_parser = stack_size)]
    pub(crate) stack_size: Option<u32>,
    /// Seconds the app may take to start (0 to 3600)
    #[arg(long, value_name = "SECONDS")]
    pub(crate) startup_time_limit: Option<u32>,
    /// Seconds the app may take to stop (0 to 600)
    #[arg(long, value_name = "SECONDS")]
    pub(crate) shutdown_time_limit: Option<u32>,
    /// Time the app may take to answer: seconds, or [d.]hh:mm:ss
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) request_timeout: Option<Duration>,
    /// Failures a minute before the app is not started any more (0 to 100)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) rapid_fails_per_minute: Option<u32>,
    /// Processes that share the requests (1 to 100)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) processes_per_application: Option<u32>,
    /// Starts that are tried (`HttpPlatformHandler`)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) startup_retry_count: Option<u32>,
    /// Hand the token of a Windows user to the app
    #[arg(long, value_name = "true|false")]
    pub(crate) forward_windows_auth_token: Option<bool>,
    /// Leave the page about a failed start to the site
    #[arg(long, value_name = "true|false")]
    pub(crate) disable_startup_error_page: Option<bool>,
    /// Write the app's output to log files
    #[arg(long)]
    pub(crate) stdout_log: bool,
    /// Prefix of the log files
    #[arg(long, value_name = "PATH")]
    pub(crate) stdout_log_file: Option<String>,
    /// A page that is requested before the first visitor comes (application initialization)
    #[arg(long, value_name = "/PATH")]
    pub(crate) warm_up: Vec<String>,
    /// Start the app again after every recycling of the pool
    #[arg(long)]
    pub(crate) init_after_restart: bool,
    /// The page that visitors get while the app starts
    #[arg(long, value_name = "FILE")]
    pub(crate) loading_page: Option<String>,
    /// Show the text instead of writing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

/// What becomes of an inherited handler.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum InheritedArg {
    /// It is removed, then added again
    Remove,
    /// It is used: the file has none of its own
    Keep,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle webconfig show publish
  iisle webconfig show C:\\sites\\shop\\web.config --format json")]
pub(crate) struct ShowArgs {
    /// A web.config, or a folder that holds one
    #[arg(value_name = "FILE|DIR")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Layout, comments, the order of attributes and sections, and defaults spelled out mean nothing.

Examples:
  iisle webconfig diff publish/web.config C:\\sites\\shop\\web.config")]
pub(crate) struct DiffArgs {
    /// A web.config, or a folder that holds one
    #[arg(value_name = "A")]
    pub(crate) a: PathBuf,
    /// Another one
    #[arg(value_name = "B")]
    pub(crate) b: PathBuf,
}

/// Bytes, with an optional unit.
fn stack_size(text: &str) -> Result<u32, String> {
    let upper = text.trim().to_ascii_uppercase();
    let number =
        upper.trim_end_matches(|c: char| c.is_ascii_alphabetic() && !upper.starts_with("0X"));
    let unit = match upper[number.len()..].trim() {
        "" | "B" => 1,
        "K" | "KB" => 1 << 10,
        "M" | "MB" => 1 << 20,
        unit => return Err(format!("`{unit}` is not a unit: KB or MB")),
    };
    let number = number.trim();
    let bytes = match number.strip_prefix("0X") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let bytes =
        bytes.ok().and_then(|bytes: u32| bytes.checked_mul(unit)).filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| format!("`{text}` is no number of bytes between 1 and {}", u32::MAX))
}

/// Seconds, or a time span as IIS writes it.
fn time(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse().ok().map(Duration::from_secs);
    let span = seconds.or_else(|| parse_time_span(text.trim()).ok());
    span.ok_or_else(|| format!("expected seconds or [d.]hh:mm:ss, found `{text}`"))
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle webconfig transform publish --project-dir src/Shop
  iisle webconfig transform publish --project-dir . --configuration Release --environment Staging
  iisle webconfig transform publish --project-dir . --task TargetPath=Shop.dll --task UseAppHost=true --dry-run
  iisle webconfig transform publish --project-dir . --task TargetPath=Shop.dll --compatible --newline crlf")]
pub(crate) struct TransformArgs {
    /// The publish output
    #[arg(value_name = "PUBLISH_DIR")]
    pub(crate) publish_dir: PathBuf,
    /// Folder of the project: its web.config is the source, its transforms are applied
    #[arg(long, value_name = "DIR")]
    pub(crate) project_dir: Option<PathBuf>,
    /// A parameter of the SDK's task that transforms web.config; nothing is inferred for it
    #[arg(long, value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) task: Vec<(String, String)>,
    /// Build configuration: web.<NAME>.config is applied
    #[arg(long, value_name = "NAME")]
    pub(crate) configuration: Option<String>,
    /// Publish profile: web.<NAME>.config and <NAME>.transform of the profiles are applied
    #[arg(long, value_name = "NAME")]
    pub(crate) publish_profile: Option<String>,
    /// Environment name to set; web.<NAME>.config is applied
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// A further transform, looked for in the project's folder
    #[arg(long, value_name = "FILE")]
    pub(crate) custom_transform: Option<String>,
    /// An environment variable of the app; the value may hold any character
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = property)]
    pub(crate) variables: Vec<(String, String)>,
    /// Whether variables that exist get the new value
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub(crate) env_mode: EnvModeArg,
    /// Which file is the source
    #[arg(long, value_enum, default_value_t, value_name = "SOURCE")]
    pub(crate) web_config: WebConfigArg,
    /// What starts the app
    #[arg(long, value_enum, default_value_t, value_name = "PROCESS")]
    pub(crate) process: ProcessArg,
    /// The `location` to edit, instead of the application root's
    #[arg(long, value_name = "PATH")]
    pub(crate) location: Option<String>,
    /// What becomes of a source that is no web.config
    #[arg(long, value_enum, default_value_t, value_name = "ACTION")]
    pub(crate) on_malformed: OnMalformedArg,
    /// Tell the project's GUID in a comment, as the SDK does
    #[arg(long)]
    pub(crate) project_guid: bool,
    /// What becomes of the folder for logs
    #[arg(long, value_enum, default_value_t, value_name = "ACTION")]
    pub(crate) logs_folder: LogsFolderArg,
    /// Give the bytes that the SDK gives, faults included
    #[arg(long, conflicts_with_all = ["variables", "env_mode", "web_config", "process", "location", "on_malformed", "project_guid", "logs_folder"])]
    pub(crate) compatible: bool,
    /// Line ends, and with them the names and paths, of the host that --compatible imitates
    #[arg(long, value_enum, default_value_t, value_name = "ENDS", requires = "compatible")]
    pub(crate) newline: NewlineArg,
    /// Show what would change; write nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,
}

/// Which file is the source.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum WebConfigArg {
    /// The project's file if it was published, else a new one; without a project what lies there
    #[default]
    Auto,
    /// Always a new one
    Generate,
    /// The project's file, also when it was left out of the publish
    Project,
    /// What lies in the publish output
    KeepTarget,
    /// No web.config work
    None,
}

/// Whether variables that exist get the new value.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum EnvModeArg {
    /// They do
    #[default]
    Set,
    /// They keep the value they have
    Keep,
}

/// What starts the app.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum ProcessArg {
    /// What the output calls for
    #[default]
    Auto,
    /// `dotnet` with the app's assembly
    Dotnet,
    /// The app's own executable
    Exe,
}

/// What becomes of a source that is no web.config.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum OnMalformedArg {
    /// It is an error
    #[default]
    Fail,
    /// A new file is generated, with a warning
    Regenerate,
}

/// What becomes of the folder for logs.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum LogsFolderArg {
    /// It is created
    #[default]
    True,
    /// It is created with a file in it, for tools that drop empty folders
    Placeholder,
    /// Nothing
    False,
}

/// The host that compatible mode imitates.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum NewlineArg {
    /// Unix
    Lf,
    /// Windows
    #[default]
    Crlf,
}

#[cfg(test)]
mod tests {
    use super::{stack_size, time};

    #[test]
    fn sizes_have_units() {
        assert_eq!(stack_size("2MB"), Ok(2 << 20));
        assert_eq!(stack_size("512 kb"), Ok(512 << 10));
        assert_eq!(stack_size("2097152"), Ok(2 << 20));
        assert_eq!(stack_size("0x200000"), Ok(2 << 20));
        for text in ["", "0", "-1", "2GB", "5000MB", "0xZZ", "MB"] {
            assert!(stack_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_seconds_or_spans() {
        let seconds = |text| time(text).map(|span| span.as_secs());
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("00:05:00"), Ok(300));
        assert!(seconds("5m").is_err() && seconds("00:99:00").is_err());
    }
}
