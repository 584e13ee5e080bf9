//! The patterns that public parsers of robocopy's reports apply, on one of ours.

use std::path::Path;
use std::time::Duration;

use iisle_ops::Ticks;
use iisle_ops::robocopy::{
    Action, Class, DirectoryTag, Event, FileTag, Row, Skip, SystemError, Tally,
};
use jiff::tz::TimeZone;
use regex::Regex;

use super::command_line::{Style, parse};
use super::header::{self, Mark, Words};
use super::lines::Show;
use super::summary::{self, Sum};

/// A whole report of a run that met everything, lines ended as they are written.
fn report(switches: &str) -> String {
    let line = format!("s d {switches}");
    let words: Vec<_> = line.split_whitespace().map(Into::into).collect();
    let settings = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap();
    let (at, zone) = (Ticks::from_unix(1_791_472_942, 0), TimeZone::UTC);
    let places = ["C:\\src", "C:\\dst"].map(|path| (Some(Path::new(path)), Mark::There));
    let mut text = header::title(at, &zone) + &header::body(&settings, Words::Understood, places);
    let show = Show::of(&settings);
    let file = |tag, path: &str| Event::File { tag, size: 14, modified: at, path: path.into() };
    let events = [
        Event::Directory { tag: DirectoryTag::Extra, files: None, path: "C:\\dst\\gone".into() },
        Event::Directory { tag: DirectoryTag::Plain, files: Some(8), path: "C:\\src".into() },
        file(FileTag::Extra, "C:/dst/extra.txt"),
        file(FileTag::Copied(Class::Lonely), "C:/src/locked.txt"),
        Event::Error {
            at,
            error: SystemError::of(32),
            action: Action::CopyingFile,
            path: "C:\\src\\locked.txt".into(),
        },
        Event::Waiting(Duration::from_secs(1)),
        Event::GaveUp,
        file(FileTag::Copied(Class::Newer), "C:/src/newer.txt"),
        file(FileTag::Skipped(Skip::Class(Class::Same)), "C:/src/same.txt"),
        file(FileTag::Skipped(Skip::Named), "C:/src/named.txt"),
        file(FileTag::Mismatch, "C:/src/mismatch"),
        Event::Directory { tag: DirectoryTag::New, files: Some(2), path: "C:\\src\\new".into() },
    ];
    for event in &events {
        text += &show.text(event, &zone);
    }
    let row = Row { total: 9, copied: 7, skipped: 1, mismatch: 0, failed: 1, extras: 1 };
    let tally = Tally {
        directories: row,
        files: row,
        bytes: Row { total: 5_000_057, copied: 5_000_039, ..row },
        copying: Duration::from_millis(8),
        ..Tally::default()
    };
    let sum = Sum {
        tally: &tally,
        took: Duration::from_secs(1),
        ended: at,
        is_list: false,
        in_bytes: settings.has("BYTES"),
    };
    text += &summary::rule();
    text += &summary::table(&sum, &zone);
    text.replace('\n', "\r\n")
}

fn find<'a>(pattern: &str, text: &'a str) -> regex::Captures<'a> {
    Regex::new(pattern).unwrap().captures(text).unwrap_or_else(|| panic!("{pattern}\n{text}"))
}

// RB-12
#[test]
fn powershell_wrappers_find_rows_files_and_errors() {
    let text = report("/BYTES /TS /FP /V");
    find(r"\s+Total\s*Copied\s+Skipped\s+Mismatch\s+FAILED\s+Extras", &text);
    for (row, total) in [("Dirs", "9"), ("Files", "9"), ("Bytes", "5000057")] {
        let found = find(&format!(r"{row}\s*:\s*(\d+)(?:\s+\d+){{3}}\s+(\d+)\s+\d+"), &text);
        assert_eq!((&found[1], &found[2]), (total, "1"), "{row}");
    }
    assert_eq!(find(r"Speed\s*:\s*([\d\s,]+)\s*Bytes/sec\.", &text)[1].trim(), "625,004,875");
    assert_eq!(find(r"Ended\s*:\s*(.+)", &text)[1].trim(), "Thursday, October 8, 2026 3:22:22 PM");
    let file = r"\s*(New File|Newer|same|\*EXTRA File)\s+([0-9]+)\s+(\d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2})\s+(.+)";
    assert_eq!(find(file, &text)[3].to_owned(), "2026/10/08 15:22:22");
    find(r"ERROR \d{1,3} \(0x\d{1,11}\)", &text);
    find(r"ERROR: RETRY LIMIT EXCEEDED\.", &text);
}

// RB-12
#[test]
fn tabs_split_files_in_three_and_directories_in_two() {
    let text = report("/BYTES /V /NP");
    let words = "New File|Newer|same|named|\\*EXTRA File|\\*Mismatch";
    let directory = Regex::new(r"^(\*?[a-zA-Z]{0,10}\s?[a-zA-Z]{0,3})\s*(-?\d+)$").unwrap();
    let (mut files, mut directories) = (0, 0);
    for line in text.lines().filter(|line| line.starts_with('\t') && line.trim() != "") {
        let parts: Vec<&str> = line.split('\t').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [class, size, name] => {
                find(&format!("^\\s*({words})\\s*$"), class);
                assert!(size.trim().parse::<u64>().is_ok() && !name.contains(' '), "{line}");
                files += 1;
            }
            [count, path] => {
                assert!(directory.is_match(count.trim_start()), "{line}");
                assert!(path.ends_with(std::path::MAIN_SEPARATOR), "{line}");
                directories += 1;
            }
            _ => panic!("{line}"),
        }
    }
    assert_eq!((files, directories), (6, 3));
    let error = r"(.*?)\s+ERROR\s+([0-9]+)\s+(\([0-9Xx]+\))\s+([\w\s]+)(.*)";
    assert_eq!(&find(error, &text)[2], "32");
}

// RB-12
#[test]
fn the_header_ends_at_the_third_rule_and_the_footer_at_the_fourth() {
    let text = report("/MIR");
    let rules: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.len() > 32 && line.chars().all(|c| c == '-'))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(rules.len(), 4);
    let lines: Vec<&str> = text.lines().collect();
    let header = &lines[rules[1]..rules[2]];
    for key in ["Started", "Source", "Dest", "Files", "Options"] {
        let line = header.iter().find(|line| line.trim_start().starts_with(key)).unwrap();
        assert!(line.contains(" : "), "{line}");
    }
    let started = find(r"Started : (\w+), (\w+) +(\d+), (\d{4}) (\d+:\d\d:\d\d [AP]M)", &text);
    assert_eq!((&started[1], &started[5]), ("Thursday", "3:22:22 PM"));
    let footer = lines[rules[3]..].join("\n");
    for row in ["Dirs", "Files", "Bytes"] {
        let line = footer.lines().find(|line| line.trim_start().starts_with(row)).unwrap();
        assert!(line.split_once(':').unwrap().1.split_whitespace().count() >= 6, "{line}");
    }
}

// RB-12
#[test]
fn error_readers_find_the_code_and_the_line_behind_it() {
    let text = report("/R:1");
    let found = find(r"(?m)ERROR\s+(\d+)\s+\(0x[0-9a-fA-F]+\)\s+(.*)\n^(.*)$", &text);
    assert!(found[3].starts_with("The process cannot access the file"));
    find(r"Waiting (\d+) seconds\.\.\. Retrying\.\.\.", &text);
    assert!(text.contains("Total    Copied   Skipped"));
    // The first line with `error` behind three rules.
    let mut behind = text.lines().skip_while({
        let mut rules = 0;
        move |line| {
            rules += usize::from(line.len() > 3 && line.chars().all(|c| c == '-'));
            rules < 3
        }
    });
    assert!(behind.any(|line| line.to_lowercase().contains("error")));
}

// RB-12
#[test]
fn usage_errors_stand_between_a_rule_and_the_usage() {
    let error = super::usage::UsageError::invalid(3, "/FOO", Style::Windows);
    let text = format!("{}\n{}\n{}", header::RULE, error.line, super::usage::SIMPLE);
    let found = find(r"[\s\S]*----[\s\S]*(ERROR\s*:?\s*[\s\S]*?)(Simple Usage|$)", &text);
    assert_eq!(found[1].trim(), "ERROR : Invalid Parameter #3 : \"/FOO\"");
}
