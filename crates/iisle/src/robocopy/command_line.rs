use std::ffi::{OsStr, OsString};
use std::path::{MAIN_SEPARATOR, PathBuf};

use super::job_file::{self, JobError};
use super::settings::Settings;
use super::switches::{Kind, Switch, Value, find};
use super::usage::UsageError;

/// How paths are told from switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A path hardly ever begins with `/`.
    Windows,
    /// Every full path does.
    Unix,
}

impl Style {
    pub(super) fn of_this_machine() -> Self {
        if MAIN_SEPARATOR == '\\' { Self::Windows } else { Self::Unix }
    }
}

/// Where names go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// Source, destination, then file specifications.
    Include,
    Files,
    Directories,
}

/// What a word is.
enum Word<'a> {
    Switch(&'static Switch, Option<&'a str>),
    Own(&'a str),
    Name,
    Unknown,
}

/// What could not be read, and what could.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unread {
    pub(super) settings: Settings,
    pub(super) error: UsageError,
}

/// Reads the bytes of a job file.
pub(super) type ReadJob<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, UsageError>;

/// Reads the words behind the name of the program.
pub(super) fn parse(
    words: &[OsString],
    style: Style,
    read_job: ReadJob<'_>,
) -> Result<Settings, Box<Unread>> {
    let mut parser = Parser::new(style);
    let read = parser.jobs(words, read_job).and_then(|()| {
        words.iter().enumerate().try_for_each(|(at, word)| parser.word(at + 1, word))
    });
    match read {
        Ok(()) => Ok(parser.finish()),
        Err(error) => Err(Box::new(Unread { settings: parser.finish(), error })),
    }
}

struct Parser {
    style: Style,
    /// From job files.
    base: Settings,
    /// From the command line.
    typed: Settings,
    list: List,
}

impl Parser {
    fn new(style: Style) -> Self {
        Self { style, base: Settings::default(), typed: Settings::default(), list: List::Include }
    }

    fn finish(self) -> Settings {
        let mut settings = self.base;
        settings.merge(self.typed);
        settings
    }

    fn needs_source(&self) -> bool {
        self.typed.source.is_none() && (self.base.source.is_none() || self.base.has("NOSD"))
    }

    fn needs_destination(&self) -> bool {
        self.typed.destination.is_none()
            && (self.base.destination.is_none() || self.base.has("NODD"))
    }

    /// Reads all job files first: what is typed counts more, wherever it stands.
    fn jobs(&mut self, words: &[OsString], read_job: ReadJob<'_>) -> Result<(), UsageError> {
        for word in words.iter().filter_map(|word| word.to_str()) {
            let Word::Switch(switch, Some(name)) = classify(word, self.style, Missing::Both) else {
                continue;
            };
            if switch.name != "JOB" {
                continue;
            }
            let bytes = read_job(name.trim_matches('"'))?;
            let job = job_file::read(&bytes, self.style).map_err(|JobError { line, text }| {
                UsageError::new(format!("ERROR : Invalid Job File, Line #{line} :\"{text}\""))
            })?;
            self.base.merge(job);
        }
        Ok(())
    }

    fn word(&mut self, at: usize, word: &OsStr) -> Result<(), UsageError> {
        let style = self.style;
        let invalid = || UsageError::invalid(at, &word.to_string_lossy(), style);
        let Some(text) = word.to_str() else {
            return self.name(word).ok_or_else(invalid);
        };
        let missing = match (self.list, self.needs_source() || self.needs_destination()) {
            (List::Include, true) => Missing::Some,
            _ => Missing::Nothing,
        };
        match classify(text, self.style, missing) {
            Word::Unknown => Err(invalid()),
            Word::Own(option) => {
                if self.typed.own.read(option) {
                    Ok(())
                } else {
                    Err(invalid())
                }
            }
            Word::Name if text.contains('"') => Err(UsageError::quoted(at, text)),
            Word::Name => self.name(word).ok_or_else(invalid),
            Word::Switch(switch, value) => {
                self.switch(switch, value).ok_or_else(|| UsageError::value(at, text, switch))
            }
        }
    }

    fn name(&mut self, name: &OsStr) -> Option<()> {
        let text = name.to_string_lossy();
        match self.list {
            List::Files => self.typed.exclude_files.push(text.into_owned()),
            List::Directories => self.typed.exclude_directories.push(text.into_owned()),
            List::Include if is_pattern(&text) => self.typed.include.push(text.into_owned()),
            // A variable that is not set must not become the current directory.
            List::Include
                if text.is_empty() && (self.needs_source() || self.needs_destination()) =>
            {
                return None;
            }
            List::Include if self.needs_source() => self.typed.source = Some(name.into()),
            List::Include if self.needs_destination() => self.typed.destination = Some(name.into()),
            List::Include if is_path(&text, self.style) => {
                // A job named both, and what is typed counts more.
                if self.typed.source.is_none() {
                    self.typed.source = Some(name.into());
                } else if self.typed.destination.is_none() {
                    self.typed.destination = Some(name.into());
                } else {
                    return None;
                }
            }
            List::Include => self.typed.include.push(text.into_owned()),
        }
        Some(())
    }

    fn switch(&mut self, switch: &'static Switch, value: Option<&str>) -> Option<()> {
        let value = switch.kind.read(value)?;
        match (switch.name, &value) {
            ("XF", _) => self.list = List::Files,
            ("XD", _) => self.list = List::Directories,
            ("IF", _) => self.list = List::Include,
            // It was read before everything else.
            ("JOB", _) => {}
            ("SD", Value::Text(path)) => self.typed.source = Some(PathBuf::from(path)),
            ("DD", Value::Text(path)) => self.typed.destination = Some(PathBuf::from(path)),
            _ => self.typed.set(switch, value),
        }
        Some(())
    }
}

/// What has not been named yet, when a word comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// The job files are being looked for: nothing else counts.
    Both,
    Some,
    Nothing,
}

fn classify(text: &str, style: Style, missing: Missing) -> Word<'_> {
    if text.starts_with("--") {
        return Word::Own(text);
    }
    let Some(body) = text.strip_prefix(['/', '-']) else { return Word::Name };
    let is_slashed = text.starts_with('/');
    let (name, value) = match body.split_once(':') {
        Some((name, value)) => (name, Some(value)),
        None => (body, None),
    };
    if let Some(switch) = find(name) {
        let value_is_path = is_slashed
            && switch.kind != Kind::Path
            && value.is_some_and(|value| value.contains('/'));
        return if value_is_path { Word::Name } else { Word::Switch(switch, value) };
    }
    let is_path =
        is_slashed && (body.contains('/') || (style == Style::Unix && missing == Missing::Some));
    if is_path { Word::Name } else { Word::Unknown }
}

/// The last word that names a log, and its number from 1.
pub(super) fn log_word(words: &[OsString], style: Style) -> Option<(usize, &str)> {
    let logs = ["LOG", "LOG+", "UNILOG", "UNILOG+"];
    let is_log = |word: &str| matches!(classify(word, style, Missing::Nothing), Word::Switch(switch, _) if logs.contains(&switch.name));
    let mut words =
        words.iter().enumerate().filter_map(|(at, word)| Some((at + 1, word.to_str()?)));
    words.rfind(|(_, word)| is_log(word))
}

/// The switch that a line of a job file is, and what follows its colon.
pub(super) fn switch_of_line(line: &str, style: Style) -> Option<(&'static Switch, Option<&str>)> {
    match classify(line, style, Missing::Nothing) {
        Word::Switch(switch, value) => Some((switch, value)),
        Word::Own(_) | Word::Name | Word::Unknown => None,
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?']) && !text.starts_with(r"\\?\")
}

fn is_path(text: &str, style: Style) -> bool {
    let drive = style == Style::Windows && text.as_bytes().get(1) == Some(&b':');
    drive || text.contains('/') || (style == Style::Windows && text.contains('\\'))
}

#[cfg(test)]
mod tests {
    use super::{Style, log_word, parse};
    use crate::robocopy::settings::Settings;
    use crate::robocopy::usage::UsageError;
    use std::ffi::OsString;
    use std::path::Path;

    const JOB: &str =
        "/SD:C:\\job src\\\t:: source\r\n/DD:C:\\job dst\r\n/S\r\n/R:5\r\n/XF\r\n\t*.tmp\r\n";

    fn read(style: Style, line: &str) -> Result<Settings, String> {
        let words: Vec<OsString> = line.split('|').map(OsString::from).collect();
        let job = |name: &str| match name {
            "none" => Err(UsageError::new("ERROR : none")),
            "nosd" => Ok(b"/NOSD\n/DD:C:\\d\n".to_vec()),
            "bad" => Ok(b"/S\nname\n".to_vec()),
            _ => Ok(JOB.as_bytes().to_vec()),
        };
        parse(&words, style, &job).map_err(|unread| unread.error.line)
    }

    fn windows(line: &str) -> Settings {
        read(Style::Windows, line).unwrap()
    }

    fn places(settings: &Settings) -> [Option<&Path>; 2] {
        [settings.source.as_deref(), settings.destination.as_deref()]
    }

    #[test]
    fn the_first_names_are_source_and_destination_the_others_files() {
        let read = windows(r"C:\a|/S|D:\b|*.c|-mir|*.h");
        assert_eq!(places(&read), [Some(Path::new(r"C:\a")), Some(Path::new(r"D:\b"))]);
        assert_eq!(read.include, ["*.c", "*.h"]);
        assert!(read.has("S") && read.has("MIR"));
    }

    #[test]
    fn other_switches_do_not_end_a_list_of_exclusions() {
        let read = windows(r"s|d|*.c|/XF|*.cpp|/S|x.txt|/XD|bin|c:\src\unwanted|/IF|*.h");
        assert_eq!(read.include, ["*.c", "*.h"]);
        assert_eq!(read.exclude_files, ["*.cpp", "x.txt"]);
        assert_eq!(read.exclude_directories, ["bin", r"c:\src\unwanted"]);
    }

    #[test]
    fn full_paths_of_unix_are_no_switches() {
        let unix = |line| read(Style::Unix, line);
        let good = unix("/srv|/S:/x|/E|/XF|/srv/a.txt|/XD|/bin/x").unwrap();
        assert_eq!(places(&good), [Some(Path::new("/srv")), Some(Path::new("/S:/x"))]);
        assert_eq!(good.exclude_files, ["/srv/a.txt"]);
        assert_eq!(good.exclude_directories, ["/bin/x"]);
        let log = unix("/srv/s|/srv/d|/LOG:/tmp/a/b.log|//S/x").unwrap_err();
        assert_eq!(log, "ERROR : Invalid Parameter #4 : \"//S/x\"");
        assert_eq!(unix("/aa|/bb|/LOG:/tmp/b.log").unwrap().text("LOG"), Some("/tmp/b.log"));
        assert_eq!(unix("/aa|/bb|/FOO").unwrap_err(), "ERROR : Invalid Parameter #3 : \"/FOO\"");
        // On Windows the same word is not a place for want of one.
        assert_eq!(
            read(Style::Windows, "/srv|d").unwrap_err(),
            "ERROR : Invalid Parameter #1 : \"/srv\""
        );
        let server = windows("//server/share|/download/test");
        assert_eq!(places(&server)[0], Some(Path::new("//server/share")));
    }

    #[test]
    fn malformed_words_are_named_with_their_number() {
        for (line, number) in [
            ("s|d|/R:x", 3),
            ("s|d|/R", 3),
            ("s|d|/MT:0", 3),
            ("s|/Z:1|d", 2),
            ("|d|/MIR", 1),
            ("s||/E", 2),
            ("s|d|--what", 3),
            ("s|d|e\\f", 3),
        ] {
            let error = read(Style::Windows, line).unwrap_err();
            assert!(
                error.starts_with(&format!("ERROR : Invalid Parameter #{number} :")),
                "{error}"
            );
        }
    }

    #[test]
    fn the_last_value_wins() {
        let read = windows("s|d|/R:1|/r:2|/LOG:a|/LOG+:b");
        assert_eq!(read.number("R"), Some(2));
        assert_eq!((read.text("LOG"), read.text("LOG+")), (None, Some("b")));
    }

    #[test]
    fn what_is_typed_counts_more_than_a_job_wherever_it_stands() {
        let job = windows("/R:1|/JOB:x|*.txt");
        let [source, destination] = places(&job);
        assert_eq!(source, Some(Path::new(r"C:\job src\")));
        assert_eq!(destination, Some(Path::new(r"C:\job dst")));
        assert_eq!((job.number("R"), job.has("S")), (Some(1), true));
        assert_eq!((job.include, job.exclude_files), (vec!["*.txt".into()], vec!["*.tmp".into()]));
        let other = windows(r"C:\other|/JOB:x");
        assert_eq!(places(&other)[0], Some(Path::new(r"C:\other")));
        let later = windows("here|/JOB:nosd");
        assert_eq!(places(&later), [Some(Path::new("here")), Some(Path::new(r"C:\d"))]);
        let bad = read(Style::Windows, "s|d|/JOB:bad").unwrap_err();
        assert_eq!(bad, "ERROR : Invalid Job File, Line #2 :\"name\"");
    }

    #[test]
    fn the_log_that_counts_is_the_last() {
        let words = ["s", "d", "/log:a", "/S", "-UNILOG+:b", "/TEE"].map(OsString::from);
        assert_eq!(log_word(&words, Style::Windows), Some((5, "-UNILOG+:b")));
        assert_eq!(log_word(&words[..2], Style::Windows), None);
    }

    #[test]
    fn a_quote_in_a_path_is_explained() {
        let words = [OsString::from("C:\\a\" D:\\b /S")];
        let unread = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap_err();
        assert!(unread.error.hints.iter().any(|hint| hint.contains("backslash")));
    }
}
