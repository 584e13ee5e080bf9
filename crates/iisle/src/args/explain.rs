use clap::Args;

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  iisle explain W013\n  iisle explain P001 --format json")]
pub(crate) struct ExplainArgs {
    /// Id of the rule, such as W013
    #[arg(value_name = "ID")]
    pub(crate) id: String,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  iisle rules\n  iisle rules --format json")]
pub(crate) struct RulesArgs {}
