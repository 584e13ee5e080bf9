//! Takes a published web app to IIS and keeps it there.

use std::process::ExitCode;

fn main() -> ExitCode {
    iisle::run(std::env::args_os())
}
