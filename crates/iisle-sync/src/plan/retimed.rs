//! Files that were deployed under another time than that of the source.

use iisle_path::RelPath;
use iisle_tree::Stamp;

use super::Plan;
use crate::manifest::Manifest;
use crate::policy::Compare;
use crate::step::Step;

impl Plan {
    /// Takes out the steps about files that are there as they were deployed, from a file of the source
    /// that has not changed since: only the time that they were given is another. Where stamps decide
    /// what is the same, `by_stamp` is asked whether they do for a file of the source.
    ///
    /// Source: `sync.md` AO-5.
    pub fn leave_retimed(
        &mut self,
        manifest: &Manifest,
        compare: Compare,
        by_stamp: &dyn Fn(&RelPath) -> bool,
    ) {
        let is_retimed = |path: &RelPath, stamp: &Stamp, old: &Stamp| {
            let known = manifest.get(path).filter(|known| known.is(*old));
            stamp.size == old.size && known.is_some_and(|it| it.origin == Some(stamp.modified))
        };
        let Self { steps, unchanged_files, unchanged_bytes, .. } = self;
        steps.retain(|step| {
            let stays = match step {
                Step::Touch { path, stamp, old } => is_retimed(path, stamp, old),
                Step::Replace { path, source, stamp, old } => {
                    compare == Compare::Stamps && by_stamp(source) && is_retimed(path, stamp, old)
                }
                _ => false,
            };
            if stays {
                *unchanged_files += 1;
                *unchanged_bytes += step.size();
            }
            !stays
        });
    }
}
