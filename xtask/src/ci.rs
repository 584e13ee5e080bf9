//! Everything that must hold before a change lands.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::steps::{Outcome, Steps};
use crate::tests_seen::TestsSeen;
use crate::workspace::Workspace;
use crate::{faults, process, tidy, windows};

/// The steps in order: what fails soonest first, what takes longest last.
const STEPS: [&str; 9] =
    ["fmt", "typos", "tidy", "clippy", "test", "faults", "doc", "deny", "windows"];

/// Runs all steps, or the named ones, up to the first that fails; `true` when all hold.
///
/// The last line says how many tests ran, on this host and under Wine together.
pub(crate) fn run(workspace: &Workspace, only: &[String]) -> Result<bool> {
    if let Some(unknown) = only.iter().find(|name| !STEPS.contains(&name.as_str())) {
        bail!("no step `{unknown}`; there are {}", STEPS.join(", "));
    }
    let mut steps = Steps::default();
    let mut tests = TestsSeen::default();
    for name in STEPS {
        if only.is_empty() || only.iter().any(|wanted| wanted == name) {
            steps.run(name, || step(workspace, name, &mut tests));
        }
    }
    println!("\n{}", steps.summary());
    if tests != TestsSeen::default() {
        println!("{tests}");
    }
    Ok(steps.is_good())
}

fn step(workspace: &Workspace, name: &str, tests: &mut TestsSeen) -> Result<Outcome> {
    match name {
        "fmt" => good(workspace.cargo().args(["fmt", "--all", "--check"])),
        "typos" => typos(workspace),
        "tidy" => Ok(holds(tidy::run(workspace)?, "see above")),
        "clippy" => good(workspace.cargo().args([
            "clippy",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])),
        "test" => test(workspace, tests),
        "faults" => {
            Ok(holds(faults::run(workspace, &faults::FEW.map(str::to_owned))?, "see above"))
        }
        "doc" => good(
            workspace
                .cargo()
                .args(["doc", "--locked", "--workspace", "--no-deps"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        ),
        "deny" => deny(workspace),
        "windows" if std::env::consts::OS == "windows" => {
            Ok(Outcome::Skipped("this is Windows, where the tests ran".to_owned()))
        }
        "windows" => {
            let seen = windows::run(workspace)?;
            *tests += seen;
            Ok(holds(seen.is_good(), "tests failed under Wine, or none ran"))
        }
        other => bail!("no step `{other}`"),
    }
}

fn good(command: &mut Command) -> Result<Outcome> {
    process::run(command)?;
    Ok(Outcome::Good)
}

fn holds(it_does: bool, otherwise: &str) -> Outcome {
    if it_does { Outcome::Good } else { Outcome::Failed(otherwise.to_owned()) }
}

/// The README's test command, with every failure shown instead of the first crate's.
fn test(workspace: &Workspace, tests: &mut TestsSeen) -> Result<Outcome> {
    let mut command = workspace.cargo();
    command.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    let mut seen = TestsSeen::default();
    let result = process::tee(&mut command, |line| seen.line(line));
    *tests += seen;
    result?;
    Ok(holds(seen.is_good(), "no test ran"))
}

/// Spelling. `.ci/run` installs the program; elsewhere its absence is no failure.
fn typos(workspace: &Workspace) -> Result<Outcome> {
    let installed = workspace.target().join("ci-tools/bin/typos");
    let program = if installed.is_file() { installed } else { PathBuf::from("typos") };
    let mut command = Command::new(program);
    if !process::works(command.arg("--version")) {
        return Ok(Outcome::Skipped("the program typos is not installed".to_owned()));
    }
    let mut command = Command::new(command.get_program());
    good(command.current_dir(workspace.root()).args(["--format", "brief"]))
}

/// What cargo-deny adds to `tidy` (which holds our walls and the licenses): packages of others that
/// reach behind a wall. It takes minutes to build, so CI does not install it.
fn deny(workspace: &Workspace) -> Result<Outcome> {
    if !process::works(workspace.cargo().args(["deny", "--version"])) {
        return Ok(Outcome::Skipped(
            "cargo-deny is not installed; tidy holds walls and licenses".to_owned(),
        ));
    }
    good(workspace.cargo().args(["deny", "--all-features", "check", "bans", "licenses", "sources"]))
}
