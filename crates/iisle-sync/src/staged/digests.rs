//! Where the digests lie that one sync keeps for the next.

use iisle_tree::TreeError;
use iisle_tree::workshop::{Look, Spot, Workshop};

use super::layout::work;
use crate::contents::Side;
use crate::digests::KnownDigests;
use crate::manifest::Stream;

/// More is no list of ours.
const LIMIT: u64 = 4 << 30;

/// Where the digests of one side lie. Each stream has a source of its own; the folder is one.
fn spot(stream: &Stream, side: Side) -> Spot {
    match side {
        Side::Source => work(&format!("digests/source-{}", stream.as_str())),
        Side::Destination => work("digests/site"),
    }
}

/// The digests that an earlier sync kept of one side; none when they cannot be read.
pub fn read_digests(shop: &dyn Workshop, stream: &Stream, side: Side) -> KnownDigests {
    match shop.read(&spot(stream, side), LIMIT) {
        Ok(bytes) => KnownDigests::read(bytes),
        Err(TreeError::NotFound(_)) => KnownDigests::default(),
        Err(error) => {
            tracing::debug!(%error, "digests of an earlier sync cannot be read");
            KnownDigests::default()
        }
    }
}

/// Keeps the digests of one side for the next sync. The caller holds the lock.
///
/// # Errors
/// When they cannot be written; those that were kept before stay.
pub fn keep_digests(
    shop: &dyn Workshop,
    stream: &Stream,
    side: Side,
    digests: &[u8],
) -> Result<(), TreeError> {
    let new = work("digests/new");
    shop.remove(&new)?;
    shop.create(&new, Look::of_own(digests.len()), &mut &*digests)?;
    shop.rename(&new, &spot(stream, side))
}
