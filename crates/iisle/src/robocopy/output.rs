use std::io::Write;
use std::path::Path;

use iisle_ops::robocopy::{LogMode, SystemError, console_bytes, is_empty_log, open_log};

use super::settings::Settings;

/// How text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    /// As console programs of this machine write files.
    Console,
    Utf16,
}

/// Where a report goes: the console, a log file, or both. Lines end as on Windows, everywhere.
pub(super) struct Output<'a> {
    console: Option<(&'a mut dyn Write, Encoding)>,
    log: Option<(Box<dyn Write + Send>, Encoding)>,
}

/// A log that cannot be opened.
pub(super) struct NoLog {
    pub(super) path: String,
    pub(super) error: SystemError,
}

impl<'a> Output<'a> {
    /// Only the console.
    pub(super) fn console(console: &'a mut dyn Write, settings: &Settings) -> Self {
        let encoding = if settings.has("UNICODE") { Encoding::Utf16 } else { Encoding::Utf8 };
        Self { console: Some((console, encoding)), log: None }
    }

    /// What the settings ask for. The console hears where the log is.
    pub(super) fn open(
        console: &'a mut dyn Write,
        settings: &Settings,
        full: impl Fn(&Path) -> std::path::PathBuf,
    ) -> Result<Self, NoLog> {
        let mut output = Self::console(console, settings);
        let logs = [
            ("LOG", LogMode::Replace, Encoding::Console),
            ("LOG+", LogMode::Append, Encoding::Console),
            ("UNILOG", LogMode::Replace, Encoding::Utf16),
            ("UNILOG+", LogMode::Append, Encoding::Utf16),
        ];
        let asked = logs.iter().find_map(|(name, mode, encoding)| {
            settings.text(name).map(|path| (path, *mode, *encoding))
        });
        let Some((path, mode, encoding)) = asked else { return Ok(output) };
        let place = full(Path::new(path));
        let begins = mode == LogMode::Replace || is_empty_log(&place);
        let log = open_log(&place, mode);
        let mut log = log.map_err(|error| NoLog { path: place.display().to_string(), error })?;
        output.text(&format!("\n Log File : {}\n", place.display()));
        if !settings.has("TEE") {
            output.flush();
            output.console = None;
        }
        if begins && encoding == Encoding::Utf16 {
            write(&mut log, "\u{feff}", encoding);
        }
        output.log = Some((log, encoding));
        Ok(output)
    }

    /// Writes text whose lines end in a line feed.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let text = text.replace('\n', "\r\n");
        if let Some((console, encoding)) = &mut self.console {
            write(*console, &text, *encoding);
        }
        if let Some((log, encoding)) = &mut self.log {
            write(log, &text, *encoding);
        }
    }

    /// Writes text as it is.
    pub(super) fn raw(&mut self, text: &str) {
        if let Some((console, encoding)) = &mut self.console {
            write(*console, text, *encoding);
        }
        if let Some((log, encoding)) = &mut self.log {
            write(log, text, *encoding);
        }
    }

    /// Shows what was written so far.
    pub(super) fn flush(&mut self) {
        let console = self.console.as_mut().map(|(console, _)| console.flush());
        let log = self.log.as_mut().map(|(log, _)| log.flush());
        for error in [console, log].into_iter().flatten().filter_map(Result::err) {
            tracing::debug!(%error, "the reader of the report went away");
        }
    }
}

/// Writes; a reader that went away is no reason to stop copying.
fn write(to: &mut dyn Write, text: &str, encoding: Encoding) {
    let written = match encoding {
        Encoding::Utf8 => to.write_all(text.as_bytes()),
        Encoding::Console => to.write_all(&console_bytes(text)),
        Encoding::Utf16 => {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            to.write_all(&bytes)
        }
    };
    if let Err(error) = written {
        tracing::debug!(%error, "the reader of the report went away");
    }
}

#[cfg(test)]
mod tests {
    use super::{Output, console_bytes};
    use crate::robocopy::command_line::{Style, parse};
    use std::fs;
    use std::path::Path;

    /// What the console and the log `r.log` hold afterwards.
    fn check(folder: &Path, switches: &str) -> (String, Vec<u8>) {
        let line = format!("s d {switches}");
        let words: Vec<_> = line.split_whitespace().map(Into::into).collect();
        let settings = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap();
        let mut console = Vec::new();
        let Ok(mut output) = Output::open(&mut console, &settings, |path| folder.join(path)) else {
            panic!("the log can be opened")
        };
        output.text("é\n");
        output.flush();
        drop(output);
        let console = String::from_utf8_lossy(&console).replace(&*folder.to_string_lossy(), "…");
        #[expect(clippy::disallowed_methods, reason = "a test may")]
        let log = fs::read(folder.join("r.log")).unwrap_or_default();
        (console, log)
    }

    #[test]
    fn a_report_goes_where_it_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        assert_eq!(check(at, ""), ("é\r\n".into(), Vec::new()));
        let separator = std::path::MAIN_SEPARATOR;
        let told = format!("\r\n Log File : …{separator}r.log\r\n");
        // As console programs of the machine write it: UTF-8 but on Windows.
        let line = console_bytes("é\r\n");
        assert_eq!(check(at, "/LOG:r.log"), (told.clone(), line.clone()));
        assert_eq!(check(at, "/LOG+:r.log /TEE"), (format!("{told}é\r\n"), line.repeat(2)));
        let (_, log) = check(at, "/UNILOG:r.log");
        assert_eq!(log, b"\xFF\xFE\xE9\0\r\0\n\0");
        let (_, log) = check(at, "/UNILOG+:r.log");
        assert_eq!(log, b"\xFF\xFE\xE9\0\r\0\n\0\xE9\0\r\0\n\0", "one mark");
    }

    #[test]
    fn a_log_in_no_folder_is_an_error_of_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let words: Vec<_> = ["s", "d", "/LOG:none/r.log"].map(Into::into).into();
        let settings = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap();
        let mut console = Vec::new();
        let opened = Output::open(&mut console, &settings, |path| folder.path().join(path));
        assert_eq!(opened.err().unwrap().error.code, 3);
    }
}
