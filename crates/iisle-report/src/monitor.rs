use std::time::Duration;

use iisle_path::RelPath;

/// What long work is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Listing and reading facts.
    Scan,
    /// Computing digests.
    Hash,
    /// Compressing into a package.
    Compress,
    /// Copying into the target.
    Copy,
    /// Deleting extras.
    Delete,
}

impl Phase {
    /// The word that progress displays and event streams use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Hash => "hash",
            Self::Compress => "compress",
            Self::Copy => "copy",
            Self::Delete => "delete",
        }
    }
}

/// Something that did not work and is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry<'a> {
    /// What did not work, a lower-case fragment.
    pub message: &'a str,
    /// The file it is about, where it is about one.
    pub path: Option<&'a RelPath>,
    /// How often it was tried so far, from 1.
    pub attempt: u64,
    /// Who keeps it from working, as far as the system tells.
    pub holders: &'a [HeldBy],
}

/// How long to wait before something is tried again that somebody else keeps from working: a tenth of
/// a second at first, each time a quarter longer, never more than a second.
#[derive(Debug, Clone, Copy)]
pub struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(Duration::from_millis(100))
    }
}

impl Pauses {
    /// The next pause; the one after it is longer.
    pub fn longer(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 5 / 4).min(Duration::from_secs(1));
        pause
    }
}

/// A process that holds a file open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBy {
    /// Process id.
    pub pid: u32,
    /// Name of the program, `w3wp.exe`.
    pub name: String,
    /// Account it runs under, where the system tells.
    pub user: Option<String>,
    /// Short name of the Windows service it is, if it is one.
    pub service: Option<String>,
}

/// Told about progress while work goes on, from any thread. Never decides anything.
pub trait Monitor: Sync {
    /// A phase begins; totals are what is known beforehand.
    fn begin(&self, phase: Phase, total_files: Option<u64>, total_bytes: Option<u64>) {
        let _ = (phase, total_files, total_bytes);
    }

    /// More of the current phase is done.
    fn advance(&self, phase: Phase, files: u64, bytes: u64) {
        let _ = (phase, files, bytes);
    }

    /// Something a person should know and that keeps nothing from going on.
    fn warning(&self, message: &str, path: Option<&RelPath>) {
        let _ = (message, path);
    }

    /// Something is going to be tried again.
    fn retry(&self, retry: &Retry<'_>) {
        let _ = retry;
    }

    /// One step of a plan was executed.
    fn step(&self, op: &str, path: &RelPath, size: u64) {
        let _ = (op, path, size);
    }

    /// Whether whoever watches wants the work to be given up, in a state that is as good as before.
    fn is_interrupted(&self) -> bool {
        false
    }

    /// The phase is over.
    fn end(&self, phase: Phase) {
        let _ = phase;
    }
}

/// A monitor that shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Monitor for Silent {}

#[cfg(test)]
mod tests {
    use super::Pauses;
    use std::time::Duration;

    #[test]
    fn pauses_grow_from_a_tenth_of_a_second_to_a_second() {
        let mut pauses = Pauses::default();
        let all: Vec<_> = (0..15).map(|_| pauses.longer()).collect();
        assert_eq!(all[..2], [Duration::from_millis(100), Duration::from_millis(125)]);
        assert!(all.is_sorted());
        assert_eq!(all[14], Duration::from_secs(1));
    }
}
