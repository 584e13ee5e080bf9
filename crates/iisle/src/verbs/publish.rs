use iisle_ops::{CheckSettings, Failure, PackSettings, PublishRequest, Writes};

use super::{
    check::profile,
    project_options,
    sync::{settings, staged_options},
};
use crate::args::PublishArgs;
use crate::exit::{Codes, Exit};
use crate::render::publish::publish;
use crate::session::{Answer, Session};
use crate::wire::publish_body;

pub(super) fn run(args: PublishArgs, session: &Session) -> Result<Answer, Failure> {
    let codes = super::sync::codes(&args.staged);
    let report = iisle_ops::publish(&session.context(), &request(args)?);
    let synced = report.sync.as_ref().map(|sync| Exit::of(sync.outcome, codes));
    let exit = match synced.filter(|_| codes == Codes::ByOutcome) {
        Some(exit) if exit != Exit::Good => exit,
        _ => Exit::from_code(report.outcome.exit_code()),
    };
    session.tell(report.check.iter().flat_map(|verdict| &verdict.findings));
    let failure = report.failure.clone();
    Ok(session.answer(exit, failure, || publish(&report), || publish_body(&report)))
}

fn request(args: PublishArgs) -> Result<PublishRequest, Failure> {
    let PublishArgs {
        project,
        output,
        package,
        to,
        evaluation,
        publish_profile,
        publish,
        dry_run,
        allow,
        profile: asked,
        entry,
        bin,
        app_path,
        sync,
        staged,
    } = args;
    Ok(PublishRequest {
        project,
        output,
        package,
        to,
        options: project_options(evaluation, publish_profile)?,
        build: if publish { Writes::Yes } else { Writes::No },
        writes: if dry_run { Writes::No } else { Writes::Yes },
        check: CheckSettings { profile: asked.map(profile), allow },
        entry,
        bin,
        pack: PackSettings { application: app_path, ..PackSettings::default() },
        sync: settings(sync, Vec::new(), Vec::new()),
        staged: staged_options(staged)?,
    })
}
