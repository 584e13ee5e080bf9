use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::command_line::{Style, switch_of_line};
use super::lines::directory_path;
use super::settings::Settings;
use super::switches::{Group, Kind, SWITCHES, Value};

/// A line that is no switch and stands in no list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JobError {
    /// From 1.
    pub(super) line: usize,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    None,
    Include,
    Files,
    Directories,
}

/// Reads a job file: UTF-8, UTF-16 with a mark, or the code page of western Europe; `::` begins a
/// comment anywhere in a line.
///
/// A line is a switch, or a name for the list that is open, blanks included. Further words behind a
/// switch are taken as on the command line.
pub(super) fn read(bytes: &[u8], style: Style) -> Result<Settings, JobError> {
    let mut reader = Reader { settings: Settings::default(), list: List::None, style };
    for (at, line) in decode(bytes).lines().enumerate() {
        let line = line.split("::").next().unwrap_or_default().trim();
        if !line.is_empty() {
            let bad = || JobError { line: at + 1, text: line.to_owned() };
            reader.line(line).ok_or_else(bad)?;
        }
    }
    Ok(reader.settings)
}

struct Reader {
    settings: Settings,
    list: List,
    style: Style,
}

impl Reader {
    fn line(&mut self, line: &str) -> Option<()> {
        let first = line.split_whitespace().next()?;
        match switch_of_line(first, self.style) {
            None => self.name(line),
            // Its path may hold blanks.
            Some((switch, _)) if switch.kind == Kind::Path => self.word(line),
            Some(_) => words(line).into_iter().try_for_each(|word| self.word(word)),
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let Some((switch, value)) = switch_of_line(word, self.style) else {
            return self.name(word);
        };
        let settings = &mut self.settings;
        match (switch.name, switch.kind.read(value.map(str::trim))?) {
            ("IF", _) => self.list = List::Include,
            ("XF", _) => self.list = List::Files,
            ("XD", _) => self.list = List::Directories,
            ("SD", Value::Text(path)) => settings.source = Some(PathBuf::from(path)),
            ("DD", Value::Text(path)) => settings.destination = Some(PathBuf::from(path)),
            ("JOB", _) => return None,
            (_, value) => settings.set(switch, value),
        }
        Some(())
    }

    /// Adds a name to the list that is open, if one is.
    fn name(&mut self, name: &str) -> Option<()> {
        let settings = &mut self.settings;
        let names = match self.list {
            List::None => return None,
            List::Include => &mut settings.include,
            List::Files => &mut settings.exclude_files,
            List::Directories => &mut settings.exclude_directories,
        };
        names.push(name.trim_matches('"').to_owned());
        Some(())
    }
}

/// The words of a line; blanks between quotation marks belong to their word.
fn words(line: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let words = line.split(|c: char| {
        is_quoted ^= c == '"';
        c.is_whitespace() && !is_quoted
    });
    words.filter(|word| !word.is_empty()).collect()
}

fn decode(bytes: &[u8]) -> String {
    let units = |rest: &[u8], of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = rest.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // Latin-1: every byte is its character.
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}

/// A job file that says what `settings` say; `source` and `destination` are full paths.
///
/// Source: public listings of job files that robocopy saved, and of its table of texts.
pub(super) fn write(settings: &Settings, name: &Path, places: [Option<&Path>; 2]) -> String {
    let mut text = String::new();
    let mut line = |args: std::fmt::Arguments<'_>| {
        writeln!(text, "{args}").expect("a string takes everything");
    };
    line(format_args!("::\n:: Robocopy Job {}\n::", name.display()));
    let [source, destination] = places;
    let sides = [
        ("Source Directory", "SD", "NOSD", source),
        ("Destination Directory", "DD", "NODD", destination),
    ];
    for (title, given, open, place) in sides {
        line(format_args!("\n::\n:: {title} :\n::"));
        match place.filter(|_| !settings.has(open)) {
            Some(place) => {
                line(format_args!("\t/{given}:{}\t:: {title}.", directory_path(place)));
            }
            None => line(format_args!("\t/{open}\t\t:: No {title} is specified.")),
        }
    }
    let lists = [
        ("Include These Files", "IF", "Include Files", &settings.include),
        ("Exclude These Directories", "XD", "eXclude Directories", &settings.exclude_directories),
        ("Exclude These Files", "XF", "eXclude Files", &settings.exclude_files),
    ];
    let open = "(currently - Command Line may override)";
    for (title, switch, what, names) in lists {
        line(format_args!("\n::\n:: {title} :\n::\n\t/{switch}\t\t:: {what} matching these names"));
        // What was not said stays open for whoever reads the job.
        match (names.is_empty(), switch) {
            (true, "IF") => line(format_args!("::\t\t*.*\t:: Include all names {open}")),
            (true, _) => line(format_args!("::\t\t\t:: eXclude no names {open}")),
            (false, _) => names.iter().for_each(|name| line(format_args!("\t\t{name}"))),
        }
    }
    for group in Group::ALL {
        let switches: Vec<_> = written(settings, group).collect();
        if switches.is_empty() {
            continue;
        }
        line(format_args!("\n::\n:: {} :\n::", group.heading()));
        for (switch, help) in switches {
            line(format_args!("\t{switch}\t\t:: {help}."));
        }
    }
    text.replace('\n', "\r\n")
}

/// The switches of a group in force, defaults included, with what they mean.
fn written(settings: &Settings, group: Group) -> impl Iterator<Item = (String, &'static str)> {
    let switches = SWITCHES.iter().filter(move |switch| switch.group == group);
    switches.filter_map(move |switch| {
        let text = match switch.name {
            "SAVE" | "QUIT" | "JOB" | "NOSD" | "NODD" | "XF" | "XD" => return None,
            "S" if settings.walks() => "/S".into(),
            "E" if settings.walks_all() => "/E".into(),
            "PURGE" if settings.has("MIR") => "/PURGE".into(),
            "COPY" if !settings.has_any(&["NOCOPY", "SEC", "COPYALL"]) => {
                format!("/COPY:{}", settings.copy_letters())
            }
            "DCOPY" if !settings.has("NODCOPY") => {
                format!("/DCOPY:{}", settings.directory_letters())
            }
            "R" => format!("/R:{}", settings.retries()),
            "W" => format!("/W:{}", settings.wait_seconds()),
            name => spelled(name, settings.value(name)?),
        };
        Some((text, switch.help))
    })
}

/// A switch with its value.
pub(super) fn spelled(name: &str, value: &Value) -> String {
    match value {
        Value::None => format!("/{name}"),
        Value::Number(number) => format!("/{name}:{number}"),
        Value::Age(age) => format!("/{name}:{age}"),
        Value::Letters(text) | Value::Text(text) => format!("/{name}:{text}"),
        Value::Yes(yes) => format!("/{name}:{}", if *yes { 'Y' } else { 'N' }),
        Value::Hours(from, to) => {
            let hhmm = |minutes: &u16| minutes / 60 * 100 + minutes % 60;
            format!("/{name}:{:04}-{:04}", hhmm(from), hhmm(to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{JobError, read, write};
    use crate::robocopy::command_line::Style;
    use crate::robocopy::settings::Settings;
    use crate::robocopy::switches::{Value, find};
    use proptest::prelude::*;
    use std::path::Path;

    fn parse(bytes: &[u8]) -> Settings {
        read(bytes, Style::Windows).unwrap()
    }

    const TEXT: &str = "::\r\n:: Robocopy Job\r\n\t/SD:C:\\My Source\\\t:: Source Directory.\r\n\t/NODD\r\n\
                        \t/XF\t\t:: names follow\r\n\t\t*.tmp\r\n\t\t\"with blank.txt\"\r\n/XD\r\n\tbin\r\n\
                        \t/MIR :: mirror\r\n\t/R:3\r\n\t/RH:2200-0600\r\n";

    #[test]
    fn comments_lists_and_places_are_read_in_every_encoding() {
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(TEXT.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let marked = [b"\xEF\xBB\xBF".as_slice(), TEXT.as_bytes()].concat();
        for bytes in [TEXT.as_bytes(), &utf16, &marked] {
            let job = parse(bytes);
            assert_eq!(job.source.as_deref(), Some(Path::new("C:\\My Source\\")));
            assert_eq!(job.exclude_files, ["*.tmp", "with blank.txt"]);
            assert_eq!(job.exclude_directories, ["bin"]);
            assert!(job.has("MIR") && job.has("NODD"));
            assert_eq!(job.value("RH"), Some(&Value::Hours(1320, 360)));
        }
        assert_eq!(parse(b"/XF\n\tcaf\xE9.txt\n").exclude_files, ["café.txt"]);
        assert_eq!(parse(b"/XF *.tmp *.bak\n/S").exclude_files, ["*.tmp", "*.bak"]);
    }

    #[test]
    fn more_words_of_a_line_are_those_of_a_command_line() {
        let job = parse(
            b"/MIR /R:1\t/W:2\n/XF *.tmp \"a b\" /NP\n\tmore names\n/LOG:C:\\my logs\\a.log\n",
        );
        assert!(job.has("MIR") && job.has("NP"));
        assert_eq!((job.number("R"), job.number("W")), (Some(1), Some(2)));
        assert_eq!(job.exclude_files, ["*.tmp", "a b", "more names"]);
        assert_eq!(job.text("LOG"), Some("C:\\my logs\\a.log"));
        assert_eq!(read(b"/S name", Style::Windows).unwrap_err().line, 1);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, line) in [("/S\n/R:x\n", 2), ("name\n", 1), ("\n\n/FOO\n", 3), ("/JOB:a", 1)] {
            assert_eq!(read(text.as_bytes(), Style::Windows).unwrap_err().line, line, "{text}");
        }
        let JobError { text, .. } = read(b"/WHAT :: x", Style::Windows).unwrap_err();
        assert_eq!(text, "/WHAT");
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for style in [Style::Windows, Style::Unix] {
                drop(read(&bytes, style));
            }
        }

        #[test]
        fn whatever_is_read_is_the_same_when_written_and_read_again(
            lines in prop::collection::vec(
                "(/(S|E|MIR|R:[0-9]{1,3}|MAXAGE:2021013[01]|RH:0100-2359|XF|XD|IF|SPARSE:N|A-:RH|LOG:[a-z]{1,5})|[a-z*?.]{1,6})",
                0..12,
            ),
        ) {
            let text = format!("/IF\n{}", lines.join("\n"));
            let Ok(job) = read(text.as_bytes(), Style::Windows) else { return Ok(()) };
            let written = write(&job, Path::new("x.RCJ"), [None, None]);
            let again = read(written.as_bytes(), Style::Windows).unwrap();
            prop_assert_eq!(write(&again, Path::new("x.RCJ"), [None, None]), written);
            prop_assert_eq!(again.exclude_files, job.exclude_files);
        }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let mut settings = parse(TEXT.as_bytes());
        settings.destination = Some("C:\\d".into());
        settings.set(
            find("MAXAGE").unwrap(),
            find("MAXAGE").unwrap().kind.read(Some("20210131")).unwrap(),
        );
        let places = [Some(Path::new("C:\\My Source\\")), Some(Path::new("C:\\d"))];
        let text = write(&settings, Path::new("C:\\job.RCJ"), places);
        assert!(
            text.lines().count() > 20 && text.matches('\n').count() == text.matches("\r\n").count()
        );
        let again = parse(text.as_bytes());
        let twice = write(&again, Path::new("C:\\job.RCJ"), [again.source.as_deref(), None]);
        assert_eq!(twice, text);
        for line in [
            "\t/NODD\t",
            "\t/S\t",
            "\t/E\t",
            "\t/PURGE\t",
            "\t/MIR\t",
            "\t/R:3\t",
            "\t/W:30\t",
            "\t/COPY:DAT\t",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
