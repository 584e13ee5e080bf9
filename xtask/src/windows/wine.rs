//! Wine, with a prefix of its own under the target folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// Seconds for all tests of one program; the slowest takes a tenth of it.
const SECONDS_FOR_A_PROGRAM: u32 = 600;
/// Seconds for the first start, which fills the prefix.
const SECONDS_FOR_A_PREFIX: &str = "300";

/// A prefix that is ready, with the DLL that Wine lacks beside it.
pub(super) struct Wine {
    prefix: PathBuf,
    libraries: PathBuf,
}

impl Wine {
    /// Builds the missing DLL and starts the prefix.
    pub(super) fn start(workspace: &Workspace) -> Result<Self> {
        if !process::works(Command::new("wine").arg("--version")) {
            bail!("no Wine: install wine and wine64 (Debian)");
        }
        let folder = workspace.target().join("windows");
        let wine =
            Self { prefix: folder.join("wine-prefix"), libraries: folder.join("wine-libraries") };
        std::fs::create_dir_all(&wine.libraries).context("cannot create the folder of DLLs")?;
        let mut compiler = Command::new("x86_64-w64-mingw32-gcc");
        compiler.args(["-shared", "-O2", "-Wall", "-Werror", "-o"]);
        compiler.arg(wine.libraries.join("bcryptprimitives.dll"));
        compiler.arg(workspace.root().join("xtask/src/windows/bcryptprimitives.c"));
        process::run(compiler.arg("-ladvapi32"))?;

        let mut boot = Command::new("timeout");
        boot.args([SECONDS_FOR_A_PREFIX, "wine", "wineboot", "--init"]);
        wine.environment(&mut boot);
        // Wine's server goes on after this and would hold our output.
        boot.stdout(Stdio::null()).stderr(Stdio::null());
        process::run(&mut boot)?;
        Ok(wine)
    }

    /// Has cargo start programs under Wine, each with a limit.
    pub(super) fn runs(&self, cargo: &mut Command) {
        self.environment(cargo);
        let runner = format!("timeout --kill-after=10 {SECONDS_FOR_A_PROGRAM} wine");
        cargo.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", runner);
    }

    fn environment(&self, command: &mut Command) {
        command.env("WINEPREFIX", &self.prefix);
        command.env("WINEDEBUG", "-all");
        // No questions about Mono and Gecko.
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml=");
        command.env("WINEPATH", on_drive_z(&self.libraries));
    }
}

impl Drop for Wine {
    /// Ends what runs in this prefix, and nothing else.
    fn drop(&mut self) {
        let mut server = Command::new("wineserver");
        self.environment(server.arg("--kill"));
        if !process::works(&mut server) {
            // Debian keeps it out of PATH.
            let mut server = Command::new("/usr/lib/wine/wineserver64");
            self.environment(server.arg("--kill"));
            process::works(&mut server);
        }
    }
}

/// A path of this machine as programs under Wine see it.
fn on_drive_z(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_this_machine_is_drive_z() {
        assert_eq!(on_drive_z(Path::new("/a/b")), r"Z:\a\b");
    }
}
