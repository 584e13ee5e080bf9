use std::fmt::Write;

use iisle_ops::PackReport;

use super::style::GOOD;
use super::text::{count, printable, size};

/// What was packaged, in a few lines.
pub(crate) fn pack(report: &PackReport) -> String {
    let mut text = format!(
        "{GOOD}{}{GOOD:#} {}\n",
        if report.is_unchanged() { "unchanged" } else { "packed" },
        line(report)
    );
    for file in &report.companions {
        let name = file
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        writeln!(text, "  beside it: {}", printable(&name)).expect("a string takes everything");
    }
    for (rule, matched) in &report.rules {
        let matched = match matched {
            0 => "nothing".to_owned(),
            some => count(*some, "path"),
        };
        writeln!(text, "  left out by {}: {matched}", printable(rule))
            .expect("a string takes everything");
    }
    if let Some(used) = report.cache {
        let all = used.hits + used.misses;
        writeln!(text, "  from cache: {} of {all}", used.hits).expect("a string takes everything");
    }
    writeln!(text, "  {}", report.package.digest).expect("a string takes everything");
    text
}

/// `out/App.zip: 57 files, 12.3 MB in 4.5 MB`.
pub(crate) fn line(report: &PackReport) -> String {
    let path = report.package.path.display().to_string();
    format!(
        "{}: {}, {} in {}",
        printable(&path),
        count(report.files, "file"),
        size(report.content_bytes),
        size(report.package.size)
    )
}
