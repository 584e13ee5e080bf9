//! A first copy that was not waited for until it is on the medium.
//!
//! That takes longer than the copy itself, and there is nothing that could be lost: the source is still
//! there. It is enough to know, after the machine was started anew, that files may be missing, empty or
//! cut off, and to compare them by content then.

use iisle_tree::workshop::{Spot, Workshop};
use iisle_tree::{Durability, Stamp, Ticks};

use super::StagedError;
use super::layout::work;

/// More is no note of ours.
const LIMIT: u64 = 1 << 10;

/// Where the note lies: the run of the system in which the copy was made.
fn spot() -> Spot {
    work("unflushed")
}

/// Notes that a copy is made in the run `boot` of the system; the note is on the medium afterwards.
pub(super) fn note(shop: &dyn Workshop, boot: &str) -> Result<(), StagedError> {
    shop.remove(&spot())?;
    Ok(shop.append(&spot(), boot.as_bytes(), Durability::Flushed)?)
}

/// Whether a copy that was not waited for may be incomplete: the system was started anew since. Then
/// neither sizes and times nor what was kept in the work folder tell what the folder holds.
///
/// # Errors
/// When the work folder cannot be read.
pub fn may_be_incomplete(shop: &dyn Workshop) -> Result<bool, StagedError> {
    if shop.state(&spot())?.is_none() {
        return Ok(false);
    }
    let noted = shop.read(&spot(), LIMIT)?;
    Ok(shop.boot().is_none_or(|boot| boot.as_bytes() != noted))
}

/// Whether a file that was last written to at `brought`, and [may be incomplete](may_be_incomplete), is what
/// is left of it: whoever changes a file leaves another time, and nothing comes of emptying one.
pub fn is_remnant(found: Stamp, brought: Ticks) -> bool {
    found.size == 0 || found.modified == brought
}

/// Everything is on the medium, as somebody knows who waited for it or read all of it.
///
/// # Errors
/// When the note cannot be removed.
pub fn settle(shop: &dyn Workshop) -> Result<(), StagedError> {
    Ok(shop.remove(&spot())?)
}
