use crate::args::CompletionsArgs;
use crate::exit::Exit;
use crate::session::{Answer, Session};

pub(super) fn run(args: &CompletionsArgs) -> Answer {
    let CompletionsArgs { shell } = args;
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut crate::command(), "iisle", &mut script);
    Session::text(Exit::Good, String::from_utf8_lossy(&script).into_owned())
}
