use std::fmt::Write;

use iisle_ops::{
    ChainStep, Change, Difference, Explanation, GenerateReport, HandlerFact, LocationFact,
    ShowReport, TransformReport, Variable, WebConfigDiff, WebConfigSetting, Writes,
};

use super::style::{BOLD, DIM, GOOD, warning};
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

/// What a web.config means, setting by setting.
pub(crate) fn shown(report: &ShowReport) -> String {
    let ShowReport { path, explanation } = report;
    let Explanation { section, settings, environment_variables, handlers, locations } = explanation;
    let mut text = format!("{BOLD}{}{BOLD:#}\n", printable(&path.display().to_string()));
    let mut heading = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text.extend([format!("\n{BOLD}{title}{BOLD:#}\n{}", lines.concat())]);
        }
    };
    match section {
        Some(section) => heading(section, settings.iter().map(setting).collect()),
        None => heading("no aspNetCore or httpPlatform: nothing is started", vec![String::new()]),
    }
    heading("environment variables", environment_variables.iter().map(variable).collect());
    heading("handlers", handlers.iter().map(handler).collect());
    heading("locations", locations.iter().map(location).collect());
    text
}

fn setting(setting: &WebConfigSetting) -> String {
    let WebConfigSetting { name, value, default: _, origin, meaning, secret } = setting;
    let value = told(value.as_deref(), *secret);
    let origin = origin.map_or_else(|| "default".to_owned(), |at| at.to_string());
    format!(
        "  {} = {value} {DIM}({origin}){DIM:#}\n      {}\n",
        printable(name),
        printable(meaning)
    )
}

/// A value for people.
fn told(value: Option<&str>, secret: bool) -> String {
    match value {
        _ if secret => "(secret, not shown)".to_owned(),
        Some("") => "(empty)".to_owned(),
        Some(value) => printable(value).into_owned(),
        None => "(none)".to_owned(),
    }
}

fn variable(variable: &Variable) -> String {
    let Variable { name, value, origin, secret, overridden } = variable;
    let value = told(value.as_deref(), *secret);
    let overridden = if *overridden { ", replaced by a later entry" } else { "" };
    format!("  {} = {value} {DIM}({origin}{overridden}){DIM:#}\n", printable(name))
}

fn handler(handler: &HandlerFact) -> String {
    let HandlerFact { kind, name, path, verb, modules, resource_type, location, origin, in_force } =
        handler;
    let mut text = format!("  {}", printable(kind));
    let parts = [
        ("", name),
        ("path", path),
        ("verb", verb),
        ("modules", modules),
        ("resourceType", resource_type),
    ];
    for (label, value) in parts {
        let Some(value) = value else { continue };
        let equals = if label.is_empty() { "" } else { "=" };
        text.extend([format!(" {label}{equals}{}", printable(value))]);
    }
    let place = location
        .as_ref()
        .map(|path| format!(", location `{}`", printable(path)))
        .unwrap_or_default();
    let force = if kind == "add" && !in_force { ", taken away again" } else { "" };
    format!("{text} {DIM}({origin}{place}{force}){DIM:#}\n")
}

fn location(fact: &LocationFact) -> String {
    let LocationFact { path, origin, inherited, sections, starts_application } = fact;
    let name = match path.as_deref() {
        None => "the root".to_owned(),
        Some("" | ".") => "location `.`".to_owned(),
        Some(path) => format!("location `{}`", printable(path)),
    };
    let child = if *inherited {
        "inherited by child applications"
    } else {
        "not inherited by child applications"
    };
    let sections = if sections.is_empty() { "nothing".to_owned() } else { sections.join(", ") };
    let starts = if *starts_application { ", starts the app" } else { "" };
    format!("  {name}: {} {DIM}({origin}, {child}{starts}){DIM:#}\n", printable(&sections))
}

/// How two files differ in meaning.
pub(crate) fn compared(report: &WebConfigDiff) -> String {
    let WebConfigDiff { a, b, differences } = report;
    if differences.is_empty() {
        return format!("{GOOD}equal{GOOD:#} in meaning\n");
    }
    let (a, b) = (a.display().to_string(), b.display().to_string());
    let mut text = format!("{DIM}a: {}\nb: {}{DIM:#}\n", printable(&a), printable(&b));
    for difference in differences {
        let Difference { xpath, kind, a, b, a_position, b_position } = difference;
        text.extend([format!("{} {}\n", kind.word(), printable(xpath))]);
        for (side, value, at) in [("a", a, a_position), ("b", b, b_position)] {
            let Some(value) = value else { continue };
            let at = at.map(|at| format!(" {DIM}({at}){DIM:#}")).unwrap_or_default();
            text.extend([format!("  {side}: {}{at}\n", printable(value))]);
        }
    }
    text
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
    for ChainStep { file, status } in &report.xdt {
        let line = format!("xdt {}: {}", printable(file), status.word());
        writeln!(text, "{indent}{DIM}{line}{DIM:#}").expect("a string takes everything");
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
