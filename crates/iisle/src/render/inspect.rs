use std::fmt::Write;

use iisle_ops::InspectReport;
use iisle_ops::facts::cargo::CargoPackage;
use iisle_ops::facts::image::Image;
use iisle_ops::facts::project::Project;
use iisle_ops::facts::publish::Kind;
use iisle_ops::facts::resolve::Resolution;

use super::output::publish_output;
use super::package::show;
use super::style::{BOLD, DIM, ERROR, WARNING};
use super::text::{count, printable, size, table};
use crate::wire::Files;

/// What something is, as a picture in text.
pub(crate) fn inspect(report: &InspectReport, files: Files) -> String {
    match report {
        InspectReport::PublishOutput { root, output, resolution } => {
            let mut text = publish_output(&root.display().to_string(), output, files);
            if let Some(resolution) = resolution {
                text += &self::resolution(resolution);
            }
            text
        }
        InspectReport::Project { project, output } => {
            let mut text = self::project(project);
            if let Some((root, output)) = output {
                text.push('\n');
                text += &publish_output(&root.display().to_string(), output, files);
            }
            text
        }
        InspectReport::Image { path, image } => self::image(&path.display().to_string(), image),
        InspectReport::Package { path, package } => show(path, package, &[]),
        InspectReport::Cargo { package, executable } => cargo(package, executable.as_deref()),
    }
}

/// What a kind is called by people.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Fdd => "framework-dependent, portable",
        Kind::FddExe => "framework-dependent, portable, with a program",
        Kind::FddRid => "framework-dependent, for one runtime",
        Kind::Scd => "self-contained",
        Kind::SingleFdd => "single file, framework-dependent",
        Kind::SingleScd => "single file, self-contained",
        Kind::Aot => "compiled to native code (NativeAOT)",
        Kind::Native => "native program",
        Kind::Netfx => "ASP.NET on .NET Framework",
        Kind::Static => "static files",
        Kind::Unknown => "not recognized",
    }
}

/// Labels and values; a row without value is left out.
pub(super) fn rows(rows: &[(&str, String)]) -> String {
    let shown = rows.iter().filter(|(_, value)| !value.is_empty());
    let rows: Vec<_> = shown
        .map(|(label, value)| vec![(*label).to_owned(), printable(value).into_owned()])
        .collect();
    table(&rows, 2)
}

fn resolution(resolution: &Resolution) -> String {
    let mut text = String::from("\nthe host will choose\n");
    let row = |c: &iisle_ops::facts::resolve::Chosen| {
        let chosen = c.chosen.clone().unwrap_or_else(|| "nothing fits".to_owned());
        vec![c.name.clone(), c.wanted.clone(), c.roll_forward.clone(), chosen]
    };
    text += &table(&resolution.frameworks.iter().map(row).collect::<Vec<_>>(), 2);
    if let Some(code) = resolution.exit {
        writeln!(
            text,
            "{ERROR}the host will give up{ERROR:#} with 0x800080{code:02x} (exit code {code})"
        )
        .expect("a string takes everything");
    }
    text
}

fn project(project: &Project) -> String {
    let yes = |value: Option<bool>| value.map(|v| v.to_string()).unwrap_or_default();
    let mut text = format!("{BOLD}{}{BOLD:#}\n", printable(&project.path));
    text += &rows(&[
        ("sdk", project.sdks.join(", ")),
        ("frameworks", project.target_frameworks.join(", ")),
        ("runtime id", project.rid.clone().unwrap_or_default()),
        ("self-contained", yes(project.self_contained)),
        ("app host", yes(project.use_app_host)),
        ("platform", project.platform_target.clone().unwrap_or_default()),
        ("output", project.output_type.clone().unwrap_or_default()),
        ("assembly", project.assembly_name.clone().unwrap_or_default()),
        ("hosting", project.hosting_model.clone().unwrap_or_default()),
        ("module", project.module.clone().unwrap_or_default()),
        ("publishes to", project.publish_dir.clone().unwrap_or_default()),
    ]);
    for warning in &project.warnings {
        writeln!(
            text,
            "{WARNING}warning{WARNING:#}[{}]: {}",
            warning.code,
            printable(&warning.message)
        )
        .expect("a string takes everything");
    }
    text
}

fn image(path: &str, image: &Image) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}\n", printable(path));
    let host = image.host.as_ref().map(|host| {
        let app = host.app.as_deref().map(|app| format!(" of {app}")).unwrap_or_default();
        format!("{}{app}", host.kind.word())
    });
    text += &rows(&[
        ("format", image.format.word().to_owned()),
        ("machine", image.machine.map(|m| m.word().into_owned()).unwrap_or_default()),
        ("runs as", image.runs_as.as_ref().map(|r| r.word().into_owned()).unwrap_or_default()),
        ("system", image.target_os.map(|os| os.word().to_owned()).unwrap_or_default()),
        ("managed", image.managed.map(|m| m.to_string()).unwrap_or_default()),
        ("native code", image.native_code.word().to_owned()),
        (
            "assembly",
            image
                .assembly
                .as_ref()
                .map(|a| format!("{} {}", a.name, a.version))
                .unwrap_or_default(),
        ),
        ("host", host.unwrap_or_default()),
        ("size", size(image.size)),
    ]);
    if let Some(bundle) = image.bundle() {
        writeln!(
            text,
            "  {DIM}bundle {} with {}{DIM:#}",
            bundle.id,
            count(bundle.files.len() as u64, "file")
        )
        .expect("a string takes everything");
    }
    if let Some(error) = &image.error {
        writeln!(text, "{ERROR}error{ERROR:#}: {}", printable(error))
            .expect("a string takes everything");
    }
    text
}

fn cargo(package: &CargoPackage, executable: Option<&Image>) -> String {
    let mut text = format!("{BOLD}{} {}{BOLD:#}\n", printable(&package.package), package.version);
    text += &rows(&[
        ("program", package.bin.clone()),
        ("target", package.target.clone().unwrap_or_default()),
        ("runtime id", package.rid.clone().unwrap_or_default()),
        ("profile", package.profile.clone()),
        ("executable", package.executable.clone()),
        ("built", if executable.is_some() { "yes".into() } else { "no".into() }),
        ("static", package.static_files.join(", ")),
    ]);
    text
}
