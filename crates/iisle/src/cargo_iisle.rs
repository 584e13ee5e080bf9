//! `cargo iisle …` is `iisle …`: cargo passes the name of the subcommand first.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args_os().enumerate();
    iisle::run(arguments.filter(|(at, word)| *at != 1 || word != "iisle").map(|(_, word)| word))
}
