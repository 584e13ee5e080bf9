//! What can be typed, a file per verb. Arguments become requests in `verbs` and are never seen again.

mod apply;
mod bandwidth;
mod check;
mod cli;
mod completions;
mod deploy;
mod evaluate;
mod explain;
mod incomplete;
mod inspect;
mod pack;
mod package;
mod project;
mod publish;
mod releases;
mod robocopy;
mod sync;
mod verb;
mod webconfig;
mod xdt;

pub(crate) use apply::ApplyArgs;
pub(crate) use check::{CheckArgs, ProfileArg};
pub(crate) use cli::{Cli, Format, OutputArgs};
pub(crate) use completions::CompletionsArgs;
pub(crate) use deploy::{DeployArgs, PositionsArg, SettingArg};
pub(crate) use evaluate::EvaluateArgs;
pub(crate) use explain::{ExplainArgs, RulesArgs};
pub(crate) use incomplete::explained;
pub(crate) use inspect::InspectArgs;
pub(crate) use pack::{PackArgs, ShapeArg};
pub(crate) use package::{
    PackageDiffArgs, PackageExtractArgs, PackageFileArgs, PackageShowArgs, PackageVerb,
    PackageVerifyArgs, ZipTimes,
};
pub(crate) use project::ProjectArgs;
pub(crate) use publish::PublishArgs;
pub(crate) use releases::{ReleaseArgs, ReleasesVerb};
pub(crate) use robocopy::RobocopyArgs;
pub(crate) use sync::{
    DeleteArg, OfflineArg, OnDriftArg, OnLockedArg, RecoverArg, StagedArgs, SyncArgs,
    SyncPolicyArgs, VerifyArg,
};
pub(crate) use verb::{AnyVerb, Verb};
pub(crate) use webconfig::{
    DiffArgs, EnvModeArg, GenerateArgs, InheritedArg, LogsFolderArg, NewlineArg, OnMalformedArg,
    ProcessArg, ShowArgs, TransformArgs, WebConfigArg, WebconfigVerb,
};
pub(crate) use xdt::XdtArgs;
