use std::collections::{BTreeMap, BTreeSet};

use iisle_path::RelPath;
use iisle_report::{Monitor, Phase};
use iisle_tree::digest::{Digest, of_files};
use iisle_tree::{FileVersion, Snapshot, Stamp, Ticks, Tree};

use crate::digests::{DigestsWriter, KnownDigests};
use crate::matching::{Pair, pairs};
use crate::plan::Sides;
use crate::policy::Policy;

/// One of the two trees of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Where files come from.
    Source,
    /// What is changed.
    Destination,
}

/// Keeps digests from one sync for the next.
pub trait DigestStore: Sync {
    /// What was kept of the files of one side.
    fn digests(&self, side: Side) -> KnownDigests;

    /// A moment before the trees were listed, by the clock that dates their files; `None` when nothing
    /// is kept.
    fn since(&self) -> Option<Ticks>;

    /// Keeps what is known now of the files of one side, in the form of [`KnownDigests::read`].
    fn keep(&self, side: Side, digests: Vec<u8>);
}

/// The versions of the files of both trees, in the order of their snapshots.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Versions<'a> {
    pub(crate) source: &'a [Option<FileVersion>],
    pub(crate) destination: &'a [Option<FileVersion>],
}

/// The files of the source whose content differs from that of their counterpart of the same size, by
/// SHA-256.
///
/// One that cannot be read counts as different: the attempt to copy it will say why.
pub fn differing_contents(
    source: &dyn Tree,
    destination: &dyn Tree,
    sides: &Sides<'_>,
    policy: &Policy,
    monitor: &dyn Monitor,
) -> BTreeSet<RelPath> {
    let comparison = Comparison { source, destination, sides, versions: Versions::default() };
    comparison.differing(policy, None, monitor)
}

/// What is compared.
pub(crate) struct Comparison<'a> {
    pub(crate) source: &'a dyn Tree,
    pub(crate) destination: &'a dyn Tree,
    pub(crate) sides: &'a Sides<'a>,
    pub(crate) versions: Versions<'a>,
}

/// A file, and what tells its state from others.
type File<'a> = (&'a RelPath, Stamp, Option<FileVersion>);

/// Two files of one size whose digests are not both known.
struct Unknown<'a> {
    ours: &'a RelPath,
    theirs: &'a RelPath,
    known: [Option<Digest>; 2],
}

impl<'a> Comparison<'a> {
    /// As [`differing_contents`], with what is known of earlier syncs; what is found out is kept.
    pub(crate) fn differing(
        &self,
        policy: &Policy,
        store: Option<&dyn DigestStore>,
        monitor: &dyn Monitor,
    ) -> BTreeSet<RelPath> {
        let has_versions =
            [self.versions.source, self.versions.destination].map(|versions| !versions.is_empty());
        let load = |side: Side| match store {
            Some(store) if has_versions[side as usize] => store.digests(side),
            _ => KnownDigests::default(),
        };
        let [ours, theirs] = std::thread::scope(|scope| {
            let theirs = scope.spawn(|| load(Side::Destination));
            [load(Side::Source), theirs.join().expect("reading a list does not panic")]
        });
        let mut differing = BTreeSet::new();
        let unknown = self.unknown(policy, [&ours, &theirs], &mut differing);
        if unknown.is_empty() {
            return differing;
        }
        let found = self.read(&unknown, monitor);
        for (Unknown { ours, theirs: _, known }, found) in unknown.iter().zip(&found) {
            let digests = [0, 1].map(|side| known[side].or(*found[side].as_ref().ok()?));
            let failure = found.iter().find_map(|found| found.as_ref().err());
            if let Some(error) = failure
                && !monitor.is_interrupted()
            {
                monitor.warning(&format!("cannot compare it: {error}"), Some(ours));
            }
            if failure.is_some() || digests[0] != digests[1] {
                differing.insert((*ours).clone());
            }
        }
        if let Some(store) = store
            && let Some(since) = store.since()
        {
            let news = |side: usize| {
                let named = unknown.iter().zip(&found).filter_map(move |(unknown, found)| {
                    let path = if side == 0 { unknown.ours } else { unknown.theirs };
                    Some((path, found[side].as_ref().ok().copied()??))
                });
                named.collect::<BTreeMap<_, _>>()
            };
            let (source, destination) = (self.sides.source, self.sides.destination);
            let sides = [
                (Side::Source, source, self.versions.source, ours),
                (Side::Destination, destination, self.versions.destination, theirs),
            ];
            for (side, snapshot, versions, known) in sides {
                let news = news(side as usize);
                if let Some(bytes) = renewed(snapshot, versions, &known, &news, since) {
                    store.keep(side, bytes);
                }
            }
        }
        differing
    }

    /// The pairs that must be read. Of the others those that differ are added to `differing`.
    fn unknown(
        &self,
        policy: &Policy,
        [ours, theirs]: [&KnownDigests; 2],
        differing: &mut BTreeSet<RelPath>,
    ) -> Vec<Unknown<'a>> {
        let Sides { source, destination, names, .. } = *self.sides;
        let left = versioned(source, self.versions.source);
        let right = versioned(destination, self.versions.destination);
        let mut finders = [ours.finder(), theirs.finder()];
        let mut unknown = Vec::new();
        for pair in pairs(left, right, names) {
            let Pair { source: Some((ours, left)), destination: Some((theirs, right)) } = pair
            else {
                continue;
            };
            if left.0.size != right.0.size || !policy.selects(ours) {
                continue;
            }
            let files: [File<'_>; 2] = [(ours, left.0, left.1), (theirs, right.0, right.1)];
            let mut find = |side: usize| {
                let (path, stamp, version) = files[side];
                finders[side].find(path, stamp, version?)
            };
            let known = [find(0), find(1)];
            match known {
                [Some(a), Some(b)] if a == b => {}
                [Some(_), Some(_)] => drop(differing.insert(ours.clone())),
                _ => unknown.push(Unknown { ours, theirs, known }),
            }
        }
        unknown
    }

    /// Reads what is not known of each pair; `None` for what is.
    fn read(
        &self,
        unknown: &[Unknown<'_>],
        monitor: &dyn Monitor,
    ) -> Vec<[Result<Option<Digest>, iisle_tree::TreeError>; 2]> {
        let wanted = |side: usize| -> Vec<RelPath> {
            let unread = unknown.iter().filter(|pair| pair.known[side].is_none());
            unread.map(|pair| if side == 0 { pair.ours } else { pair.theirs }.clone()).collect()
        };
        let (left, right) = (wanted(0), wanted(1));
        let size = |(paths, snapshot): (&[RelPath], &Snapshot)| -> u64 {
            paths.iter().filter_map(|path| snapshot.files.get(path)).map(|stamp| stamp.size).sum()
        };
        let bytes = size((&left, self.sides.source)) + size((&right, self.sides.destination));
        let files = (left.len() + right.len()) as u64;
        monitor.begin(Phase::Hash, Some(files), Some(bytes));
        let progress = |files, bytes| monitor.advance(Phase::Hash, files, bytes);
        let mut found = [
            of_files(self.source, &left, &progress).into_iter(),
            of_files(self.destination, &right, &progress).into_iter(),
        ];
        monitor.end(Phase::Hash);
        let mut next = |side: usize, known: Option<Digest>| match known {
            Some(_) => Ok(None),
            None => found[side].next().expect("each file has a result").map(Some),
        };
        unknown.iter().map(|pair| [next(0, pair.known[0]), next(1, pair.known[1])]).collect()
    }
}

/// The files of a tree with their versions.
fn versioned<'a>(
    snapshot: &'a Snapshot,
    versions: &'a [Option<FileVersion>],
) -> impl Iterator<Item = (&'a RelPath, (Stamp, Option<FileVersion>))> {
    let versions = versions.iter().copied().chain(std::iter::repeat(None));
    snapshot.files.iter().zip(versions).map(|((path, stamp), version)| (path, (*stamp, version)))
}

/// The list to keep of the files of a tree; `None` when it would hold nothing new.
fn renewed(
    snapshot: &Snapshot,
    versions: &[Option<FileVersion>],
    known: &KnownDigests,
    news: &BTreeMap<&RelPath, Digest>,
    since: Ticks,
) -> Option<Vec<u8>> {
    let mut writer = DigestsWriter::new(since);
    let mut finder = known.finder();
    let mut is_new = false;
    for (path, (stamp, version)) in versioned(snapshot, versions) {
        let Some(version) = version else { continue };
        if let Some(digest) = finder.find(path, stamp, version) {
            writer.add(path, stamp, version, &digest);
        } else if let Some(digest) = news.get(path)
            && writer.is_settled(stamp, version)
        {
            writer.add(path, stamp, version, digest);
            is_new = true;
        }
    }
    is_new.then(|| writer.finish())
}

#[cfg(test)]
mod tests;
