use iisle_ops::PublishReport;
use serde_json::{Map, Value, json};

use super::inspect::{Files, cargo, project, publish_output};
use super::shared::WireWarning;
use super::{check_body, pack_body, sync_body, transform_body};

/// `publish`: section 9. Members of steps that were not taken are left out.
pub(crate) fn publish_body(report: &PublishReport) -> Value {
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|s| json!({ "step": s.step.word(), "state": s.state.word(), "seconds": s.seconds }))
        .collect();
    let mut body = Map::new();
    body.insert("outcome".into(), report.outcome.word().into());
    body.insert("steps".into(), steps.into());
    let root = report.output_dir.as_ref().map(|dir| dir.display().to_string()).unwrap_or_default();
    let members = [
        ("project", report.project.as_ref().map(|p| project(p))),
        ("cargo", report.cargo.as_ref().map(|c| cargo(c, None))),
        (
            "publish_output",
            report.publish_output.as_ref().map(|o| publish_output(&root, o, Files::Summed, None)),
        ),
        ("web_config", report.web_config.as_ref().map(transform_body)),
        ("check", report.check.as_ref().map(check_body)),
        ("logs", report.logs.as_ref().map(|l| json!({ "path": l.path, "created": l.created }))),
        ("package", report.package.as_ref().map(pack_body)),
        (
            "sync",
            report
                .sync
                .as_ref()
                .map(|s| serde_json::to_value(sync_body(s)).expect("wire types are plain data")),
        ),
    ];
    for (name, value) in members {
        if let Some(value) = value {
            body.insert(name.into(), value);
        }
    }
    let disagreements: Vec<_> = report.disagreements.iter().map(WireWarning::of).collect();
    body.insert(
        "warnings".into(),
        serde_json::to_value(disagreements).expect("wire types are plain data"),
    );
    Value::Object(body)
}
