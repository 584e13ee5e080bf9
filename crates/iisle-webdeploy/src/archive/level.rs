use super::compress::WHOLE;

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
}

impl Default for Level {
    /// 5: of 128 MB of a self-contained app it makes 54.4 MB, level 4 55.3 MB and 6 54.1 MB, in 1.3,
    /// 1.1 and 1.5 s of one core; `zip -6` makes 55.0 MB.
    fn default() -> Self {
        Self(5)
    }
}

/// The level of each file of a package: that of the package, and the one below it for long files.
///
/// Level 5 makes nearly every kind of program 1.8 % smaller than level 4 does, for a tenth to a fifth
/// more time. Half of that is enough to stay below what `zip -6` makes of the same files; the other
/// half is spared where long files decide when a run ends. How much may be spared is bounded by
/// the share of those files, so that a package which is one long file is as small as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Levels {
    level: Level,
    /// Files of this many bytes and more take the level below.
    long: u64,
}

/// Shorter files never take the level below.
const LEAST_LONG: u64 = 1024 * 1024;
/// The part of the content that may take the level below: two of five bytes.
const SHARE: (u64, u64) = (2, 5);

impl Levels {
    /// The levels for files of these sizes.
    pub(crate) fn of(level: Level, sizes: impl Iterator<Item = u64>) -> Self {
        // Longer ones are compressed in another way.
        let mut sizes: Vec<_> = sizes.filter(|size| *size <= WHOLE).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let most = sizes.iter().sum::<u64>() / SHARE.1 * SHARE.0;
        let mut long = u64::MAX;
        let mut sum = 0;
        for same in sizes.chunk_by(|a, b| a == b) {
            sum += same.iter().sum::<u64>();
            if sum > most || same[0] < LEAST_LONG {
                break;
            }
            long = same[0];
        }
        Self { level, long }
    }

    /// The level of a file of `size` bytes.
    pub(crate) fn of_file(self, size: u64) -> Level {
        let below = Level::new(self.level.0 - 1).filter(|_| (self.long..=WHOLE).contains(&size));
        below.unwrap_or(self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    /// The levels of files of `sizes` mebibytes.
    fn check(level: u8, sizes: &[u64]) -> Vec<u8> {
        let level = Level::new(level).expect("a level");
        let levels = Levels::of(level, sizes.iter().map(|size| size * MIB));
        sizes.iter().map(|size| levels.of_file(size * MIB).number()).collect()
    }

    #[test]
    fn the_longest_files_take_the_level_below_up_to_two_fifths_of_the_content() {
        assert_eq!(check(5, &[1, 2, 3, 4]), [5, 5, 5, 4]);
        assert_eq!(check(5, &[10, 1, 10, 9, 20]), [5, 5, 5, 5, 5]);
        assert_eq!(check(5, &[8, 7, 3, 10, 11]), [5, 5, 5, 5, 4]);
    }

    #[test]
    fn one_long_file_or_files_of_one_size_keep_the_level() {
        assert_eq!(check(5, &[16]), [5]);
        assert_eq!(check(5, &[7, 7, 7]), [5, 5, 5]);
        assert!(check(5, &[0, 0]).iter().all(|level| *level == 5));
        assert_eq!(Levels::of(Level::default(), std::iter::empty()).of_file(9), Level::default());
    }

    #[test]
    fn short_files_and_files_that_are_compressed_in_parts_keep_the_level() {
        let sizes = [MIB - 1; 5].into_iter().chain([MIB; 2]);
        let levels = Levels::of(Level::default(), sizes);
        assert_eq!(levels.of_file(MIB - 1).number(), 5);
        assert_eq!(levels.of_file(MIB).number(), 4);
        assert_eq!(check(5, &[100, 4, 3, 3]), [5, 4, 5, 5]);
    }

    #[test]
    fn there_is_no_level_below_the_lowest() {
        assert_eq!(check(1, &[1, 2, 3, 4]), [1, 1, 1, 1]);
    }
}
