use std::ffi::{OsStr, OsString};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use iisle_ops::robocopy::{
    Ended, Event, Pace, RunMode, absolute, await_changes, read_job_file, write_job_file,
};

use iisle_ops::interrupt;

use super::clock::Clock;
use super::command_line::{Style, log_word, parse};
use super::dates;
use super::header::{self, Mark, Words};
use super::lines::Show;
use super::output::{NoLog, Output};
use super::report::Report;
use super::settings::Settings;
use super::summary::{self, Sum};
use super::to_job::{Order, order, places};
use super::usage::{SIMPLE, UsageError, full};

/// The code for words that cannot be understood, and for places that cannot be reached.
const FATAL: u8 = 16;

/// Bytes of the report that may wait when nobody looks on.
const BUFFER: usize = 64 << 10;

/// Whether the program was called by the name `robocopy`.
pub(crate) fn is_robocopy(program: &OsStr) -> bool {
    let stem = Path::new(program).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.is_some_and(|stem| stem.eq_ignore_ascii_case("robocopy"))
}

/// Runs the command with the words behind its name.
pub(crate) fn run(words: &[OsString], current_dir: &Path) -> ExitCode {
    let stdout = std::io::stdout();
    let code = if stdout.is_terminal() {
        Command { current_dir }.run(words, &mut stdout.lock())
    } else {
        let mut buffered = BufWriter::with_capacity(BUFFER, stdout.lock());
        let code = Command { current_dir }.run(words, &mut buffered);
        if let Err(error) = buffered.flush() {
            tracing::debug!(%error, "the reader of the report went away");
        }
        code
    };
    code.into()
}

struct Command<'a> {
    current_dir: &'a Path,
}

impl Command<'_> {
    fn run(&self, words: &[OsString], console: &mut dyn Write) -> u8 {
        let clock = Clock::of_this_machine();
        let read_job = |name: &str| {
            read_job_file(&self.full(Path::new(name))).map_err(|failure| {
                let causes: Vec<_> =
                    failure.causes.iter().map(|cause| format!(": {cause}")).collect();
                UsageError::new(format!(
                    "ERROR : Opening Job File {}{}",
                    failure.message,
                    causes.concat()
                ))
            })
        };
        let settings = match parse(words, Style::of_this_machine(), &read_job) {
            Ok(settings) => settings,
            Err(unread) => {
                let codes = unread.settings.own.exit_code;
                let mut output = Output::console(console, &unread.settings);
                let error = Some(&unread.error);
                self.refuse(&mut output, &clock, &unread.settings, Words::Refused, error);
                return codes.of(FATAL);
            }
        };
        let codes = settings.own.exit_code;
        codes.of(self.settled(&settings, words, &clock, console))
    }

    fn settled(
        &self,
        settings: &Settings,
        words: &[OsString],
        clock: &Clock,
        console: &mut dyn Write,
    ) -> u8 {
        if settings.has("?") || words.is_empty() {
            let mut output = Output::console(console, settings);
            if settings.has("?") {
                output.text(&header::title(clock.now(), clock.zone()));
                output.text(&full());
            } else {
                self.refuse(&mut output, clock, settings, Words::Understood, None);
            }
            return FATAL;
        }
        if let Some(name) = settings.text("SAVE")
            && let Err(error) = self.save(settings, Path::new(name))
        {
            let mut output = Output::console(console, settings);
            self.refuse(&mut output, clock, settings, Words::Refused, Some(&error));
            return FATAL;
        }
        if settings.has("QUIT") {
            let mut output = Output::console(console, settings);
            self.quit(&mut output, settings, clock);
            return 0;
        }
        let made = places(settings, |path| self.full(path))
            .map_err(|error| (Words::Understood, error))
            .and_then(|places| {
                order(settings, places, clock.now(), clock.zone())
                    .map_err(|error| (Words::Refused, error))
            });
        let order = match made {
            Ok(order) => order,
            Err((words, error)) => {
                let mut output = Output::console(console, settings);
                self.refuse(&mut output, clock, settings, words, Some(&error));
                return FATAL;
            }
        };
        let opened = Output::open(&mut *console, settings, |path| self.full(path));
        match opened {
            Ok(mut output) => copy(settings, &order, clock, &mut output),
            Err(no_log) => {
                let mut output = Output::console(console, settings);
                let word = log_word(words, Style::of_this_machine());
                self.without_log(&mut output, settings, clock, word, &no_log);
                FATAL
            }
        }
    }

    /// Says how the words were taken, for that is all that was wanted.
    fn quit(&self, output: &mut Output<'_>, settings: &Settings, clock: &Clock) {
        let sides = [&settings.source, &settings.destination];
        let sides = sides.map(|side| side.as_deref().map(|path| self.full(path)));
        let places = sides
            .each_ref()
            .map(|side| (side.as_deref(), side.as_deref().map_or(Mark::Unseen, Mark::of)));
        output.text(&header::title(clock.now(), clock.zone()));
        output.text(&header::body(settings, Words::Understood, places));
        output.text(" Quitting : /QUIT Specified on Command Line.\n");
        output.flush();
    }

    /// Says that there will be no report where it was wanted, and therefore no copy.
    fn without_log(
        &self,
        output: &mut Output<'_>,
        settings: &Settings,
        clock: &Clock,
        word: Option<(usize, &str)>,
        no_log: &NoLog,
    ) {
        let NoLog { path, error } = no_log;
        let at = dates::short(clock.now(), clock.zone());
        let code = error.code;
        let text = &error.text;
        output
            .text(&format!("{at} ERROR {code} (0x{code:08X}) Opening Log File {path}\n{text}\r\n"));
        let line = match word {
            Some((at, word)) => format!("ERROR : Invalid Parameter #{at} : \"{word}\""),
            // A job file named it.
            None => format!("ERROR : Invalid Parameter : the log \"{path}\" cannot be written."),
        };
        self.refuse(output, clock, settings, Words::Refused, Some(&UsageError::new(line)));
    }

    fn full(&self, path: &Path) -> PathBuf {
        absolute(path, self.current_dir)
    }

    fn save(&self, settings: &Settings, name: &Path) -> Result<(), UsageError> {
        let place = self.full(name);
        let sides = [&settings.source, &settings.destination];
        let [source, destination] = sides.map(|side| side.as_deref().map(|path| self.full(path)));
        let text =
            super::job_file::write(settings, &place, [source.as_deref(), destination.as_deref()]);
        write_job_file(&place, text.as_bytes()).map(drop).map_err(|failure| {
            UsageError::new(format!("ERROR : Writing Job File : {}", failure.message))
        })
    }

    /// Says what cannot be understood, and how it could be said.
    fn refuse(
        &self,
        output: &mut Output<'_>,
        clock: &Clock,
        settings: &Settings,
        words: Words,
        error: Option<&UsageError>,
    ) {
        output.text(&header::title(clock.now(), clock.zone()));
        if settings.source.is_some() {
            let sides = [&settings.source, &settings.destination];
            let [source, destination] =
                sides.map(|side| side.as_deref().map(|path| self.full(path)));
            // What words name that are too few, but right, is looked at.
            let mark = match (words, &source) {
                (Words::Understood, Some(source)) => Mark::of(source),
                _ => Mark::Unseen,
            };
            let places = [(source.as_deref(), mark), (destination.as_deref(), Mark::Unseen)];
            output.text(&header::body(settings, words, places));
        } else if error.is_some() {
            output.text(&format!("\n{}\n\n", header::RULE));
        }
        if let Some(UsageError { line, hints }) = error {
            output.text(&format!("{line}\n"));
            for hint in hints {
                output.text(&format!("        {hint}.\n"));
            }
        }
        output.text(SIMPLE);
        output.flush();
    }
}

/// Copies once, or again and again, and reports; the exit code.
fn copy(settings: &Settings, order: &Order, clock: &Clock, output: &mut Output<'_>) -> u8 {
    let Order { job, watch, notes } = order;
    let show = Show::of(settings);
    if let Err(error) = interrupt::listen() {
        tracing::debug!(%error, "an interrupt ends the program at once");
    }
    if settings.has("NJH") {
        output.text("\n");
    } else {
        output.text(&header::title(clock.now(), clock.zone()));
        let places =
            [&job.source, &job.destination].map(|path| (Some(path.as_path()), Mark::of(path)));
        output.text(&header::body(settings, Words::Understood, places));
    }
    if settings.has("V") {
        for note in notes {
            output.text(&format!("NOTE : {note}.\n\n"));
        }
    }
    output.flush();
    loop {
        let began = clock.elapsed();
        let mut report = Report::new(output, show.clone(), clock);
        let ended = iisle_ops::robocopy::run(job, clock, &mut |event: Event| report.hear(&event));
        let (Ended::Complete(tally) | Ended::Interrupted(tally)) = &ended else {
            output.text("\n");
            output.flush();
            return ended.exit_code();
        };
        if matches!(ended, Ended::Interrupted(_)) {
            output.text("\nERROR : The run was interrupted; nothing more was copied or deleted.\n");
        }
        output.text(&summary::rule());
        if !settings.has("NJS") {
            let sum = Sum {
                tally,
                took: clock.elapsed().saturating_sub(began),
                ended: clock.now(),
                is_list: job.mode == RunMode::List,
                in_bytes: settings.has("BYTES"),
            };
            output.text(&summary::table(&sum, clock.zone()));
        }
        output.flush();
        let is_watching = watch.changes.is_some() || watch.minutes.is_some();
        if !is_watching || job.mode == RunMode::List || matches!(ended, Ended::Interrupted(_)) {
            return ended.exit_code();
        }
        let (minutes, least) = (watch.minutes.unwrap_or(1), watch.changes.unwrap_or(0));
        output
            .text(&format!("\n  Monitor : Waiting for {minutes} minutes and {least} changes...\n"));
        output.flush();
        let Some(changes) = await_changes(job, *watch, clock) else { return ended.exit_code() };
        output.text(&format!("\n  Monitor : {changes} changes.\n\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::is_robocopy;
    use std::ffi::OsStr;

    #[test]
    fn the_name_of_the_program_decides() {
        for (name, is) in [
            ("robocopy", true),
            ("/usr/local/bin/Robocopy.EXE", true),
            ("iisle", false),
            ("/robocopy/iisle", false),
        ] {
            assert_eq!(is_robocopy(OsStr::new(name)), is, "{name}");
        }
    }
}
