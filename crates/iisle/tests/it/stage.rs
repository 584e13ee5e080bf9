//! A folder with a project and its publish output, and the command.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

/// A project `project/`, its output `output/`, in a folder of their own.
pub(crate) struct Stage {
    folder: tempfile::TempDir,
}

/// What a run of the command said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        let case = iisle_testdata::case("checks", "clean-app-host");
        copy(&case.join("in/publish"), &stage.path().join("output"));
        stage.write(
            "project/Shop.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n  <PropertyGroup>\n    <TargetFramework>net8.0</TargetFramework>\n    \
             <RuntimeIdentifier>win-x64</RuntimeIdentifier>\n    <SelfContained>false</SelfContained>\n  </PropertyGroup>\n</Project>\n",
        );
        stage
    }

    /// The project and the output of a sample.
    pub(crate) fn of(case: &Path) -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        for part in ["project", "output"] {
            copy(&case.join(part), &stage.path().join(part));
        }
        stage
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Every file with its size, and every folder.
    pub(crate) fn listing(&self) -> Vec<String> {
        let mut all = Vec::new();
        list(self.path(), &mut all);
        all.sort();
        all
    }
}

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iisle"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for name in ["CI", "Configuration", "Platform", "RuntimeIdentifier", "IISLE_LOG"] {
        command.env_remove(name);
    }
    command
}

/// Only one program starts at a time where that matters: see [`output`].
static TURN: Mutex<()> = Mutex::new(());

/// Wine refuses to start a program now and then while others start, with this code. Nothing has
/// happened then, so the program is started again.
const REFUSED_TO_START: i32 = 1359;

pub(crate) fn output(command: &mut Command) -> io::Result<Output> {
    let _turn = cfg!(windows).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let mut tries = 0;
    loop {
        tries += 1;
        match command.output() {
            Err(error) if error.raw_os_error() == Some(REFUSED_TO_START) && tries < 10 => {}
            result => return result,
        }
    }
}

/// Runs the command to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    ran(&mut command(folder, arguments))
}

/// As [`run`], as an account that has no rights of its own; everything in `folder` may be read by it.
#[cfg(unix)]
pub(crate) fn run_without_rights(folder: &Path, arguments: &[&str]) -> Ran {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let mut command = command(folder, arguments);
    if fs::metadata(folder).unwrap().uid() == 0 {
        command.uid(65534).gid(65534);
    }
    ran(&mut command)
}

fn ran(command: &mut Command) -> Ran {
    let output = output(command).unwrap();
    // Paths look alike on every host.
    let text =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\\', "/").replace("\r\n", "\n");
    Ran {
        code: output.status.code().unwrap(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn list(folder: &Path, all: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push(format!("{}/", path.display()));
            list(&path, all);
        } else if path.ends_with("lock.json") {
            // Whoever had the lock last says in it what it did: that is as long as it happens to be.
            all.push(path.display().to_string());
        } else {
            all.push(format!("{} {}", path.display(), path.symlink_metadata().unwrap().len()));
        }
    }
}
