//! Syncs between folders of this machine.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests look at the disk behind the tree's back, and may fail"
)]

use std::error::Error as _;
use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use iisle_path::{NameRules, RelPath};
use iisle_report::{Monitor, Phase, Silent};
use iisle_sync::{
    Compare, Context, Ending, Extras, Outcome, Plan, Policy, StepError, execute, prepare,
};
use iisle_tree::folder::Attributes;
use iisle_tree::record::{Moment, Recording};
use iisle_tree::{Content, Holder, LocalTree, Snapshot, Stamp, Tree, TreeError, TreeMut};
use tempfile::TempDir;

/// 2026-01-01 and some days.
fn time(day: u64) -> std::time::SystemTime {
    std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_767_225_600 + day * 86_400)
}

fn write(folder: &Path, name: &str, content: &str, day: u64) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_modified(time(day)).unwrap();
}

/// A site of some twenty files; those of two numbers differ in most of them.
fn release(number: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "App.dll",
        "App.exe",
        "App.deps.json",
        "App.runtimeconfig.json",
        "App.pdb",
        "web.config",
        "appsettings.json",
        "wwwroot/site.css",
        "wwwroot/js/site.js",
        "refs/System.Runtime.dll",
    ] {
        write(folder.path(), name, &format!("{name} {number}"), number);
    }
    for n in 0..5 {
        write(folder.path(), &format!("only{number}/f{n}"), "x", number);
        write(folder.path(), &format!("same/f{n}"), "y", 9);
    }
    folder
}

fn policy() -> Policy {
    Policy { extras: Extras::Delete, ..Policy::new([""; 0]).unwrap() }
}

fn run(source: &dyn Tree, destination: &dyn TreeMut, threads: usize) -> Outcome {
    let plan = prepare(source, destination, &policy(), &Silent).unwrap();
    let threads = NonZero::new(threads).unwrap();
    execute(&Context { source, destination, monitor: &Silent, threads }, &plan)
}

fn trees(source: &Path, site: &Path) -> (LocalTree, LocalTree) {
    (LocalTree::open(source).unwrap(), LocalTree::target(site).unwrap())
}

/// Every file below `folder`, temporaries too, with its content.
fn everything(folder: &Path) -> Vec<(String, String)> {
    let files = iisle_tree::host::files_below(folder).unwrap();
    let below =
        |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
    files.iter().map(|path| (below(path), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn a_first_sync_and_the_next_which_has_nothing_to_do() {
    let (source, site) = (release(1), tempfile::tempdir().unwrap());
    let target = site.path().join("sites/shop");
    let (ours, theirs) = trees(source.path(), &target);
    let plan = prepare(&ours, &theirs, &policy(), &Silent).unwrap();
    assert_eq!(plan.totals().created_files, 20);
    assert!(!target.exists(), "planning changes nothing");
    let first = run(&ours, &theirs, 4);
    assert_eq!(first.ending, Ending::Done, "{:?}", first.errors);
    assert_eq!(everything(&target), everything(source.path()));
    let second = run(&ours, &theirs, 4);
    assert_eq!((second.ending, second.totals.unchanged_files), (Ending::Unchanged, 20));
}

#[test]
fn one_more_run_completes_a_sync_whatever_call_failed() {
    let calls = {
        let (new, site) = (release(2), release(1));
        let (ours, theirs) = trees(new.path(), site.path());
        let recording = Recording::new(&theirs);
        run(&ours, &recording, 1);
        recording.calls().len()
    };
    assert!(calls > 20, "{calls}");
    let new = release(2);
    let [old_content, new_content] =
        [release(1), release(2)].map(|folder| everything(folder.path()));
    for number in 0..calls {
        for moment in [Moment::Before, Moment::After] {
            let site = release(1);
            write(site.path(), "logs/stdout.log", "kept", 3);
            let (ours, theirs) = trees(new.path(), site.path());
            let has_config = |_: &dyn TreeMut, call: &str| {
                assert!(site.path().join("web.config").is_file(), "no web.config after {call}");
            };
            let recording = Recording::new(&theirs).observed(&has_config).dying(number, moment);
            let outcome = run(&ours, &recording, 1);
            assert!(!outcome.errors.is_empty());
            for file in everything(site.path()) {
                let known = old_content.contains(&file) || new_content.contains(&file);
                assert!(known || file.0 == "logs/stdout.log", "{file:?}");
            }
            let again = run(&ours, &theirs, 2);
            assert!(again.errors.is_empty(), "call {number} {moment:?}: {:?}", again.errors);
            let mut expected = new_content.clone();
            expected.push(("logs/stdout.log".to_owned(), "kept".to_owned()));
            expected.sort();
            assert_eq!(everything(site.path()), expected, "call {number} {moment:?}");
        }
    }
}

#[test]
fn leftovers_of_a_killed_run_are_removed_by_the_next() {
    let (new, site) = (release(1), release(1));
    write(site.path(), "wwwroot/.iisle-4711-3.tmp", "half", 1);
    let (ours, theirs) = trees(new.path(), site.path());
    assert_eq!(run(&ours, &theirs, 1).ending, Ending::Unchanged);
    assert_eq!(everything(site.path()), everything(new.path()));
}

/// A destination with limits.
struct Limited<'a> {
    below: &'a LocalTree,
    /// Writes that still succeed.
    writes: AtomicU64,
    /// How the others fail.
    kind: std::io::ErrorKind,
    free_space: Option<u64>,
}

impl Tree for Limited<'_> {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        self.below.snapshot()
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn Content + '_>, TreeError> {
        self.below.open(path)
    }

    fn names(&self) -> NameRules {
        self.below.names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        self.below.stamp(path)
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        self.below.is_current(path, stamp)
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        self.below.is_executable(path)
    }
}

impl TreeMut for Limited<'_> {
    fn write(
        &self,
        path: &RelPath,
        stamp: Stamp,
        content: &mut dyn std::io::Read,
    ) -> Result<(), TreeError> {
        let left = |left: u64| left.checked_sub(1);
        if self.writes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() {
            return Err(TreeError::io("write", path.as_str(), self.kind.into()));
        }
        self.below.write(path, stamp, content)
    }

    fn touch(&self, path: &RelPath, stamp: Stamp) -> Result<(), TreeError> {
        self.below.touch(path, stamp)
    }

    fn mark_directory(&self, path: &RelPath, marks: Attributes) -> Result<(), TreeError> {
        self.below.mark_directory(path, marks)
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), TreeError> {
        self.below.rename(from, to)
    }

    fn remove(&self, path: &RelPath) -> Result<(), TreeError> {
        self.below.remove(path)
    }

    fn create_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        self.below.create_directory(path)
    }

    fn remove_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        self.below.remove_directory(path)
    }

    fn locked_by(&self, path: &RelPath) -> Result<Option<Vec<Holder>>, TreeError> {
        self.below.locked_by(path)
    }

    fn free_space(&self) -> Result<Option<u64>, TreeError> {
        Ok(self.free_space)
    }
}

#[test]
fn a_full_disk_ends_the_sync_at_once_and_a_denied_file_does_not() {
    for (kind, errors) in
        [(std::io::ErrorKind::StorageFull, 1), (std::io::ErrorKind::PermissionDenied, 12)]
    {
        let (new, site) = (release(2), release(1));
        let (ours, theirs) = trees(new.path(), site.path());
        let failing = Limited { below: &theirs, writes: AtomicU64::new(2), kind, free_space: None };
        let outcome = run(&ours, &failing, 1);
        assert_eq!(outcome.ending, Ending::Stopped);
        assert_eq!(outcome.errors.len(), errors);
        let StepError::Destination(error) = &outcome.errors[0] else {
            panic!("{:?}", outcome.errors[0])
        };
        assert!(error.source().is_some(), "the system's own words are the cause");
        assert_eq!(outcome.totals.deleted_files, 0);
        let config = fs::read_to_string(site.path().join("web.config")).unwrap();
        assert_eq!(config, "web.config 1");
    }
}

// SD-2, SD-13
#[test]
fn want_of_room_is_found_before_the_first_change() {
    let (new, site) = (release(2), release(1));
    let (ours, theirs) = trees(new.path(), site.path());
    // Five files of one cluster are new; one replaced file stands beside its successor.
    let needed = 6 * 4096;
    let small = |free| Limited {
        below: &theirs,
        writes: AtomicU64::new(u64::MAX),
        kind: std::io::ErrorKind::StorageFull,
        free_space: Some(free),
    };
    let outcome = run(&ours, &small(needed - 1), 1);
    assert_eq!(outcome.ending, Ending::Failed);
    let text = "not enough room at the destination: 24576 bytes are needed, 24575 are free";
    assert_eq!(outcome.errors[0].to_string(), text);
    assert_eq!(everything(site.path()), everything(release(1).path()));
    assert_eq!(run(&ours, &small(needed), 1).ending, Ending::Done);
}

#[test]
fn equal_content_under_another_time_is_not_copied() {
    let (new, site) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, ours, theirs) in [("a", "1", "1"), ("b", "2", "3"), ("c", "4", "4")] {
        write(new.path(), name, ours, 5);
        write(site.path(), name, theirs, if name == "a" { 6 } else { 5 });
    }
    let (ours, theirs) = trees(new.path(), site.path());
    let policy = Policy { compare: Compare::Contents, ..policy() };
    let plan = prepare(&ours, &theirs, &policy, &Silent).unwrap();
    let steps: Vec<_> = plan.steps.iter().map(|s| (s.word(), s.path().as_str())).collect();
    assert_eq!(steps, [("touch", "a"), ("replace", "b")]);
    let threads = NonZero::new(2).unwrap();
    let context = Context { source: &ours, destination: &theirs, monitor: &Silent, threads };
    let outcome = execute(&context, &plan);
    assert_eq!((outcome.totals.touched_files, outcome.totals.replaced_files), (1, 1));
    assert!(prepare(&ours, &theirs, &policy, &Silent).unwrap().is_empty());
}

#[test]
fn a_source_that_changed_since_the_plan_is_reported_and_not_copied() {
    let (new, site) = (release(2), release(1));
    let (ours, theirs) = trees(new.path(), site.path());
    let plan = prepare(&ours, &theirs, &policy(), &Silent).unwrap();
    write(new.path(), "App.dll", "App.dll 3", 3);
    fs::remove_file(new.path().join("App.pdb")).unwrap();
    let threads = NonZero::new(2).unwrap();
    let context = Context { source: &ours, destination: &theirs, monitor: &Silent, threads };
    let outcome = execute(&context, &plan);
    assert_eq!(outcome.ending, Ending::Stopped);
    let errors: Vec<_> = outcome.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "`App.pdb` of the source changed since the sync was planned",
            "`App.dll` of the source changed since the sync was planned",
        ]
    );
    let site_dll = fs::read_to_string(site.path().join("App.dll")).unwrap();
    assert_eq!(site_dll, "App.dll 1");
    assert!(everything(site.path()).iter().all(|(name, _)| !name.contains(".iisle-")));
}

/// Counts what a progress display would show.
#[derive(Default)]
struct Counter {
    files: AtomicU64,
    bytes: AtomicU64,
    steps: AtomicU64,
}

impl Monitor for Counter {
    fn advance(&self, phase: Phase, files: u64, bytes: u64) {
        if phase == Phase::Copy {
            self.files.fetch_add(files, Ordering::Relaxed);
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn step(&self, _: &str, _: &RelPath, _: u64) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn progress_adds_up_to_what_was_planned() {
    let (new, site) = (release(2), release(1));
    let (source, destination) = trees(new.path(), site.path());
    let plan: Plan = prepare(&source, &destination, &policy(), &Silent).unwrap();
    let counter = Counter::default();
    let threads = NonZero::new(3).unwrap();
    let context =
        Context { source: &source, destination: &destination, monitor: &counter, threads };
    let outcome = execute(&context, &plan);
    assert_eq!(outcome.totals, plan.totals());
    let totals = plan.totals();
    assert_eq!(counter.files.into_inner(), totals.created_files + totals.replaced_files);
    assert_eq!(counter.bytes.into_inner(), plan.bytes_to_write());
    assert_eq!(counter.steps.into_inner(), plan.steps.len() as u64);
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_source_stops_everything() {
    let (new, site) = (release(2), release(1));
    std::os::unix::fs::symlink("/etc", new.path().join("conf")).unwrap();
    let (ours, theirs) = trees(new.path(), site.path());
    let plan = prepare(&ours, &theirs, &policy(), &Silent).unwrap();
    let [iisle_sync::Guard::Source(path, _)] = plan.refused.as_slice() else {
        panic!("{:?}", plan.refused)
    };
    assert_eq!(path, "conf");
    assert_eq!(run(&ours, &theirs, 1).ending, Ending::Refused);
    assert_eq!(everything(site.path()), everything(release(1).path()));
}

// LK-2, SD-34
#[cfg(windows)]
#[test]
fn files_held_by_others_are_all_named_and_nothing_is_touched() {
    use std::os::windows::fs::OpenOptionsExt;
    let (new, site) = (release(2), release(1));
    let (ours, theirs) = trees(new.path(), site.path());
    let hold = |name: &str, share: u32| {
        let path = site.path().join(name);
        fs::OpenOptions::new().read(true).share_mode(share).open(path).unwrap()
    };
    let held = [hold("App.dll", 0), hold("only1/f2", 1), hold("same/f1", 0)];
    let outcome = run(&ours, &theirs, 2);
    assert_eq!(outcome.ending, Ending::Locked);
    let locked: Vec<_> = outcome.locked.iter().map(|locked| locked.path.as_str()).collect();
    assert_eq!(locked, ["App.dll", "only1/f2"]);
    drop(held);
    assert_eq!(everything(site.path()), everything(release(1).path()));
    assert_eq!(run(&ours, &theirs, 2).ending, Ending::Done);
    assert_eq!(everything(site.path()), everything(new.path()));
}

#[cfg(windows)]
#[test]
fn a_target_in_other_letters_is_the_same_target() {
    let (new, site) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(new.path(), "WWWRoot/Site.css", "2", 2);
    write(new.path(), "web.config", "1", 1);
    write(site.path(), "wwwroot/site.CSS", "1", 1);
    write(site.path(), "Web.config", "0", 0);
    let (ours, theirs) = trees(new.path(), site.path());
    let outcome = run(&ours, &theirs, 1);
    assert_eq!(outcome.ending, Ending::Done, "{:?}", outcome.errors);
    let totals = outcome.totals;
    assert_eq!((totals.renamed_files, totals.replaced_files, totals.created_files), (1, 2, 0));
    assert_eq!(run(&ours, &theirs, 1).ending, Ending::Unchanged);
    let content: Vec<_> = everything(site.path()).into_iter().map(|(_, content)| content).collect();
    assert_eq!(content, ["1", "2"]);
}

// SD-14
#[test]
fn a_file_of_two_names_becomes_two_files() {
    let source = tempfile::tempdir().unwrap();
    write(source.path(), "a.txt", "same", 1);
    fs::hard_link(source.path().join("a.txt"), source.path().join("b.txt")).unwrap();
    let target = tempfile::tempdir().unwrap();
    let (tree, site) = trees(source.path(), target.path());
    assert_eq!(run(&tree, &site, 1).ending, Ending::Done);
    fs::write(target.path().join("a.txt"), "other").unwrap();
    assert_eq!(fs::read(target.path().join("b.txt")).unwrap(), b"same");
}
