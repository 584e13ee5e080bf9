use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase, Retry};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::render::text::printable;
use crate::wire::WireHolder;

/// How often the event stream tells about progress: at most four times a second.
const EVENT_INTERVAL: Duration = Duration::from_millis(250);

/// Progress bars on stderr, one phase after the other.
pub(crate) struct Bars {
    bar: Mutex<Option<(Phase, ProgressBar)>>,
    files: AtomicU64,
    total_files: AtomicU64,
}

/// How a phase is shown: bytes with their rate and the time that is left, where their sum is known;
/// else files; else only that something goes on.
fn template(total_files: Option<u64>, total_bytes: Option<u64>) -> &'static str {
    match (total_files, total_bytes) {
        (_, Some(bytes)) if bytes > 0 => {
            "{prefix:>10} [{bar:30}] {binary_bytes}/{binary_total_bytes} {msg} {binary_bytes_per_sec}, {eta} left"
        }
        (Some(_), _) => "{prefix:>10} [{bar:30}] {pos}/{len} files, {per_sec}, {eta} left",
        (None, _) => "{prefix:>10} {spinner} {pos} files, {elapsed}",
    }
}

impl Bars {
    /// Bars, when stderr is a terminal.
    pub(crate) fn for_terminal() -> Option<Self> {
        std::io::stderr().is_terminal().then(Self::new)
    }

    fn new() -> Self {
        Self { bar: Mutex::default(), files: AtomicU64::new(0), total_files: AtomicU64::new(0) }
    }

    fn with(&self, phase: Phase, act: impl FnOnce(&ProgressBar)) {
        if let Some((current, bar)) = &*self.bar.lock().expect("drawing does not panic")
            && *current == phase
        {
            act(bar);
        }
    }

    /// Shows a line above the bar.
    fn line(&self, text: &str) {
        match &*self.bar.lock().expect("drawing does not panic") {
            Some((_, bar)) if !bar.is_finished() => bar.suspend(|| tell(text)),
            _ => tell(text),
        }
    }

    fn counts_bytes(bar: &ProgressBar) -> bool {
        !bar.message().is_empty()
    }
}

impl Monitor for Bars {
    fn begin(&self, phase: Phase, total_files: Option<u64>, total_bytes: Option<u64>) {
        let style = ProgressStyle::with_template(template(total_files, total_bytes))
            .expect("the templates are valid");
        let bytes = total_bytes.filter(|bytes| *bytes > 0);
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(bytes.or(total_files), target)
            .with_style(style.progress_chars("=> "))
            .with_prefix(phase.word());
        self.files.store(0, Ordering::Relaxed);
        self.total_files.store(total_files.unwrap_or(0), Ordering::Relaxed);
        if bytes.is_some() {
            bar.set_message(format!("0/{} files", total_files.unwrap_or(0)));
        }
        *self.bar.lock().expect("drawing does not panic") = Some((phase, bar));
    }

    fn advance(&self, phase: Phase, files: u64, bytes: u64) {
        let done = self.files.fetch_add(files, Ordering::Relaxed) + files;
        let all = self.total_files.load(Ordering::Relaxed);
        self.with(phase, |bar| {
            if !Self::counts_bytes(bar) {
                return bar.inc(files);
            }
            bar.inc(bytes);
            if files > 0 {
                bar.set_message(format!("{done}/{all} files"));
            }
        });
    }

    fn warning(&self, message: &str, path: Option<&RelPath>) {
        self.line(&warning_line(message, path));
    }

    fn retry(&self, retry: &Retry<'_>) {
        if retry.attempt == 1 {
            self.line(&retry_line(retry));
        }
    }

    fn end(&self, phase: Phase) {
        self.with(phase, ProgressBar::finish_and_clear);
    }
}

/// Tells what a person has to know while work goes on, where there is no terminal to draw on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Plain;

impl Monitor for Plain {
    fn warning(&self, message: &str, path: Option<&RelPath>) {
        tell(&warning_line(message, path));
    }

    fn retry(&self, retry: &Retry<'_>) {
        if retry.attempt == 1 {
            tell(&retry_line(retry));
        }
    }
}

fn warning_line(message: &str, path: Option<&RelPath>) -> String {
    let about = path.map(|path| format!("`{}`: ", printable(path.as_str()))).unwrap_or_default();
    format!("warning: {about}{}", printable(message))
}

fn retry_line(retry: &Retry<'_>) -> String {
    let Retry { message, path, attempt: _, holders } = *retry;
    let about = path.map(|path| format!("`{}`: ", printable(path.as_str()))).unwrap_or_default();
    let names: Vec<_> =
        holders.iter().map(|by| format!("{} (pid {})", printable(&by.name), by.pid)).collect();
    let by = if names.is_empty() { String::new() } else { format!(" by {}", names.join(", ")) };
    format!("waiting: {about}{}{by}", printable(message))
}

/// Writes a line to stderr; a reader that went away is no error.
fn tell(line: &str) {
    if writeln!(std::io::stderr().lock(), "{line}").is_err() {
        tracing::debug!("the reader of stderr went away");
    }
}

/// A JSON object a line on stdout: `spec/json.md` section 11.
pub(crate) struct Events {
    started: Instant,
    files: AtomicU64,
    bytes: AtomicU64,
    last: Mutex<Option<Instant>>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event<'a> {
    Phase {
        seconds: f64,
        phase: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        total_files: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        total_bytes: Option<u64>,
    },
    Progress {
        seconds: f64,
        phase: &'a str,
        files: u64,
        bytes: u64,
    },
    Warning {
        seconds: f64,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<&'a str>,
    },
    Retry {
        seconds: f64,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<&'a str>,
        attempt: u64,
        holders: Vec<WireHolder>,
    },
    Step {
        seconds: f64,
        op: &'a str,
        path: &'a str,
        size: u64,
    },
}

impl Events {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            last: Mutex::new(None),
        }
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

/// Writes one line and flushes it; a stream that nobody takes ends silently.
pub(crate) fn emit(event: &impl Serialize) {
    if let Err(error) = try_emit(event) {
        tracing::debug!(%error, "the event stream ends here");
    }
}

/// As [`emit`], for what must not be lost.
pub(crate) fn try_emit(event: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(event).expect("events are plain data");
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush())
}

impl Monitor for Events {
    fn begin(&self, phase: Phase, total_files: Option<u64>, total_bytes: Option<u64>) {
        self.files.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
        emit(&Event::Phase {
            seconds: self.seconds(),
            phase: phase.word(),
            total_files,
            total_bytes,
        });
    }

    fn advance(&self, phase: Phase, files: u64, bytes: u64) {
        let files = self.files.fetch_add(files, Ordering::Relaxed) + files;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let mut last = self.last.lock().expect("writing a line does not panic");
        let now = Instant::now();
        if last.is_none_or(|at| now.duration_since(at) >= EVENT_INTERVAL) {
            *last = Some(now);
            emit(&Event::Progress { seconds: self.seconds(), phase: phase.word(), files, bytes });
        }
    }

    fn warning(&self, message: &str, path: Option<&RelPath>) {
        let path = path.map(RelPath::as_str);
        emit(&Event::Warning { seconds: self.seconds(), message, path });
    }

    fn retry(&self, retry: &Retry<'_>) {
        let Retry { message, path, attempt, holders } = *retry;
        let path = path.map(RelPath::as_str);
        let holders = holders.iter().map(WireHolder::held_by).collect();
        emit(&Event::Retry { seconds: self.seconds(), message, path, attempt, holders });
    }

    fn step(&self, op: &str, path: &RelPath, size: u64) {
        emit(&Event::Step { seconds: self.seconds(), op, path: path.as_str(), size });
    }
}

#[cfg(test)]
mod tests {
    use super::{Bars, Event, retry_line, template, warning_line};
    use crate::wire::WireHolder;
    use iisle_path::RelPath;
    use iisle_report::{HeldBy, Monitor, Phase, Retry};
    use indicatif::ProgressStyle;

    fn path() -> RelPath {
        RelPath::parse("bin/App.dll").unwrap()
    }

    fn holders() -> Vec<HeldBy> {
        vec![HeldBy { pid: 4312, name: "w3wp.exe".into(), user: None, service: None }]
    }

    #[test]
    fn every_phase_can_be_drawn_with_what_is_known_of_it() {
        for files in [None, Some(0), Some(7)] {
            for bytes in [None, Some(0), Some(100)] {
                assert!(ProgressStyle::with_template(template(files, bytes)).is_ok());
                let bars = Bars::new();
                bars.begin(Phase::Copy, files, bytes);
                bars.advance(Phase::Copy, 1, 50);
                bars.advance(Phase::Delete, 1, 50);
                let expected = if bytes == Some(100) { 50 } else { 1 };
                bars.with(Phase::Copy, |bar| assert_eq!(bar.position(), expected));
                bars.end(Phase::Copy);
            }
        }
        assert!(template(Some(7), Some(100)).contains("{binary_bytes_per_sec}, {eta} left"));
    }

    #[test]
    fn what_waits_and_why_is_told_in_a_line() {
        let (path, holders) = (path(), holders());
        let retry =
            Retry { message: "it is in use", path: Some(&path), attempt: 1, holders: &holders };
        let line = "waiting: `bin/App.dll`: it is in use by w3wp.exe (pid 4312)";
        assert_eq!(retry_line(&retry), line);
        assert_eq!(
            warning_line("a\u{1b}b", None),
            "warning: a\u{fffd}b".replace('\u{fffd}', &super::printable("\u{1b}"))
        );
    }

    #[test]
    fn retries_and_warnings_are_events() {
        let holders = holders().iter().map(WireHolder::held_by).collect();
        let retry = Event::Retry {
            seconds: 1.0,
            message: "it is in use",
            path: Some("bin/App.dll"),
            attempt: 2,
            holders,
        };
        assert_eq!(
            serde_json::to_string(&retry).unwrap(),
            r#"{"event":"retry","seconds":1.0,"message":"it is in use","path":"bin/App.dll","attempt":2,"holders":[{"pid":4312,"name":"w3wp.exe"}]}"#
        );
        let warning = Event::Warning { seconds: 1.0, message: "m", path: None };
        assert_eq!(
            serde_json::to_string(&warning).unwrap(),
            r#"{"event":"warning","seconds":1.0,"message":"m"}"#
        );
    }
}
