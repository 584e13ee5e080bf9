use std::path::PathBuf;
use std::time::Duration;

use iisle_report::{Location, Warning};
use iisle_sync::{Kept, Locked, Plan, Totals};
use iisle_webdeploy::{Form, Origin, Package, Parameters, Resolved, Unresolved};

use super::request::DeployRequest;
use super::run::Deployment;
use crate::Failure;
use crate::basis::Basis;
use crate::drift::Drift;
use crate::package::is_concealed;
use crate::shadow_copy::AppCopy;
use crate::sync::SyncOutcome;
use crate::turn::AtWork;

/// Why nothing was deployed.
#[derive(Debug)]
pub struct DeployFailure {
    /// What to tell.
    pub failure: Failure,
    /// What is wrong with the values of the parameters, and what is declared.
    pub unresolved: Option<Box<(Unresolved, Parameters)>>,
}

impl From<Failure> for DeployFailure {
    fn from(failure: Failure) -> Self {
        Self { failure, unresolved: None }
    }
}

/// A parameter as it was deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedParameter {
    /// Its name.
    pub name: String,
    /// Its value; `None` when it is secret.
    pub value: Option<String>,
    /// Where the value comes from.
    pub origin: Origin,
    /// The files it has set something in, and how many places.
    pub changed: Vec<(String, u64)>,
}

/// Where a provider went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedProvider {
    /// Its name.
    pub name: String,
    /// The path it was packed from.
    pub path: String,
    /// The folder or file it goes to; `None` when it means nothing for folders, or is skipped.
    pub to: Option<PathBuf>,
}

/// The plan of one provider and what came of it.
#[derive(Debug)]
pub struct DeployedContent {
    /// The folder.
    pub root: PathBuf,
    /// What was to be done.
    pub plan: Plan,
    /// What goes with a plan that is only shown; `None` when it was done.
    pub basis: Option<Basis>,
}

/// What came of a deployment.
#[derive(Debug)]
pub struct DeployReport {
    /// The package, as given.
    pub package: PathBuf,
    /// The form that it has.
    pub form: Form,
    /// The folders that providers go to.
    pub contents: Vec<DeployedContent>,
    /// How it ended.
    pub outcome: SyncOutcome,
    /// What was done; of a dry run, what would be.
    pub totals: Totals,
    /// What stays although it differs.
    pub kept: Vec<Kept>,
    /// Files that are in use.
    pub locked: Vec<Locked>,
    /// The parameters in order of declaration.
    pub parameters: Vec<DeployedParameter>,
    /// The providers in order.
    pub providers: Vec<DeployedProvider>,
    /// What people should know.
    pub warnings: Vec<Warning>,
    /// The name of the deployment, when something was begun as a whole; of several providers the
    /// first one's.
    pub deployment: Option<String>,
    /// Whether all that was written was verified by digest; false when nothing was written.
    pub verified: bool,
    /// Files that somebody changed at the target since they were deployed.
    pub drift: Vec<Drift>,
    /// How long the application was offline, if it was.
    pub offline: Option<Duration>,
    /// How long old and new files stood side by side; of several providers together.
    pub swapping: Option<Duration>,
    /// The copies that apps run from, where they do and programs were brought.
    pub copies: Vec<AppCopy>,
    /// Who is at work there, when that kept it from beginning.
    pub busy: Option<AtWork>,
    /// Why it did not end well.
    pub failure: Option<Failure>,
    /// How long it took.
    pub seconds: f64,
}

pub(super) fn sum(a: Totals, b: Totals) -> Totals {
    Totals {
        created_files: a.created_files + b.created_files,
        created_bytes: a.created_bytes + b.created_bytes,
        replaced_files: a.replaced_files + b.replaced_files,
        replaced_bytes: a.replaced_bytes + b.replaced_bytes,
        touched_files: a.touched_files + b.touched_files,
        marked_directories: a.marked_directories + b.marked_directories,
        renamed_files: a.renamed_files + b.renamed_files,
        deleted_files: a.deleted_files + b.deleted_files,
        created_directories: a.created_directories + b.created_directories,
        deleted_directories: a.deleted_directories + b.deleted_directories,
        unchanged_files: a.unchanged_files + b.unchanged_files,
        unchanged_bytes: a.unchanged_bytes + b.unchanged_bytes,
        kept: a.kept + b.kept,
    }
}

/// The parameters as they were deployed. What holds the value of a secret is secret too.
pub(super) fn deployed_parameters(
    resolved: &[Resolved<'_>],
    deployment: &Deployment<'_>,
) -> Vec<DeployedParameter> {
    let secrets: Vec<&str> = resolved
        .iter()
        .filter(|one| one.parameter.is_secret() && !one.value.is_empty())
        .map(|one| one.value.as_str())
        .collect();
    let deployed = |(index, one): (usize, &Resolved<'_>)| {
        let hidden = is_concealed(one.parameter, &one.value)
            || secrets.iter().any(|secret| one.value.contains(secret));
        let changed = deployment.trees().flat_map(|tree| {
            tree.places(index).map(|(path, places)| (path.to_string(), places)).collect::<Vec<_>>()
        });
        DeployedParameter {
            name: one.parameter.name.clone(),
            value: (!hidden).then(|| one.value.clone()),
            origin: one.origin,
            changed: changed.collect(),
        }
    };
    resolved.iter().enumerate().map(deployed).collect()
}

/// What the package itself or providers without meaning here give reason to say.
pub(super) fn warnings(package: &Package, request: &DeployRequest) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let file = request.package.package.display().to_string();
    for fault in package.faults() {
        let location = Some(Location::file(file.clone()));
        warnings.push(Warning { location, ..warning("package-fault", fault.to_string()) });
    }
    let known = ["iisApp", "contentPath", "dirPath", "filePath", "createApp", "setAcl"];
    for provider in &package.manifest().providers {
        if !known.iter().any(|name| provider.is(name)) {
            let message = format!(
                "the provider `{}` means nothing for a folder and was left out",
                provider.name
            );
            warnings.push(warning("provider-left-out", message));
        }
    }
    warnings
}

pub(super) fn warning(code: &str, message: String) -> Warning {
    Warning { code: code.to_owned(), message, location: None }
}
