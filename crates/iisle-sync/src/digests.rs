use std::cmp::Ordering;

use iisle_path::RelPath;
use iisle_tree::digest::Digest;
use iisle_tree::{FileVersion, Stamp, Ticks};

/// The first bytes of the form, which begins anew when it changes.
const MAGIC: &[u8; 16] = b"iisle digests 1\n";
/// What follows the path in an entry: size, last write, number, last change, SHA-256.
const FACTS: usize = 4 * 8 + 32;
/// The sum at the end.
const SUM: usize = 4;

/// The digests of the files of a tree as they were computed earlier, each for one state of one file.
///
/// A list in the order of paths, in one piece of memory. What is not just as it was written is not
/// believed: then nothing is known, and files are read again.
#[derive(Debug, Clone, Default)]
pub struct KnownDigests {
    bytes: Vec<u8>,
    /// Where the entries begin.
    starts: Vec<u32>,
}

impl KnownDigests {
    /// Reads what [`DigestsWriter`] wrote; of anything else nothing is known.
    pub fn read(bytes: Vec<u8>) -> Self {
        match Self::starts(&bytes) {
            Some(starts) => Self { bytes, starts },
            None => Self::default(),
        }
    }

    fn starts(bytes: &[u8]) -> Option<Vec<u32>> {
        let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
        if !content.starts_with(MAGIC) || crc32fast::hash(content).to_le_bytes() != *sum {
            return None;
        }
        let mut starts = Vec::with_capacity(content.len() / (FACTS + 48));
        let (mut at, mut before) = (MAGIC.len(), &[][..]);
        while at < content.len() {
            let (path, end) = entry(content, at)?;
            if path <= before {
                return None;
            }
            starts.push(u32::try_from(at).ok()?);
            (at, before) = (end, path);
        }
        Some(starts)
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Finds digests; quickly when it is asked for files in their order.
    pub fn finder(&self) -> Finder<'_> {
        Finder { known: self, next: 0 }
    }

    fn path(&self, number: usize) -> &[u8] {
        let start = self.starts[number] as usize;
        entry(&self.bytes, start).expect("every entry was read before").0
    }

    /// What the facts of an entry must be, and its digest.
    fn facts(&self, number: usize) -> (&[u8], Digest) {
        let start = self.starts[number] as usize;
        let (_, end) = entry(&self.bytes, start).expect("every entry was read before");
        let (facts, digest) = self.bytes[end - FACTS..end].split_at(FACTS - 32);
        let digest: [u8; 32] = digest.try_into().expect("it is what is left of the facts");
        (facts, Digest::from(digest))
    }
}

/// The path of the entry at `at`, and where the entry ends.
fn entry(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let length: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
    let path = at + 2..at + 2 + usize::from(u16::from_le_bytes(length));
    let end = path.end + FACTS;
    if end > bytes.len() {
        return None;
    }
    Some((bytes.get(path)?, end))
}

fn facts(stamp: Stamp, version: FileVersion) -> [u8; FACTS - 32] {
    let words = [
        stamp.size.to_le_bytes(),
        stamp.modified.0.to_le_bytes(),
        version.file.get().to_le_bytes(),
        version.changed.0.to_le_bytes(),
    ];
    let mut facts = [0; FACTS - 32];
    for (place, word) in facts.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word);
    }
    facts
}

/// Finds the digests of files.
#[derive(Debug, Clone)]
pub struct Finder<'a> {
    known: &'a KnownDigests,
    next: usize,
}

impl Finder<'_> {
    /// The digest of the file, if it is just the one that was read.
    pub fn find(&mut self, path: &RelPath, stamp: Stamp, version: FileVersion) -> Option<Digest> {
        let wanted = path.as_str().as_bytes();
        let is_next = self.next < self.known.len() && self.known.path(self.next) == wanted;
        let number = if is_next { self.next } else { self.search(wanted)? };
        self.next = number + 1;
        let (known, digest) = self.known.facts(number);
        (known == facts(stamp, version)).then_some(digest)
    }

    fn search(&self, wanted: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.known.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.known.path(middle).cmp(wanted) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

/// Writes digests for later, in the order of paths.
#[derive(Debug)]
pub struct DigestsWriter {
    bytes: Vec<u8>,
    /// Files that were changed before it may be believed.
    settled: Ticks,
}

impl DigestsWriter {
    /// Files that are read at `now` or later are written down.
    ///
    /// Not those that were changed a moment ago: another change within one step of the clock would go
    /// unseen.
    ///
    /// Source: `sync.md` SD-6: two seconds, the longest step that file systems have.
    pub fn new(now: Ticks) -> Self {
        let settled = Ticks(now.0.saturating_sub(2 * Ticks::SECOND));
        Self { bytes: MAGIC.to_vec(), settled }
    }

    /// Whether a file that looks so was not changed a moment ago.
    pub fn is_settled(&self, stamp: Stamp, version: FileVersion) -> bool {
        stamp.modified < self.settled && version.changed < self.settled
    }

    /// Adds a file, whose path comes after all before it; those with the longest paths are left out.
    pub fn add(&mut self, path: &RelPath, stamp: Stamp, version: FileVersion, digest: &Digest) {
        let path = path.as_str().as_bytes();
        let Ok(length) = u16::try_from(path.len()) else { return };
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(path);
        self.bytes.extend_from_slice(&facts(stamp, version));
        self.bytes.extend_from_slice(digest.bytes());
    }

    /// Everything that was added.
    pub fn finish(mut self) -> Vec<u8> {
        let sum = crc32fast::hash(&self.bytes);
        self.bytes.extend_from_slice(&sum.to_le_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{DigestsWriter, KnownDigests, MAGIC};
    use iisle_path::RelPath;
    use iisle_tree::digest::Digest;
    use iisle_tree::{FileVersion, Stamp, Ticks};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::num::NonZero;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn stamp(size: u64, modified: i64) -> Stamp {
        Stamp { size, modified: Ticks(modified), read_only: false, visibility: None }
    }

    fn version(file: u64, changed: i64) -> FileVersion {
        FileVersion { file: NonZero::new(file).unwrap(), changed: Ticks(changed) }
    }

    fn written(files: &BTreeMap<RelPath, u64>) -> Vec<u8> {
        let mut writer = DigestsWriter::new(Ticks(i64::MAX));
        for (path, number) in files {
            let digest = Digest::of(&number.to_le_bytes());
            writer.add(path, stamp(*number, 7), version(number + 1, 9), &digest);
        }
        writer.finish()
    }

    fn some() -> Vec<u8> {
        written(&[("a/b", 1), ("a/c", 2), ("z", 3)].map(|(p, n)| (path(p), n)).into())
    }

    #[test]
    fn a_digest_is_that_of_one_state_of_one_file() {
        let known = KnownDigests::read(some());
        let find = |at: &str, stamp, version| known.finder().find(&path(at), stamp, version);
        let digest = Some(Digest::of(&2_u64.to_le_bytes()));
        assert_eq!(find("a/c", stamp(2, 7), version(3, 9)), digest);
        for (at, stamp, version) in [
            ("a/d", stamp(2, 7), version(3, 9)),
            ("A/c", stamp(2, 7), version(3, 9)),
            ("a/c", stamp(3, 7), version(3, 9)),
            ("a/c", stamp(2, 8), version(3, 9)),
            ("a/c", stamp(2, 7), version(4, 9)),
            ("a/c", stamp(2, 7), version(3, 10)),
        ] {
            assert_eq!(find(at, stamp, version), None, "{at} {stamp:?} {version:?}");
        }
    }

    #[test]
    fn what_was_changed_a_moment_ago_is_not_settled() {
        let now = Ticks::from_unix(1_700_000_000, 0);
        let writer = DigestsWriter::new(now);
        let ago = |seconds: i64| Ticks(now.0 - seconds * Ticks::SECOND);
        let at = |changed: Ticks| FileVersion { file: NonZero::<u64>::MIN, changed };
        assert!(writer.is_settled(stamp(1, ago(3).0), at(ago(3))));
        assert!(
            !writer.is_settled(stamp(1, ago(2).0), at(ago(3))),
            "two seconds are the step of FAT"
        );
        assert!(!writer.is_settled(stamp(1, ago(9).0), at(ago(1))), "its time was set back");
        assert!(!writer.is_settled(stamp(1, ago(-9).0), at(ago(3))), "it is of the future");
    }

    #[test]
    fn of_a_list_that_is_changed_anywhere_nothing_is_known() {
        let good = some();
        assert_eq!(KnownDigests::read(good.clone()).len(), 3);
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert!(KnownDigests::read(bad).is_empty(), "{at} {bit}");
            }
            assert!(KnownDigests::read(good[..at].to_vec()).is_empty(), "{at}");
        }
        let longer = [good.as_slice(), b"x"].concat();
        assert!(KnownDigests::read(longer).is_empty());
    }

    #[test]
    fn a_list_out_of_order_is_none() {
        let mut writer = DigestsWriter::new(Ticks(i64::MAX));
        for at in ["b", "a"] {
            writer.add(&path(at), stamp(1, 7), version(1, 9), &Digest::of(b"x"));
        }
        assert!(KnownDigests::read(writer.finish()).is_empty());
    }

    proptest! {
        #[test]
        fn hostile_bytes_with_a_good_sum_are_read_or_not(
            body in proptest::collection::vec(any::<u8>(), 0..300),
            short in proptest::bool::ANY,
        ) {
            let mut bytes = MAGIC.to_vec();
            // Paths of plausible lengths get further.
            if short {
                for (number, byte) in body.iter().enumerate() {
                    bytes.push(if number % 67 == 1 { 0 } else { byte % 4 });
                }
            } else {
                bytes.extend(&body);
            }
            let sum = crc32fast::hash(&bytes);
            bytes.extend(sum.to_le_bytes());
            let known = KnownDigests::read(bytes);
            let mut finder = known.finder();
            for at in ["a", "b/c", "\u{1}", "\u{2}\u{3}"] {
                let _ = finder.find(&path(at), stamp(1, 7), version(1, 9));
            }
        }

        #[test]
        fn what_was_written_is_found_in_any_order(
            files in proptest::collection::btree_map("[a-c/é-]{1,5}", 0_u64..9, 0..20),
            asked in proptest::collection::vec("[a-c/é-]{1,5}", 0..20),
        ) {
            let parsed = |text: &String| RelPath::parse(text).ok();
            let files: BTreeMap<RelPath, u64> =
                files.iter().filter_map(|(p, n)| Some((parsed(p)?, *n))).collect();
            let known = KnownDigests::read(written(&files));
            prop_assert_eq!(known.len(), files.len());
            let mut finder = known.finder();
            let asked: Vec<_> = asked.iter().filter_map(parsed).collect();
            for path in files.keys().chain(&asked) {
                let number = files.get(path).copied();
                let n = number.unwrap_or(0);
                let found = finder.find(path, stamp(n, 7), version(n + 1, 9));
                prop_assert_eq!(found, number.map(|n| Digest::of(&n.to_le_bytes())));
            }
        }
    }
}
