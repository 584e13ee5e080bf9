use std::fmt::Write;

use iisle_ops::{
    EvaluateReport, EvaluateRequest, EvaluatedBy, Failure, Moment, SolutionMember, by, location,
};
use serde_json::{Map, Value};

use super::properties;
use crate::args::EvaluateArgs;
use crate::exit::Exit;
use crate::render::text::printable;
use crate::session::{Answer, Session};
use crate::wire::{evaluate_body, properties_and_items};

pub(super) fn run(args: EvaluateArgs, session: &Session) -> Result<Answer, Failure> {
    let EvaluateArgs { project, property, get_property, get_item, trace, dotnet } = args;
    let trim = |names: Vec<String>| {
        names.iter().map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect()
    };
    let request = EvaluateRequest {
        project,
        properties: properties(&property)?,
        get_properties: trim(get_property),
        get_items: trim(get_item),
        trace: trace.clone(),
        by: if dotnet { EvaluatedBy::Dotnet } else { EvaluatedBy::Ourselves },
        now: Some(Moment::from_unix(jiff::Timestamp::now().as_second())),
    };
    let report = iisle_ops::evaluate(&session.context(), &request)?;
    let traced = trace.as_deref();
    Ok(session.answer(
        Exit::Good,
        None,
        || text(&report, traced),
        || evaluate_body(&report, traced),
    ))
}

/// What `dotnet msbuild` prints: one property alone is its bare value.
fn text(report: &EvaluateReport, trace: Option<&str>) -> String {
    if trace.is_some() {
        return traced(report);
    }
    if let Some(projects) = &report.projects {
        return listed(projects);
    }
    if let ([(_, value)], []) = (report.properties.as_slice(), report.items.as_slice()) {
        return format!("{value}\n");
    }
    let (properties, items) = properties_and_items(report);
    let mut all = Map::new();
    if !properties.is_empty() {
        all.insert("Properties".into(), properties.into());
    }
    if !items.is_empty() {
        all.insert("Items".into(), items.into());
    }
    let mut text =
        serde_json::to_string_pretty(&Value::Object(all)).expect("a JSON value can be written");
    text.push('\n');
    text
}

/// One project a line: the ones that can be published, the others with the reason.
fn listed(projects: &[SolutionMember]) -> String {
    let mut text = String::new();
    let width = projects.iter().map(|project| project.path.chars().count()).max().unwrap_or(0);
    let can = projects.iter().filter(|project| project.publishable == Some(true)).count();
    for project in projects {
        let answer = match (project.publishable, &project.reason) {
            (Some(true), _) => "can be published".to_owned(),
            (Some(false), Some(reason)) => format!("-  {reason}"),
            (Some(false), None) => "-".to_owned(),
            (None, Some(reason)) => format!("?  {reason}"),
            (None, None) => "?".to_owned(),
        };
        writeln!(text, "{:width$}  {}", printable(&project.path), printable(&answer))
            .expect("a string takes everything");
    }
    writeln!(text, "\n{can} of {} projects can be published", projects.len())
        .expect("a string takes everything");
    text
}

/// One assignment a line, the skipped ones marked.
fn traced(report: &EvaluateReport) -> String {
    let folder = report.project.parent().unwrap_or(std::path::Path::new(""));
    let mut text = String::new();
    for assignment in &report.trace {
        let place = match assignment.origin.place() {
            Some(place) => location(folder, place).to_string(),
            None => by(&assignment.origin, &report.project).to_owned(),
        };
        let mark = if assignment.taken { "=" } else { "-" };
        write!(text, "{mark} {}: {}", printable(&place), printable(&assignment.value))
            .expect("a string takes everything");
        if let Some(condition) = &assignment.condition {
            write!(text, "   if {}", printable(condition)).expect("a string takes everything");
        }
        text.push('\n');
    }
    if text.is_empty() { "nothing sets it\n".to_owned() } else { text }
}
