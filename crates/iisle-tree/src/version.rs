use std::num::NonZero;

use crate::Ticks;

/// Which state of which file it is, for volumes that keep this faithfully: with one size, one last
/// write and one version a file has one content.
///
/// Its equality says nothing across volumes, and nothing about a file that was changed within the
/// last moments: whoever keeps versions waits until the clock has gone on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileVersion {
    /// The number of the file on its volume.
    pub file: NonZero<u64>,
    /// When anything about it was last changed; nobody can set this back.
    pub changed: Ticks,
}
