use std::fmt;

/// Attributes of a file or folder, in the bits of Windows. Unix knows [`READ_ONLY`](Self::READ_ONLY)
/// only: no write permission for anybody.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Attributes(u32);

/// Letters and bits, in the order in which tools list them.
///
/// Source: Microsoft, "File Attribute Constants".
const LETTERS: [(char, u32); 9] = [
    ('R', 0x1),
    ('A', 0x20),
    ('S', 0x4),
    ('H', 0x2),
    ('C', 0x800),
    ('N', 0x2000),
    ('E', 0x4000),
    ('T', 0x100),
    ('O', 0x1000),
];

impl Attributes {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// Must not be written.
    pub const READ_ONLY: Self = Self(0x1);
    /// Changed since somebody archived it.
    pub const ARCHIVE: Self = Self(0x20);
    /// Read-only, archive, system, hidden: those that a copy compares.
    pub const COMPARED: Self = Self(0x1 | 0x20 | 0x4 | 0x2);
    /// Read-only, system, hidden: those that Web Deploy compares and sets.
    pub const MARKS: Self = Self(0x1 | 0x4 | 0x2);
    /// All that have a letter.
    pub const ALL: Self = Self(0x1 | 0x20 | 0x4 | 0x2 | 0x800 | 0x2000 | 0x4000 | 0x100 | 0x1000);

    /// Those of a word of the system.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The bits, as Windows has them.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The attributes that `letters` (of `RASHCNETO`, any case) name; the first other letter as error.
    pub fn from_letters(letters: &str) -> Result<Self, char> {
        letters.chars().try_fold(Self::NONE, |all, letter| {
            let found = LETTERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&letter));
            found.map(|(_, bit)| Self(all.0 | bit)).ok_or(letter)
        })
    }

    /// Whether any attribute is in both.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those in either.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = LETTERS.iter().filter(|(_, bit)| self.0 & bit != 0);
        f.write_str(&set.map(|(letter, _)| *letter).collect::<String>())
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attributes({self})")
    }
}
