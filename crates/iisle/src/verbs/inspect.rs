use iisle_ops::{Failure, InspectRequest};

use super::project_options;
use crate::args::InspectArgs;
use crate::exit::Exit;
use crate::render::inspect::inspect;
use crate::session::{Answer, Session};
use crate::wire::{Files, inspect_body};

pub(super) fn run(args: InspectArgs, session: &Session) -> Result<Answer, Failure> {
    let InspectArgs { path, entry, files, runtimes, evaluation } = args;
    let options = project_options(evaluation, None)?;
    let request = InspectRequest { path, entry, runtimes, options };
    let report = iisle_ops::inspect(&session.context(), &request)?;
    let files = if files { Files::Listed } else { Files::Summed };
    Ok(session.answer(
        Exit::Good,
        None,
        || inspect(&report, files),
        || inspect_body(&report, files),
    ))
}
