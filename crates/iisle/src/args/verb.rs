use clap::Subcommand;

use super::{
    CheckArgs, CompletionsArgs, EvaluateArgs, ExplainArgs, InspectArgs, PackArgs, PublishArgs,
    RulesArgs, SyncArgs, WebconfigVerb,
};

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
