use std::fmt::Write;

use super::command_line::Style;
use super::switches::{Group, Kind, SWITCHES, Support, Switch};

/// Why the words cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UsageError {
    /// The line that says it, as robocopy's.
    pub(super) line: String,
    /// What to do, a line each.
    pub(super) hints: Vec<String>,
}

impl UsageError {
    pub(super) fn new(line: impl Into<String>) -> Self {
        Self { line: line.into(), hints: Vec::new() }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The word number `at`, from 1, is none of ours.
    pub(super) fn invalid(at: usize, word: &str, style: Style) -> Self {
        let error = Self::new(format!("ERROR : Invalid Parameter #{at} : \"{word}\""));
        match style {
            Style::Unix if word.starts_with('/') => error.hint(
                "a full path that looks like a switch is written //NAME, a relative one ./NAME",
            ),
            _ => error,
        }
    }

    /// The word number `at`, from 1, is that switch with something behind it that it does not take.
    pub(super) fn value(at: usize, word: &str, switch: &Switch) -> Self {
        let Switch { name, kind, .. } = switch;
        let takes = match kind {
            Kind::Plain => "nothing behind it",
            Kind::Number => "a decimal number, as :3",
            Kind::Threads => "nothing, or a number from 1 to 128, as :8",
            Kind::Bytes => "a number of bytes, as :512, :64K or :2M",
            Kind::MaybeBytes => "nothing, or a number of bytes, as :512, :64K or :2M",
            Kind::Age => "days, fewer than 1900, or a date, as :20261231",
            Kind::Letters(letters) => &format!("some of the letters {letters}, behind a colon"),
            Kind::MaybeYes => "nothing, or :Y or :N",
            Kind::Hours => "hours of the day, as :0800-1730",
            Kind::Path => "the place of a file, behind a colon",
        };
        Self::new(format!("ERROR : Invalid Parameter #{at} : \"{word}\""))
            .hint(format!("/{name} takes {takes}"))
    }

    /// A quotation mark has come into a path.
    pub(super) fn quoted(at: usize, word: &str) -> Self {
        Self::new(format!("ERROR : Invalid Parameter #{at} : \"{word}\"")).hint(
            "a backslash before the closing quotation mark glues the following words to the path: \
             leave it out, or double it (\"C:\\\\\")",
        )
    }
}

/// What is shown when nothing else helps.
pub(super) const SIMPLE: &str = "
       Simple Usage :: ROBOCOPY source destination /MIR

             source :: Source Directory (drive:\\path or \\\\server\\share\\path).
        destination :: Destination Dir  (drive:\\path or \\\\server\\share\\path).
               /MIR :: Mirror a complete directory tree.

    For more usage information run ROBOCOPY /?

                                                          
****  /MIR can DELETE files as well as copy them !
";

/// The list of all switches.
pub(super) fn full() -> String {
    let mut text = String::from(
        "
              Usage :: ROBOCOPY source destination [file [file]...] [options]

             source :: the directory to copy from.
        destination :: the directory to copy to.
               file :: names or wildcards of the files to copy (default *.*).
",
    );
    let mut line = |args: std::fmt::Arguments<'_>| {
        writeln!(text, "{args}").expect("a string takes everything");
    };
    for group in Group::ALL {
        line(format_args!("\n::\n:: {} :\n::", group.heading()));
        for switch in SWITCHES.iter().filter(|switch| switch.group == group) {
            let value = match switch.kind {
                Kind::Plain => "",
                Kind::Number | Kind::Age => ":n",
                Kind::Threads => "[:n]",
                Kind::Bytes => ":n[KMG]",
                Kind::MaybeBytes => "[:n[KMG]]",
                Kind::Letters(letters) => &format!(":[{letters}]"),
                Kind::MaybeYes => "[:Y|N]",
                Kind::Hours => ":hhmm-hhmm",
                Kind::Path => ":file",
            };
            let names = if matches!(switch.name, "XF" | "XD" | "IF") { " name..." } else { value };
            let spelled = format!("/{}{names}", switch.name);
            let note = match switch.support {
                Support::Full => "",
                Support::Hint => " (no effect here)",
                Support::Refused(_) => " (refused here, unless --lenient)",
            };
            line(format_args!("{spelled:>19} :: {}{note}.", switch.help));
        }
    }
    line(format_args!("\n::\n:: Options of iisle :\n::"));
    let own = [
        ("--lenient", "pass over switches that would be refused"),
        ("--robocopy-order", "delete extras before copying, not after everything was copied"),
        ("--exit-code=posix", "exit 0 for 0 to 7, 1 for 8 to 15, 2 for 16"),
    ];
    for (name, help) in own {
        line(format_args!("{name:>19} :: {help}."));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{SWITCHES, UsageError};

    #[test]
    fn a_value_that_a_switch_does_not_take_is_told_from_a_path() {
        for (word, takes) in [
            ("/MAXAGE:1900", "days, fewer than 1900, or a date"),
            ("/LEV:x", "a decimal number"),
            ("/COPY:Q", "some of the letters"),
            ("/MIR:1", "nothing behind it"),
        ] {
            let name = word[1..].split(':').next().unwrap();
            let switch = SWITCHES.iter().find(|switch| switch.name == name).unwrap();
            let error = UsageError::value(3, word, switch);
            assert_eq!(error.line, format!("ERROR : Invalid Parameter #3 : \"{word}\""));
            assert!(error.hints[0].starts_with(&format!("/{name} takes {takes}")), "{error:?}");
        }
    }
}
