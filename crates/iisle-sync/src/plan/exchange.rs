//! Files that get the place of a directory, and the reverse: only where what stands there leaves first.

use std::collections::BTreeSet;

use iisle_path::RelPath;

use super::Planner;
use crate::guard::Guard;
use crate::step::Step;

impl Planner<'_> {
    /// A file takes the place of a directory, or the reverse, when what stands there is deleted anyway:
    /// with everything in it.
    pub(super) fn guard_exchanges(&mut self) {
        if self.in_the_way.is_empty() && self.replaced_directories.is_empty() {
            return;
        }
        let (mut made, mut removed) = (BTreeSet::new(), BTreeSet::new());
        for step in &self.plan.steps {
            match step {
                Step::CreateDirectory { path } => drop(made.insert(self.fold(path))),
                Step::DeleteDirectory { path } => drop(removed.insert(path.clone())),
                _ => {}
            }
        }
        let mut refused = Vec::new();
        for (name, file) in &self.in_the_way {
            if !self.deleted.contains(file) || !made.contains(name) {
                refused.push(Guard::FileInTheWay(file.clone()));
            }
        }
        for (file, directory) in &self.replaced_directories {
            if removed.contains(*directory) {
                continue;
            }
            let below = self.sides.destination.files.keys();
            let mut staying =
                below.filter(|path| path.is_below(directory) && !self.deleted.contains(path));
            refused.push(match staying.next() {
                Some(path) => Guard::Occupied(file.clone(), path.clone()),
                None => Guard::DirectoryInTheWay(file.clone()),
            });
        }
        self.plan.refused.append(&mut refused);
    }

    /// Whether `path` gets a place that something of another kind leaves first.
    pub(super) fn is_exchanged(&self, path: &RelPath) -> bool {
        let is_file = |path: &RelPath| self.in_the_way.contains_key(&self.fold(path));
        (!self.in_the_way.is_empty()
            && (is_file(path) || path.ancestors().any(|folder| is_file(&folder))))
            || self.replaced_directories.contains_key(path)
    }
}
