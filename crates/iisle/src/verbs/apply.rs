use std::path::Path;

use iisle_ops::{
    ApplyRequest, ApprovedPlan, Context, Engine, Failure, SyncMode, SyncReport, SyncRequest,
    SyncSettings, apply, approve, deployment_id, read_plan, write_plan,
};

use super::sync::staged_options;
use crate::args::ApplyArgs;
use crate::env;
use crate::exit::Exit;
use crate::render::sync::sync;
use crate::session::{Answer, Session};
use crate::wire::{PlanFile, approved_plan, sync_body};

pub(super) fn run(args: ApplyArgs, session: &Session) -> Result<Answer, Failure> {
    let ApplyArgs { plan: file, dry_run, threads, bwlimit, staged, in_place } = args;
    let codes = super::sync::codes(&staged);
    let is_named = staged.stream.is_some();
    let plan = approved_plan(&read_plan(&file)?).map_err(|problem| {
        Failure::new(problem)
            .context(format!("`{}` is no plan", file.display()))
            .hint("make one with `iisle sync SRC DST --plan-out FILE`")
    })?;
    let settings = SyncSettings {
        threads: threads.or(plan.settings.threads),
        bandwidth: bwlimit.unwrap_or(plan.settings.bandwidth),
        ..plan.settings
    };
    let plan = ApprovedPlan { settings, ..plan };
    let mode = if dry_run { SyncMode::DryRun } else { SyncMode::Execute };
    let mut staged = staged_options(staged)?;
    if !is_named {
        staged.stream = plan.stream.clone();
    }
    let engine = if in_place { Engine::InPlace(staged) } else { Engine::Staged(staged) };
    let request = ApplyRequest { plan, mode, engine };
    let report = match apply(&session.context(), &request) {
        Ok(report) => report,
        Err(failure) => return Ok(session.not_begun(codes, failure)),
    };
    let exit = Exit::of(report.outcome, codes);
    Ok(session.answer(exit, report.failure.clone(), || sync(&report), || sync_body(&report)))
}

/// Writes the plan of a dry run to a file, unless it was refused; what was read for it is in the report
/// too then.
pub(super) fn write(
    context: &Context<'_>,
    file: &Path,
    request: &SyncRequest,
    report: &mut SyncReport,
) -> Result<(), Failure> {
    let Some(plan) = report.plan.as_ref().filter(|plan| plan.refused.is_empty()) else {
        return Ok(());
    };
    let approved = approve(context, deployment_id(env::now()), request, plan)?;
    if let Some(basis) = &mut report.basis {
        basis.digests.clone_from(&approved.digests);
    }
    let document = PlanFile::of(&approved, plan, report.basis.as_ref());
    let mut text = serde_json::to_string_pretty(&document).expect("wire types are plain data");
    text.push('\n');
    write_plan(file, text.as_bytes())
}
