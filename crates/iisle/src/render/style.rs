//! Colors. They repeat what the words say and never carry it.

use anstyle::{AnsiColor, Style};
use iisle_report::{Severity, Warning};

use super::text::printable;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();

pub(crate) fn of(severity: Severity) -> Style {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Info => HINT,
    }
}

/// `warning: message` and its place, indented.
pub(crate) fn warning(warning: &Warning, indent: &str) -> String {
    let Warning { code, message, location } = warning;
    let place =
        location.as_ref().map(|l| format!(" ({})", printable(&l.to_string()))).unwrap_or_default();
    format!("{indent}{WARNING}warning{WARNING:#}[{code}]: {}{place}\n", printable(message))
}
