//! Which cargo builds for Windows.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// The target: the GNU one, whose linker Debian has.
pub(super) const TARGET: &str = "x86_64-pc-windows-gnu";

/// A compiler that can build for [`TARGET`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Toolchain {
    /// The pinned one, with the target's standard library installed by rustup.
    Pinned,
    /// Debian's `rustc-web`, which builds the standard library from `rust-web-src`: no prebuilt one
    /// is to be had where only package registries are reached.
    Debian,
}

/// Where `rust-web-src` has the standard library, and cargo looks for it.
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

impl Toolchain {
    /// Picks what is installed, or says what to install.
    pub(super) fn pick() -> Result<Self> {
        if !process::works(Command::new("x86_64-w64-mingw32-gcc").arg("--version")) {
            bail!("no linker for Windows: install gcc-mingw-w64-x86-64 (Debian)");
        }
        let mut query = Command::new("rustc");
        query.args(["--print", "target-libdir", "--target", TARGET]);
        if let Ok(folder) = process::capture(&mut query)
            && Path::new(folder.trim()).read_dir().is_ok_and(|mut files| files.next().is_some())
        {
            return Ok(Self::Pinned);
        }
        let parts = [DEBIAN_SOURCES, "/usr/bin/cargo", "/usr/bin/rustc"];
        if parts.iter().all(|file| Path::new(file).is_file()) {
            return Ok(Self::Debian);
        }
        bail!(
            "no standard library for {TARGET}: `rustup target add {TARGET}`, or install Debian's \
             rustc-web, cargo-web and rust-web-src"
        );
    }

    /// Its cargo with a subcommand, free of what the cargo around this program has set.
    pub(super) fn cargo(self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut command = match self {
            Self::Pinned => workspace.cargo(),
            Self::Debian => debian_cargo(workspace),
        };
        command.arg(subcommand);
        if self == Self::Debian {
            command.args(["-Z", "build-std=std,panic_unwind,test"]);
        }
        command.args(["--locked", "--target", TARGET]);
        // Its own folder: two compilers in one would wait for each other and rebuild by turns.
        command.arg("--target-dir").arg(workspace.target().join("windows"));
        command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", "x86_64-w64-mingw32-gcc");
        // Half of the time goes into linking, and half of the room into symbols; nobody debugs these
        // programs.
        command.env("CARGO_PROFILE_DEV_DEBUG", "none").env("CARGO_PROFILE_DEV_STRIP", "symbols");
        command
    }
}

fn debian_cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new("/usr/bin/cargo");
    command.current_dir(workspace.root());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let ours =
            name.starts_with("CARGO") || name.starts_with("RUST") && name != "RUST_BACKTRACE";
        if name == "LD_LIBRARY_PATH" || ours && name != "CARGO_HOME" {
            command.env_remove(&*name);
        }
    }
    // rustup's shims would obey rust-toolchain.toml and start the pinned compiler.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("/usr/bin:{path}"));
    // `-Z build-std` wants a nightly, or this.
    command.env("RUSTC_BOOTSTRAP", "1");
    command
}
