use std::num::NonZeroUsize;

use iisle_ops::{Failure, PackRequest, PackSettings};

use crate::args::PackArgs;
use crate::exit::Exit;
use crate::render::pack::pack;
use crate::session::{Answer, Session};
use crate::wire::pack_body;

pub(super) fn run(args: PackArgs, session: &Session) -> Result<Answer, Failure> {
    let PackArgs { folder, output, app_path, skip, parameters, threads } = args;
    let threads = threads.and_then(NonZeroUsize::new);
    let settings = PackSettings { application: app_path, skip, parameters, threads };
    let request = PackRequest { folder, package: output, settings };
    let report = iisle_ops::pack(&session.context(), &request)?;
    Ok(session.answer(Exit::Good, None, || pack(&report), || pack_body(&report)))
}
