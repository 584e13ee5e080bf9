use iisle_ops::{XdtReport, XdtStatus};
use serde_json::{Value, json};

use super::shared::WireWarning;

/// `xdt`: section 5.
pub(crate) fn xdt_body(report: &XdtReport) -> Value {
    let all = |list: &[iisle_report::Warning]| list.iter().map(WireWarning::of).collect::<Vec<_>>();
    let status = match report.status {
        XdtStatus::Applied => "applied",
        XdtStatus::Errors => "errors",
        XdtStatus::Malformed => "malformed",
        XdtStatus::Failed => "failed",
    };
    json!({
        "status": status,
        "written": report.written,
        "changed": report.changed,
        "path": report.path.as_ref().map(|path| path.display().to_string()),
        "text": if report.path.is_none() { report.text() } else { None },
        "warnings": all(&report.warnings),
        "errors": all(&report.errors),
        "diff": report.diff,
    })
}
