//! The command: arguments, rendering, progress, exit codes.
//!
//! A run is three files: `main.rs`, `verbs/<verb>.rs`, and `<verb>.rs` of iisle-ops. Must not know:
//! any format or rule.

mod args;
mod env;
mod exit;
mod progress;
mod render;
mod session;
mod verbs;
mod wire;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::Cli;
use crate::session::Session;

/// The definition of the command line, for completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command with these arguments, the name of the program first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that went away is no reason to fail.
            let _printed = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let Cli { output, verb } = cli;
    env::trace(output.verbose);
    let session = Session::new(&output, env::variables(), env::current_dir());
    let (name, answer) = verbs::run(verb, &session);
    session.end(name, answer).into()
}
