use iisle_ops::{
    Change, Difference, Explanation, GenerateReport, HandlerFact, LocationFact, Position,
    ShowReport, TransformReport, Variable, WebConfigDiff, WebConfigSetting,
};
use iisle_report::Location;
use serde_json::{Value, json};

use super::shared::{WireLocation, WireWarning};

/// `webconfig generate`: section 5.
pub(crate) fn generate_body(report: &GenerateReport) -> Value {
    let text = String::from_utf8_lossy(&report.bytes);
    json!({
        "text": report.path.is_none().then(|| text.trim_start_matches('\u{feff}').to_owned()),
        "path": report.path.as_ref().map(|path| path.display().to_string()),
        "written": report.written,
        "settings": settings(&report.explanation, None),
        "warnings": report.warnings.iter().map(WireWarning::of).collect::<Vec<_>>(),
    })
}

/// `webconfig show`: section 5.
pub(crate) fn show_body(report: &ShowReport) -> Value {
    let ShowReport { path, explanation } = report;
    let path = path.display().to_string();
    let Explanation { section, settings: _, environment_variables, handlers, locations } =
        explanation;
    json!({
        "path": path,
        "section": section,
        "settings": settings(explanation, Some(&path)),
        "environment_variables": environment_variables.iter().map(|v| variable(v, &path)).collect::<Vec<_>>(),
        "handlers": handlers.iter().map(|h| handler(h, &path)).collect::<Vec<_>>(),
        "locations": locations.iter().map(|l| location(l, &path)).collect::<Vec<_>>(),
    })
}

/// `file` is where the settings stand; a text that was only shown has no file.
fn settings(explanation: &Explanation, file: Option<&str>) -> Vec<Value> {
    let setting = |setting: &WebConfigSetting| {
        let WebConfigSetting { name, value, default, origin, meaning, secret } = setting;
        let origin = match origin {
            Some(at) => place(file.unwrap_or("web.config"), *at),
            None => json!("default"),
        };
        let mut wire = json!({ "name": name, "value": value, "default": default, "origin": origin, "meaning": meaning });
        if *secret {
            wire["secret"] = true.into();
        }
        wire
    };
    explanation.settings.iter().map(setting).collect()
}

fn place(file: &str, at: Position) -> Value {
    json!(WireLocation::of(&Location::at(file, at.line, at.column)))
}

fn variable(variable: &Variable, file: &str) -> Value {
    let Variable { name, value, origin, secret, overridden } = variable;
    json!({ "name": name, "value": value, "secret": secret, "origin": place(file, *origin), "overridden": overridden })
}

fn handler(handler: &HandlerFact, file: &str) -> Value {
    let HandlerFact { kind, name, path, verb, modules, resource_type, location, origin, in_force } =
        handler;
    json!({
        "kind": kind,
        "name": name,
        "path": path,
        "verb": verb,
        "modules": modules,
        "resource_type": resource_type,
        "location": location,
        "origin": place(file, *origin),
        "in_force": in_force,
    })
}

fn location(fact: &LocationFact, file: &str) -> Value {
    let LocationFact { path, origin, inherited, sections, starts_application } = fact;
    json!({
        "path": path,
        "origin": place(file, *origin),
        "inherited": inherited,
        "sections": sections,
        "starts_application": starts_application,
    })
}

/// `webconfig diff`: section 5.
pub(crate) fn diff_body(report: &WebConfigDiff) -> Value {
    let WebConfigDiff { a: _, b: _, differences } = report;
    let difference = |difference: &Difference| {
        let Difference { xpath, kind, a, b, a_position: _, b_position: _ } = difference;
        json!({ "xpath": xpath, "kind": kind.word(), "a": a, "b": b })
    };
    json!({
        "equal": differences.is_empty(),
        "differences": differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

/// `webconfig transform`: section 5.
pub(crate) fn transform_body(report: &TransformReport) -> Value {
    json!({
        "path": report.path.as_ref().map(|path| path.display().to_string()),
        "written": report.written,
        "created": report.created,
        "changes": report.changes.iter().map(|c| change(c, report.source.as_deref())).collect::<Vec<_>>(),
        "xdt": report.xdt.iter().map(|step| json!({ "file": step.file, "status": step.status.word() })).collect::<Vec<_>>(),
        "warnings": report.warnings.iter().map(WireWarning::of).collect::<Vec<_>>(),
    })
}

fn change(change: &Change, file: Option<&str>) -> Value {
    let Change { what, before, after, position } = change;
    let place = file
        .zip(*position)
        .map(|(file, at)| WireLocation::of(&Location::at(file, at.line, at.column)));
    json!({ "what": what, "before": before, "after": after, "location": place })
}
