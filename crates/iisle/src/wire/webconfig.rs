use iisle_ops::{Change, GenerateReport, TransformReport, WebConfigSettings};
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
        "settings": settings(&report.settings),
        "warnings": [],
    })
}

fn settings(settings: &WebConfigSettings) -> Value {
    let set = |name: &str, value: Option<String>, default: &str| json!({ "name": name, "value": value, "default": default });
    json!([
        set("processPath", Some(settings.process_path.clone()), ""),
        set("arguments", settings.arguments.clone(), ""),
        set("stdoutLogEnabled", Some(settings.stdout_log_enabled.to_string()), "false"),
        set("stdoutLogFile", Some(settings.stdout_log_file.clone()), "aspnetcore-stdout"),
        set("hostingModel", settings.hosting_model.clone(), "outofprocess"),
    ])
}

/// `webconfig transform`: section 5.
pub(crate) fn transform_body(report: &TransformReport) -> Value {
    json!({
        "path": report.path.as_ref().map(|path| path.display().to_string()),
        "written": report.written,
        "created": report.created,
        "changes": report.changes.iter().map(|c| change(c, report.source.as_deref())).collect::<Vec<_>>(),
        "xdt": [],
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
