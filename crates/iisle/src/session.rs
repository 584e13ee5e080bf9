use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use iisle_ops::{Context, Failure, HostCommands};
use iisle_report::{Finding, Monitor, Silent};
use serde::Serialize;
use serde_json::Value;

use crate::args::{Format, OutputArgs};
use crate::exit::Exit;
use crate::progress::{Bars, Events, Plain, emit};
use crate::render::failure::failure;
use crate::wire::{Head, WireFinding};

/// One run of the command: where its output goes and what the world supplies.
pub(crate) struct Session {
    format: Format,
    quiet: bool,
    environment: BTreeMap<String, String>,
    current_dir: PathBuf,
    bars: Option<Bars>,
    events: Option<Events>,
}

/// What a verb says in the end.
pub(crate) struct Answer {
    exit: Exit,
    failure: Option<Failure>,
    said: Said,
}

enum Said {
    Text(String),
    /// What was asked for, behind what is told on stderr.
    Data {
        messages: String,
        data: Data,
    },
    Body(Value),
}

/// What goes to stdout.
pub(crate) enum Data {
    /// For people.
    Text(String),
    /// As they are, in whatever encoding.
    Bytes(Vec<u8>),
}

impl Session {
    pub(crate) fn new(
        output: &OutputArgs,
        environment: BTreeMap<String, String>,
        current_dir: PathBuf,
    ) -> Self {
        let OutputArgs { format, quiet, verbose } = *output;
        let events = (format == Format::Jsonl).then(Events::new);
        let bars =
            if quiet || verbose > 0 || events.is_some() { None } else { Bars::for_terminal() };
        Self { format, quiet, environment, current_dir, bars, events }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let monitor: &dyn Monitor = match (&self.events, &self.bars) {
            (Some(events), _) => events,
            (None, Some(bars)) => bars,
            (None, None) if self.quiet || !self.is_for_people() => &Silent,
            (None, None) => &Plain,
        };
        let commands = &HostCommands;
        Context {
            monitor,
            commands,
            environment: &self.environment,
            current_dir: &self.current_dir,
        }
    }

    /// A variable of the environment, also an empty one.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }

    /// Whether the answer is for a person.
    pub(crate) fn is_for_people(&self) -> bool {
        self.format == Format::Text
    }

    /// An answer in the format that was asked for; only that one is made.
    pub(crate) fn answer<B: Serialize>(
        &self,
        exit: Exit,
        failure: Option<Failure>,
        text: impl FnOnce() -> String,
        body: impl FnOnce() -> B,
    ) -> Answer {
        let said = if self.is_for_people() {
            Said::Text(text())
        } else {
            Said::Body(serde_json::to_value(body()).expect("wire types are plain data"))
        };
        Answer { exit, failure, said }
    }

    /// An answer that is the same text in every format.
    pub(crate) fn text(exit: Exit, text: String) -> Answer {
        Answer { exit, failure: None, said: Said::Text(text) }
    }

    /// Data for stdout, with messages for people on stderr.
    pub(crate) fn data(
        exit: Exit,
        failure: Option<Failure>,
        messages: String,
        data: Data,
    ) -> Answer {
        Answer { exit, failure, said: Said::Data { messages, data } }
    }

    /// Whether less is to be said.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// The answer of a verb that could not run.
    pub(crate) fn could_not_run(&self, failure: Failure) -> Answer {
        self.answer(Exit::CouldNotRun, Some(failure), String::new, || {
            Value::Object(serde_json::Map::new())
        })
    }

    /// Begins the event stream, when there is one.
    pub(crate) fn begin(&self, verb: &'static str) {
        if self.events.is_some() {
            emit(
                &serde_json::json!({ "event": "start", "seconds": 0.0, "schema": 1, "tool": Head::TOOL, "verb": verb }),
            );
        }
    }

    /// Adds findings to the event stream, when there is one.
    pub(crate) fn tell<'a>(&self, findings: impl IntoIterator<Item = &'a Finding>) {
        let Some(events) = &self.events else { return };
        for finding in findings {
            let finding = WireFinding::of(finding);
            emit(
                &serde_json::json!({ "event": "finding", "seconds": events.seconds(), "finding": finding }),
            );
        }
    }

    /// Writes the answer and gives the exit code.
    pub(crate) fn end(&self, verb: &'static str, answer: Answer) -> Exit {
        let Answer { exit, failure: error, said } = answer;
        if let Some(error) = &error {
            write(&mut anstream::stderr(), failure(error).as_bytes());
        }
        match said {
            Said::Text(text) if self.quiet && exit == Exit::Good && Self::is_summary(verb) => {
                drop(text);
            }
            Said::Text(text) => write(&mut anstream::stdout(), text.as_bytes()),
            Said::Data { messages, data } => {
                write(&mut anstream::stderr(), messages.as_bytes());
                match data {
                    Data::Text(text) => write(&mut anstream::stdout(), text.as_bytes()),
                    Data::Bytes(bytes) => write(&mut std::io::stdout().lock(), &bytes),
                }
            }
            Said::Body(body) => {
                let document = Head::new(verb, exit, error.as_ref()).document(body);
                self.document(&document);
            }
        }
        exit
    }

    /// Whether the text of a verb is a summary of what it did rather than what was asked for.
    fn is_summary(verb: &str) -> bool {
        matches!(verb, "publish" | "pack" | "sync" | "apply" | "deploy" | "webconfig transform")
            || matches!(verb, "releases activate" | "releases prune")
    }

    fn document(&self, document: &Value) {
        if let Some(events) = &self.events {
            emit(
                &serde_json::json!({ "event": "end", "seconds": events.seconds(), "document": document }),
            );
            return;
        }
        let stdout = std::io::stdout();
        let text = if stdout.is_terminal() {
            serde_json::to_string_pretty(document)
        } else {
            serde_json::to_string(document)
        };
        let mut text = text.expect("a JSON value can be written");
        text.push('\n');
        write(&mut stdout.lock(), text.as_bytes());
    }
}

/// Writes; a reader that went away is no error.
fn write(out: &mut dyn Write, bytes: &[u8]) {
    if let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) {
        tracing::debug!(%error, "the reader of the output went away");
    }
}
