use super::dates::Age;

/// What may follow the colon of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Plain,
    /// A decimal number.
    Number,
    /// From 1 to 128, or nothing and no colon.
    Threads,
    /// A number of bytes with `K`, `M` or `G` behind it.
    Bytes,
    /// The same, or nothing and no colon.
    MaybeBytes,
    /// Days or a date.
    Age,
    /// Some of these letters.
    Letters(&'static str),
    /// `Y`, `N`, or nothing and no colon.
    MaybeYes,
    /// Hours of the day.
    Hours,
    /// The place of a file or directory.
    Path,
}

/// Where a switch stands in job files and in the list of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Copy,
    Throttling,
    Selection,
    Retry,
    Logging,
    Job,
}

impl Group {
    pub(super) const ALL: [Self; 6] =
        [Self::Copy, Self::Throttling, Self::Selection, Self::Retry, Self::Logging, Self::Job];

    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Copy => "Copy options",
            Self::Throttling => "Copy File Throttling Options",
            Self::Selection => "File Selection Options",
            Self::Retry => "Retry Options",
            Self::Logging => "Logging Options",
            Self::Job => "Job Options",
        }
    }
}

/// What we do with a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Support {
    /// What it says.
    Full,
    /// Nothing; the copy is right without it.
    Hint,
    /// Refuse it, for leaving it out would lose something silently; why.
    Refused(&'static str),
}

/// A switch of robocopy.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) group: Group,
    pub(super) support: Support,
    pub(super) help: &'static str,
}

const SECURITY: &str = "access lists, owners and auditing are not copied";
const ATTRIBUTES: &str = "RASHCNETO";

const fn switch(
    name: &'static str,
    kind: Kind,
    group: Group,
    support: Support,
    help: &'static str,
) -> Switch {
    Switch { name, kind, group, support, help }
}

use Support::{Full, Hint, Refused};

/// Every switch, in the order of the list that `/?` prints.
#[rustfmt::skip]
pub(super) static SWITCHES: &[Switch] = &[
    switch("S", Kind::Plain, Group::Copy, Full, "walk subdirectories, create those that get a file"),
    switch("E", Kind::Plain, Group::Copy, Full, "walk subdirectories, create empty ones too"),
    switch("LEV", Kind::Number, Group::Copy, Full, "the top n levels only; 1 is the source alone"),
    switch("Z", Kind::Plain, Group::Copy, Full, "go on near the break when a copy was cut off"),
    switch("B", Kind::Plain, Group::Copy, Refused("backup rights are not used"), "copy with backup rights, past access lists"),
    switch("ZB", Kind::Plain, Group::Copy, Full, "as /Z; backup rights are not used"),
    switch("J", Kind::Plain, Group::Copy, Hint, "copy large files without buffering"),
    switch("EFSRAW", Kind::Plain, Group::Copy, Refused("encrypted files cannot be copied raw"), "copy encrypted files raw"),
    switch("COPY", Kind::Letters("DATSOUX"), Group::Copy, Full, "what a file is copied with: Data, Attributes, Times (default DAT)"),
    switch("SEC", Kind::Plain, Group::Copy, Refused(SECURITY), "as /COPY:DATS"),
    switch("COPYALL", Kind::Plain, Group::Copy, Refused(SECURITY), "as /COPY:DATSOU"),
    switch("NOCOPY", Kind::Plain, Group::Copy, Full, "copy no files; directories are made, extras purged"),
    switch("SECFIX", Kind::Plain, Group::Copy, Refused(SECURITY), "set security on skipped files too"),
    switch("TIMFIX", Kind::Plain, Group::Copy, Full, "set times on skipped files too"),
    switch("PURGE", Kind::Plain, Group::Copy, Full, "delete what only the destination has"),
    switch("MIR", Kind::Plain, Group::Copy, Full, "mirror a tree: /E and /PURGE"),
    switch("MOV", Kind::Plain, Group::Copy, Full, "delete files from the source when they are copied"),
    switch("MOVE", Kind::Plain, Group::Copy, Full, "and directories when they are empty then"),
    switch("A+", Kind::Letters(ATTRIBUTES), Group::Copy, Full, "give copied files these attributes"),
    switch("A-", Kind::Letters(ATTRIBUTES), Group::Copy, Full, "take these attributes from copied files"),
    switch("CREATE", Kind::Plain, Group::Copy, Full, "make directories and empty files only"),
    switch("FAT", Kind::Plain, Group::Copy, Refused("short names are not made"), "give files 8.3 names"),
    switch("256", Kind::Plain, Group::Copy, Full, "refuse paths of more than 256 characters"),
    switch("MON", Kind::Number, Group::Copy, Full, "stay, run again after more than n changes"),
    switch("MOT", Kind::Number, Group::Copy, Full, "stay, run again after m minutes if anything changed"),
    switch("RH", Kind::Hours, Group::Copy, Full, "hours in which copies may start, hhmm-hhmm"),
    switch("PF", Kind::Plain, Group::Copy, Full, "look at /RH before every file"),
    switch("IPG", Kind::Number, Group::Copy, Full, "pause of n ms after every 64 KB"),
    switch("SJ", Kind::Plain, Group::Copy, Full, "copy junctions as links"),
    switch("SL", Kind::Plain, Group::Copy, Full, "copy symbolic links as links"),
    switch("MT", Kind::Threads, Group::Copy, Full, "copy n files at a time, 1 to 128 (default 8)"),
    switch("DCOPY", Kind::Letters("DATEX"), Group::Copy, Full, "what a directory is copied with (default DA)"),
    switch("NODCOPY", Kind::Plain, Group::Copy, Full, "copy nothing with directories"),
    switch("NOOFFLOAD", Kind::Plain, Group::Copy, Hint, "copy without offloading"),
    switch("NOCLONE", Kind::Plain, Group::Copy, Hint, "copy without cloning blocks"),
    switch("COMPRESS", Kind::Plain, Group::Copy, Hint, "ask the network to compress"),
    switch("SPARSE", Kind::MaybeYes, Group::Copy, Full, "keep holes of sparse files: Y or N"),
    switch("IOMAXSIZE", Kind::Bytes, Group::Throttling, Full, "bytes to read or write at a time, n[KMG]"),
    switch("IORATE", Kind::Bytes, Group::Throttling, Full, "bytes per second, n[KMG]"),
    switch("THRESHOLD", Kind::Bytes, Group::Throttling, Full, "do not slow down smaller files, n[KMG]"),
    switch("A", Kind::Plain, Group::Selection, Full, "only files with the archive attribute"),
    switch("M", Kind::Plain, Group::Selection, Full, "the same, and take it from them"),
    switch("IA", Kind::Letters(ATTRIBUTES), Group::Selection, Full, "only files with any of these attributes"),
    switch("XA", Kind::Letters(ATTRIBUTES), Group::Selection, Full, "no files with any of these attributes"),
    switch("XF", Kind::Plain, Group::Selection, Full, "exclude files of these names or paths"),
    switch("XD", Kind::Plain, Group::Selection, Full, "exclude directories of these names or paths"),
    switch("XC", Kind::Plain, Group::Selection, Full, "exclude changed files"),
    switch("XN", Kind::Plain, Group::Selection, Full, "exclude newer files"),
    switch("XO", Kind::Plain, Group::Selection, Full, "exclude older files"),
    switch("XX", Kind::Plain, Group::Selection, Full, "exclude extra files and directories"),
    switch("XL", Kind::Plain, Group::Selection, Full, "exclude lonely files and directories"),
    switch("IM", Kind::Plain, Group::Selection, Full, "include modified files"),
    switch("IS", Kind::Plain, Group::Selection, Full, "include same files"),
    switch("IT", Kind::Plain, Group::Selection, Full, "include tweaked files"),
    switch("MAX", Kind::Number, Group::Selection, Full, "exclude files of more than n bytes"),
    switch("MIN", Kind::Number, Group::Selection, Full, "exclude files of fewer than n bytes"),
    switch("MAXAGE", Kind::Age, Group::Selection, Full, "exclude files older than n days or a date"),
    switch("MINAGE", Kind::Age, Group::Selection, Full, "exclude files newer than n days or a date"),
    switch("MAXLAD", Kind::Age, Group::Selection, Full, "exclude files not used since n days or a date"),
    switch("MINLAD", Kind::Age, Group::Selection, Full, "exclude files used since n days or a date"),
    switch("FFT", Kind::Plain, Group::Selection, Full, "times that differ by less than 2 s are equal"),
    switch("DST", Kind::Plain, Group::Selection, Full, "times that differ by one hour are equal"),
    switch("XJ", Kind::Plain, Group::Selection, Full, "exclude links to files and directories"),
    switch("XJD", Kind::Plain, Group::Selection, Full, "exclude links to directories"),
    switch("XJF", Kind::Plain, Group::Selection, Full, "exclude links to files"),
    switch("R", Kind::Number, Group::Retry, Full, "tries after the first (default 1 million)"),
    switch("W", Kind::Number, Group::Retry, Full, "seconds between tries (default 30)"),
    switch("REG", Kind::Plain, Group::Retry, Refused("no defaults are kept in a registry"), "keep /R and /W as defaults"),
    switch("TBD", Kind::Plain, Group::Retry, Full, "wait for shares to be defined"),
    switch("LFSM", Kind::MaybeBytes, Group::Retry, Full, "pause rather than leave less room, n[KMG] (default a tenth)"),
    switch("L", Kind::Plain, Group::Logging, Full, "list only, change nothing"),
    switch("X", Kind::Plain, Group::Logging, Full, "report all extra files"),
    switch("V", Kind::Plain, Group::Logging, Full, "show skipped files"),
    switch("TS", Kind::Plain, Group::Logging, Full, "show times of files"),
    switch("FP", Kind::Plain, Group::Logging, Full, "show full paths"),
    switch("BYTES", Kind::Plain, Group::Logging, Full, "show sizes as bytes"),
    switch("NS", Kind::Plain, Group::Logging, Full, "show no sizes"),
    switch("NC", Kind::Plain, Group::Logging, Full, "show no classes"),
    switch("NFL", Kind::Plain, Group::Logging, Full, "show no files"),
    switch("NDL", Kind::Plain, Group::Logging, Full, "show no directories"),
    switch("NP", Kind::Plain, Group::Logging, Full, "show no progress"),
    switch("ETA", Kind::Plain, Group::Logging, Full, "show when files will be done"),
    switch("LOG", Kind::Path, Group::Logging, Full, "write the report to a file"),
    switch("LOG+", Kind::Path, Group::Logging, Full, "append it to a file"),
    switch("UNILOG", Kind::Path, Group::Logging, Full, "write it in UTF-16"),
    switch("UNILOG+", Kind::Path, Group::Logging, Full, "append it in UTF-16"),
    switch("TEE", Kind::Plain, Group::Logging, Full, "and to the console"),
    switch("NJH", Kind::Plain, Group::Logging, Full, "no header"),
    switch("NJS", Kind::Plain, Group::Logging, Full, "no summary"),
    switch("UNICODE", Kind::Plain, Group::Logging, Full, "write to the console in UTF-16"),
    switch("JOB", Kind::Path, Group::Job, Full, "read switches from a job file"),
    switch("SAVE", Kind::Path, Group::Job, Full, "write switches to a job file"),
    switch("QUIT", Kind::Plain, Group::Job, Full, "stop after that"),
    switch("NOSD", Kind::Plain, Group::Job, Full, "the source will be given later"),
    switch("NODD", Kind::Plain, Group::Job, Full, "the destination will be given later"),
    switch("IF", Kind::Plain, Group::Job, Full, "the names that follow are included"),
    switch("SD", Kind::Path, Group::Job, Full, "the source"),
    switch("DD", Kind::Path, Group::Job, Full, "the destination"),
    switch("?", Kind::Plain, Group::Job, Full, "this list"),
];

/// The switch of that name, whatever its case.
pub(super) fn find(name: &str) -> Option<&'static Switch> {
    SWITCHES.iter().find(|switch| switch.name.eq_ignore_ascii_case(name))
}

/// The value of a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    None,
    Number(u64),
    Age(Age),
    /// Upper case.
    Letters(String),
    Yes(bool),
    /// Minutes since midnight.
    Hours(u16, u16),
    Text(String),
}

impl Kind {
    /// Reads what follows the colon; `None` stands for no colon. No answer when it is malformed.
    pub(super) fn read(self, text: Option<&str>) -> Option<Value> {
        match (self, text) {
            (Self::Plain | Self::Threads | Self::MaybeBytes | Self::MaybeYes, None) => {
                Some(Value::None)
            }
            (Self::Number, Some(text)) => number(text).map(Value::Number),
            (Self::Threads, Some(text)) => {
                number(text).filter(|n| (1..=128).contains(n)).map(Value::Number)
            }
            (Self::Bytes | Self::MaybeBytes, Some(text)) => bytes(text).map(Value::Number),
            (Self::Age, Some(text)) => Age::parse(text).map(Value::Age),
            (Self::Letters(allowed), Some(text)) => {
                let upper = text.to_ascii_uppercase();
                let good = !upper.is_empty() && upper.chars().all(|c| allowed.contains(c));
                good.then_some(Value::Letters(upper))
            }
            (Self::MaybeYes, Some(text)) => match text {
                "Y" | "y" => Some(Value::Yes(true)),
                "N" | "n" => Some(Value::Yes(false)),
                _ => None,
            },
            (Self::Hours, Some(text)) => {
                let (from, to) = text.split_once('-')?;
                Some(Value::Hours(time_of_day(from)?, time_of_day(to)?))
            }
            (Self::Path, Some(text)) => {
                let text = text.trim_matches('"');
                (!text.is_empty()).then(|| Value::Text(text.to_owned()))
            }
            (Self::Plain, Some(_))
            | (
                Self::Number
                | Self::Bytes
                | Self::Age
                | Self::Letters(_)
                | Self::Hours
                | Self::Path,
                None,
            ) => None,
        }
    }
}

fn number(text: &str) -> Option<u64> {
    let is_decimal = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_decimal.then(|| text.parse().ok()).flatten()
}

fn bytes(text: &str) -> Option<u64> {
    let (digits, factor) = match text.as_bytes().last()? {
        b'K' | b'k' => (&text[..text.len() - 1], 1 << 10),
        b'M' | b'm' => (&text[..text.len() - 1], 1 << 20),
        b'G' | b'g' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    number(digits)?.checked_mul(factor)
}

fn time_of_day(text: &str) -> Option<u16> {
    let value = number(text).filter(|_| text.len() == 4)?;
    let (hours, minutes) = (value / 100, value % 100);
    let is_time = (hours < 24 && minutes < 60) || value == 2400;
    is_time.then(|| u16::try_from(hours * 60 + minutes).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Kind, SWITCHES, Value, find};

    #[test]
    fn every_switch_is_found_in_any_case_and_only_once() {
        for switch in SWITCHES {
            let found = find(&switch.name.to_lowercase()).unwrap();
            assert!(std::ptr::eq(found, switch), "{}", switch.name);
        }
        assert!(find("FOO").is_none());
    }

    #[test]
    fn values_are_read_by_their_kind() {
        let read = |kind: Kind, text: &str| kind.read(Some(text));
        assert_eq!(read(Kind::Number, "30"), Some(Value::Number(30)));
        assert_eq!(read(Kind::Threads, "128"), Some(Value::Number(128)));
        assert_eq!(Kind::Threads.read(None), Some(Value::None));
        assert_eq!(read(Kind::Bytes, "2K"), Some(Value::Number(2048)));
        assert_eq!(read(Kind::Bytes, "3g"), Some(Value::Number(3 << 30)));
        assert_eq!(read(Kind::Hours, "2200-0630"), Some(Value::Hours(1320, 390)));
        assert_eq!(read(Kind::Letters("DAT"), "dt"), Some(Value::Letters("DT".into())));
        assert_eq!(Kind::Plain.read(None), Some(Value::None));
        for (kind, text) in [
            (Kind::Number, ""),
            (Kind::Number, "x"),
            (Kind::Number, "-1"),
            (Kind::Number, "+1"),
            (Kind::Number, "99999999999999999999"),
            (Kind::Threads, "0"),
            (Kind::Threads, "129"),
            (Kind::Bytes, "K"),
            (Kind::Bytes, "99999999999G"),
            (Kind::Hours, "2260-0000"),
            (Kind::Hours, "22:00-06:00"),
            (Kind::Letters("DAT"), "Q"),
            (Kind::Letters("DAT"), ""),
            (Kind::MaybeYes, "maybe"),
            (Kind::Path, ""),
            (Kind::Plain, "1"),
        ] {
            assert_eq!(read(kind, text), None, "{kind:?} {text:?}");
        }
        assert_eq!(Kind::Number.read(None), None);
    }
}
