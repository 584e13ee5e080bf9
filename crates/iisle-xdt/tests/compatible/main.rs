//! Compatible mode: the bytes, the status and the events of the reference engine.

#![expect(clippy::disallowed_methods, reason = "a test may")]

mod corpus;
mod faults;
mod invariants;

use iisle_xdt::{Input, Mode, Options, Outcome, Place, Severity, Status, transform};

/// Runs a transform in compatible mode.
fn run(source: &[u8], directives: &[u8]) -> Outcome {
    transform(source, directives, &Options { mode: Mode::Compatible, ..Options::default() })
}

/// The number that the corpus gives a status.
fn number(status: Status) -> u64 {
    match status {
        Status::Applied => 0,
        Status::Errors => 1,
        Status::Malformed => 2,
        Status::Failed => 3,
    }
}

/// The status and the events, in the form of the corpus.
fn log(outcome: &Outcome) -> String {
    let mut text = format!("status {}\n", number(outcome.status));
    for event in &outcome.events {
        let place = match event.place {
            Some(Place { input, position }) => {
                let file = match input {
                    Input::Source => "source.xml",
                    Input::Transform => "transform.xml",
                };
                format!(" {file}({},{})", position.line, position.column)
            }
            None if event.severity == Severity::Fatal => " -".to_owned(),
            None => String::new(),
        };
        let (severity, code) = (event.severity.word(), event.code.word());
        let what = [&[code.to_owned()], event.arguments.as_slice()].concat().join(" | ");
        text.extend([severity, &place, " ", &what, "\n"]);
    }
    text
}
