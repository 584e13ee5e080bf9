//! A Rust package as the source of a publish.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use iisle_inspect::cargo::CargoPackage;

use crate::context::{CommandOutput, Invocation};
use crate::project::{self, ProjectOptions};
use crate::{Context, Failure};

/// Reads the package of a manifest through `cargo metadata`.
pub(crate) fn read(
    context: &Context<'_>,
    manifest: &Path,
    bin: Option<&str>,
    options: &ProjectOptions,
) -> Result<CargoPackage, Failure> {
    let manifest = project::absolute(context, manifest);
    let directory = manifest.parent().map(Path::to_owned).unwrap_or_default();
    let mut arguments: Vec<OsString> =
        ["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"]
            .map(Into::into)
            .into();
    arguments.push(manifest.clone().into());
    let invocation = Invocation {
        program: "cargo".into(),
        arguments,
        directory,
        output: CommandOutput::Captured,
    };
    let message = || format!("cannot read the package of `{}`", manifest.display());
    let completed = context.commands.run(&invocation).map_err(|e| {
        Failure::of(&e)
            .context("cannot run cargo")
            .context(message())
            .hint("install Rust, or give the folder to publish with --output")
    })?;
    if completed.code != Some(0) {
        return Err(Failure::new(message()).hint("cargo said why, above"));
    }
    let request = iisle_inspect::cargo::CargoRequest {
        manifest: manifest.display().to_string(),
        bin: bin.map(str::to_owned),
        target: triple(options).map(str::to_owned),
        profile: profile(options),
        target_dir: context.variable("CARGO_TARGET_DIR").map(str::to_owned),
        build_target: context.variable("CARGO_BUILD_TARGET").map(str::to_owned),
        config_files: config_files(context, &manifest),
    };
    iisle_inspect::cargo::read(&completed.stdout, &request)
        .map_err(|e| Failure::of(&e).context(message()))
}

/// The target triple that `--runtime` names; a runtime identifier such as `win-x64` is none.
fn triple(options: &ProjectOptions) -> Option<&str> {
    options.runtime.as_deref().filter(|text| text.matches('-').count() >= 2)
}

fn profile(options: &ProjectOptions) -> String {
    match options.configuration.as_deref() {
        Some(name) if name.eq_ignore_ascii_case("debug") => "dev".into(),
        Some(name) if !name.eq_ignore_ascii_case("release") => name.to_owned(),
        _ => "release".into(),
    }
}

/// The texts of `.cargo/config.toml` from the package's folder upwards, nearest first, then that
/// of the user.
fn config_files(context: &Context<'_>, manifest: &Path) -> Vec<(String, String)> {
    const MAX_CONFIG: u64 = 1 << 20;
    let above = manifest.ancestors().skip(1).map(|folder| folder.join(".cargo"));
    let home = context.variable("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| context.variable("HOME").map(|home| Path::new(home).join(".cargo")));
    let read = |folder: PathBuf| {
        let path = ["config.toml", "config"]
            .map(|name| folder.join(name))
            .into_iter()
            .find(|p| iisle_tree::host::is_file(p))?;
        let bytes = iisle_tree::host::read(&path, MAX_CONFIG).ok()?;
        Some((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()))
    };
    above.chain(home).filter_map(read).collect()
}

/// Builds the package's program.
pub(crate) fn build(
    context: &Context<'_>,
    manifest: &Path,
    bin: Option<&str>,
    options: &ProjectOptions,
) -> Result<(), Failure> {
    let manifest = project::absolute(context, manifest);
    let mut arguments: Vec<OsString> =
        ["build", "--profile", &profile(options), "--manifest-path"].map(Into::into).into();
    arguments.push(manifest.clone().into());
    if let Some(bin) = bin {
        arguments.extend(["--bin".into(), bin.into()]);
    }
    if let Some(target) = triple(options) {
        arguments.extend(["--target".into(), target.into()]);
    }
    let directory = manifest.parent().map(Path::to_owned).unwrap_or_default();
    run(
        context,
        "cargo",
        arguments,
        directory,
        "install Rust, or build elsewhere and leave --publish out",
    )
}

/// Runs a build to its end, shown to the user.
pub(crate) fn run(
    context: &Context<'_>,
    program: &str,
    arguments: Vec<OsString>,
    directory: PathBuf,
    without: &str,
) -> Result<(), Failure> {
    let invocation = Invocation {
        program: program.to_owned(),
        arguments,
        directory,
        output: CommandOutput::Shown,
    };
    match context.commands.run(&invocation) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("`{program}` is not installed, or not in the path"))
                .hint(without))
        }
        Err(error) => Err(Failure::of(&error).context(format!("cannot run `{program}`"))),
        Ok(completed) if completed.code == Some(0) => Ok(()),
        Ok(completed) => {
            let code =
                completed.code.map_or_else(|| "a signal".into(), |code| format!("code {code}"));
            Err(Failure::new(format!("`{program}` ended with {code}"))
                .hint("its own messages, above, say why"))
        }
    }
}
