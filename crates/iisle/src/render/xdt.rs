use iisle_ops::XdtReport;
use iisle_report::Warning;

use super::style::{ERROR, GOOD, warning};
use super::text::printable;

/// What became of the file.
pub(crate) fn summary(report: &XdtReport) -> String {
    let Some(path) = &report.path else { return String::new() };
    let word = if report.written { "written" } else { "unchanged" };
    format!("{GOOD}{word}{GOOD:#} {}\n", printable(&path.display().to_string()))
}

/// Warnings and errors, a line each.
pub(crate) fn messages(report: &XdtReport) -> String {
    let mut text: String = report.warnings.iter().map(|each| warning(each, "")).collect();
    text.extend(report.errors.iter().map(error));
    text
}

fn error(error: &Warning) -> String {
    let Warning { code, message, location } = error;
    let place =
        location.as_ref().map(|l| format!(" ({})", printable(&l.to_string()))).unwrap_or_default();
    format!("{ERROR}error{ERROR:#}[{code}]: {}{place}\n", printable(message))
}
