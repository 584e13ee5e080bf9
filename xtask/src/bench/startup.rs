//! How long `iisle --version` takes.

use std::path::Path;

use anyhow::Result;

use super::bar::{Bar, Findings};
use super::measure::{Job, instant};

/// The most, in milliseconds.
const LIMIT: f64 = 5.0;
/// Runs for each of the asked-for ones: a single start is mostly noise.
const STARTS: usize = 20;

const ABOUT: &str = "\
`iisle --version`, and `true` for what starting any program costs. Bar: 5 ms.";

/// Starts the program and `true` by turns.
pub(super) fn measure(iisle: &Path, runs: usize) -> Result<Findings> {
    let jobs = [&Job::new(iisle).arg("--version"), &Job::new("/bin/true")];
    let [ours, any] = instant(jobs, runs * STARTS)?.map(|wall| wall.as_secs_f64() * 1e3);
    Ok(Findings {
        name: "startup",
        about: ABOUT,
        columns: vec![
            ("iisle --version", format!("{ours:.2} ms")),
            ("true", format!("{any:.2} ms")),
        ],
        bars: vec![Bar::new("start-up", ours, LIMIT, " ms")],
    })
}
