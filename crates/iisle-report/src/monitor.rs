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

    /// One step of a plan was executed.
    fn step(&self, op: &str, path: &RelPath, size: u64) {
        let _ = (op, path, size);
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
