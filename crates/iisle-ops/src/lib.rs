//! The verbs of iisle: request in, report out.
//!
//! One file per verb. Must not know: arguments, terminals, the environment of the process. Start
//! with `publish/run.rs`.

mod apply;
mod basis;
mod cargo;
mod check;
mod context;
mod deploy;
mod dotnet;
mod drift;
mod evaluate;
mod failure;
mod hosting;
mod inspect;
mod interruptible;
mod limited;
mod merge;
mod overlay;
mod pack;
mod package;
mod package_facts;
mod presence;
mod project;
mod protection;
mod publish;
mod releases;
pub mod robocopy;
mod shadow_copy;
mod shell;
mod shutdown;
mod solution;
mod staged;
mod sync;
mod sync_failure;
#[cfg(test)]
mod testing;
mod turn;
mod unified;
mod webconfig;
mod xdt;

pub use apply::{ApplyRequest, ApprovedPlan, Bound, apply, approve, read_plan, write_plan};
pub use basis::Basis;
pub use check::{CheckRequest, CheckSettings, check, explain};
pub use context::{CommandOutput, Commands, Completed, Context, HostCommands, Invocation};
pub use deploy::{
    DeployFailure, DeployMode, DeployReport, DeployRequest, DeployRules, DeployedContent,
    DeployedParameter, DeployedProvider, ExtraSettings, Protection, SettingSource, deploy,
};
pub use drift::{Drift, OnDrift};
pub use evaluate::{
    EvaluateReport, EvaluateRequest, EvaluatedBy, EvaluatedItem, by, evaluate, location,
};
pub use failure::Failure;
pub use iisle_check::{Fact, Profile, Rule, Verdict, rules};
pub use iisle_inspect as facts;
pub use iisle_msbuild::{Assignment, Moment, Unsupported, property_switch};
pub use iisle_sync::staged::{Direction, Verify};
pub use iisle_sync::{
    Compare, Ending, Extras, Guard, Kept, Locked, Plan, Step as SyncStep, Stream, Totals, Why,
};
pub use iisle_tree::{
    Holder, Stamp, Ticks, Visibility, digest::Digest, folder::Attributes as Marks, interrupt,
    workshop::Waits,
};
pub use iisle_webconfig::{
    ApplicationInitialization, Change, Difference, Explanation, GuidComment, HandlerFact, Hosting,
    LocationFact, Newline, OnMalformed, Place, Position, Setting as WebConfigSetting,
    Settings as WebConfigSettings, ShadowCopy, SourceChoice, TransformOptions, Variable,
    VariableMode, parse_time_span,
};
pub use iisle_webdeploy::{
    EntryLimit, Form as PackageForm, Origin, Package, Parameter, Parameters, PositionMode,
    Provider, Setting, Shape, Unresolved,
};
pub use iisle_xdt::{
    Hyphens as XdtHyphens, Keep as XdtKeep, Mode as XdtMode, Options as XdtOptions,
    Status as XdtStatus, Unmatched as XdtUnmatched,
};
pub use inspect::{InspectReport, InspectRequest, inspect};
pub use limited::{Bandwidth, Hours};
pub use pack::{
    ConnectionStrings, Environment, FileValue, PackForm, PackReport, PackRequest, PackSettings,
    Sbom, SetAcl, WrittenFile, pack,
};
pub use package::{
    ChangedFile, ContentDigests, ExtractReport, ExtractRequest, NamedDifferences,
    PackageDifferences, PackageFile, PackageRequest, diff_packages, extract_package, is_concealed,
    package_digests, verify_package,
};
pub use project::ProjectOptions;
pub use publish::{
    LogsReport, PublishOutcome, PublishReport, PublishRequest, State, Step, StepReport, publish,
};
pub use releases::{
    KEPT_RELEASES, Pointer, Pruned, Release, ReleaseReport, ReleaseRequest,
    SHARED as SHARED_FOLDERS, Switched, activate as activate_release, deployment_id,
    first_release_hint, list as list_releases, prune as prune_releases, release,
};
pub use shadow_copy::{AppCopy, AppCopyState};
pub use solution::SolutionMember;
pub use sync::{
    CaseSensitive, Engine, OfflineWish, OnLocked, StagedOptions, SyncMode, SyncOutcome, SyncReport,
    SyncRequest, SyncSettings, rollback, sync,
};
pub use turn::AtWork;
pub use webconfig::{
    ChainStatus, ChainStep, Form, GenerateReport, GenerateRequest, LogsFolder, Process, ShowReport,
    TransformReport, TransformRequest, WebConfigDiff, Writes, diff as diff_web_configs, generate,
    show as show_web_config, transform,
};
pub use xdt::{XdtDiff, XdtInput, XdtReport, XdtRequest, apply_xdt};
