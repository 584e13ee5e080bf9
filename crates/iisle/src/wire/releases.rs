use iisle_ops::{Pruned, Release, ReleaseReport, Switched};
use serde::Serialize;

use super::inspect::time;
use super::sync::{SyncBody, sync_body};

/// `releases list`: section 8.
#[derive(Serialize)]
pub(crate) struct ReleasesBody {
    releases: Vec<WireRelease>,
}

#[derive(Serialize)]
struct WireRelease {
    name: String,
    created: String,
    active: bool,
    files: u64,
    size: u64,
}

/// `releases activate`: section 8.
#[derive(Serialize)]
pub(crate) struct ActivatedBody {
    activated: Option<String>,
    previous: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

/// `releases prune`: section 8.
#[derive(Serialize)]
pub(crate) struct PrunedBody {
    pruned: Vec<String>,
}

/// `sync --releases`: the members of `sync`, `releases activate` and `releases prune`.
#[derive(Serialize)]
pub(crate) struct ReleaseBody<'a> {
    #[serde(flatten)]
    sync: SyncBody<'a>,
    release: Option<String>,
    #[serde(flatten)]
    activated: ActivatedBody,
    pruned: Vec<String>,
}

pub(crate) fn releases_body(releases: &[Release]) -> ReleasesBody {
    let wire = |release: &Release| {
        let Release { name, created, is_active, files, size } = release.clone();
        WireRelease { name, created: time(created), active: is_active, files, size }
    };
    ReleasesBody { releases: releases.iter().map(wire).collect() }
}

pub(crate) fn activated_body(switched: &Switched) -> ActivatedBody {
    let Switched { activated, previous, link, command } = switched.clone();
    let link = link.map(|link| link.display().to_string());
    ActivatedBody { activated, previous, link, command }
}

pub(crate) fn pruned_body(pruned: &Pruned) -> PrunedBody {
    PrunedBody { pruned: pruned.removed.clone() }
}

pub(crate) fn release_body(report: &ReleaseReport) -> ReleaseBody<'_> {
    let ReleaseReport { sync, release, switched, pruned } = report;
    ReleaseBody {
        sync: sync_body(sync),
        release: release.clone(),
        activated: activated_body(switched),
        pruned: pruned.clone(),
    }
}
