use std::num::NonZero;

use iisle_path::{NameRules, RelPath};
use iisle_report::Silent;
use iisle_tree::record::{Moment, Recording};
use iisle_tree::{Holder, MemoryTree, Refusal, Stamp, Ticks, Tree, TreeMut};
use proptest::prelude::*;

use super::{Context, execute};
use crate::outcome::{Ending, Outcome, StepError};
use crate::policy::{Compare, Extras, Policy, Target};
use crate::prepare::prepare;

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn policy() -> Policy {
    Policy { extras: Extras::Delete, ..Policy::new([""; 0]).unwrap() }
}

fn sync(source: &dyn Tree, destination: &dyn TreeMut, policy: &Policy) -> Outcome {
    let plan = prepare(source, destination, policy, &Silent).unwrap();
    let threads = NonZero::new(1).unwrap();
    execute(&Context { source, destination, monitor: &Silent, threads }, &plan)
}

/// Path and content of every file.
fn content(tree: &dyn Tree) -> Vec<(String, Vec<u8>)> {
    let files = tree.snapshot().unwrap().files;
    files.keys().map(|path| (path.to_string(), tree.read_all(path, 1 << 20).unwrap())).collect()
}

fn release(number: u8) -> MemoryTree {
    let time = Ticks(i64::from(number) + 1);
    let mut tree = MemoryTree::windows();
    for name in [
        "App.dll",
        "App.exe",
        "App.deps.json",
        "App.runtimeconfig.json",
        "App.pdb",
        "appsettings.json",
        "web.config",
        "wwwroot/site.css",
        "wwwroot/js/site.js",
        "wwwroot/js/lib/a.js",
    ] {
        tree = tree.with_file(name, format!("{name} {number}"), time);
    }
    for n in 0..5 {
        tree = tree.with_file(&format!("only{number}/f{n}"), [n], time);
        tree = tree.with_file(&format!("same/f{n}"), [n], Ticks(1));
    }
    tree
}

#[test]
fn a_sync_makes_the_destination_like_the_source_and_the_next_has_nothing_to_do() {
    let (new, site) = (release(2), release(1).with_file("logs/a.log", "old", Ticks(1)));
    let outcome = sync(&new, &site, &policy());
    assert_eq!(outcome.ending, Ending::Done, "{:?}", outcome.errors);
    let totals = outcome.totals;
    assert_eq!((totals.created_files, totals.replaced_files, totals.deleted_files), (5, 10, 5));
    assert_eq!((totals.created_directories, totals.deleted_directories), (1, 1));
    assert_eq!((totals.unchanged_files, totals.kept), (5, 1));
    let expected = content(&new.with_file("logs/a.log", "old", Ticks(1)));
    assert_eq!(content(&site), expected);
    let again = sync(&release(2), &site, &policy());
    assert_eq!((again.ending, again.totals.unchanged_files), (Ending::Unchanged, 20));
}

#[test]
fn every_locked_file_is_named_before_anything_is_touched() {
    let (new, site) = (release(2), release(1));
    let holder = Holder { pid: 4312, name: "w3wp.exe".to_owned(), user: None, service: None };
    for name in ["App.dll", "only1/f3", "same/f1"] {
        site.lock(&path(name), vec![holder.clone()]);
    }
    let recording = Recording::new(&site);
    let outcome = sync(&new, &recording, &policy());
    assert_eq!((outcome.ending, outcome.ending.exit_code()), (Ending::Locked, 2));
    let locked: Vec<_> =
        outcome.locked.iter().map(|l| (l.path.as_str(), l.holders.len())).collect();
    assert_eq!(locked, [("App.dll", 1), ("only1/f3", 1)], "same/f1 will not be touched");
    assert!(recording.calls().is_empty());
    assert_eq!(outcome.undone.len() as u64, outcome.planned_steps);
}

// SD-25
#[test]
fn a_file_that_fails_hides_no_other_and_nothing_is_deleted() {
    let (new, site) = (release(2), release(1));
    let dll = "write App.dll".to_owned();
    let number = {
        let (site, new) = (release(1), release(2));
        let recording = Recording::new(&site);
        sync(&new, &recording, &policy());
        recording.calls().iter().position(|call| *call == dll).unwrap()
    };
    let recording = Recording::new(&site).failing(number, Moment::Before);
    let outcome = sync(&new, &recording, &policy());
    assert_eq!((outcome.ending, outcome.ending.exit_code()), (Ending::Stopped, 3));
    assert_eq!(outcome.errors.len(), 1);
    assert_eq!(outcome.errors[0].to_string(), "cannot write `App.dll`");
    let calls = recording.calls();
    assert!(calls.contains(&"write App.deps.json".to_owned()));
    assert!(!calls.iter().any(|c| c.starts_with("remove") || c == "write web.config"), "{calls:?}");
    let undone: Vec<_> = outcome.undone.iter().map(|step| step.path().as_str()).collect();
    assert_eq!(undone.first(), Some(&"App.dll"));
    assert!(undone.contains(&"web.config") && undone.contains(&"only1/f0"));
    assert_eq!(outcome.done_steps + outcome.undone.len() as u64, outcome.planned_steps);
}

/// Fails or kills at every call, before and after its effect. One more run must end it.
#[test]
fn whatever_call_fails_one_more_run_completes_the_sync() {
    let calls = {
        let site = release(1);
        let recording = Recording::new(&site);
        sync(&release(2), &recording, &policy());
        recording.calls().len()
    };
    assert!(calls > 20, "{calls}");
    let mut runs = 0;
    for number in 0..calls {
        for moment in [Moment::Before, Moment::After] {
            for dies in [false, true] {
                let (new, site) = (release(2), release(1).with_file("App_Data/x", "up", Ticks(1)));
                let has_config = |tree: &dyn TreeMut, call: &str| {
                    let found = tree.stamp(&path("web.config")).unwrap();
                    assert!(found.is_some(), "no web.config after {call}");
                };
                let recording = Recording::new(&site).observed(&has_config);
                let recording = if dies {
                    recording.dying(number, moment)
                } else {
                    recording.failing(number, moment)
                };
                let outcome = sync(&new, &recording, &policy());
                assert!(!outcome.errors.is_empty(), "call {number} failed in silence");
                let is_old_or_new = |(name, bytes): (String, Vec<u8>)| {
                    let known = [content(&release(1)), content(&new)].concat();
                    known.contains(&(name.clone(), bytes)) || name == "App_Data/x"
                };
                assert!(content(&site).into_iter().all(is_old_or_new));
                let again = sync(&new, &site, &policy());
                let ended = matches!(again.ending, Ending::Done | Ending::Unchanged);
                assert!(ended, "call {number} {moment:?}: {:?}", again.errors);
                let expected = content(&release(2).with_file("App_Data/x", "up", Ticks(1)));
                assert_eq!(content(&site), expected, "call {number} {moment:?}");
                runs += 1;
            }
        }
    }
    assert_eq!(runs, calls * 4);
}

#[test]
fn without_its_first_web_config_nothing_else_is_created() {
    let (new, site) = (release(2), MemoryTree::windows());
    let recording = Recording::new(&site).failing(0, Moment::Before);
    let outcome = sync(&new, &recording, &policy());
    assert_eq!(recording.calls(), ["write web.config"]);
    assert_eq!((outcome.ending, outcome.ending.exit_code()), (Ending::Failed, 2));
}

#[test]
fn a_file_and_a_folder_change_places_and_the_next_sync_has_nothing_to_do() {
    let with = |tree: MemoryTree, names: [&str; 4]| {
        names.into_iter().fold(tree, |tree, name| tree.with_file(name, name, Ticks(7)))
    };
    for tree in [MemoryTree::unix, MemoryTree::windows] {
        let new = with(tree(), ["same", "turned/a", "turned/b/c", "folded"]);
        let site = with(tree(), ["same", "turned", "folded/a", "folded/b/c"]);
        let outcome = sync(&new, &site, &policy());
        assert_eq!(outcome.ending, Ending::Done, "{:?}", outcome.errors);
        assert_eq!(content(&site), content(&new));
        assert_eq!(site.snapshot().unwrap().directories.len(), 2);
        assert_eq!(sync(&new, &site, &policy()).ending, Ending::Unchanged);
    }
}

/// A source whose files change under the reader.
struct Restless<'a>(&'a MemoryTree);

impl Tree for Restless<'_> {
    fn snapshot(&self) -> Result<iisle_tree::Snapshot, iisle_tree::TreeError> {
        self.0.snapshot()
    }

    fn open(
        &self,
        path: &RelPath,
    ) -> Result<Box<dyn iisle_tree::Content + '_>, iisle_tree::TreeError> {
        self.0.open(path)
    }

    fn names(&self) -> NameRules {
        self.0.names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, iisle_tree::TreeError> {
        self.0.stamp(path)
    }

    fn is_current(&self, path: &RelPath, _: Stamp) -> Result<bool, iisle_tree::TreeError> {
        Ok(path.as_str() != "App.dll")
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        self.0.is_executable(path)
    }
}

#[test]
fn a_source_that_changes_while_it_is_copied_leaves_the_old_file() {
    let (new, site) = (release(2), release(1));
    let outcome = sync(&Restless(&new), &site, &policy());
    let [StepError::SourceChanged(file)] = outcome.errors.as_slice() else {
        panic!("{:?}", outcome.errors)
    };
    assert_eq!(file.as_str(), "App.dll");
    assert_eq!(site.read_all(&path("App.dll"), 99).unwrap(), b"App.dll 1");
    assert_eq!(site.read_all(&path("App.exe"), 99).unwrap(), b"App.exe 2");
}

#[test]
fn a_destination_that_changed_since_the_plan_is_left_alone() {
    let (new, site) = (release(2), release(1));
    let plan = prepare(&new, &site, &policy(), &Silent).unwrap();
    let site = site.with_file("only1/f2", "edited", Ticks(77)).with_file("only2/f1", "", Ticks(7));
    let recording = Recording::new(&site);
    let threads = NonZero::new(4).unwrap();
    let context = Context { source: &new, destination: &recording, monitor: &Silent, threads };
    let outcome = execute(&context, &plan);
    assert_eq!(outcome.ending, Ending::Failed);
    let errors: Vec<_> = outcome.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "`only2/f1` at the destination changed since the sync was planned",
            "`only1/f2` at the destination changed since the sync was planned",
        ]
    );
    assert!(recording.calls().is_empty());
}

#[test]
fn a_refused_plan_is_not_executed() {
    let (new, site) = (MemoryTree::windows().with_file("nul", "", Ticks(1)), release(1));
    let recording = Recording::new(&site);
    let outcome = sync(&new, &recording, &policy());
    assert_eq!((outcome.ending.word(), outcome.ending.exit_code()), ("refused", 1));
    assert!(recording.calls().is_empty());
}

#[test]
fn links_that_leave_a_source_are_named() {
    let why = Refusal::LinkLeavesTree("../secret".to_owned());
    let guard = crate::Guard::Source("way".to_owned(), why);
    assert_eq!(
        guard.to_string(),
        "`way` of the source cannot be deployed: the link leaves the folder: it points to `../secret`"
    );
}

/// Trees of random names, sizes and times.
fn files() -> impl Strategy<Value = Vec<(String, Vec<u8>, i64)>> {
    let segment = prop::sample::select(vec!["a", "A", "b", "ß", "É", "é", "c.dll", "web.config"]);
    let name = prop::collection::vec(segment, 1..4).prop_map(|segments| segments.join("/"));
    let bytes = prop::collection::vec(any::<u8>(), 0..4);
    prop::collection::vec((name, bytes, 1..5_i64), 0..14)
}

fn tree(names: NameRules, files: Vec<(String, Vec<u8>, i64)>) -> MemoryTree {
    let mut tree = match names {
        NameRules::Windows => MemoryTree::windows(),
        NameRules::Unix => MemoryTree::unix(),
    };
    for (name, bytes, time) in files {
        let snapshot = tree.snapshot().unwrap();
        let same = |known: &RelPath| names.same(known.as_str(), &name);
        let above = |known: &RelPath| {
            path(&name).ancestors().any(|a| names.same(a.as_str(), known.as_str()))
        };
        if snapshot.directories.keys().any(same) || snapshot.files.keys().any(above) {
            continue;
        }
        tree = tree.with_file(&name, bytes, Ticks(time * 3));
    }
    tree
}

proptest! {
    #[test]
    fn after_execute_the_plan_is_empty(
        ours in files(), theirs in files(), from_windows: bool, to_windows: bool, delete: bool,
        contents: bool,
    ) {
        let rules = |windows| if windows { NameRules::Windows } else { NameRules::Unix };
        let (source, site) = (tree(rules(from_windows), ours), tree(rules(to_windows), theirs));
        let policy = Policy {
            extras: if delete { Extras::Delete } else { Extras::Keep },
            target: Target::Destination,
            compare: if contents { Compare::Contents } else { Compare::Stamps },
            max_deletes: Some(u64::MAX),
            ..policy()
        };
        let outcome = sync(&source, &site, &policy);
        if outcome.ending == Ending::Refused {
            return Ok(());
        }
        prop_assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
        let plan = prepare(&source, &site, &policy, &Silent).unwrap();
        prop_assert!(plan.steps.is_empty(), "{:?}", plan.steps);
        // Stamps cannot tell apart what has one size and one time.
        for (name, bytes) in content(&source).into_iter().filter(|_| contents) {
            prop_assert_eq!(site.read_all(&path(&name), 99).unwrap(), bytes);
        }
    }
}
