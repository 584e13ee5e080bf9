use std::path::PathBuf;
use std::time::Instant;

use iisle_report::{Location, Warning};
use iisle_webdeploy::{Package, ParameterizedTree, SkipRule};

use super::group::Group;
use super::place::Placed;
use super::report::{DeployFailure, DeployReport, deployed_parameters, warning, warnings};
use super::request::DeployRequest;
use super::settings::{declared, refused_settings, settings, target_setting};
use super::skip::skip_rules;
use crate::staged::NoEntry;
use crate::{Context, Failure};

/// Deploys a package.
///
/// All providers are planned before the first file is written; every file that will be written is
/// read and verified before that.
///
/// # Errors
/// When nothing could be planned: a package that cannot be read, parameters without good values,
/// paths that lead nowhere on this machine. All else is told by the report.
pub fn deploy(
    context: &Context<'_>,
    request: &DeployRequest,
) -> Result<DeployReport, DeployFailure> {
    let started = Instant::now();
    let package = request.package.open()?;
    let message = || format!("cannot deploy `{}`", request.package.package.display());
    let told = |failure: Failure| failure.context(message());
    let parameters = declared(&package, &request.settings).map_err(told)?;
    let mut settings =
        settings(&request.settings, &parameters, request.extra_settings).map_err(told)?;
    let skip = skip_rules(&request.skip).map_err(told)?;
    settings.extend(target_setting(&package, request, &parameters, &settings).map_err(told)?);
    let resolved = parameters
        .resolve(&settings)
        .map_err(|unresolved| refused_settings(unresolved, &parameters, &message()))?;
    let mut deployment = Deployment {
        context,
        request,
        package: &package,
        skip,
        granted: Vec::new(),
        groups: Vec::new(),
    };
    let Placed { providers, jobs, granted } = deployment.place(&resolved).map_err(told)?;
    deployment.granted = granted;
    let prepared = deployment.prepare(jobs, &resolved);
    let mut report = match prepared {
        _ if context.monitor.is_interrupted() => deployment.interrupted(),
        Ok(()) => deployment.run(),
        Err(NoEntry::Busy(other)) => deployment.busy(*other),
        Err(NoEntry::Ended(ending, failure)) => deployment.ended(ending, failure),
        Err(NoEntry::Failed(failure)) => return Err(told(failure).into()),
    };
    report.parameters = deployed_parameters(&resolved, &deployment);
    report.providers = providers;
    report.warnings.extend(warnings(&package, request));
    report.warnings.extend(deployment.unused_maps(&resolved));
    report.warnings.extend(deployment.destroyed());
    report.failure = report.failure.map(told);
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

pub(super) struct Deployment<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) request: &'a DeployRequest,
    pub(super) package: &'a Package,
    pub(super) skip: Vec<SkipRule>,
    /// Folders that are there in the end because rights are granted on them.
    pub(super) granted: Vec<PathBuf>,
    /// What happens, by folder.
    pub(super) groups: Vec<Group<'a>>,
}

impl<'a> Deployment<'a> {
    /// The files of all providers.
    pub(super) fn trees(&self) -> impl Iterator<Item = &ParameterizedTree<'a>> {
        self.groups.iter().flat_map(|group| &group.source.members).map(|member| &member.tree)
    }

    /// Files that a parameter of kind `TextFile` has written although they are no text.
    fn destroyed(&self) -> Vec<Warning> {
        let paths = self.trees().flat_map(|tree| tree.destroyed().cloned().collect::<Vec<_>>());
        paths
            .map(|path| {
                let message = format!("`{path}` is in the scope of a parameter for text files and no text in UTF-8 or UTF-16: what is no text is lost");
                let location = Some(Location::file(path.as_str()));
                Warning { location, ..warning("text-file-destroyed", message) }
            })
            .collect()
    }
}
