use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use iisle_report::Monitor;

/// What the world supplies to a verb.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Told about progress.
    pub monitor: &'a dyn Monitor,
    /// Runs other programs.
    pub commands: &'a dyn Commands,
    /// The variables of the process, read once by the command.
    pub environment: &'a BTreeMap<String, String>,
    /// The folder that relative paths start from.
    pub current_dir: &'a Path,
    /// The verb that is run: those who wait for us are told. Never its arguments, for some are secret.
    pub verb: &'a str,
    /// Minutes since midnight by the clock on the wall.
    pub minute_of_day: &'a (dyn Fn() -> u16 + Send + Sync),
}

impl Context<'_> {
    /// A variable of the environment; empty ones count as absent.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// A program to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Its name, looked up in the path.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The folder it starts in.
    pub directory: PathBuf,
    /// Where its stdout goes.
    pub output: CommandOutput,
}

/// Where the stdout of a program goes; its stderr is the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandOutput {
    /// To the user, by way of stderr: stdout is for our own data.
    Shown,
    /// Into [`Completed::stdout`].
    Captured,
}

/// A program that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed, when captured.
    pub stdout: Vec<u8>,
}

/// Runs other programs: `dotnet`, `cargo`.
pub trait Commands: Sync {
    /// Runs a program to its end.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::NotFound`] when there is no such program.
    fn run(&self, invocation: &Invocation) -> std::io::Result<Completed>;
}

/// Runs programs on this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct HostCommands;

impl Commands for HostCommands {
    fn run(&self, invocation: &Invocation) -> std::io::Result<Completed> {
        use std::process::{Command, Stdio};
        let mut command = Command::new(&invocation.program);
        command.args(&invocation.arguments).current_dir(&invocation.directory).stdin(Stdio::null());
        command.stdout(match invocation.output {
            CommandOutput::Shown => Stdio::from(std::io::stderr()),
            CommandOutput::Captured => Stdio::piped(),
        });
        let output = command.spawn()?.wait_with_output()?;
        Ok(Completed { code: output.status.code(), stdout: output.stdout })
    }
}
