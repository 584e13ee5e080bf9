use iisle_ops::{
    Compare, Engine, Extras, Failure, OfflineWish, SyncMode, SyncRequest, SyncSettings,
};

use crate::args::{OfflineArg, SyncArgs, SyncPolicyArgs};
use crate::exit::Exit;
use crate::render::sync::sync;
use crate::session::{Answer, Session};
use crate::wire::sync_body;

pub(super) fn run(args: SyncArgs, session: &Session) -> Result<Answer, Failure> {
    let SyncArgs {
        source,
        destination,
        policy,
        include,
        exclude,
        plan_out,
        dry_run,
        staged,
        offline,
        rollback,
        release,
        check,
    } = args;
    let wish = match offline {
        None | Some(OfflineArg::Auto) => OfflineWish::WhenInUse,
        Some(OfflineArg::Always) => OfflineWish::Always,
        Some(OfflineArg::Never) => OfflineWish::Never,
    };
    let engine = if staged { Engine::Staged(wish) } else { Engine::Direct };
    let mode = match (dry_run || plan_out.is_some(), check) {
        (true, _) => SyncMode::DryRun,
        (false, true) => SyncMode::Check,
        (false, false) => SyncMode::Execute,
    };
    let settings = settings(policy, include, exclude);
    let pointer = destination.clone();
    let destination = destination.unwrap_or_default();
    let request = SyncRequest { source, destination, settings, mode, engine };
    if release.releases.is_some() {
        return super::releases::deploy(release, request, pointer, session);
    }
    let context = session.context();
    let report = if rollback {
        iisle_ops::rollback(&context, &request)?
    } else {
        iisle_ops::sync(&context, &request)?
    };
    if let (Some(file), Some(plan)) = (plan_out, &report.plan)
        && plan.refused.is_empty()
    {
        super::apply::write(&context, &file, &request, plan)?;
    }
    let exit = Exit::from_code(report.outcome.exit_code());
    Ok(session.answer(exit, report.failure.clone(), || sync(&report), || sync_body(&report)))
}

pub(super) fn settings(
    args: SyncPolicyArgs,
    include: Vec<String>,
    exclude: Vec<String>,
) -> SyncSettings {
    let SyncPolicyArgs { delete, checksum, protect, max_delete, threads, bwlimit } = args;
    SyncSettings {
        extras: if delete { Extras::Delete } else { Extras::Keep },
        compare: if checksum { Compare::Contents } else { Compare::Stamps },
        protect,
        include,
        exclude,
        max_delete,
        threads,
        bytes_per_second: bwlimit.filter(|rate| *rate > 0),
        bound: None,
    }
}
