use std::path::PathBuf;

use iisle_ops::{
    Failure, KEPT_RELEASES, Pointer, ReleaseRequest, SHARED_FOLDERS, SyncRequest, activate_release,
    list_releases, prune_releases, release,
};

use crate::args::{ReleaseArgs, ReleasesVerb};
use crate::env;
use crate::exit::{Codes, Exit};
use crate::render::releases as render;
use crate::session::{Answer, Session};
use crate::wire::{activated_body, pruned_body, release_body, releases_body};

pub(super) fn run(verb: ReleasesVerb, session: &Session) -> Result<Answer, Failure> {
    let context = session.context();
    let good = Exit::Good;
    Ok(match verb {
        ReleasesVerb::List { folder } => {
            let releases = list_releases(&folder)?;
            session.answer(
                good,
                None,
                || render::list(&folder, &releases),
                || releases_body(&releases),
            )
        }
        ReleasesVerb::Activate { folder, name } => {
            let switched = activate_release(&context, &folder, name.as_deref())?;
            let text = || render::switched(&switched);
            session.answer(good, None, text, || activated_body(&switched))
        }
        ReleasesVerb::Prune { folder, keep } => {
            let pruned = prune_releases(&context, &folder, keep)?;
            session.answer(good, None, || render::pruned(&folder, &pruned), || pruned_body(&pruned))
        }
    })
}

/// `sync --releases`; `link` is the destination, when one was named.
pub(super) fn deploy(
    args: ReleaseArgs,
    sync: SyncRequest,
    link: Option<PathBuf>,
    codes: Codes,
    session: &Session,
) -> Answer {
    let ReleaseArgs { releases, keep, site, shared } = args;
    let shared =
        if shared.is_empty() { SHARED_FOLDERS.map(str::to_owned).to_vec() } else { shared };
    let request = ReleaseRequest {
        sync,
        folder: releases.unwrap_or_default(),
        pointer: site.map(Pointer::Site).or(link.map(Pointer::Link)),
        keep: keep.unwrap_or(KEPT_RELEASES),
        shared,
        now: env::now(),
    };
    let report = match release(&session.context(), &request) {
        Ok(report) => report,
        Err(failure) => return session.not_begun(codes, failure),
    };
    let exit = Exit::of(report.sync.outcome, codes);
    let failure = report.sync.failure.clone();
    session.answer(exit, failure, || render::release(&report), || release_body(&report))
}
