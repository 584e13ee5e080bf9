use clap::Subcommand;

use super::{
    ApplyArgs, CheckArgs, CompletionsArgs, DeployArgs, EvaluateArgs, ExplainArgs, InspectArgs,
    PackArgs, PackageVerb, PublishArgs, ReleasesVerb, RobocopyArgs, RulesArgs, SyncArgs,
    WebconfigVerb, XdtArgs,
};

/// Everything that can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum AnyVerb {
    #[command(flatten)]
    Own(Verb),
    Robocopy(RobocopyArgs),
}

/// What answers in our own way.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Publish(Box<PublishArgs>),
    Inspect(InspectArgs),
    Evaluate(EvaluateArgs),
    #[command(subcommand)]
    Webconfig(WebconfigVerb),
    Xdt(XdtArgs),
    Check(Box<CheckArgs>),
    Explain(ExplainArgs),
    Rules(RulesArgs),
    Pack(Box<PackArgs>),
    #[command(subcommand)]
    Package(PackageVerb),
    Deploy(Box<DeployArgs>),
    Sync(Box<SyncArgs>),
    Apply(ApplyArgs),
    #[command(subcommand)]
    Releases(ReleasesVerb),
    Completions(CompletionsArgs),
}
