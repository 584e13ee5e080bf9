use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use iisle_ops::{
    AppCopy, AtWork, Drift, Kept, Locked, Marks, Plan, Stamp, SyncReport, SyncStep as Step, Totals,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::Head;
use super::apply::{SCHEMA, attributes, facts};
use super::inspect::time;
use super::shared::WireHolder;

/// `sync`: section 8, and Appendix C of `spec/sync.md` for the plan.
#[derive(Serialize)]
pub(crate) struct SyncBody {
    outcome: &'static str,
    source: String,
    destination: String,
    totals: WireTotals,
    kept: Vec<WireKept>,
    drift: Vec<WireDrift>,
    locked: Vec<WireLocked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    busy: Option<WireBusy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<String>,
    offline: WireOffline,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shadow_copy: Option<WireAppCopy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<WirePlan>,
    /// Whether everything is there as it was read; absent when nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
    seconds: f64,
}

#[derive(Serialize)]
pub(super) struct WireTotals {
    created_files: u64,
    created_bytes: u64,
    replaced_files: u64,
    replaced_bytes: u64,
    touched_files: u64,
    renamed_files: u64,
    deleted_files: u64,
    created_directories: u64,
    deleted_directories: u64,
    marked_directories: u64,
    unchanged_files: u64,
    unchanged_bytes: u64,
    kept: u64,
}

impl WireTotals {
    pub(super) fn of(totals: Totals) -> Self {
        let Totals {
            created_files,
            created_bytes,
            replaced_files,
            replaced_bytes,
            touched_files,
            renamed_files,
            deleted_files,
            created_directories,
            deleted_directories,
            marked_directories,
            unchanged_files,
            unchanged_bytes,
            kept,
        } = totals;
        Self {
            created_files,
            created_bytes,
            replaced_files,
            replaced_bytes,
            touched_files,
            renamed_files,
            deleted_files,
            created_directories,
            deleted_directories,
            marked_directories,
            unchanged_files,
            unchanged_bytes,
            kept,
        }
    }
}

#[derive(Serialize)]
pub(super) struct WireKept {
    path: String,
    /// Base64, where the path is no Unicode.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    why: &'static str,
}

#[derive(Serialize)]
pub(super) struct WireDrift {
    path: String,
    was: String,
    is: Option<String>,
}

impl WireDrift {
    pub(super) fn of(drift: &Drift) -> Self {
        let Drift { path, was, is } = drift;
        Self {
            path: path.to_string(),
            was: was.to_string(),
            is: is.map(|digest| digest.to_string()),
        }
    }
}

#[derive(Serialize)]
struct WireOffline {
    used: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct WireLocked {
    path: String,
    holders: Vec<WireHolder>,
}

impl WireLocked {
    pub(super) fn of(locked: &Locked) -> Self {
        let Locked { path, holders } = locked;
        let holders = holders.iter().map(WireHolder::of).collect();
        Self { path: path.to_string(), holders }
    }
}

/// The copy that an app runs from: `taken`, `next-start`, `old`, `stays` or `unseen`.
#[derive(Serialize)]
pub(super) struct WireAppCopy {
    folder: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

impl WireAppCopy {
    pub(super) fn of(copy: &AppCopy) -> Self {
        let AppCopy { folder, state } = copy;
        let file = state.file().map(ToString::to_string);
        Self { folder: folder.clone(), state: state.word(), file }
    }
}

/// Another deployment that is at work there.
#[derive(Serialize)]
pub(super) struct WireBusy {
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heartbeat_seconds_ago: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<String>,
}

impl WireBusy {
    pub(super) fn of(other: &AtWork) -> Self {
        let AtWork { pid, user, host, id, command, phase, since, heartbeat, heartbeat_ago, said } =
            other.clone();
        let (since, heartbeat) = (since.map(time), heartbeat.map(time));
        let heartbeat_seconds_ago = heartbeat_ago.map(|ago| ago.as_secs_f64());
        Self { pid, user, host, id, command, phase, since, heartbeat, heartbeat_seconds_ago, said }
    }
}

#[derive(Serialize)]
pub(super) struct WirePlan {
    schema: u64,
    tool: &'static str,
    source: Value,
    destination: Value,
    ops: Vec<WireStep>,
    kept: Vec<WireKept>,
    /// As in a file that holds a plan.
    guards: Vec<String>,
    refused: Vec<String>,
    /// Absent where there is no telling.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs_offline: Option<bool>,
    bytes_to_stage: u64,
    space_needed: u64,
}

#[derive(Serialize)]
struct WireStep {
    seq: usize,
    op: &'static str,
    path: String,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtime: Option<String>,
    /// Letters of those that a folder gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Value>,
}

/// The last write of what a step brings, and the facts of what is there before it.
fn facts_of(step: &Step) -> (Option<Stamp>, Option<Stamp>) {
    match step {
        Step::CreateDirectory { path: _ }
        | Step::MarkDirectory { path: _, marks: _, old: _ }
        | Step::DeleteDirectory { path: _ } => (None, None),
        Step::Create { path: _, source: _, stamp } => (Some(*stamp), None),
        Step::Replace { path: _, source: _, stamp, old } | Step::Touch { path: _, stamp, old } => {
            (Some(*stamp), Some(*old))
        }
        Step::RenameCase { from: _, path: _, old } | Step::Delete { path: _, old } => {
            (None, Some(*old))
        }
    }
}

/// The attributes that a folder gets, and those it has.
fn marks_of(step: &Step) -> Option<(Marks, Marks)> {
    match step {
        Step::MarkDirectory { path: _, marks, old } => Some((*marks, *old)),
        _ => None,
    }
}

pub(super) fn kept(kept: &[Kept]) -> Vec<WireKept> {
    let wire = |Kept { path, why, files: _, bytes }: &Kept| {
        let path_bytes = bytes.as_ref().map(|bytes| STANDARD.encode(bytes));
        WireKept { path: path.clone(), path_bytes, why: why.word() }
    };
    kept.iter().map(wire).collect()
}

/// `kind` is what `source` is: `dir` or `zip`.
pub(super) fn plan(
    plan: &Plan,
    goes_offline: Option<bool>,
    (kind, source): (&str, &Path),
    destination: &Path,
) -> WirePlan {
    let from = |step: &Step| match step {
        Step::RenameCase { from, .. } => Some(from.to_string()),
        _ => None,
    };
    let ops = plan.steps.iter().enumerate().map(|(seq, step)| {
        let (new, old) = facts_of(step);
        let marks = marks_of(step);
        WireStep {
            seq: seq + 1,
            op: step.word(),
            path: step.path().to_string(),
            size: step.size(),
            from: from(step),
            mtime: new.map(|stamp| time(stamp.modified)),
            attributes: marks.map(|(new, _)| new.to_string()),
            old: old.map(|stamp| facts(&stamp)).or(marks.map(|(_, old)| attributes(old))),
        }
    });
    let refused: Vec<_> = plan.refused.iter().map(ToString::to_string).collect();
    WirePlan {
        schema: SCHEMA,
        tool: Head::TOOL,
        source: json!({ "kind": kind, "path": source.to_string_lossy() }),
        destination: json!({ "path": destination.to_string_lossy() }),
        ops: ops.collect(),
        kept: kept(&plan.kept),
        guards: refused.clone(),
        refused,
        needs_offline: goes_offline,
        bytes_to_stage: plan.bytes_to_write(),
        space_needed: plan.space_needed(),
    }
}

pub(crate) fn sync_body(report: &SyncReport) -> SyncBody {
    SyncBody {
        outcome: report.outcome.word(),
        source: report.source.display().to_string(),
        destination: report.destination.display().to_string(),
        totals: WireTotals::of(report.totals),
        kept: kept(&report.kept),
        drift: report.drift.iter().map(WireDrift::of).collect(),
        locked: report.locked.iter().map(WireLocked::of).collect(),
        busy: report.busy.as_ref().map(WireBusy::of),
        deployment: report.deployment.clone(),
        offline: WireOffline {
            used: report.offline.is_some(),
            seconds: report.offline.map(|time| time.as_secs_f64()),
        },
        swap_seconds: report.swapping.map(|time| time.as_secs_f64()),
        verified: (report.deployment.is_some() && report.outcome.word() == "done").then_some(true),
        shadow_copy: report.copy.as_ref().map(WireAppCopy::of),
        plan: report.plan.as_ref().map(|found| {
            plan(found, report.goes_offline, ("dir", &report.source), &report.destination)
        }),
        seconds: report.seconds,
    }
}
