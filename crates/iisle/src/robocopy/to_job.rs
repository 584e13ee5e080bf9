use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use iisle_ops::Ticks;
use iisle_ops::robocopy::{
    Attributes, Classes, Content, CopyFlags, DirectoryFlags, Exclusion, Hours, Job, LinkRule,
    LowSpace, Moving, Purge, PurgeOrder, Recursion, Resume, Retry, RunMode, Selection, Throttle,
    TimeRule, Watch, Wildcard, Window, attributes_lost,
};
use jiff::tz::TimeZone;

use super::settings::Settings;
use super::switches::{Support, Value, find};
use super::usage::UsageError;

/// What is to be done, and what a person should know of how the words were taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) job: Job,
    pub(super) watch: Watch,
    /// Said once under `/V`.
    pub(super) notes: Vec<String>,
}

/// The longest path under `/256`, in characters.
const LONGEST_PATH: usize = 256;

/// Makes a job of what was typed. `places` are source and destination as full paths, `now` and
/// `zone` what ages are counted from.
pub(super) fn order(
    settings: &Settings,
    places: [PathBuf; 2],
    now: Ticks,
    zone: &TimeZone,
) -> Result<Order, UsageError> {
    combinations(settings)?;
    let mut notes = supported(settings)?;
    let selection = selection(settings, now, zone);
    let exclusions = selection.exclude_files.iter().chain(&selection.exclude_directories);
    notes.extend(exclusions.filter(|exclusion| exclusion.is_relative_path()).map(|exclusion| {
        format!("`{}` is taken to begin at the source and at the destination", exclusion.as_str())
    }));
    let [source, destination] = places;
    let letters = settings.copy_letters();
    let directory_letters = settings.directory_letters();
    let attributes = |name| attributes(settings, name);
    let job = Job {
        source,
        destination,
        selection,
        classes: classes(settings),
        times: TimeRule { two_seconds: settings.has("FFT"), one_hour: settings.has("DST") },
        recursion: match (settings.walks_all(), settings.walks()) {
            (true, _) => Recursion::All,
            (false, true) => Recursion::NonEmpty,
            (false, false) => Recursion::Top,
        },
        levels: settings
            .number("LEV")
            .filter(|n| *n > 0)
            .map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
        copy: CopyFlags {
            data: letters.contains('D'),
            attributes: letters.contains('A'),
            times: letters.contains('T'),
        },
        directories: DirectoryFlags {
            attributes: directory_letters.contains('A'),
            times: directory_letters.contains('T'),
        },
        content: match (settings.has("CREATE"), settings.value("SPARSE")) {
            (true, _) => Content::Empty,
            (false, None | Some(Value::Yes(false))) => Content::Whole,
            (false, Some(_)) => Content::Sparse,
        },
        resume: if settings.has_any(&["Z", "ZB"]) { Resume::FromBreak } else { Resume::Never },
        add_attributes: attributes("A+"),
        remove_attributes: attributes("A-"),
        clears_archive: settings.has("M"),
        fixes_times: settings.has("TIMFIX"),
        purge: if settings.has_any(&["PURGE", "MIR"]) && !settings.has("XX") {
            Purge::Extras
        } else {
            Purge::Nothing
        },
        purge_order: if settings.own.deletes_first {
            PurgeOrder::AsListed
        } else {
            PurgeOrder::AfterCopies
        },
        reports_all_extras: settings.has("X"),
        moving: match (settings.has("MOVE"), settings.has("MOV")) {
            (true, _) => Moving::Everything,
            (false, true) => Moving::Files,
            (false, false) => Moving::Nothing,
        },
        mode: if settings.has("L") { RunMode::List } else { RunMode::Execute },
        retry: Retry {
            times: settings.retries(),
            wait: Duration::from_secs(settings.wait_seconds()),
            unknown_shares: settings.has("TBD"),
        },
        threads: settings.threads().and_then(|n| u8::try_from(n).ok()).and_then(NonZero::new),
        throttle: Throttle {
            gap: Duration::from_millis(settings.number("IPG").unwrap_or(0)),
            rate: settings.number("IORATE"),
            block: settings.number("IOMAXSIZE"),
            threshold: settings.number("THRESHOLD").unwrap_or(0),
        },
        hours: match settings.value("RH") {
            Some(Value::Hours(from, to)) => {
                Some(Hours { from: *from, to: *to, every_file: settings.has("PF") })
            }
            _ => None,
        },
        low_space: settings
            .has("LFSM")
            .then(|| settings.number("LFSM").map_or(LowSpace::Tenth, LowSpace::Bytes)),
        longest_path: settings.has("256").then_some(LONGEST_PATH),
    };
    let watch = Watch { changes: settings.number("MON"), minutes: settings.number("MOT") };
    Ok(Order { job, watch, notes })
}

fn classes(settings: &Settings) -> Classes {
    Classes {
        exclude_lonely: settings.has("XL"),
        exclude_newer: settings.has("XN"),
        exclude_older: settings.has("XO"),
        exclude_changed: settings.has("XC"),
        exclude_extra: settings.has("XX"),
        include_same: settings.has("IS"),
        include_tweaked: settings.has("IT"),
        include_modified: settings.has("IM"),
    }
}

fn selection(settings: &Settings, now: Ticks, zone: &TimeZone) -> Selection {
    let exclusions = |names: &[String]| names.iter().map(|name| Exclusion::new(name)).collect();
    let window = |oldest, newest| Window {
        not_before: settings.age(oldest).map(|age| age.moment(now, zone)),
        not_after: settings.age(newest).map(|age| age.moment(now, zone)),
    };
    let wanted = match (settings.letters("IA"), settings.has_any(&["A", "M"])) {
        (None, false) => None,
        (_, true) => Some(Attributes::ARCHIVE.with(attributes(settings, "IA"))),
        (Some(_), false) => Some(attributes(settings, "IA")),
    };
    let links = |skips: &str, copies: &[&str]| match () {
        () if settings.has_any(&["XJ", skips]) => LinkRule::Skip,
        () if settings.has_any(copies) => LinkRule::Copy,
        () => LinkRule::Follow,
    };
    Selection {
        include: settings.include.iter().map(|spec| Wildcard::new(spec)).collect(),
        exclude_files: exclusions(&settings.exclude_files),
        exclude_directories: exclusions(&settings.exclude_directories),
        with_attributes: wanted,
        without_attributes: attributes(settings, "XA"),
        min_size: settings.number("MIN"),
        max_size: settings.number("MAX"),
        modified: window("MAXAGE", "MINAGE"),
        accessed: window("MAXLAD", "MINLAD"),
        file_links: links("XJF", &["SL"]),
        directory_links: links("XJD", &["SL", "SJ"]),
    }
}

fn attributes(settings: &Settings, name: &str) -> Attributes {
    let letters = settings.letters(name).unwrap_or_default();
    Attributes::from_letters(letters).unwrap_or(Attributes::NONE)
}

/// Switches that contradict each other.
///
/// Source: a public listing of robocopy's table of texts.
fn combinations(settings: &Settings) -> Result<(), UsageError> {
    let clashes: [(&str, &[&str], &str); 3] = [
        ("EFSRAW", &["MT"], "option cannot be used with the /MT option"),
        ("IPG", &["MT"], "option cannot be used with the /MT option"),
        ("LFSM", &["MT", "EFSRAW"], "option cannot be used with the /MT or /EFSRAW options"),
    ];
    for (name, others, text) in clashes {
        if settings.has(name) && settings.has_any(others) {
            return Err(UsageError::new(format!("ERROR : The /{name} {text}.")));
        }
    }
    let copies_security =
        settings.has_any(&["SEC", "COPYALL"]) || settings.copy_letters().contains(['S', 'O', 'U']);
    if settings.has("SECFIX") && !copies_security {
        let line = "ERROR : /SECFIX specified, without specifying WHICH security info to copy.";
        return Err(UsageError::new(line).hint("add /SEC, /COPYALL or /COPY with S, O or U"));
    }
    Ok(())
}

/// Notes on switches without effect; an error for those that would lose something silently.
fn supported(settings: &Settings) -> Result<Vec<String>, UsageError> {
    let mut notes = Vec::new();
    for (name, _) in settings.given() {
        match find(name).map_or(Support::Full, |switch| switch.support) {
            Support::Full => {}
            Support::Hint => notes.push(format!("/{name} has no effect here")),
            Support::Refused(why) => refuse(settings, name, why, &mut notes)?,
        }
    }
    if settings.has("ZB") {
        notes.push("/ZB is taken as /Z: backup rights are not used".into());
    }
    let letters = settings.copy_letters();
    if !settings.has_any(&["SEC", "COPYALL"]) && letters.contains(['S', 'O', 'U']) {
        let why = "access lists, owners and auditing are not copied";
        refuse(settings, &format!("COPY:{letters}"), why, &mut notes)?;
    }
    for name in ["A", "M"].into_iter().filter(|name| settings.has(name)) {
        if !attributes_lost(Attributes::ARCHIVE).is_empty() {
            refuse(settings, name, "files have no such attribute here", &mut notes)?;
        }
    }
    for name in ["IA", "XA", "A+", "A-"] {
        let lost = attributes_lost(attributes(settings, name));
        if lost.is_empty() {
            continue;
        }
        let why = format!("files have no attributes {lost} here");
        if name.starts_with('A') {
            notes.push(format!("/{name}: {why}"));
        } else {
            refuse(settings, name, &why, &mut notes)?;
        }
    }
    Ok(notes)
}

fn refuse(
    settings: &Settings,
    name: &str,
    why: &str,
    notes: &mut Vec<String>,
) -> Result<(), UsageError> {
    if settings.own.is_lenient {
        notes.push(format!("/{name} is passed over: {why}"));
        return Ok(());
    }
    let line = format!("ERROR : Invalid Parameter : \"/{name}\" is not supported: {why}.");
    Err(UsageError::new(line).hint("leave the switch out, or pass over it with --lenient"))
}

/// The places a job is about, when both are known.
pub(super) fn places(
    settings: &Settings,
    full: impl Fn(&Path) -> PathBuf,
) -> Result<[PathBuf; 2], UsageError> {
    let Some(source) = &settings.source else {
        return Err(UsageError::new("ERROR : No Source Directory Specified."));
    };
    let Some(destination) = &settings.destination else {
        return Err(UsageError::new("ERROR : No Destination Directory Specified."));
    };
    Ok([full(source), full(destination)])
}

#[cfg(test)]
mod tests {
    use super::{Order, order};
    use crate::robocopy::command_line::{Style, parse};
    use iisle_ops::Ticks;
    use iisle_ops::robocopy::{Content, LinkRule, LowSpace, Moving, Purge, Recursion, Resume};
    use jiff::tz::TimeZone;
    use std::time::Duration;

    fn made(line: &str) -> Result<Order, String> {
        let words: Vec<_> = line.split_whitespace().map(Into::into).collect();
        let settings = parse(&words, Style::Windows, &|_| Ok(Vec::new())).unwrap();
        let now = Ticks::from_unix(1_000_000_000, 0);
        let places = ["/s".into(), "/d".into()];
        order(&settings, places, now, &TimeZone::UTC).map_err(|error| error.line)
    }

    fn job(line: &str) -> iisle_ops::robocopy::Job {
        made(line).unwrap().job
    }

    // RB-1
    #[test]
    fn without_switches_the_top_is_copied_and_tried_a_million_times() {
        let job = job("s d");
        assert_eq!(job.recursion, Recursion::Top);
        assert_eq!((job.retry.times, job.retry.wait), (1_000_000, Duration::from_secs(30)));
        assert!(job.copy.data && job.copy.attributes && job.copy.times);
        assert!(job.directories.attributes && !job.directories.times);
        assert_eq!((job.threads, job.purge), (None, Purge::Nothing));
    }

    #[test]
    fn switches_become_what_they_say() {
        assert_eq!(
            (job("s d /MIR").recursion, job("s d /MIR").purge),
            (Recursion::All, Purge::Extras)
        );
        assert_eq!(job("s d /S /LEV:2").levels, Some(2));
        assert_eq!(job("s d /MIR /XX").purge, Purge::Nothing);
        assert_eq!(job("s d /MOVE").moving, Moving::Everything);
        assert_eq!(job("s d /CREATE").content, Content::Empty);
        assert_eq!(job("s d /SPARSE").content, Content::Sparse);
        assert_eq!(job("s d /SPARSE:N").content, Content::Whole);
        assert_eq!(job("s d /Z").resume, Resume::FromBreak);
        assert_eq!(job("s d /MT").threads.unwrap().get(), 8);
        assert_eq!(job("s d /LFSM").low_space, Some(LowSpace::Tenth));
        assert_eq!(job("s d /LFSM:2M").low_space, Some(LowSpace::Bytes(2 << 20)));
        assert_eq!(job("s d /IPG:5").throttle.gap, Duration::from_millis(5));
        assert_eq!(job("s d /XJD").selection.directory_links, LinkRule::Skip);
        assert_eq!(job("s d /XJD").selection.file_links, LinkRule::Follow);
        assert_eq!(job("s d /SL").selection.file_links, LinkRule::Copy);
        assert_eq!(job("s d /SJ").selection.file_links, LinkRule::Follow);
        assert!(!job("s d /NOCOPY").copy.data && !job("s d /NODCOPY").directories.attributes);
        let copy = job("s d /COPY:T").copy;
        assert!(!copy.data && !copy.attributes && copy.times);
    }

    #[test]
    fn ages_are_counted_from_now() {
        let selection = job("s d /MAXAGE:1 /MINAGE:19700102").selection;
        assert_eq!(selection.modified.not_before.unwrap().to_unix().0, 1_000_000_000 - 86_400);
        assert_eq!(selection.modified.not_after.unwrap().to_unix().0, 86_400);
    }

    // RB-2
    #[test]
    fn contradictions_are_refused() {
        for line in ["/MT /IPG:1", "/MT:4 /LFSM", "/SECFIX", "/LFSM /EFSRAW"] {
            assert!(made(&format!("s d {line}")).unwrap_err().starts_with("ERROR : "), "{line}");
        }
    }

    #[test]
    fn what_would_be_lost_silently_is_refused_unless_lenient() {
        for line in ["/COPYALL", "/SEC", "/COPY:DATSO", "/B", "/FAT", "/REG", "/EFSRAW"] {
            assert!(made(&format!("s d {line}")).is_err(), "{line}");
            let lenient = made(&format!("s d {line} --lenient")).unwrap();
            assert_eq!(lenient.notes.len(), 1, "{line}");
            assert!(lenient.job.copy.data, "{line}");
        }
        assert_eq!(made("s d /J /COMPRESS").unwrap().notes.len(), 2);
    }
}
