use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use iisle_ops::{AppCopy, AtWork, Drift, Kept, Locked, SyncReport, Totals};
use serde::Serialize;

use super::inspect::time;
use super::plan::WirePlan;
use super::shared::WireHolder;

/// `sync`: section 8, and Appendix C of `spec/sync.md` for the plan.
#[derive(Serialize)]
pub(crate) struct SyncBody<'a> {
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
    plan: Option<WirePlan<'a>>,
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

pub(super) fn kept(kept: &[Kept]) -> Vec<WireKept> {
    let wire = |Kept { path, why, files: _, bytes }: &Kept| {
        let path_bytes = bytes.as_ref().map(|bytes| STANDARD.encode(bytes));
        WireKept { path: path.clone(), path_bytes, why: why.word() }
    };
    kept.iter().map(wire).collect()
}

pub(crate) fn sync_body(report: &SyncReport) -> SyncBody<'_> {
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
        plan: report.plan.as_ref().map(|plan| {
            let SyncReport { source, destination, basis, .. } = report;
            WirePlan::of(plan, basis.as_ref(), ("dir", source), destination)
        }),
        seconds: report.seconds,
    }
}
