//! Why a publish does not go on.

use std::path::Path;

use iisle_check::Verdict;
use iisle_inspect::project::{NotPublishable, Project};
use iisle_inspect::publish::{Kind, PublishOutput};
use iisle_report::Severity;

use crate::Failure;

/// A library and a .NET Framework app have no publish output that IIS starts through the module.
pub(super) fn refuse_unpublishable(path: &Path, project: &Project) -> Result<(), Failure> {
    let shown = path.display();
    match project.why_not_publishable() {
        Some(NotPublishable::DotnetFramework) => {
            return Err(Failure::new(format!(
                "`{shown}` is a .NET Framework project; iisle publishes .NET (Core) apps"
            ))
            .hint(
                "publish it with MSBuild, then use iisle sync or iisle pack on the output folder",
            ));
        }
        Some(NotPublishable::Library) => {
            return Err(Failure::new(format!(
                "`{shown}` is a library: there is no app to publish"
            ))
            .hint("name the project of the web app that uses it"));
        }
        // The rules tell of a project that is marked as not publishable (J022).
        Some(NotPublishable::Marked) | None => {}
    }
    if project.target_frameworks.len() > 1 && project.property("TargetFramework").is_none() {
        let all = project.target_frameworks.join(", ");
        return Err(Failure::new(format!("`{shown}` targets several frameworks: {all}"))
            .code("NETSDK1129")
            .hint("choose one with --framework"));
    }
    Ok(())
}

/// A publish profile that is not there: what it says was not heeded.
pub(super) fn missing_profile(project: &Project) -> Option<Failure> {
    let warning = project.warnings.iter().find(|warning| warning.code == "NETSDK1198")?;
    let failure = Failure::new(format!("{}: nothing was packaged or synced", warning.message));
    Some(
        failure
            .code("NETSDK1198")
            .hint("name a file of Properties/PublishProfiles")
            .hint("-p:PublishProfile= publishes without one"),
    )
}

/// An output with no entry, or with several, cannot get the right web.config.
pub(super) fn entry_is_known(output: &PublishOutput, folder: &Path) -> Result<(), Failure> {
    if output.entry.is_some() || matches!(output.kind, Kind::Static | Kind::Netfx) {
        return Ok(());
    }
    let shown = folder.display();
    if output.candidates.is_empty() {
        let failure = Failure::new(format!(
            "`{shown}` holds no app: no `*.runtimeconfig.json` with its assembly, and no program"
        ));
        return Err(failure.hint("name the folder that `dotnet publish` wrote"));
    }
    let all = output.candidates.join(", ");
    Err(Failure::new(format!("`{shown}` holds several apps: {all}"))
        .hint("say which one with --entry NAME"))
}

/// Why findings stop a publish; `None` when none of them does. `consequence` is what that means.
pub(super) fn refusal(verdict: &Verdict, consequence: &str) -> Option<Failure> {
    if verdict.is_good() {
        return None;
    }
    let errors = verdict.summary.errors;
    let noun = if errors == 1 { "finding" } else { "findings" };
    let findings = verdict.findings.iter();
    let errors_only = findings.filter(|f| f.severity == Severity::Error && !f.allowed);
    let mut ids: Vec<_> = errors_only.map(|finding| finding.id.to_string()).collect();
    ids.dedup();
    let failure = Failure::new(format!("{errors} {noun} of severity error: {consequence}"));
    Some(
        failure
            .hint(format!("iisle explain {} tells more", ids[0]))
            .hint(format!("--allow {} lets it pass, if you know better", ids.join(" --allow "))),
    )
}
