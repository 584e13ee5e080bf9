use std::num::NonZero;
use std::path::PathBuf;

use iisle_sync::{Compare, Extras};
use iisle_webdeploy::{PositionMode, Setting};

use crate::limited::Bandwidth;
use crate::sync::StagedOptions;
use crate::{Failure, PackageRequest};

/// What to deploy and where to.
#[derive(Debug, Clone)]
pub struct DeployRequest {
    /// The package.
    pub package: PackageRequest,
    /// Where the application goes; sets the parameter that says so.
    pub to: Option<PathBuf>,
    /// Where paths of Windows and of IIS lie on this machine: a path and a folder.
    pub map: Vec<(String, PathBuf)>,
    /// Values of parameters, the last one for each wins.
    pub settings: Vec<SettingSource>,
    /// Whether values for parameters that are not declared are errors.
    pub extra_settings: ExtraSettings,
    /// Skip rules as msdeploy writes them.
    pub skip: Vec<String>,
    /// Names of rules to switch on and off.
    pub rules: DeployRules,
    /// What becomes of what only the target has.
    pub extras: Extras,
    /// When two files are the same.
    pub compare: Compare,
    /// Patterns never touched, beside the built-in ones.
    pub protect: Vec<String>,
    /// Patterns of what is replaced and deleted all the same.
    pub unprotect: Vec<String>,
    /// Whether what a site writes itself is protected, and how much may be deleted unasked.
    pub protection: Protection,
    /// Deletions that are not too many.
    pub max_delete: Option<u64>,
    /// Files that are written at the same time; `None` for one for each processor.
    pub threads: Option<NonZero<usize>>,
    /// How fast is written.
    pub bandwidth: Bandwidth,
    /// How parameters of kind `TextFilePosition` work.
    pub positions: PositionMode,
    /// How the files get there.
    pub staged: StagedOptions,
    /// Whether anything is changed.
    pub mode: DeployMode,
}

/// Where values of parameters come from.
#[derive(Clone)]
pub enum SettingSource {
    /// One value.
    Value(Setting),
    /// A SetParameters.xml.
    File(PathBuf),
}

impl std::fmt::Debug for SettingSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(setting) => setting.fmt(f),
            Self::File(path) => path.fmt(f),
        }
    }
}

/// What becomes of values for parameters that are not declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExtraSettings {
    /// They are errors.
    #[default]
    Refuse,
    /// Those in files are left out.
    Ignore,
}

/// Whether protection is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protection {
    /// Folders of logs and data stay, and unusually many deletions are refused.
    #[default]
    On,
    /// Nothing is protected but what was asked for, and any number of files may be deleted.
    Off,
}

/// Whether a deployment changes anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeployMode {
    /// Plan and execute.
    #[default]
    Execute,
    /// Plan and show.
    DryRun,
}

/// The rules of Web Deploy that mean something for a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeployRules {
    /// `DoNotDeleteRule`: extras stay whatever else is asked.
    pub do_not_delete: bool,
    /// `SkipNewerFilesRule`: files that are newer at the target stay.
    pub skip_newer: bool,
    /// `AppOffline`: the application is offline while its files change.
    pub app_offline: bool,
}

impl DeployRules {
    /// Switches a rule on or off by its name; `false` for one that means nothing here.
    ///
    /// # Errors
    /// When Web Deploy has no such rule.
    pub fn switch(&mut self, name: &str, on: bool) -> Result<bool, Failure> {
        let same = |known: &str| {
            let bare = |name: &str| name.to_ascii_lowercase().trim_end_matches("rule").to_owned();
            bare(known) == bare(name)
        };
        let slot = match name {
            _ if same("DoNotDeleteRule") => &mut self.do_not_delete,
            _ if same("SkipNewerFilesRule") => &mut self.skip_newer,
            _ if same("AppOffline") => &mut self.app_offline,
            _ if WITHOUT_MEANING.iter().any(|known| same(known)) => return Ok(false),
            _ => {
                let failure = Failure::new(format!("there is no rule `{name}`"));
                return Err(failure.hint("DoNotDelete, SkipNewerFiles and AppOffline are known"));
            }
        };
        *slot = on;
        Ok(true)
    }
}

/// Rules about IIS, the registry and other systems.
///
/// Source: Web Deploy 7.1, its own list.
const WITHOUT_MEANING: [&str; 34] = [
    "EnvironmentVariableNormalize",
    "Parameterization",
    "AboFilter",
    "AnonymousUser",
    "AppPoolIdentity",
    "AppRootNormalize",
    "BlockHarmfulDeleteOperations",
    "BlockUnsupportedDeleteOperations",
    "ClassicAppPoolProtectRule",
    "CreateApplicationRule",
    "CrossPlatformRule",
    "FrameworkMismatchRule",
    "IISConfigFrom64To32",
    "MetakeyToIIS6",
    "SchemaSection",
    "SkipInvalidSource",
    "SkipUNC",
    "SyncGeneral",
    "SyncXP",
    "UnsupportedApplicationsRule",
    "UrlScanSkipIncompat",
    "XpIsapis",
    "ApplicationExistsRule",
    "IgnoreFileLastWriteTime",
    "DependencyCheckAppPoolExists",
    "DependencyCheckInUse",
    "BackupRule",
    "DependencyCheckFailOnError",
    "EncryptWebConfig",
    "IgnoreConfigInheritanceRule",
    "IISSchemaDifferenceRule",
    "WarnForEncryptedDataRule",
    "DependencyCheckFailOnWarning",
    "AppOfflineOnError",
];
