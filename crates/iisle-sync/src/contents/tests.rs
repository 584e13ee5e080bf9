#![expect(clippy::disallowed_methods, reason = "a test may")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use iisle_path::RelPath;
use iisle_report::Silent;
use iisle_tree::{Content, LocalTree, ReadThrough, Reading, Ticks, Tree, TreeError};

use super::{DigestStore, Side};
use crate::digests::KnownDigests;
use crate::manifest::Manifest;
use crate::policy::{Compare, Policy};
use crate::prepare::{Known, prepare_managed};

/// Two folders whose files are of one time, and what is kept of them.
struct Stage {
    folder: tempfile::TempDir,
    store: Store,
}

struct Store {
    kept: Mutex<BTreeMap<Side, Vec<u8>>>,
    since: Option<Ticks>,
}

impl DigestStore for Store {
    fn digests(&self, side: Side) -> KnownDigests {
        let kept = self.kept.lock().unwrap();
        kept.get(&side).cloned().map(KnownDigests::read).unwrap_or_default()
    }

    fn since(&self) -> Option<Ticks> {
        self.since
    }

    fn keep(&self, side: Side, digests: Vec<u8>) {
        self.kept.lock().unwrap().insert(side, digests);
    }
}

impl Known for Store {
    fn manifest(&self) -> Option<&Manifest> {
        None
    }

    fn digests(&self) -> Option<&dyn DigestStore> {
        Some(self)
    }
}

/// Writes down which files are read.
#[derive(Default)]
struct Read(Mutex<Vec<String>>);

impl Reading for Read {
    fn open<'a>(
        &'a self,
        tree: &'a dyn Tree,
        path: &RelPath,
    ) -> Result<Box<dyn Content + 'a>, TreeError> {
        self.0.lock().unwrap().push(path.to_string());
        tree.open(path)
    }
}

/// Long after every file of a test was made: nobody waits in a test.
const LATER: Ticks = Ticks(i64::MAX);

impl Stage {
    /// `None` where the volume of temporary files keeps nothing that digests could be bound to.
    fn new(since: Option<Ticks>) -> Option<Self> {
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let stage =
            Self { folder: folder.unwrap(), store: Store { kept: Mutex::default(), since } };
        for side in ["source", "site"] {
            for path in ["a.txt", "b/c.txt", "b/d.txt"] {
                stage.put(&format!("{side}/{path}"), path);
            }
        }
        let (_, versions) = stage.tree("site").tree.versioned_snapshot().unwrap();
        let is_known = versions.len() == 3 && versions.iter().all(Option::is_some);
        // Under an emulation of Windows there is such a folder, and nothing is known of it.
        assert!(is_known || cfg!(windows) || !memory.is_dir());
        is_known.then_some(stage)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes into the file, in place, and sets its time.
    fn put(&self, path: &str, content: &str) {
        let place = self.at(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, content).unwrap();
        let file = fs::File::options().write(true).open(place).unwrap();
        file.set_modified(Ticks::from_unix(1_700_000_000, 0).to_system_time()).unwrap();
    }

    fn tree(&self, name: &str) -> ReadThrough<LocalTree, Read> {
        let tree = LocalTree::open(self.at(name)).unwrap();
        ReadThrough { tree, reading: Read::default() }
    }

    /// What a sync by content would do, and the files that it reads on either side.
    fn plan(&self) -> (Vec<String>, [Vec<String>; 2]) {
        let (source, site) = (self.tree("source"), self.tree("site"));
        let policy = Policy { compare: Compare::Contents, ..Policy::new([""; 0]).unwrap() };
        let plan = prepare_managed(&source, &site, &policy, &self.store, &Silent).unwrap();
        let steps = plan.steps.iter().map(|s| format!("{} {}", s.word(), s.path())).collect();
        let read = [source, site].map(|tree| {
            let mut read = tree.reading.0.into_inner().unwrap();
            read.sort();
            read
        });
        (steps, read)
    }
}

const ALL: [&str; 3] = ["a.txt", "b/c.txt", "b/d.txt"];
const NONE: [&str; 0] = [];

// SD-5
#[test]
fn what_was_read_is_not_read_again() {
    let Some(stage) = Stage::new(Some(LATER)) else { return };
    let (steps, [ours, theirs]) = stage.plan();
    assert_eq!(
        (steps.len(), ours.as_slice(), theirs.as_slice()),
        (0, &ALL.map(String::from)[..], &ALL.map(String::from)[..])
    );
    let (steps, read) = stage.plan();
    assert!(steps.is_empty());
    assert_eq!(read, [NONE, NONE]);
}

// SD-5
#[test]
fn other_bytes_of_one_size_and_time_are_seen() {
    let Some(stage) = Stage::new(Some(LATER)) else { return };
    stage.plan();
    stage.put("site/b/c.txt", "B/C.TXT");
    let (steps, [ours, theirs]) = stage.plan();
    assert_eq!(steps, ["replace b/c.txt"]);
    assert!(ours.is_empty());
    assert_eq!(theirs, ["b/c.txt"]);
    // Both are known now, and known to differ.
    let (steps, read) = stage.plan();
    assert_eq!(steps, ["replace b/c.txt"]);
    assert_eq!(read, [NONE, NONE]);
}

// SD-6
#[test]
fn another_file_of_the_same_looks_is_read() {
    let Some(stage) = Stage::new(Some(LATER)) else { return };
    stage.plan();
    stage.put("source/new", "A.TXT");
    fs::rename(stage.at("source/new"), stage.at("source/a.txt")).unwrap();
    let (steps, [ours, theirs]) = stage.plan();
    assert_eq!(steps, ["replace a.txt"]);
    assert_eq!(ours, ["a.txt"]);
    assert!(theirs.is_empty());
}

// SD-5
#[test]
fn what_is_kept_of_one_file_outlives_the_change_of_another() {
    let Some(stage) = Stage::new(Some(LATER)) else { return };
    stage.plan();
    fs::remove_file(stage.at("site/a.txt")).unwrap();
    stage.put("site/b/d.txt", "b/D.txt");
    let (steps, _) = stage.plan();
    assert_eq!(steps, ["add a.txt", "replace b/d.txt"]);
    stage.put("site/a.txt", "a.txt");
    let (_, [ours, theirs]) = stage.plan();
    assert!(ours.is_empty(), "the digest of `a.txt` was not asked for, and kept: {ours:?}");
    assert_eq!(theirs, ["a.txt"]);
}

// SD-6
#[test]
fn what_was_changed_a_moment_ago_is_read_again() {
    let now = Ticks::from_unix(1_700_000_001, 0);
    for since in [Some(now), None] {
        let Some(stage) = Stage::new(since) else { return };
        for _ in 0..2 {
            let (_, [ours, theirs]) = stage.plan();
            assert_eq!((ours.len(), theirs.len()), (3, 3), "{since:?}");
        }
        assert!(stage.store.kept.into_inner().unwrap().is_empty());
    }
}

// SD-5
#[test]
fn a_list_that_is_spoiled_is_none() {
    let Some(stage) = Stage::new(Some(LATER)) else { return };
    stage.plan();
    let whole = stage.store.kept.lock().unwrap()[&Side::Destination].clone();
    for at in (0..whole.len()).step_by(3) {
        let mut spoiled = whole.clone();
        spoiled[at] ^= 0x20;
        stage.store.kept.lock().unwrap().insert(Side::Destination, spoiled);
        let (steps, [ours, theirs]) = stage.plan();
        assert!(steps.is_empty() && ours.is_empty(), "{at}");
        assert_eq!(theirs, ALL, "{at}");
    }
}
