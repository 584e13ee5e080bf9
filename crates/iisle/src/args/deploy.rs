use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum, value_parser};

use super::package::ZipTimesArgs;
use super::project::{pair, property};
use super::{StagedArgs, SyncPolicyArgs};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  iisle deploy out/Shop.zip --to /srv/shop --set 'Mode=Release'
  iisle deploy Shop.zip --set-file Shop.SetParameters.xml --map 'Default Web Site=//web01/sites'
  iisle deploy Shop.zip --to /srv/shop --delete --skip 'objectName=dirPath,absolutePath=uploads' -n
  vault read -field=pw shop | iisle deploy Shop.zip --to /srv/shop --set-from-stdin 'Db Password'")]
pub(crate) struct DeployArgs {
    /// The package: a zip file, or the folder of an unpacked one
    #[arg(value_name = "FILE.zip")]
    pub(crate) package: PathBuf,
    /// Where the application goes; created when missing
    #[arg(long, value_name = "DIR")]
    pub(crate) to: Option<PathBuf>,
    /// Where a path of Windows or IIS lies on this machine
    #[arg(long, value_name = "FROM=DIR", value_parser = property)]
    pub(crate) map: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    /// Leave out values in files for parameters that the package does not declare
    #[arg(long)]
    pub(crate) ignore_extra: bool,
    /// Leave something alone: objectName=REGEX,absolutePath=REGEX[,skipAction=Delete|AddChild|Update]
    #[arg(long, value_name = "RULE")]
    pub(crate) skip: Vec<String>,
    #[command(flatten)]
    pub(crate) policy: SyncPolicyArgs,
    #[command(flatten)]
    pub(crate) staged: StagedArgs,
    /// Protect nothing but what --protect names, and delete however much there is
    #[arg(long)]
    pub(crate) no_protect: bool,
    /// Switch a rule of Web Deploy on: `AppOffline`, `DoNotDelete`, `SkipNewerFiles`
    #[arg(long, value_name = "RULE")]
    pub(crate) enable_rule: Vec<String>,
    /// Switch a rule of Web Deploy off
    #[arg(long, value_name = "RULE")]
    pub(crate) disable_rule: Vec<String>,
    /// How parameters of kind `TextFilePosition` work
    #[arg(long, value_enum, default_value_t = PositionsArg::Replace, value_name = "HOW")]
    pub(crate) positions: PositionsArg,
    #[command(flatten)]
    pub(crate) times: ZipTimesArgs,
    /// Show the plan; change nothing
    #[arg(short = 'n', long, alias = "what-if")]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PositionsArg {
    /// Replace the characters, as documented
    Replace,
    /// Insert behind them, as Web Deploy 7.1 does
    Insert,
}

/// Values of parameters in the order in which they were typed.
#[derive(Clone, Default)]
pub(crate) struct SettingArgs(pub(crate) Vec<SettingArg>);

#[derive(Clone)]
pub(crate) enum SettingArg {
    Value(String, String),
    File(PathBuf),
    Environment(String, String),
    Stdin(String),
}

impl std::fmt::Debug for SettingArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SettingArgs").field("count", &self.0.len()).finish()
    }
}

const SET: &str = "set";
const FILE: &str = "set_file";
const ENVIRONMENT: &str = "set_from_env";
const STDIN: &str = "set_from_stdin";

impl Args for SettingArgs {
    fn augment_args(command: Command) -> Command {
        let many = |id: &'static str, long: &'static str, value: &'static str| {
            Arg::new(id).long(long).value_name(value).action(ArgAction::Append)
        };
        command
            .arg(
                many(SET, "set", "NAME=VALUE")
                    .value_parser(pair)
                    .help("Set a parameter; of several values the last one counts"),
            )
            .arg(
                many(FILE, "set-file", "XML")
                    .value_parser(value_parser!(PathBuf))
                    .help("Set parameters from a SetParameters.xml"),
            )
            .arg(
                many(ENVIRONMENT, "set-from-env", "NAME=VARIABLE")
                    .value_parser(pair)
                    .help("Set a parameter to the value of an environment variable"),
            )
            .arg(
                Arg::new(STDIN)
                    .long("set-from-stdin")
                    .value_name("NAME")
                    .value_parser(value_parser!(String))
                    .help("Set a parameter to what stdin holds, without the final line end"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut all: Vec<(usize, SettingArg)> = Vec::new();
        let places = |id| matches.indices_of(id).into_iter().flatten();
        let pairs = |id| matches.get_many::<(String, String)>(id).into_iter().flatten().cloned();
        all.extend(places(SET).zip(pairs(SET).map(|(n, v)| SettingArg::Value(n, v))));
        let variables = pairs(ENVIRONMENT).map(|(n, v)| SettingArg::Environment(n, v));
        all.extend(places(ENVIRONMENT).zip(variables));
        let files = matches.get_many::<PathBuf>(FILE).into_iter().flatten().cloned();
        all.extend(places(FILE).zip(files.map(SettingArg::File)));
        let names = matches.get_many::<String>(STDIN).into_iter().flatten().cloned();
        all.extend(places(STDIN).zip(names.map(SettingArg::Stdin)));
        all.sort_by_key(|(place, _)| *place);
        Ok(Self(all.into_iter().map(|(_, setting)| setting).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
