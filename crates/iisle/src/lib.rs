//! The command: arguments, rendering, progress, exit codes.
//!
//! A run is three files: `main.rs`, `verbs/<verb>.rs`, and `<verb>.rs` of iisle-ops. Must not know:
//! any format or rule.

mod args;
mod env;
mod exit;
mod progress;
mod render;
mod robocopy;
mod session;
mod verbs;
mod wire;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{AnyVerb, Cli, RobocopyArgs};
use crate::session::Session;

/// The definition of the command line, for completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command with these arguments, the name of the program first.
///
/// A program called `robocopy` is that, and so is the verb: their words are not ours to read.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let robocopy = |words: &[OsString]| robocopy::run(words, &env::current_dir());
    match arguments.as_slice() {
        [program, words @ ..] if robocopy::is_robocopy(program) => return robocopy(words),
        [_, verb, words @ ..] if verb == "robocopy" && !is_help(words) => return robocopy(words),
        _ => {}
    }
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let error = args::explained(error, command(), &arguments);
            // A reader that went away is no reason to fail.
            let _printed = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let Cli { output, verb } = cli;
    env::trace(output.verbose);
    let verb = match verb {
        AnyVerb::Robocopy(RobocopyArgs { words }) => return robocopy(&words),
        AnyVerb::Own(verb) => verb,
    };
    let session = Session::new(&output, env::variables(), env::current_dir());
    let (name, answer) = verbs::run(verb, &session);
    session.end(name, answer).into()
}

/// Whether the words only ask for our own help.
fn is_help(words: &[OsString]) -> bool {
    matches!(words, [word] if word == "--help")
}
