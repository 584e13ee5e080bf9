use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// How often the event stream tells about progress: at most four times a second.
const EVENT_INTERVAL: Duration = Duration::from_millis(250);

/// Progress bars on stderr, one phase after the other.
pub(crate) struct Bars {
    bar: Mutex<Option<(Phase, ProgressBar)>>,
}

impl Bars {
    /// Bars, when stderr is a terminal.
    pub(crate) fn for_terminal() -> Option<Self> {
        std::io::stderr().is_terminal().then(|| Self { bar: Mutex::default() })
    }

    fn with(&self, phase: Phase, act: impl FnOnce(&ProgressBar)) {
        if let Some((current, bar)) = &*self.bar.lock().expect("drawing does not panic")
            && *current == phase
        {
            act(bar);
        }
    }
}

impl Monitor for Bars {
    fn begin(&self, phase: Phase, _total_files: Option<u64>, total_bytes: Option<u64>) {
        let template = if total_bytes.is_some() {
            "{prefix:>10} [{bar:32}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}"
        } else {
            "{prefix:>10} {spinner} {binary_bytes}"
        };
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let bar = ProgressBar::with_draw_target(total_bytes, target)
            .with_style(style.progress_chars("=> "))
            .with_prefix(phase.word());
        *self.bar.lock().expect("drawing does not panic") = Some((phase, bar));
    }

    fn advance(&self, phase: Phase, _files: u64, bytes: u64) {
        self.with(phase, |bar| bar.inc(bytes));
    }

    fn end(&self, phase: Phase) {
        self.with(phase, ProgressBar::finish_and_clear);
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

/// Writes one line and flushes it; a reader that went away ends the stream silently.
pub(crate) fn emit(event: &impl Serialize) {
    let mut line = serde_json::to_vec(event).expect("events are plain data");
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    if out.write_all(&line).and_then(|()| out.flush()).is_err() {
        tracing::debug!("the reader of the event stream went away");
    }
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

    fn step(&self, op: &str, path: &RelPath, size: u64) {
        emit(&Event::Step { seconds: self.seconds(), op, path: path.as_str(), size });
    }
}
