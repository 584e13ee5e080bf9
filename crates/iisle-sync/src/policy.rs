use iisle_path::{PatternError, Patterns, RelPath};
use iisle_tree::{Stamp, Ticks};

/// What a sync never replaces and never deletes, whatever the source holds.
///
/// Tied to the root: a `wwwroot/js/logs` is content. What of this is missing at the destination is
/// still created.
///
/// Source: `sync.md` SD-24.
pub const PROTECTED: [&str; 10] = [
    "/logs/",
    "/App_Data/",
    "/ShadowCopyDirectory/",
    "/DataProtection-Keys/",
    "/.well-known/",
    // What sites below this one were before, and who is at work at them.
    ".*.deploy/",
    "*.mdf",
    "*.ldf",
    "*.sqlite",
    "*.db",
];

/// How a sync decides.
#[derive(Debug, Clone)]
pub struct Policy {
    /// When two files are the same.
    pub compare: Compare,
    /// What becomes of what only the destination has.
    pub extras: Extras,
    /// Where the files have to be able to live in the end.
    pub target: Target,
    /// Never replaced and never deleted; [`PROTECTED`] and patterns of the user.
    pub protected: Patterns,
    /// Taken out of `protected` again; what it names is replaced and deleted like any file, a
    /// `web.config` below the root and an `app_offline.htm` too.
    pub unprotected: Patterns,
    /// When not empty, the sync is about matching files only.
    pub included: Patterns,
    /// Neither copied nor deleted; wins over `included`.
    pub excluded: Patterns,
    /// The number of deletions that is not too many; `None` for the built-in ceiling.
    pub max_deletes: Option<u64>,
    /// Which files of a running site are more than their bytes.
    pub care: Care,
    /// Whose letters a name keeps that differs in case only.
    pub spelling: Spelling,
    /// Whether a plan lists what stays.
    pub list: List,
    /// Whether a file that is read-only or hidden on one side only is different.
    pub attributes: Attributes,
    /// Whether a plan tells its source from others ([`Plan::tree_hash`](crate::Plan::tree_hash)).
    pub tells_source: bool,
}

/// What becomes of a file that is the same but for being read-only, hidden or of the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Attributes {
    /// It stays as it is; whether a file is hidden is not carried over.
    #[default]
    Ignored,
    /// It becomes as it is in the source.
    Compared,
}

impl Policy {
    /// What an expert would type: compare by size and time, keep extras, protect [`PROTECTED`] and
    /// `protected`, names fit for Windows.
    pub fn new<S: AsRef<str>>(
        protected: impl IntoIterator<Item = S>,
    ) -> Result<Self, PatternError> {
        let own = PROTECTED.iter().map(|pattern| (*pattern).to_owned());
        let theirs = protected.into_iter().map(|pattern| pattern.as_ref().to_owned());
        Ok(Self {
            compare: Compare::Stamps,
            extras: Extras::Keep,
            target: Target::Windows,
            protected: Patterns::parse(own.chain(theirs))?,
            unprotected: Patterns::default(),
            included: Patterns::default(),
            excluded: Patterns::default(),
            max_deletes: None,
            care: Care::default(),
            spelling: Spelling::default(),
            list: List::Changes,
            attributes: Attributes::default(),
            tells_source: false,
        })
    }

    /// Whether the file `path` is one that this sync is about.
    pub fn selects(&self, path: &RelPath) -> bool {
        let included = self.included.is_empty() || self.included.is_match(path);
        included && (self.excluded.is_empty() || !self.excluded.is_match(path))
    }

    /// Whether the directory `path` is created and deleted as such. When only some files are
    /// included, directories come with them and stay behind them.
    pub fn selects_directory(&self, path: &RelPath) -> bool {
        self.included.is_empty() && (self.excluded.is_empty() || !self.excluded.is_match(path))
    }

    /// Whether `path` must stay as it is at the destination.
    pub fn protects(&self, path: &RelPath) -> bool {
        self.protected.is_match(path) && !self.unprotects(path)
    }

    /// Whether somebody took `path` out of what is protected.
    pub fn unprotects(&self, path: &RelPath) -> bool {
        !self.unprotected.is_empty() && self.unprotected.is_match(path)
    }
}

/// When two files are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compare {
    /// Size and last write are; a time that was rounded to two seconds, as FAT and zip do, is
    /// within two seconds of what it was.
    #[default]
    Stamps,
    /// Size and SHA-256 are; a mere difference of times is mended without copying.
    Contents,
}

/// What becomes of files and directories that only the destination has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Extras {
    /// They stay.
    #[default]
    Keep,
    /// Those that an earlier deployment of the same stream brought, and nobody changed since, are
    /// deleted; what else is there stays: it may be an upload.
    ///
    /// Source: `sync.md` SD-23, `managed`.
    Managed,
    /// All of them are deleted.
    Delete,
}

/// Which files of a running site are more than their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Care {
    /// An `app_offline.htm` is neither copied nor deleted, a `web.config` is never deleted.
    #[default]
    Site,
    /// An `app_offline.htm` of the source is content; neither it nor a `web.config` is deleted.
    Extras,
    /// None: files like all others.
    None,
}

/// Whose letters a name keeps that differs in case only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Spelling {
    /// Those of the source.
    #[default]
    Source,
    /// Those of the destination.
    Destination,
}

/// Whether a plan lists the files that are the same on both sides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum List {
    /// They are only counted.
    #[default]
    Changes,
    /// It does: nobody has noted them yet.
    Everything,
}

/// Where the files have to be able to live in the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Target {
    /// On Windows: names that it forbids or that it takes for one are refused.
    #[default]
    Windows,
    /// Where they are copied to, and nowhere else.
    Destination,
}

/// The step in which FAT and zip keep times.
const COARSE: i64 = 2 * Ticks::SECOND;

/// Whether two stamps are those of the same file.
///
/// Times that differ by less than two seconds count as equal when exactly one of them is a
/// multiple of two seconds: then it may be the other, rounded as FAT and zip do; and so with one
/// second, as shares and SFTP do. Between two times that both have fractions, or both have none, every
/// difference counts.
pub(crate) fn same_stamp(a: Stamp, b: Stamp) -> bool {
    a.size == b.size && same_time(a.modified, b.modified)
}

pub(crate) fn same_time(a: Ticks, b: Ticks) -> bool {
    let distance = (i128::from(a.0) - i128::from(b.0)).unsigned_abs();
    let rounded = |step: i64| {
        let is_coarse = |time: Ticks| time.0.rem_euclid(step) == 0;
        distance < step.unsigned_abs().into() && is_coarse(a) != is_coarse(b)
    };
    a == b || rounded(COARSE) || rounded(Ticks::SECOND)
}

/// A time that counts as `time` but is not `other`, for a file whose content changed although size
/// and time did not: servers and browsers tell files apart by these.
///
/// Source: `sync.md` SD-7, which takes the present; this time is not taken for a difference by the
/// next sync.
pub(crate) fn other_time(time: Ticks, other: Ticks) -> Ticks {
    let rest = time.0.rem_euclid(COARSE);
    let candidates = if rest == 0 {
        [time.0 + Ticks::SECOND, time.0 + Ticks::SECOND / 2]
    } else {
        [time.0 - rest + COARSE, time.0 - rest]
    };
    let [first, second] = candidates.map(Ticks);
    if first == other { second } else { first }
}

#[cfg(test)]
mod tests {
    use super::{Policy, other_time, same_time};
    use iisle_path::{Patterns, RelPath};
    use iisle_tree::Ticks;

    // SD-8
    #[test]
    fn only_a_rounded_time_is_within_two_seconds() {
        let t = |seconds: i64, ticks: i64| Ticks(seconds * Ticks::SECOND + ticks);
        assert!(same_time(t(10, 0), t(11, 5)) && same_time(t(11, 5), t(12, 0)));
        assert!(!same_time(t(10, 0), t(12, 0)) && !same_time(t(10, 0), t(12, 1)));
        assert!(same_time(t(11, 0), t(11, 5)) && same_time(t(11, 0), t(10, 5)));
        assert!(!same_time(t(11, 0), t(12, 5)) && !same_time(t(11, 0), t(13, 0)));
        assert!(!same_time(t(10, 3), t(10, 4)), "two fine times are exact");
        assert!(same_time(t(i64::MAX / Ticks::SECOND, 7), t(i64::MAX / Ticks::SECOND, 7)));
        assert!(!same_time(Ticks(i64::MIN), Ticks(i64::MAX)));
    }

    // SD-7
    #[test]
    fn another_time_is_no_difference_and_never_the_one_before() {
        for time in [0, 5, 20_000_000, 30_000_007] {
            let mut before = Ticks(time);
            for _ in 0..3 {
                let next = other_time(Ticks(time), before);
                assert!(next != before && same_time(next, Ticks(time)), "{time} {next:?}");
                before = next;
            }
        }
    }

    // SD-24
    #[test]
    fn what_is_named_is_protected_no_longer() {
        let unprotected = Patterns::parse(["App_Data/seed/", "*.db"]).unwrap();
        let policy = Policy { unprotected, ..Policy::new(["/uploads/"]).unwrap() };
        let protects = |path: &str| policy.protects(&RelPath::parse(path).unwrap());
        for path in ["App_Data/seed/a", "app_data/SEED", "data/site.DB"] {
            assert!(!protects(path), "{path}");
        }
        for path in ["App_Data/upload.png", "uploads/a.png", "site.mdf"] {
            assert!(protects(path), "{path}");
        }
    }

    // SD-24
    #[test]
    fn what_a_site_writes_itself_is_protected() {
        let policy = Policy::new(["/uploads/"]).unwrap();
        let protects = |path: &str| policy.protects(&RelPath::parse(path).unwrap());
        for path in ["logs", "LOGS/a/b.log", "App_Data/x", "uploads/a.png", "data/site.DB"] {
            assert!(protects(path), "{path}");
        }
        for path in [".shop.deploy", "apps/.shop.deploy/backup/7"] {
            assert!(protects(path), "{path}");
        }
        for path in ["wwwroot/logs/view.js", "logs.txt", "web.config", "app_data.txt"] {
            assert!(!protects(path), "{path}");
        }
    }
}
