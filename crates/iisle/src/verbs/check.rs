use iisle_ops::{CheckRequest, CheckSettings, Failure, Profile};

use super::project_options;
use crate::args::{CheckArgs, ProfileArg};
use crate::exit::Exit;
use crate::render::check::verdict;
use crate::session::{Answer, Session};
use crate::wire::check_body;

pub(super) fn run(args: CheckArgs, session: &Session) -> Result<Answer, Failure> {
    let CheckArgs { project, publish, package, evaluation, profile: asked, allow, entry } = args;
    let request = CheckRequest {
        project,
        publish,
        package,
        options: project_options(evaluation, None)?,
        settings: CheckSettings { profile: asked.map(profile), allow },
        entry,
    };
    let found = iisle_ops::check(&session.context(), &request)?;
    session.tell(&found.findings);
    let exit = if found.is_good() { Exit::Good } else { Exit::No };
    Ok(session.answer(exit, None, || verdict(&found), || check_body(&found)))
}

pub(super) fn profile(profile: ProfileArg) -> Profile {
    match profile {
        ProfileArg::Dev => Profile::Dev,
        ProfileArg::Staging => Profile::Staging,
        ProfileArg::Production => Profile::Production,
    }
}
