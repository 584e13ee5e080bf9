//! Directories: which are made, marked and removed.

use std::collections::BTreeSet;
use std::ops::Bound;

use iisle_path::RelPath;
use iisle_tree::folder::Attributes as Marks;
use iisle_tree::{Snapshot, Stamp};

use super::{Planner, Sides, Why};
use crate::matching::{Pair, pairs};
use crate::policy::{Attributes, Extras};
use crate::step::Step;

impl<'a> Planner<'a> {
    /// Those that are missing, those that are marked otherwise, and those that only the destination has.
    pub(super) fn compare_directories(&mut self) {
        let Sides { source, destination, names, differing: _, manifest: _ } = self.sides;
        let mut extras = Vec::new();
        for pair in pairs(source.directories.iter(), destination.directories.iter(), names) {
            match pair {
                Pair { source: Some((path, stamp)), destination: None } => {
                    if !self.policy.selects_directory(path) || self.opaque_at(path).is_some() {
                        continue;
                    }
                    let target = self.respelled(path);
                    self.in_the_way
                        .extend(self.file_at(&target).map(|file| (self.fold(&file), file)));
                    self.plan.steps.push(Step::CreateDirectory { path: target.clone() });
                    self.mark(target, *stamp, Some(Marks::NONE));
                }
                Pair { source: Some((path, stamp)), destination: Some((at, old)) }
                    if self.policy.selects_directory(path) && !self.policy.protects(at) =>
                {
                    self.mark(at.clone(), *stamp, old.marks());
                }
                Pair { source: None, destination: Some((path, _)) } => extras.push(path),
                _ => {}
            }
        }
        self.extra_directories(&extras);
    }

    /// What a directory is marked with, where that is asked for and both sides say it.
    fn mark(&mut self, path: RelPath, stamp: Stamp, old: Option<Marks>) {
        let marks = stamp.marks().filter(|_| self.policy.attributes == Attributes::Compared);
        if let (Some(marks), Some(old)) = (marks, old)
            && marks != old
        {
            self.plan.steps.push(Step::MarkDirectory { path, marks, old });
        }
    }

    /// Directories that only the destination has go when nothing stays below them.
    fn extra_directories(&mut self, extras: &[&'a RelPath]) {
        if extras.is_empty() {
            return;
        }
        let mut occupied: BTreeSet<RelPath> = BTreeSet::new();
        let mut occupy = |path: &RelPath| {
            for ancestor in path.ancestors() {
                if !occupied.insert(ancestor) {
                    break;
                }
            }
        };
        if self.policy.extras == Extras::Managed {
            self.deleted_below = self.deleted.iter().flat_map(|path| path.ancestors()).collect();
        }
        let destination = self.sides.destination;
        destination.files.keys().filter(|path| !self.deleted.contains(path)).for_each(&mut occupy);
        let refused = destination.refused.iter().filter_map(|r| RelPath::parse(&r.path).ok());
        refused.for_each(|path| occupy(&path));
        // What is about to be created there counts as well.
        self.plan.steps.iter().for_each(|step| match step {
            Step::Create { path, source: _, stamp: _ } | Step::CreateDirectory { path } => {
                occupy(path);
            }
            _ => {}
        });
        // A directory stays when it is not ours to delete, and so do those above it.
        for path in extras {
            let deletes = match self.policy.extras {
                Extras::Keep => false,
                // A folder that held nothing of ours was not made by us.
                Extras::Managed => self.deleted_below.contains(*path),
                Extras::Delete => true,
            };
            if self.policy.protects(path) || !deletes || !self.policy.selects_directory(path) {
                occupied.insert((*path).clone());
                occupied.extend(path.ancestors());
            }
        }
        for path in extras {
            if !occupied.contains(*path) {
                self.plan.steps.push(Step::DeleteDirectory { path: (*path).clone() });
            } else if !self.has_below(path) {
                let why = if self.policy.protects(path) {
                    Why::Protected
                } else if self.policy.extras != Extras::Delete {
                    Why::Unmanaged
                } else {
                    Why::Excluded
                };
                self.keep_below(&path.join("x").expect("a segment can be appended"), why, 0);
            }
        }
    }

    /// Whether the destination has anything below the directory `path`.
    fn has_below(&self, path: &RelPath) -> bool {
        let prefix = format!("{path}/");
        let after = (Bound::Excluded(prefix.as_str()), Bound::Unbounded);
        let Snapshot { files, directories, refused } = self.sides.destination;
        let file = files.range::<str, _>(after).next().map(|(below, _)| below);
        let directory = directories.range::<str, _>(after).next().map(|(below, _)| below);
        file.is_some_and(|below| below.is_below(path))
            || refused.iter().any(|refused| refused.path.starts_with(&prefix))
            || directory.is_some_and(|below| below.is_below(path))
    }
}
