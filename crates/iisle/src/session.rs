use std::collections::BTreeMap;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use iisle_ops::{Context, Ending, Failure, HostCommands, SyncOutcome, interrupt};
use iisle_path::RelPath;
use iisle_report::{Finding, Monitor, Phase, Retry, Silent};
use serde::Serialize;
use serde_json::Value;

use crate::args::{Format, OutputArgs};
use crate::env;
use crate::exit::{Codes, Exit};
use crate::progress::{Bars, Events, Plain, emit, try_emit};
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
    /// Whether an interrupt was told of.
    is_told: AtomicBool,
    verb: OnceLock<&'static str>,
}

/// What is told when somebody wants an end.
const INTERRUPTED: &str = "interrupted: it ends in good order, and what is done as a whole is taken back; once more ends the program at once, and the next run mends what it leaves";

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
        let is_told = AtomicBool::new(false);
        let verb = OnceLock::new();
        Self { format, quiet, environment, current_dir, bars, events, is_told, verb }
    }

    /// What shows progress.
    fn display(&self) -> &dyn Monitor {
        match (&self.events, &self.bars) {
            (Some(events), _) => events,
            (None, Some(bars)) => bars,
            (None, None) if self.quiet || !self.is_for_people() => &Silent,
            (None, None) => &Plain,
        }
    }

    /// From now on Ctrl-C is asked for between two changes, and what was begun is taken back. Until
    /// then it ends the process at once.
    pub(crate) fn heed_interrupts() {
        if let Err(error) = interrupt::listen() {
            tracing::debug!(%error, "an interrupt ends the program at once");
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let commands = &HostCommands;
        Context {
            monitor: self,
            commands,
            environment: &self.environment,
            current_dir: &self.current_dir,
            verb: self.verb.get().copied().unwrap_or_default(),
            minute_of_day: &env::minute_of_day,
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

    /// The answer of a deployment that could not begin.
    pub(crate) fn not_begun(&self, codes: Codes, failure: Failure) -> Answer {
        let outcome = SyncOutcome::Ended(Ending::Failed);
        let exit = Exit::of(outcome, codes);
        self.answer(
            exit,
            Some(failure),
            String::new,
            || serde_json::json!({ "outcome": outcome.word() }),
        )
    }

    /// Begins a verb, and the event stream when there is one.
    pub(crate) fn begin(&self, verb: &'static str) {
        self.verb.get_or_init(|| verb);
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
            tell(failure(error).as_bytes());
        }
        let written = match said {
            Said::Text(_) if self.quiet && exit == Exit::Good && Self::is_summary(verb) => Ok(()),
            Said::Text(text) => write(&mut anstream::stdout(), text.as_bytes()),
            Said::Data { messages, data } => {
                tell(messages.as_bytes());
                match data {
                    Data::Text(text) => write(&mut anstream::stdout(), text.as_bytes()),
                    Data::Bytes(bytes) => write(&mut std::io::stdout().lock(), &bytes),
                }
            }
            Said::Body(body) => {
                let document = Head::new(verb, exit, error.as_ref()).document(body);
                self.document(&document)
            }
        };
        match written {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                tell(failure(&lost(&error, exit)).as_bytes());
                if exit.is_error() { exit } else { Exit::CouldNotRun }
            }
            // A reader that went away has read what it wanted.
            Ok(()) | Err(_) => exit,
        }
    }

    /// Whether the text of a verb is a summary of what it did rather than what was asked for.
    fn is_summary(verb: &str) -> bool {
        matches!(verb, "publish" | "pack" | "sync" | "apply" | "deploy" | "webconfig transform")
            || matches!(verb, "releases activate" | "releases prune")
    }

    fn document(&self, document: &Value) -> std::io::Result<()> {
        if let Some(events) = &self.events {
            return try_emit(
                &serde_json::json!({ "event": "end", "seconds": events.seconds(), "document": document }),
            );
        }
        let stdout = std::io::stdout();
        let text = if stdout.is_terminal() {
            serde_json::to_string_pretty(document)
        } else {
            serde_json::to_string(document)
        };
        let mut text = text.expect("a JSON value can be written");
        text.push('\n');
        write(&mut stdout.lock(), text.as_bytes())
    }
}

/// That an answer did not get to where it was sent.
fn lost(error: &std::io::Error, exit: Exit) -> Failure {
    let work = format!("the work itself ended with exit code {}", exit.code());
    Failure::of(error).context("the answer cannot be written to stdout").hint(work)
}

/// Shows progress, and knows whether somebody wants an end.
impl Monitor for Session {
    fn begin(&self, phase: Phase, total_files: Option<u64>, total_bytes: Option<u64>) {
        tracing::debug!(total_files, total_bytes, "begin to {}", phase.word());
        self.display().begin(phase, total_files, total_bytes);
    }

    fn advance(&self, phase: Phase, files: u64, bytes: u64) {
        self.display().advance(phase, files, bytes);
    }

    fn warning(&self, message: &str, path: Option<&RelPath>) {
        self.display().warning(message, path);
    }

    fn retry(&self, retry: &Retry<'_>) {
        self.display().retry(retry);
    }

    fn step(&self, op: &str, path: &RelPath, size: u64) {
        tracing::trace!(size, "{op} {}", path.as_str().escape_debug());
        self.display().step(op, path, size);
    }

    fn is_interrupted(&self) -> bool {
        let asked = interrupt::is_asked();
        if asked && !self.is_told.swap(true, Ordering::Relaxed) {
            self.display().warning(INTERRUPTED, None);
        }
        asked
    }

    fn end(&self, phase: Phase) {
        self.display().end(phase);
    }
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> std::io::Result<()> {
    out.write_all(bytes).and_then(|()| out.flush())
}

/// Writes to stderr; where nobody reads that, there is no other place for it.
fn tell(bytes: &[u8]) {
    if let Err(error) = write(&mut anstream::stderr(), bytes) {
        tracing::debug!(%error, "nobody reads stderr");
    }
}
