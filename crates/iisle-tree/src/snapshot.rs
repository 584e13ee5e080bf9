use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use iisle_path::RelPath;

use crate::digest::Digest;
use crate::folder::Attributes;

/// A moment in 100 ns ticks since 1601-01-01 UTC, the unit of NTFS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub i64);

impl Ticks {
    /// Ticks in one second.
    pub const SECOND: i64 = 10_000_000;
    /// Ticks between 1601 and 1970.
    pub const UNIX_EPOCH: Self = Self(116_444_736_000_000_000);

    /// From seconds and nanoseconds since 1970; what does not fit is clamped.
    pub fn from_unix(seconds: i64, nanoseconds: u32) -> Self {
        let ticks =
            seconds.saturating_mul(Self::SECOND).saturating_add(i64::from(nanoseconds / 100));
        Self(Self::UNIX_EPOCH.0.saturating_add(ticks))
    }

    /// Whole seconds since 1970, rounded down, and the nanoseconds beyond them.
    pub fn to_unix(self) -> (i64, u32) {
        let ticks = self.0.saturating_sub(Self::UNIX_EPOCH.0);
        let rest = u32::try_from(ticks.rem_euclid(Self::SECOND)).expect("below ten million");
        (ticks.div_euclid(Self::SECOND), rest * 100)
    }

    /// The same moment as the standard library has it; what a system cannot hold is 1970.
    pub fn to_system_time(self) -> SystemTime {
        let (seconds, nanoseconds) = self.to_unix();
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let start = if seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(whole)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(whole)
        };
        start
            .and_then(|start| start.checked_add(Duration::from_nanos(u64::from(nanoseconds))))
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// What a snapshot knows of one file or directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes; 0 for a directory.
    pub size: u64,
    /// Last write.
    pub modified: Ticks,
    /// The Windows attribute, or on Unix the absence of every write permission.
    pub read_only: bool,
    /// Whether it is hidden; `None` where there is no such thing or nobody says: what is there stays
    /// as it is.
    pub visibility: Option<Visibility>,
}

/// The attributes of Windows that hide a file from people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Visibility {
    /// The attribute of that name.
    pub hidden: bool,
    /// The attribute of that name.
    pub system: bool,
}

impl Visibility {
    /// What the attributes of a file say, a word of Windows.
    ///
    /// Source: Microsoft, "File Attribute Constants".
    pub fn of_bits(bits: u32) -> Self {
        Self { hidden: bits & Self::HIDDEN != 0, system: bits & Self::SYSTEM != 0 }
    }

    /// The attributes, as Windows has them.
    pub fn bits(self) -> u32 {
        let hidden = if self.hidden { Self::HIDDEN } else { 0 };
        hidden | if self.system { Self::SYSTEM } else { 0 }
    }

    const HIDDEN: u32 = 0x2;
    const SYSTEM: u32 = 0x4;
}

impl Stamp {
    /// Whether the content is the same, as far as size and time tell.
    pub fn is_unchanged_from(&self, other: &Self) -> bool {
        (self.size, self.modified) == (other.size, other.modified)
    }

    /// Those of the attributes [`MARKS`](Attributes::MARKS) that it has; `None` where nobody says.
    pub fn marks(&self) -> Option<Attributes> {
        let read_only = if self.read_only { Attributes::READ_ONLY } else { Attributes::NONE };
        self.visibility.map(|it| Attributes::from_bits(it.bits()).with(read_only))
    }

    /// The same with other attributes of those.
    #[must_use]
    pub fn with_marks(self, marks: Attributes) -> Self {
        let visibility = Some(Visibility::of_bits(marks.bits()));
        Self { read_only: marks.intersects(Attributes::READ_ONLY), visibility, ..self }
    }

    /// Whether the attributes are the same, as far as both sides know them.
    pub fn has_attributes_of(&self, other: &Self) -> bool {
        let is_same_visibility = match (self.visibility, other.visibility) {
            (Some(mine), Some(other)) => mine == other,
            _ => true,
        };
        self.read_only == other.read_only && is_same_visibility
    }
}

/// Every file and directory below the root of a tree, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The files.
    pub files: BTreeMap<RelPath, Stamp>,
    /// The directories, without the root.
    pub directories: BTreeMap<RelPath, Stamp>,
    /// What is there but cannot be part of a deployment.
    pub refused: Vec<Refused>,
}

/// Something below the root that a snapshot does not take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its path below the root, with U+FFFD for what is no Unicode.
    pub path: String,
    /// The bytes of its name when it is no Unicode (WTF-8 on Windows).
    pub bytes: Option<Vec<u8>>,
    /// Why.
    pub why: Refusal,
}

/// Why something is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The name is not valid Unicode.
    NotUnicode,
    /// A link whose target lies outside the tree; the target as stored in it.
    LinkLeavesTree(String),
    /// A link whose target is missing; the target as stored in it.
    LinkDangles(String),
    /// A directory link that leads back to one of its ancestors.
    LinkLoop(String),
    /// A link, where links are left alone; the target as stored in it.
    Link(String),
    /// A device, pipe or socket.
    Special,
    /// The system would not say; its words.
    Unreadable(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotUnicode => f.write_str("the name is not valid Unicode"),
            Self::LinkLeavesTree(target) => {
                write!(f, "the link leaves the folder: it points to `{target}`")
            }
            Self::LinkDangles(target) => {
                write!(f, "the link leads nowhere: there is no `{target}`")
            }
            Self::LinkLoop(target) => {
                write!(f, "the link leads in a circle: it points to `{target}`")
            }
            Self::Link(target) => write!(f, "it is a link to `{target}`"),
            Self::Special => f.write_str("it is a device, pipe or socket"),
            Self::Unreadable(reason) => write!(f, "it cannot be read: {reason}"),
        }
    }
}

impl Snapshot {
    /// Sum of the sizes of all files, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.files.values().map(|stamp| stamp.size).sum()
    }

    /// Tells it from others: the digest of a line for each directory (its path and `/`) and then for each
    /// file (its path, size and last write in ticks, with NUL between), sorted by path. What was refused
    /// does not count.
    pub fn digest(&self) -> Digest {
        let directories = self.directories.keys().map(|path| format!("{path}/\n"));
        let file = |(path, stamp): (&RelPath, &Stamp)| {
            format!("{path}\0{}\0{}\n", stamp.size, stamp.modified.0)
        };
        Digest::of_parts(directories.chain(self.files.iter().map(file)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Snapshot, Stamp, Ticks};
    use crate::digest::Digest;
    use iisle_path::RelPath;

    #[test]
    fn a_snapshot_is_told_from_others_by_names_sizes_and_times() {
        let path = |text: &str| RelPath::parse(text).unwrap();
        let stamp = |size, ticks| Stamp { size, modified: Ticks(ticks), ..Stamp::default() };
        let mut snapshot = Snapshot::default();
        assert_eq!(snapshot.digest(), Digest::of(b""));
        snapshot.directories.insert(path("b"), stamp(0, 9));
        snapshot.files.insert(path("a"), stamp(3, -5));
        assert_eq!(snapshot.digest(), Digest::of(b"b/\na\x003\x00-5\n"));
        let before = snapshot.digest();
        snapshot.directories.insert(path("b"), stamp(0, 10));
        assert_eq!(snapshot.digest(), before, "the time of a folder is that of its last new file");
        for other in [stamp(4, -5), stamp(3, -6)] {
            snapshot.files.insert(path("a"), other);
            assert_ne!(snapshot.digest(), before);
        }
    }

    #[test]
    fn ticks_and_unix_time_agree() {
        let t = Ticks::from_unix(1_732_000_000, 123_456_700);
        assert_eq!(t.to_unix(), (1_732_000_000, 123_456_700));
        assert_eq!(Ticks::from_unix(-1, 0).to_unix(), (-1, 0));
        assert_eq!(Ticks::from_unix(0, 0), Ticks::UNIX_EPOCH);
    }
}
