/// Bounds on what is read, against hostile documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document; more than 1 GiB are never read.
    pub max_bytes: usize,
    /// Depth of nested elements.
    pub max_depth: usize,
    /// Bytes that entities may expand to, all in all.
    pub max_expansion: usize,
}

impl Default for Limits {
    /// 256 MiB, 4096 levels, 1 MiB.
    fn default() -> Self {
        Self { max_bytes: 256 << 20, max_depth: 4096, max_expansion: 1 << 20 }
    }
}
