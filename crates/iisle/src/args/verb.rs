use clap::Subcommand;

use super::{
    ApplyArgs, CheckArgs, CompletionsArgs, DeployArgs, EvaluateArgs, ExplainArgs, InspectArgs,
    PackArgs, PackageVerb, PublishArgs, ReleasesVerb, RobocopyArgs, RulesArgs, SyncArgs,
    WebconfigVerb, XdtArgs,
};

/// Everything that can be asked for.
///
/// The arguments of a verb are defined when it is typed. Their structs have comments instead of
/// documentation, which would then take the place of what stands here.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum AnyVerb {
    #[command(flatten)]
    Own(Verb),
    /// Copy folders with robocopy's switches, report and exit codes
    Robocopy(RobocopyArgs),
}

/// What answers in our own way.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Verb {
    /// From a published app to web.config, verdict, logs folder, package and synced target
    ///
    /// The steps, in order: read the project and the publish output, write web.config, check, create
    /// the logs folder, package (with --package), sync (with --to). A finding of severity error stops
    /// before anything is packaged or synced, unless --allow names it.
    Publish(Box<PublishArgs>),
    /// Tell what a publish output, project, image, package or Cargo package is
    Inspect(InspectArgs),
    /// Print what MSBuild would evaluate, without MSBuild
    ///
    /// One property alone prints its bare value; several print the object that
    /// `dotnet msbuild -getProperty` prints. A solution or a traversal project lists its projects, and
    /// says which of them can be published.
    Evaluate(EvaluateArgs),
    /// Generate, transform, explain and compare web.config
    #[command(subcommand)]
    Webconfig(WebconfigVerb),
    /// Apply an XDT transform, such as web.Release.config, to a document
    ///
    /// `-` as a file is stdin. The result goes to stdout unless -o says otherwise. What no directive
    /// touches keeps its bytes.
    Xdt(XdtArgs),
    /// Judge a publish output and its project before anyone deploys it
    Check(Box<CheckArgs>),
    /// Explain a rule: what, why, how to see it, how to mend
    Explain(ExplainArgs),
    /// List all rules
    Rules(RulesArgs),
    /// Make a Web Deploy package of a folder
    ///
    /// Beside FILE.zip come FILE.SetParameters.xml, FILE.SourceManifest.xml, FILE.deploy.cmd,
    /// FILE.deploy-readme.txt and FILE.sha256. Same input, same bytes, on any host.
    Pack(Box<PackArgs>),
    /// Look into Web Deploy packages: those of iisle, Visual Studio, msdeploy, the gallery
    #[command(subcommand)]
    Package(PackageVerb),
    /// Apply a Web Deploy package to a folder, on any system
    ///
    /// Parameters are resolved, validated and written into files as Web Deploy does it. What only the
    /// target has stays unless --delete; folders of logs and data stay unless --no-protect.
    Deploy(Box<DeployArgs>),
    /// Make a folder equal to another, as a whole: what cannot be completed is taken back
    Sync(Box<SyncArgs>),
    /// Execute a plan that `sync --plan-out` wrote; refused when source or target have changed since
    Apply(ApplyArgs),
    /// The releases that `sync --releases` made
    #[command(subcommand)]
    Releases(ReleasesVerb),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}
