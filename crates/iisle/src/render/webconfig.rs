use std::fmt::Write;

use iisle_ops::{Change, GenerateReport, TransformReport, Writes};

use super::style::{DIM, GOOD, warning};
use super::text::printable;

/// The text of a new web.config, or where it is.
pub(crate) fn generated(report: &GenerateReport, writes: Writes) -> String {
    let text = String::from_utf8_lossy(&report.bytes);
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    match &report.path {
        Some(path) if writes == Writes::Yes => {
            let word = if report.written { "written" } else { "unchanged" };
            format!("{GOOD}{word}{GOOD:#} {}\n", printable(&path.display().to_string()))
        }
        _ => text + "\n",
    }
}

/// What became of a web.config.
pub(crate) fn transformed(report: &TransformReport, writes: Writes) -> String {
    let Some(path) = &report.path else {
        return "no web.config is wanted here: nothing for IIS to start, or the project switched it off\n".to_owned();
    };
    let word = match (report.differs, writes) {
        (false, _) => "unchanged",
        (true, Writes::No) if report.created => "would be generated",
        (true, Writes::No) => "would be written",
        (true, Writes::Yes) if report.created => "generated",
        (true, Writes::Yes) => "written",
    };
    let mut text = format!("{GOOD}{word}{GOOD:#} {}\n", printable(&path.display().to_string()));
    text += &details(report, "  ");
    text
}

/// Changes, notes and warnings, indented.
pub(crate) fn details(report: &TransformReport, indent: &str) -> String {
    let mut text = String::new();
    for change in &report.changes {
        writeln!(text, "{indent}{}", line(change)).expect("a string takes everything");
    }
    for note in &report.notes {
        writeln!(text, "{indent}{DIM}note: {}{DIM:#}", printable(&note.message))
            .expect("a string takes everything");
    }
    text.extend(report.warnings.iter().map(|w| warning(w, indent)));
    text
}

fn line(change: &Change) -> String {
    let Change { what, before, after, position } = change;
    let value = |value: &Option<String>| {
        value.as_ref().map_or("(absent)".into(), |v| format!("`{}`", printable(v)))
    };
    let place = position.map(|at| format!("{at}: ")).unwrap_or_default();
    format!("{place}{} {} -> {}", printable(what), value(before), value(after))
}
