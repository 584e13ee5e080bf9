use std::fmt::Write;
use std::path::Path;

use iisle_ops::{Pruned, Release, ReleaseReport, Switched, first_release_hint};

use super::style::GOOD;
use super::sync::sync;
use super::text::{count, printable, size};
use crate::wire::time;

/// The releases, a line each, the active one marked by `*`.
pub(crate) fn list(folder: &Path, releases: &[Release]) -> String {
    let mut text = String::new();
    for release in releases {
        let Release { name, created, is_active, files, size: bytes } = release;
        let mark = if *is_active { format!("{GOOD}*{GOOD:#}") } else { " ".to_owned() };
        let (name, made, files) = (printable(name), time(*created), count(*files, "file"));
        writeln!(text, "{mark} {name}  {made}  {files}, {}", size(*bytes))
            .expect("a string takes everything");
    }
    if text.is_empty() { none(folder) } else { text }
}

/// That there are none, and how one is made.
fn none(folder: &Path) -> String {
    let (shown, hint) = (folder.display().to_string(), first_release_hint(folder));
    format!("no releases in `{}`; {}\n", printable(&shown), printable(&hint))
}

/// Which release is active now, and what has to be run for it.
pub(crate) fn switched(switched: &Switched) -> String {
    let Switched { activated, previous, link, command } = switched;
    let mut text = String::new();
    let Some(activated) = activated else { return text };
    let before =
        previous.as_ref().map(|name| format!(" (was {})", printable(name))).unwrap_or_default();
    let by = link.as_ref().map(|link| format!(" by {}", printable(&link.display().to_string())));
    let by = by.unwrap_or_default();
    writeln!(text, "{GOOD}active{GOOD:#} {}{by}{before}", printable(activated))
        .expect("a string takes everything");
    if let Some(command) = command {
        writeln!(text, "run on the server to switch the site:\n  {}", printable(command))
            .expect("a string takes everything");
    }
    text
}

/// The releases that were removed.
pub(crate) fn pruned(folder: &Path, pruned: &Pruned) -> String {
    let Pruned { removed: names, left_releases } = pruned;
    match names.as_slice() {
        [] if *left_releases == 0 => none(folder),
        [] => "nothing to remove\n".to_owned(),
        names => removed(names),
    }
}

fn removed(names: &[String]) -> String {
    let lines = names.iter().map(|name| format!("removed {}\n", printable(name)));
    lines.collect()
}

/// What became of a deployment into a folder of its own.
pub(crate) fn release(report: &ReleaseReport) -> String {
    let ReleaseReport { sync: copied, release: _, switched: moved, pruned: names } = report;
    sync(copied) + &switched(moved) + &removed(names)
}
