//! Files that go into an archive.

/// One file of an archive.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// With slashes, without a leading one.
    pub(super) name: String,
    pub(super) content: Vec<u8>,
    /// Whether it is a program.
    pub(super) is_program: bool,
}

impl Entry {
    /// The permissions it gets where there are such.
    pub(super) fn mode(&self) -> u32 {
        if self.is_program { 0o755 } else { 0o644 }
    }
}

/// The entries in the order of their names.
pub(super) fn sorted(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}
