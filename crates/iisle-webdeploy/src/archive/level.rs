/// How much time is spent to make an archive smaller, from 1 (fast) to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(u8);

impl Level {
    /// The level `number`; `None` when it is not 1 to 9.
    pub fn new(number: u8) -> Option<Self> {
        (1..=9).contains(&number).then_some(Self(number))
    }

    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The level for a whole file: this one, the one below it for a managed program of ordinary size, the
    /// one above it for text.
    ///
    /// Measured against `zip -6`: of native code and long programs the default level makes 0.99 to 1.00,
    /// the one below it 1.01 to 1.03. Of managed programs below a mebibyte already the one below makes
    /// 1.000 to 1.004, in five sixths of the time. Of style sheets, scripts, pages and JSON the default
    /// level makes 1.01 to 1.04, the one above it 1.000 to 1.008, in five fourths of the time.
    pub(crate) fn of_file(self, content: &[u8]) -> Self {
        let wanted = if content.len() < ORDINARY && is_managed(content) {
            self.0 - 1
        } else if is_text(content) {
            self.0 + 1
        } else {
            self.0
        };
        Self::new(wanted).unwrap_or(self)
    }
}

impl Default for Level {
    /// 5: of 128 MB of a self-contained app it makes 54.4 MB, level 4 55.3 MB and 6 54.1 MB, in 1.3,
    /// 1.1 and 1.5 s of one core; `zip -6` makes 55.0 MB.
    fn default() -> Self {
        Self(5)
    }
}

/// Programs of this many bytes and more have the level of the package.
const ORDINARY: usize = 1024 * 1024;

/// Bytes at its start that tell whether content is text.
const START: usize = 4096;

/// Whether the content begins as text in UTF-8 or in an older encoding does: without control characters but
/// white space.
fn is_text(content: &[u8]) -> bool {
    let start = &content[..content.len().min(START)];
    start.iter().all(|byte| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r'))
}

/// Whether the content is a program with metadata of .NET.
///
/// Source: the PE format, which puts the CLI header into data directory 14.
fn is_managed(content: &[u8]) -> bool {
    let word = |at: usize| Some(u16::from_le_bytes(*content.get(at..)?.first_chunk()?));
    let long = |at: usize| Some(u32::from_le_bytes(*content.get(at..)?.first_chunk()?));
    let cli_header = || {
        let signature = usize::try_from(long(0x3c)?).ok()?;
        let optional = signature.checked_add(24)?;
        let directories = match (long(signature)?, word(optional)?) {
            (0x4550, 0x10b) => optional + 96,
            (0x4550, 0x20b) => optional + 112,
            _ => return None,
        };
        long(directories + 14 * 8)
    };
    content.starts_with(b"MZ") && cli_header().is_some_and(|address| address != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program of `length` bytes whose data directory 14 says `cli_header`.
    fn program(magic: u16, cli_header: u32, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x80;
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        bytes[0x98..0x9a].copy_from_slice(&magic.to_le_bytes());
        let directories = if magic == 0x10b { 0x98 + 96 } else { 0x98 + 112 };
        bytes[directories + 112..directories + 116].copy_from_slice(&cli_header.to_le_bytes());
        bytes
    }

    fn level(content: &[u8]) -> u8 {
        Level::default().of_file(content).number()
    }

    #[test]
    fn managed_programs_of_ordinary_size_take_the_level_below() {
        assert_eq!(level(&program(0x10b, 0x2008, 0x400)), 4);
        assert_eq!(level(&program(0x20b, 0x2008, ORDINARY - 1)), 4);
        assert_eq!(level(&program(0x20b, 0x2008, ORDINARY)), 5);
    }

    #[test]
    fn everything_else_keeps_the_level() {
        assert_eq!(level(&program(0x20b, 0, 0x400)), 5);
        assert_eq!(level(&program(0x107, 0x2008, 0x400)), 5);
        assert_eq!(level(b"MZ\0"), 5);
        assert_eq!(level("\u{feff}\0t".as_bytes()), 5);
        assert_eq!(level(&[0xff, 1]), 5);
    }

    #[test]
    fn text_takes_the_level_above() {
        assert_eq!(level(b"{\r\n\t\"a\": 1\n}"), 6);
        assert_eq!(level("\u{feff}<p>gr\u{fc}n</p>".as_bytes()), 6);
        let mut long = vec![b'x'; START + 1];
        long[START] = 0;
        assert_eq!(level(&long), 6, "only the start is looked at");
        long[START - 1] = 0;
        assert_eq!(level(&long), 5);
        assert_eq!(Level::new(9).unwrap().of_file(b"text").number(), 9);
    }

    #[test]
    fn a_program_that_is_cut_off_anywhere_is_only_content() {
        let whole = program(0x20b, 0x2008, 0x180);
        for length in 0..whole.len() {
            let _level = level(&whole[..length]);
        }
        let mut far = whole;
        far[0x3c..0x40].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(level(&far), 5);
    }

    #[test]
    fn there_is_no_level_below_the_lowest() {
        let lowest = Level::new(1).expect("a level");
        assert_eq!(lowest.of_file(&program(0x10b, 0x2008, 0x400)), lowest);
    }
}
