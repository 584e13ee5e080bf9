use std::fmt::Write;
use std::path::Path;

use iisle_ops::Ticks;
use iisle_ops::robocopy::is_directory;
use jiff::tz::TimeZone;

use super::dates;
use super::job_file::spelled;
use super::lines::{directory_path, printable};
use super::settings::Settings;

/// 79 dashes: around the title.
const TITLE_RULE: &str =
    "-------------------------------------------------------------------------------";
/// 78 dashes: around what happens.
pub(super) const RULE: &str =
    "------------------------------------------------------------------------------";
const TITLE: &str = "   ROBOCOPY     ::     Robust File Copy for Windows";

/// What is known of a place when the header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is there.
    There,
    /// It is not there, or does not answer.
    Unknown,
    /// Nobody looked.
    Unseen,
}

impl Mark {
    /// What is known of a place when somebody looks.
    pub(super) fn of(path: &Path) -> Self {
        if is_directory(path) { Self::There } else { Self::Unknown }
    }

    fn sign(self) -> char {
        match self {
            Self::There => ':',
            Self::Unknown => '=',
            Self::Unseen => '-',
        }
    }
}

/// The title and when it began.
pub(super) fn title(at: Ticks, zone: &TimeZone) -> String {
    format!("\n{TITLE_RULE}\n{TITLE:<81}\n{TITLE_RULE}\n\n  Started : {}\n", dates::long(at, zone))
}

/// Whether all words were understood when the header is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Yes: what was not said has its default.
    Understood,
    /// No: there are no file specifications that nobody named.
    ///
    /// Source: a public capture of a run with `Invalid Parameter`.
    Refused,
}

/// What is copied and how, up to what happens. `places` are source and destination.
///
/// Of what is excluded, names come before patterns, each in the order in which they were typed.
///
/// Source: a public capture together with its command.
pub(super) fn body(
    settings: &Settings,
    words: Words,
    places: [(Option<&Path>, Mark); 2],
) -> String {
    let mut text = String::new();
    let mut line = |args: std::fmt::Arguments<'_>| {
        writeln!(text, "{args}").expect("a string takes everything");
    };
    for (label, (place, mark)) in ["Source", "Dest"].into_iter().zip(places) {
        let place = place.map(directory_path).unwrap_or_default();
        line(format_args!("{label:>9} {} {place}", mark.sign()));
    }
    line(format_args!(""));
    let include = match words {
        Words::Understood if settings.include.is_empty() => vec!["*.*"],
        _ => settings.include.iter().map(String::as_str).collect(),
    };
    if include.is_empty() {
        line(format_args!("{:>9} : ", "Files"));
    }
    let lists = [
        ("Files", include),
        ("Exc Files", names_first(&settings.exclude_files)),
        ("Exc Dirs", names_first(&settings.exclude_directories)),
    ];
    for (label, values) in lists {
        let mut values = values.iter().map(|value| printable(Path::new(value)));
        let Some(first) = values.next() else { continue };
        line(format_args!("{label:>9} : {first}"));
        for value in values {
            line(format_args!("\t    {value}"));
        }
        line(format_args!("\t    "));
    }
    line(format_args!("{:>9} : {} ", "Options", options(settings, words)));
    line(format_args!("\n{RULE}\n"));
    text
}

fn names_first(values: &[String]) -> Vec<&str> {
    let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
    values.sort_by_key(|value| value.contains(['*', '?']));
    values
}

/// Switches in the order in which they are shown, as far as captures tell it; `/S /E`, copy flags, retries are always there
/// when they are in force.
const ORDER: &[&str] = &[
    "V",
    "TS",
    "FFT",
    "X",
    "FP",
    "NS",
    "NC",
    "NDL",
    "NFL",
    "BYTES",
    "L",
    "TEE",
    "S",
    "E",
    "DCOPY",
    "NODCOPY",
    "COPY",
    "SEC",
    "COPYALL",
    "NOCOPY",
    "SECFIX",
    "TIMFIX",
    "PURGE",
    "MIR",
    "MOV",
    "MOVE",
    "CREATE",
    "Z",
    "B",
    "ZB",
    "J",
    "EFSRAW",
    "NOOFFLOAD",
    "NOCLONE",
    "COMPRESS",
    "SPARSE",
    "FAT",
    "256",
    "A+",
    "A-",
    "NP",
    "ETA",
    "A",
    "M",
    "IA",
    "XA",
    "MAX",
    "MIN",
    "MAXAGE",
    "MINAGE",
    "MAXLAD",
    "MINLAD",
    "IS",
    "IT",
    "IM",
    "XL",
    "XX",
    "XO",
    "XN",
    "XC",
    "DST",
    "XJ",
    "XJD",
    "XJF",
    "SL",
    "SJ",
    "LEV",
    "MON",
    "MOT",
    "RH",
    "PF",
    "IPG",
    "IOMAXSIZE",
    "IORATE",
    "THRESHOLD",
    "MT",
    "LFSM",
    "TBD",
    "REG",
    "R",
    "W",
];

fn options(settings: &Settings, given: Words) -> String {
    let all = settings.include.iter().any(|spec| spec == "*.*")
        || (settings.include.is_empty() && given == Words::Understood);
    let mut words = Vec::new();
    if all {
        words.push("*.*".to_owned());
    }
    for name in ORDER {
        words.extend(match *name {
            "S" => settings.walks().then(|| "/S".into()),
            "E" => settings.walks_all().then(|| "/E".into()),
            "PURGE" => settings.has_any(&["PURGE", "MIR"]).then(|| "/PURGE".into()),
            "COPY" => {
                let letters = settings.copy_letters();
                let is_own = !settings.has_any(&["NOCOPY", "COPYALL"]);
                is_own.then(|| format!("/COPY:{letters}"))
            }
            "SEC" => None,
            "DCOPY" => {
                let letters = settings.directory_letters();
                (!settings.has("NODCOPY")).then(|| format!("/DCOPY:{letters}"))
            }
            "MT" => settings.threads().map(|threads| format!("/MT:{threads}")),
            "R" => Some(format!("/R:{}", settings.retries())),
            "W" => Some(format!("/W:{}", settings.wait_seconds())),
            name => settings.value(name).map(|value| spelled(name, value)),
        });
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Mark, Words, body, title};
    use crate::robocopy::command_line::{Style, parse};
    use iisle_ops::Ticks;
    use jiff::tz::TimeZone;
    use std::path::Path;

    fn check(line: &str, marks: [Mark; 2]) -> String {
        let words: Vec<_> = line.split_whitespace().map(Into::into).collect();
        let settings = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap();
        let [source, destination] = marks;
        let places = [
            (Some(Path::new("C:\\Fixture\\src\\")), source),
            (Some(Path::new("C:\\Fixture\\d\\")), destination),
        ];
        body(&settings, Words::Understood, places)
    }

    #[test]
    fn the_title_has_its_columns() {
        let text = title(Ticks::from_unix(1_791_473_239, 0), &TimeZone::UTC);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.iter().map(|line| line.len()).collect::<Vec<_>>(), [0, 79, 81, 79, 0, 48]);
        assert_eq!(lines[5], "  Started : Thursday, October 8, 2026 3:27:19 PM");
    }

    #[test]
    fn the_header_of_a_mirror_is_that_of_the_capture() {
        let text = check("s d /MIR /FP /BYTES /TEE /NP /R:1 /W:1", [Mark::There; 2]);
        assert_eq!(
            text,
            "   Source : C:\\Fixture\\src\\\n     Dest : C:\\Fixture\\d\\\n\n    Files : *.*\n\t    \n  Options : *.* /FP /BYTES /TEE \
             /S /E /DCOPY:DA /COPY:DAT /PURGE /MIR /NP /R:1 /W:1 \n\n------------------------------------------------------------------------------\n\n"
        );
    }

    #[test]
    fn lists_have_a_line_for_each_value() {
        let text = check("s d *.c *.h /XF a b /XD _* /S", [Mark::There, Mark::Unknown]);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[..12],
            [
                "   Source : C:\\Fixture\\src\\",
                "     Dest = C:\\Fixture\\d\\",
                "",
                "    Files : *.c",
                "\t    *.h",
                "\t    ",
                "Exc Files : a",
                "\t    b",
                "\t    ",
                " Exc Dirs : _*",
                "\t    ",
                "  Options : /S /DCOPY:DA /COPY:DAT /R:1000000 /W:30 ",
            ]
        );
    }

    #[test]
    fn names_that_are_excluded_come_before_patterns() {
        let text = check("s d /S /XD Obr* /XD Vide* /XD .git node_modules", [Mark::There; 2]);
        assert!(
            text.contains(
                " Exc Dirs : .git\n\t    node_modules\n\t    Obr*\n\t    Vide*\n\t    \n"
            ),
            "{text}"
        );
    }

    #[test]
    fn words_that_are_refused_have_no_file_specifications() {
        let words = ["s", "d", "/MIR"].map(Into::into);
        let settings = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap();
        let places = ["C:\\s\\", "D:\\d\\"].map(|path| (Some(Path::new(path)), Mark::Unseen));
        let text = body(&settings, Words::Refused, places);
        assert!(
            text.starts_with(
                "   Source - C:\\s\\\n     Dest - D:\\d\\\n\n    Files : \n  Options : /S /E "
            ),
            "{text}"
        );
    }

    #[test]
    fn options_come_in_the_order_of_captures() {
        let options = |line: &str| {
            let text = check(line, [Mark::There; 2]);
            let line = text.lines().find(|line| line.starts_with("  Options")).unwrap().to_owned();
            line.trim_start_matches("  Options : ").to_owned()
        };
        assert_eq!(
            options("s d /MIR /R:1 /W:1 /NFL /NDL /NP /MT"),
            "*.* /NDL /NFL /S /E /DCOPY:DA /COPY:DAT /PURGE /MIR /NP /MT:8 /R:1 /W:1 "
        );
        assert_eq!(
            options("s d /L /A-:sh /XJ /E /NODCOPY /NOCOPY"),
            "*.* /L /S /E /NODCOPY /NOCOPY /A-:SH /XJ /R:1000000 /W:30 "
        );
        for line in [
            "*.* /FFT /NDL /L /S /E /DCOPY:DA /COPY:DAT /PURGE /MIR /Z /R:1000000 /W:5 ",
            "*.* /FFT /S /E /DCOPY:DA /COPY:DAT /PURGE /MIR /Z /XX /XO /MT:8 /R:4 /W:2 ",
            "*.* /X /FP /NS /NC /NDL /L /S /E /DCOPY:DA /COPY:DAT /PURGE /MIR /R:1000000 /W:30 ",
            "*.* /NDL /NFL /S /E /DCOPY:T /COPY:DAT /NP /XO /XN /XC /MT:16 /R:2 /W:5 ",
            "*.* /NDL /TEE /S /DCOPY:DA /COPY:DAT /ETA /XO /R:1000000 /W:30 ",
            "*.* /TEE /S /E /DCOPY:DA /COPY:DAT /PURGE /MIR /NP /LEV:2 /MT:16 /R:0 /W:0 ",
            "*.* /V /S /E /DCOPY:DA /COPY:DAT /XJ /MON:1 /R:1000000 /W:30 ",
        ] {
            assert_eq!(options(&format!("s d {line}")), line);
        }
    }
}
