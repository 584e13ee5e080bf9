use std::time::Duration;

use iisle_ops::{
    CaseSensitive, Compare, Direction, Engine, Extras, Failure, OfflineWish, OnDrift, OnLocked,
    StagedOptions, Stream, SyncMode, SyncRequest, SyncSettings, Verify,
};

use crate::args::{
    DeleteArg, OfflineArg, OnDriftArg, OnLockedArg, RecoverArg, StagedArgs, SyncArgs,
    SyncPolicyArgs, VerifyArg,
};
use crate::exit::{Codes, Exit};
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
        in_place,
        rollback,
        to,
        release,
        check,
    } = args;
    let codes = codes(&staged);
    let staged = StagedOptions { back_to: to, ..staged_options(staged)? };
    let engine = if in_place { Engine::InPlace(staged) } else { Engine::Staged(staged) };
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
        return Ok(super::releases::deploy(release, request, pointer, codes, session));
    }
    let context = session.context();
    let report = if rollback {
        iisle_ops::rollback(&context, &request)
    } else {
        iisle_ops::sync(&context, &request)
    };
    let mut report = match report {
        Ok(report) => report,
        Err(failure) => return Ok(session.not_begun(codes, failure)),
    };
    if let Some(file) = plan_out {
        super::apply::write(&context, &file, &request, &mut report)?;
    }
    let exit = Exit::of(report.outcome, codes);
    Ok(session.answer(exit, report.failure.clone(), || sync(&report), || sync_body(&report)))
}

pub(super) fn settings(
    args: SyncPolicyArgs,
    include: Vec<String>,
    exclude: Vec<String>,
) -> SyncSettings {
    let SyncPolicyArgs { delete, checksum, protect, unprotect, max_delete, threads, bwlimit } =
        args;
    SyncSettings {
        extras: match delete {
            None => Extras::Keep,
            Some(DeleteArg::Managed) => Extras::Managed,
            Some(DeleteArg::All) => Extras::Delete,
        },
        compare: if checksum { Compare::Contents } else { Compare::Stamps },
        protect,
        unprotect,
        include,
        exclude,
        max_delete,
        threads,
        bandwidth: bwlimit.unwrap_or_default(),
        bound: None,
    }
}

/// Which exit codes were asked for.
pub(super) fn codes(args: &StagedArgs) -> Codes {
    if args.exit_by_outcome { Codes::ByOutcome } else { Codes::House }
}

pub(super) fn staged_options(args: StagedArgs) -> Result<StagedOptions, Failure> {
    let StagedArgs {
        offline,
        offline_timeout,
        on_locked,
        lock_timeout,
        verify,
        on_drift,
        stream,
        wait,
        recover,
        case_sensitive,
        exit_by_outcome: _,
    } = args;
    let defaults = StagedOptions::default();
    let stream = match stream {
        None => defaults.stream,
        Some(name) => Stream::parse(&name)
            .map_err(|error| Failure::of(&error).hint("name another --stream, or leave it out"))?,
    };
    Ok(StagedOptions {
        stream,
        offline: match offline {
            None | Some(OfflineArg::Auto) => OfflineWish::WhenInUse,
            Some(OfflineArg::Always) => OfflineWish::Always,
            Some(OfflineArg::Never) => OfflineWish::Never,
        },
        offline_limit: offline_timeout.map(Duration::from_secs),
        on_locked: match on_locked {
            None | Some(OnLockedArg::Fail) => OnLocked::Fail,
            Some(OnLockedArg::MoveAside) => OnLocked::MoveAside,
        },
        lock_limit: lock_timeout.map_or(defaults.lock_limit, Duration::from_secs),
        verify: verify.map(|how| match how {
            VerifyArg::Full => Verify::Full,
            VerifyArg::Written => Verify::Written,
        }),
        on_drift: match on_drift {
            None => OnDrift::Careful,
            Some(OnDriftArg::Fail) => OnDrift::Fail,
            Some(OnDriftArg::Keep) => OnDrift::Keep,
            Some(OnDriftArg::Overwrite) => OnDrift::Overwrite,
            Some(OnDriftArg::Merge) => OnDrift::Merge,
        },
        wait: wait.map_or(defaults.wait, Duration::from_secs),
        recovery: match recover {
            None | Some(RecoverArg::Back) => Direction::Back,
            Some(RecoverArg::Forward) => Direction::Forward,
        },
        back_to: None,
        case_sensitive: if case_sensitive {
            CaseSensitive::Accepted
        } else {
            CaseSensitive::Refused
        },
    })
}
