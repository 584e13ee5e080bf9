//! The output of a Cargo package: its program, its static files, and room for web.config.

use std::path::{Path, PathBuf};

use iisle_inspect::cargo::CargoPackage;
use iisle_report::Monitor;
use iisle_sync::{Extras, Policy, Target};
use iisle_tree::{LocalTree, host};

use crate::Failure;

/// Gathers what a package publishes in one folder and gives it.
///
/// The folder is the one asked for, else what the package says, else `publish` beside the program.
pub(super) fn gather(
    package: &CargoPackage,
    folder: &Path,
    output: Option<&Path>,
    monitor: &dyn Monitor,
) -> Result<PathBuf, Failure> {
    let executable = Path::new(&package.executable);
    if !host::is_file(executable) {
        return Err(Failure::new(format!("the program `{}` was not built", executable.display()))
            .hint("run `cargo build --release` first, or let iisle do it with --publish"));
    }
    let beside = executable.parent().unwrap_or(Path::new("")).join("publish");
    let output = match (output, &package.publish_dir) {
        (Some(output), _) => output.to_owned(),
        (None, Some(dir)) => folder.join(dir),
        (None, None) => beside,
    };
    let name =
        executable.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    place(executable.parent().unwrap_or(Path::new("")), &output, &[name], monitor)?;
    let statics: Vec<String> =
        package.static_files.iter().map(|path| format!("/{}", path.trim_matches('/'))).collect();
    if !statics.is_empty() {
        let with_content = statics.iter().flat_map(|path| [path.clone(), format!("{path}/**")]);
        place(folder, &output, &with_content.collect::<Vec<_>>(), monitor)?;
    }
    Ok(output)
}

/// Copies what matches from one folder to another.
fn place(from: &Path, to: &Path, include: &[String], monitor: &dyn Monitor) -> Result<(), Failure> {
    let rooted = include.iter().map(|pattern| {
        if pattern.starts_with('/') { pattern.clone() } else { format!("/{pattern}") }
    });
    let policy = Policy {
        included: iisle_path::Patterns::parse(rooted)?,
        extras: Extras::Keep,
        target: Target::Destination,
        ..Policy::new(std::iter::empty::<&str>())?
    };
    let source = LocalTree::open(from)?;
    let target = LocalTree::target(to)?;
    let plan = iisle_sync::prepare(&source, &target, &policy, monitor)?;
    let threads = std::num::NonZero::<usize>::MIN;
    let outcome = iisle_sync::execute(
        &iisle_sync::Context { source: &source, destination: &target, monitor, threads },
        &plan,
    );
    match outcome.errors.first() {
        None if outcome.ending.exit_code() == 0 => Ok(()),
        None => Err(Failure::new(format!("cannot copy the program to `{}`", to.display()))),
        Some(error) => {
            Err(Failure::of(error).context(format!("cannot copy to `{}`", to.display())))
        }
    }
}
