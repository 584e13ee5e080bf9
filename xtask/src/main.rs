//! Chores of this repository.
//!
//! `cargo xtask ci` is the whole of CI; every step of it can be run alone. Nothing here is part of
//! the product, so the house's walls around the disk, the environment and printing do not apply.
#![expect(clippy::disallowed_methods, reason = "chores read files and the environment")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "chores print")]

mod bench;
mod calendar;
mod ci;
mod dist;
mod faults;
mod process;
mod steps;
mod tests_seen;
mod tidy;
mod windows;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// What can be asked for, for `tidy` too: the README may name nothing else.
const CHORES: [&str; 6] = ["ci", "tidy", "windows", "bench", "dist", "faults"];

const USAGE: &str = "\
Chores of this repository

Usage: cargo xtask CHORE [OPTIONS]

  ci [STEP]…       everything that must hold before a change lands, or only the named steps:
                   fmt typos tidy clippy test faults doc deny windows
  tidy             arrows, walls, licenses, rule ids, sizes, forbidden words
  windows          cross-builds for Windows and runs all tests under Wine
  dist             release archives for this host in dist/, with completions, man pages, checksums
      --target T   for another target whose standard library is installed
  faults           kills and interrupts deployments at many instants, lets them race, fills small volumes
      --kills N    how many are killed (default: 200)
      --interrupts N  how many are asked to end (default: 100)
      --races N    how many race (default: 20)
      --program F  this executable instead of a fresh debug build
  bench [NAME]…    end-to-end scenarios beside their peers: pack sync evaluate startup xml
      --data DIR   the publish output to pack (default: one made from rustc's own libraries)
      --runs N     runs of each command, of which the median counts (default: 5)
      --files N    files to sync (default: 100000)
      --engine P   what runs the reference engine of XDT, as P SOURCE TRANSFORM OUT
      --program F  measure this executable instead of a fresh release build; records nothing
      --no-record  do not append to crates/BENCHMARKS.md
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Vec<String>) -> Result<ExitCode> {
    let mut arguments = arguments.into_iter();
    let Some(chore) = arguments.next() else {
        print!("{USAGE}");
        return Ok(ExitCode::from(2));
    };
    let rest: Vec<String> = arguments.collect();
    if chore == "--help" || chore == "-h" || rest.iter().any(|a| a == "--help" || a == "-h") {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let holds = match chore.as_str() {
        "ci" => ci::run(&Workspace::load()?, &rest)?,
        "tidy" => tidy::run(&Workspace::load()?)?,
        "windows" => windows::run(&Workspace::load()?)?.is_good(),
        "faults" => faults::run(&Workspace::load()?, &rest)?,
        "dist" => dist::run(&Workspace::load()?, &rest)?,
        "bench" => bench::run(&Workspace::load()?, &rest)?,
        other => bail!("no chore `{other}`; there are {}", CHORES.join(", ")),
    };
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
