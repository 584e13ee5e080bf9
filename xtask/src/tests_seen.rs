//! How many tests ran, read from the closing lines of cargo's test harness.

use std::fmt;
use std::ops::AddAssign;

/// Tests that ran, by their result.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TestsSeen {
    pub(crate) passed_tests: u64,
    pub(crate) failed_tests: u64,
}

impl TestsSeen {
    /// Adds what a line says, when it is a closing line.
    pub(crate) fn line(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        let Some((_, counts)) = rest.split_once(". ") else { return };
        for part in counts.split(';') {
            let mut words = part.split_whitespace();
            let Some(Ok(count)) = words.next().map(str::parse::<u64>) else { continue };
            match words.next() {
                Some("passed") => self.passed_tests += count,
                Some("failed") => self.failed_tests += count,
                _ => {}
            }
        }
    }

    /// Whether tests ran and all passed.
    pub(crate) fn is_good(self) -> bool {
        self.passed_tests > 0 && self.failed_tests == 0
    }
}

impl AddAssign for TestsSeen {
    fn add_assign(&mut self, other: Self) {
        self.passed_tests += other.passed_tests;
        self.failed_tests += other.failed_tests;
    }
}

/// The plain closing line that counters of any language understand.
impl fmt::Display for TestsSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed_tests, self.failed_tests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up_and_other_lines_do_not_count() {
        let mut seen = TestsSeen::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 5 filtered out; finished in 1.00s",
        ] {
            seen.line(line);
        }
        assert_eq!(seen.to_string(), "10 passed, 2 failed");
        assert!(!seen.is_good());
    }

    #[test]
    fn a_run_of_no_tests_is_not_good() {
        let mut seen = TestsSeen::default();
        seen.line("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        assert!(!seen.is_good());
    }
}
