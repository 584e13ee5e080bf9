use std::time::Duration;

/// One row of the summary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Row {
    /// Everything of the source that was looked at.
    pub total: u64,
    /// Copied, or created; under `/L`, what would be.
    pub copied: u64,
    /// Left as it is.
    pub skipped: u64,
    /// A file here and a directory there.
    pub mismatch: u64,
    /// Not done after all tries.
    pub failed: u64,
    /// Only in the destination.
    pub extras: u64,
}

/// What a run has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Directories. One that only the source has counts as copied, created or not.
    ///
    /// Source: a public capture of a run with `/S` that copied nothing.
    pub directories: Row,
    /// Directories that count as copied and were not created, because nothing was copied into them.
    pub uncreated_directories: u64,
    /// Files.
    pub files: Row,
    /// Bytes of those files.
    pub bytes: Row,
    /// Deletions, or changes of attributes, that failed.
    pub other_failures: u64,
    /// Time spent copying, of all threads.
    pub copying: Duration,
    /// Time spent waiting between tries.
    pub waiting: Duration,
    /// Time spent listing and comparing.
    pub scanning: Duration,
}

impl Tally {
    /// The exit code: a mask of 1 copied, 2 extras, 4 mismatches, 8 failures.
    ///
    /// Source: Microsoft, "Return codes used by the Robocopy utility".
    pub fn exit_code(&self) -> u8 {
        let either = |of: fn(&Row) -> u64| of(&self.directories) + of(&self.files) > 0;
        let failed = either(|row| row.failed) || self.other_failures > 0;
        let made = self.directories.copied + self.files.copied > self.uncreated_directories;
        u8::from(made)
            | u8::from(either(|row| row.extras)) << 1
            | u8::from(either(|row| row.mismatch)) << 2
            | u8::from(failed) << 3
    }

    /// Whether something went wrong.
    pub fn has_failures(&self) -> bool {
        self.exit_code() & 8 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Tally};

    #[test]
    fn the_exit_code_is_a_mask() {
        let files = |row| Tally { files: row, ..Tally::default() }.exit_code();
        assert_eq!(Tally::default().exit_code(), 0);
        assert_eq!(files(Row { total: 3, skipped: 3, ..Row::default() }), 0);
        assert_eq!(files(Row { copied: 1, extras: 2, ..Row::default() }), 3);
        assert_eq!(files(Row { mismatch: 1, failed: 1, ..Row::default() }), 12);
        let created = Row { copied: 1, ..Row::default() };
        assert_eq!(Tally { directories: created, ..Tally::default() }.exit_code(), 1);
        let empty = Tally { directories: created, uncreated_directories: 1, ..Tally::default() };
        assert_eq!(empty.exit_code(), 0);
        assert_eq!(Tally { other_failures: 1, ..Tally::default() }.exit_code(), 8);
    }
}
