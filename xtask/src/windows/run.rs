//! Cross-builds the workspace and runs all its tests under Wine.

use anyhow::Result;

use super::toolchain::{TARGET, Toolchain};
use super::wine::Wine;
use crate::process;
use crate::tests_seen::TestsSeen;
use crate::workspace::Workspace;

/// Runs the tests of all packages but this one for Windows; an error when any fails.
pub(crate) fn run(workspace: &Workspace) -> Result<TestsSeen> {
    let toolchain = Toolchain::pick()?;
    println!(
        "{TARGET} by {}",
        match toolchain {
            Toolchain::Pinned => "the pinned toolchain",
            Toolchain::Debian => "Debian's toolchain, which builds the standard library",
        }
    );
    let wine = Wine::start(workspace)?;
    let mut cargo = toolchain.cargo(workspace, "test");
    cargo.args(["--workspace", "--exclude", "xtask", "--no-fail-fast"]);
    wine.runs(&mut cargo);
    // Under Wine insta cannot ask cargo where the workspace is, and would write new snapshots beside
    // the old ones.
    cargo.env("INSTA_WORKSPACE_ROOT", workspace.root()).env("INSTA_UPDATE", "no");
    let mut seen = TestsSeen::default();
    process::tee(&mut cargo, |line| seen.line(line))?;
    Ok(seen)
}
