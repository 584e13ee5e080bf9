//! From facts about an app to what its web.config must say.

use iisle_inspect::TargetFramework;
use iisle_inspect::project::Project;
use iisle_inspect::publish::{Kind, PublishOutput};
use iisle_webconfig::{Framework, GuidComment, Launch, ModelProperty, Target};

/// What the web.config of this output must start; `None` when none is wanted: the app is not for
/// IIS, or its project switched the transformation off.
///
/// What was published decides; the project adds the choices that no file shows.
///
/// Source: `web-config.md` sections 1, 2, and 11 (W18, W20).
pub(crate) fn target(project: Option<&Project>, output: &PublishOutput) -> Option<Target> {
    if project.is_some_and(is_switched_off) {
        return None;
    }
    let launch = launch(project, output)?;
    if project.is_none() && !is_web(output) {
        return None;
    }
    let mut target = Target::new(launch);
    let published = output.target_framework.as_deref().and_then(TargetFramework::parse);
    let promised = || project?.property("TargetFramework").and_then(TargetFramework::parse);
    let framework = published.or_else(promised);
    if matches!(target.launch, Launch::Native { .. }) {
        return Some(target);
    }
    target.framework =
        if output.kind == Kind::Netfx { Framework::NetFramework } else { Framework::Core };
    if framework.is_some_and(|it| it.is_core_before(3, 0)) {
        (target.module, target.hosting_model) = (None, None);
    }
    if let Some(project) = project {
        apply(project, &mut target);
    }
    Some(target)
}

fn is_true(project: &Project, name: &str) -> bool {
    project.property(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Whether the SDK would leave web.config alone.
fn is_switched_off(project: &Project) -> bool {
    let web = project.sdks.iter().any(|sdk| {
        let name = sdk.split('/').next().unwrap_or(sdk);
        ["Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.BlazorWebAssembly"]
            .iter()
            .any(|s| s.eq_ignore_ascii_case(name))
    });
    !web && project.property("UsingMicrosoftNETSdkWeb").is_none()
        || is_true(project, "IsTransformWebConfigDisabled")
        || is_true(project, "IsWebConfigTransformDisabled")
        || project
            .property("PublishIISAssets")
            .is_some_and(|value| value.eq_ignore_ascii_case("false"))
        || leaves_iis_assets_out(project)
}

/// The SDK takes them out of a publish for another system, and of a native one.
fn leaves_iis_assets_out(project: &Project) -> bool {
    let unset = project.property("PublishIISAssets").is_none();
    let framework = project.property("TargetFramework").and_then(TargetFramework::parse);
    let modern = framework.is_some_and(|it| it.is_core_at_least(5, 0));
    let elsewhere = project.rid.as_deref().is_some_and(|rid| !rid.starts_with("win"));
    unset && modern && (elsewhere || is_true(project, "PublishAot"))
}

/// Whether the output is a web app at all.
fn is_web(output: &PublishOutput) -> bool {
    let web = |name: &str| name.starts_with("Microsoft.AspNetCore.");
    let frameworks = output.frameworks.iter().chain(&output.included_frameworks);
    output.web_config.is_some()
        || output.kind == Kind::Native
        || frameworks.into_iter().any(|f| web(&f.name))
        || output.deps().is_some_and(|deps| deps.libraries.iter().any(|library| web(&library.name)))
}

/// How the app is started, by the files that are there.
fn launch(project: Option<&Project>, output: &PublishOutput) -> Option<Launch> {
    let entry = output.entry.as_ref()?;
    let dll = format!("{entry}.dll");
    let program = output.entry_program().map(|file| file.path.file_name().to_owned());
    let executable = program.clone().unwrap_or_else(|| format!("{entry}.exe"));
    match output.kind {
        Kind::Static | Kind::Unknown => None,
        Kind::Netfx => Some(Launch::Dotnet { dll }),
        Kind::Aot | Kind::Native => Some(Launch::Native { executable }),
        Kind::SingleFdd | Kind::SingleScd => Some(Launch::SingleFile { executable, dll }),
        Kind::Scd => Some(Launch::AppHost { executable, dll }),
        Kind::Fdd | Kind::FddExe | Kind::FddRid => {
            // Without deps.json only the project knows whether there was a RID.
            let project_rid =
                || project.filter(|_| output.deps().is_none()).and_then(|p| p.rid.as_ref());
            let has_rid = output.rid.is_some() || project_rid().is_some();
            match program.filter(|_| has_rid) {
                Some(executable) => Some(Launch::AppHost { executable, dll }),
                None => Some(Launch::Dotnet { dll }),
            }
        }
    }
}

/// The choices that only the project holds.
fn apply(project: &Project, target: &mut Target) {
    let text = |name: &str| project.property(name).map(str::to_owned);
    target.module = text("AspNetCoreModuleName").or(target.module.take());
    target.hosting_model = match text("AspNetCoreHostingModel") {
        Some(value) => {
            Some(ModelProperty { value, is_explicit: project.sets("AspNetCoreHostingModel") })
        }
        None => target.hosting_model.take(),
    };
    target.environment_name = text("EnvironmentName");
    target.environment_variables = text("WebConfigEnvironmentVariables");
    target.configuration = text("Configuration");
    target.azure =
        project.property("PublishProvider").is_some_and(|p| p.eq_ignore_ascii_case("AzureWebSite"))
            || project.property("WEBSITE_SITE_NAME").is_some()
            || project
                .property("DOTNET_CONFIGURE_AZURE")
                .is_some_and(|v| v == "1" || v.eq_ignore_ascii_case("true"));
    target.project_guid = text("ProjectGuid");
    if is_true(project, "IgnoreProjectGuid") {
        target.guid_comment = GuidComment::Remove;
    }
}
