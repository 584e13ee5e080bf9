use std::path::{MAIN_SEPARATOR, Path};

use iisle_ops::robocopy::{Class, DirectoryTag, Event, FileTag, Skip};
use jiff::tz::TimeZone;

use super::settings::Settings;
use super::{dates, sizes};

/// What is shown of everything that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Show {
    skipped: bool,
    times: bool,
    full_paths: bool,
    bytes: bool,
    sizes: bool,
    classes: bool,
    files: bool,
    directories: bool,
    pub(super) progress: bool,
    pub(super) arrival: bool,
}

impl Show {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            skipped: settings.has("V"),
            times: settings.has("TS"),
            // Without lines for directories nobody would know where a file lies.
            full_paths: settings.has_any(&["FP", "NDL", "MT"]),
            bytes: settings.has("BYTES"),
            sizes: !settings.has("NS"),
            classes: !settings.has("NC"),
            files: !settings.has("NFL"),
            directories: !settings.has("NDL"),
            progress: !settings.has("NP"),
            arrival: settings.has("ETA"),
        }
    }

    /// The size on the line of a file.
    fn size(&self, bytes: u64) -> String {
        match () {
            () if !self.sizes => String::new(),
            () if self.bytes => format!("{bytes:>8}"),
            () => format!("{:>8}", sizes::on_line(bytes)),
        }
    }

    /// What an event looks like, lines ended by a line feed; nothing when it is not shown.
    pub(super) fn text(&self, event: &Event, zone: &TimeZone) -> String {
        match event {
            Event::Directory { tag, files, path } => self.directory(*tag, *files, path),
            Event::File { tag, size, modified, path } => {
                if !self.files || (!self.skipped && matches!(tag, FileTag::Skipped(_))) {
                    return String::new();
                }
                let class = if self.classes { file_class(*tag) } else { String::new() };
                let size = self.size(*size);
                let time = if self.times {
                    format!(" {}", dates::short(*modified, &TimeZone::UTC))
                } else {
                    String::new()
                };
                let name = match (self.full_paths, path.file_name()) {
                    (false, Some(name)) => printable(Path::new(name)),
                    _ => printable(path),
                };
                format!("\t{class}\t\t{size}{time}\t{name}\n")
            }
            Event::Progress(_) => String::new(),
            Event::Error { at, error, action, path } => {
                let at = dates::short(*at, zone);
                let (code, action_words) = (error.code, action.words());
                let path = if action.is_about_directory() {
                    directory_path(path)
                } else {
                    printable(path)
                };
                // The system's text brings a carriage return of its own.
                format!(
                    "{at} ERROR {code} (0x{code:08X}) {action_words} {path}\n{}\r\n",
                    error.text
                )
            }
            Event::Waiting(time) => {
                format!("Waiting {} seconds... Retrying...\n", time.as_secs())
            }
            Event::GaveUp => "\nERROR: RETRY LIMIT EXCEEDED.\n\n".into(),
            Event::Failed => "\n".into(),
            Event::Paused { at, until } => {
                format!("\n    Hours : Paused at {} until {}...\n", minutes(*at), minutes(*until))
            }
            Event::Note(text) => format!("\nNOTE : {text}.\n\n"),
        }
    }

    fn directory(&self, tag: DirectoryTag, files: Option<u64>, path: &Path) -> String {
        let is_shown = match tag {
            // Anomalies are told whatever is left out: seen in a public capture with /NDL /NS.
            DirectoryTag::Extra | DirectoryTag::Mismatch => true,
            DirectoryTag::Plain | DirectoryTag::New => self.directories,
            DirectoryTag::Named | DirectoryTag::Lonely | DirectoryTag::Junction => {
                self.directories && self.skipped
            }
        };
        if !is_shown {
            return String::new();
        }
        let tag = match tag {
            _ if !self.classes => "",
            DirectoryTag::Plain => "",
            DirectoryTag::New => "  New Dir",
            DirectoryTag::Extra => "*EXTRA Dir",
            DirectoryTag::Mismatch => "*MISMATCH",
            DirectoryTag::Named => "       named",
            DirectoryTag::Lonely => "      lonely",
            DirectoryTag::Junction => "    junction",
        };
        let count = match files {
            _ if !self.sizes => String::new(),
            Some(files) => format!("{files:>8}"),
            None => format!("{:>8}", -1),
        };
        format!("\t{tag:<12}{count}\t{}\n", directory_path(path))
    }
}

/// The 14 columns that say what a file is.
fn file_class(tag: FileTag) -> String {
    match tag {
        FileTag::Copied(class) => format!("    {:<10}", copied(class)),
        FileTag::Skipped(skip) => format!("{:>14}", skipped(skip)),
        FileTag::Extra => format!("  {:<12}", "*EXTRA File"),
        FileTag::Mismatch => format!("  {:<12}", "*Mismatch"),
    }
}

fn copied(class: Class) -> &'static str {
    match class {
        Class::Lonely => "New File",
        Class::Newer => "Newer",
        Class::Older => "Older",
        Class::Changed => "Changed",
        Class::Tweaked => "Tweaked",
        Class::Modified => "Modified",
        Class::Same => "Same",
    }
}

fn skipped(skip: Skip) -> &'static str {
    match skip {
        Skip::Named => "named",
        Skip::Junction => "junction",
        Skip::Attribute => "attrib",
        Skip::Large => "large",
        Skip::Small => "small",
        Skip::TooOld => "too old",
        Skip::TooNew => "too new",
        Skip::Class(Class::Lonely) => "lonely",
        Skip::Class(Class::Newer) => "newer",
        Skip::Class(Class::Older) => "older",
        Skip::Class(Class::Changed) => "changed",
        Skip::Class(Class::Tweaked) => "tweaked",
        Skip::Class(Class::Modified) => "modified",
        Skip::Class(Class::Same) => "same",
    }
}

/// `22:05`, of minutes since midnight.
fn minutes(of_day: u16) -> String {
    format!("{:02}:{:02}", of_day / 60, of_day % 60)
}

/// A path that cannot break the report: what would move the cursor becomes `?`.
pub(super) fn printable(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// A path with a separator behind it.
pub(super) fn directory_path(path: &Path) -> String {
    let mut text = printable(path);
    if !text.ends_with(['/', '\\']) {
        text.push(MAIN_SEPARATOR);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Show;
    use crate::robocopy::command_line::{Style, parse};
    use iisle_ops::Ticks;
    use iisle_ops::robocopy::{Action, Class, DirectoryTag, Event, FileTag, Skip, SystemError};
    use jiff::tz::TimeZone;
    use std::path::MAIN_SEPARATOR;
    use std::time::Duration;

    fn check(switches: &str, event: &Event) -> String {
        let line = format!("s d {switches}");
        let words: Vec<_> = line.split_whitespace().map(Into::into).collect();
        let settings = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap();
        Show::of(&settings).text(event, &TimeZone::UTC)
    }

    fn file(tag: FileTag, size: u64, path: &str) -> Event {
        Event::File { tag, size, modified: Ticks::from_unix(1_791_472_942, 0), path: path.into() }
    }

    fn directory(tag: DirectoryTag, files: Option<u64>) -> String {
        check("", &Event::Directory { tag, files, path: "x".into() }).replace(MAIN_SEPARATOR, "\\")
    }

    #[test]
    fn file_lines_are_those_of_captures() {
        let new = file(FileTag::Copied(Class::Lonely), 5_000_000, "/f/src/big.bin");
        assert_eq!(check("/FP /BYTES", &new), "\t    New File  \t\t 5000000\t/f/src/big.bin\n");
        assert_eq!(check("", &new), "\t    New File  \t\t   4.7 m\tbig.bin\n");
        assert_eq!(
            check("/TS", &new),
            "\t    New File  \t\t   4.7 m 2026/10/08 15:22:22\tbig.bin\n"
        );
        assert_eq!(check("/NS", &new), "\t    New File  \t\t\tbig.bin\n");
        assert_eq!(check("/NC", &new), "\t\t\t   4.7 m\tbig.bin\n");
        assert_eq!(check("/NFL", &new), "");
        let extra = file(FileTag::Extra, 5, "e.txt");
        assert_eq!(check("", &extra), "\t  *EXTRA File \t\t       5\te.txt\n");
        let newer = file(FileTag::Copied(Class::Newer), 9, "n.txt");
        assert_eq!(check("", &newer), "\t    Newer     \t\t       9\tn.txt\n");
        let mismatch = file(FileTag::Mismatch, 4, "m");
        assert_eq!(check("", &mismatch), "\t  *Mismatch   \t\t       4\tm\n");
    }

    #[test]
    fn skipped_files_are_shown_when_asked_for() {
        let same = file(FileTag::Skipped(Skip::Class(Class::Same)), 9, "s.txt");
        assert_eq!(check("", &same), "");
        assert_eq!(check("/V", &same), "\t          same\t\t       9\ts.txt\n");
        let old = file(FileTag::Skipped(Skip::TooOld), 9, "s.txt");
        assert_eq!(check("/V", &old), "\t       too old\t\t       9\ts.txt\n");
        let link = file(FileTag::Skipped(Skip::Junction), 0, "l");
        assert_eq!(check("/V", &link), "\t      junction\t\t       0\tl\n");
    }

    #[test]
    fn directory_lines_are_those_of_captures() {
        assert_eq!(directory(DirectoryTag::Plain, Some(26)), "\t                  26\tx\\\n");
        assert_eq!(directory(DirectoryTag::New, Some(2)), "\t  New Dir          2\tx\\\n");
        assert_eq!(directory(DirectoryTag::Extra, None), "\t*EXTRA Dir        -1\tx\\\n");
        assert_eq!(directory(DirectoryTag::Named, None), "");
        let plain = Event::Directory { tag: DirectoryTag::New, files: Some(2), path: "x/".into() };
        assert_eq!(check("/NS", &plain), "\t  New Dir   \tx/\n");
        assert_eq!(check("/NC", &plain), "\t                   2\tx/\n");
        assert_eq!(check("/NDL", &plain), "");
    }

    #[test]
    fn without_lines_for_directories_files_have_full_paths_and_anomalies_are_shown() {
        let new = file(FileTag::Copied(Class::Lonely), 5, "/f/src/a.txt");
        assert_eq!(check("/NDL", &new), "\t    New File  \t\t       5\t/f/src/a.txt\n");
        assert_eq!(check("/MT:2", &new), "\t    New File  \t\t       5\t/f/src/a.txt\n");
        let extra = |tag| Event::Directory { tag, files: None, path: "x/".into() };
        assert_eq!(check("/NDL /NS", &extra(DirectoryTag::Extra)), "\t*EXTRA Dir  \tx/\n");
        assert_eq!(check("/NDL", &extra(DirectoryTag::Mismatch)), "\t*MISMATCH         -1\tx/\n");
        assert_eq!(check("/V", &extra(DirectoryTag::Named)), "\t       named      -1\tx/\n");
        assert_eq!(check("/V /NDL", &extra(DirectoryTag::Junction)), "");
    }

    #[test]
    fn errors_and_retries_are_those_of_captures() {
        let error = Event::Error {
            at: Ticks::from_unix(1_791_472_942, 0),
            error: SystemError::of(32),
            action: Action::CopyingFile,
            path: "/src/locked.txt".into(),
        };
        assert_eq!(
            check("", &error),
            "2026/10/08 15:22:22 ERROR 32 (0x00000020) Copying File /src/locked.txt\n\
             The process cannot access the file because it is being used by another process.\r\n"
        );
        let waiting = check("", &Event::Waiting(Duration::from_secs(1)));
        assert_eq!(waiting, "Waiting 1 seconds... Retrying...\n");
        assert_eq!(check("", &Event::GaveUp), "\nERROR: RETRY LIMIT EXCEEDED.\n\n");
        let paused = check("", &Event::Paused { at: 605, until: 1320 });
        assert_eq!(paused, "\n    Hours : Paused at 10:05 until 22:00...\n");
    }

    #[test]
    fn a_name_cannot_forge_a_line() {
        let forged = file(FileTag::Extra, 0, "a\r\n\tNew File\u{1b}[2J");
        assert_eq!(check("/FP", &forged), "\t  *EXTRA File \t\t       0\ta???New File?[2J\n");
    }
}
