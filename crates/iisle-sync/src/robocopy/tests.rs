#![expect(clippy::disallowed_methods, reason = "a test may")]

#[cfg(unix)]
mod links;

use std::fmt::Write;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use iisle_tree::Ticks;
use iisle_tree::folder::{self, Attributes, Carry};

use super::{
    Class, DirectoryTag, Ended, Event, Exclusion, FileTag, Job, Moving, Pace, Purge, PurgeOrder,
    Recursion, Retry, RunMode, Selection, Tally, Wildcard, run,
};

/// A clock that only goes when somebody sleeps.
#[derive(Debug, Default)]
pub(crate) struct Clockwork {
    naps: Mutex<Vec<Duration>>,
}

impl Clockwork {
    /// Every sleep, in milliseconds.
    pub(crate) fn slept(&self) -> Vec<u128> {
        self.naps.lock().unwrap().iter().map(Duration::as_millis).collect()
    }
}

impl Pace for Clockwork {
    fn sleep(&self, time: Duration) {
        self.naps.lock().unwrap().push(time);
    }

    fn elapsed(&self) -> Duration {
        self.naps.lock().unwrap().iter().sum()
    }

    fn now(&self) -> Ticks {
        Ticks(133_500_000_000_000_000)
    }

    fn minute_of_day(&self) -> u16 {
        u16::try_from(self.elapsed().as_secs() / 60 % 1440).unwrap()
    }
}

/// Two folders and what a run said.
struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    /// `a.txt 10 5` is a file written at second 10 with 5 bytes, `d/` a folder, ` r` read-only.
    fn new(source: &str, destination: &str) -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap() };
        for (side, tree) in [("s", source), ("d", destination)] {
            fs::create_dir(stage.at(side)).unwrap();
            for line in tree.lines().map(str::trim).filter(|line| !line.is_empty()) {
                Self::make(&stage.at(side), line);
            }
        }
        stage
    }

    fn make(root: &Path, line: &str) {
        let mut words = line.split(' ');
        let path = root.join(words.next().unwrap());
        let Some(second) = words.next() else { return fs::create_dir_all(path).unwrap() };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let size: usize = words.next().unwrap().parse().unwrap();
        // Both sides hold other bytes.
        let letter = if root.ends_with("s") { "s" } else { "d" };
        fs::write(&path, letter.repeat(size)).unwrap();
        let modified = Some(moment(second.parse().unwrap()));
        let read_only = words.next() == Some("r");
        let attributes = Some(if read_only { Attributes::READ_ONLY } else { Attributes::NONE });
        folder::set_facts(&path, Carry { modified, attributes }).unwrap();
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn job(&self) -> Job {
        Job {
            source: self.at("s"),
            destination: self.at("d"),
            retry: Retry { times: 0, wait: Duration::ZERO, unknown_shares: false },
            ..Job::default()
        }
    }

    /// What is said, a line each, and the code.
    fn run(&self, job: &Job) -> String {
        self.run_at(job, &Clockwork::default()).0
    }

    fn run_at(&self, job: &Job, pace: &Clockwork) -> (String, Tally) {
        let mut text = String::new();
        let ended = run(job, pace, &mut |event| {
            if let Some(line) = self.line(&event) {
                writeln!(text, "{line}").unwrap();
            }
        });
        write!(text, "= {}", ended.exit_code()).unwrap();
        let Ended::Complete(tally) = ended else { return (text, Tally::default()) };
        (text, tally)
    }

    fn line(&self, event: &Event) -> Option<String> {
        let below = |path: &Path| {
            let below = path.strip_prefix(self.folder.path()).unwrap();
            below.display().to_string().replace('\\', "/")
        };
        Some(match event {
            Event::Directory { tag, files, path } => {
                let files = files.map_or("-".into(), |files| files.to_string());
                match tag {
                    DirectoryTag::Plain => format!("{files} {}/", below(path)),
                    tag => format!("{tag:?} {files} {}/", below(path)),
                }
            }
            Event::File { tag, path, .. } => match tag {
                FileTag::Copied(class) => format!("  {class:?} {}", below(path)),
                FileTag::Skipped(skip) => format!("  ({skip:?}) {}", below(path)),
                tag => format!("  {tag:?} {}", below(path)),
            },
            Event::Progress(_) => return None,
            Event::Error { error, action, path, .. } => {
                format!("  error {} {} {}", error.code, action.words(), below(path))
            }
            Event::Waiting(time) => format!("  waiting {}", time.as_secs()),
            Event::GaveUp => "  gave up".into(),
            Event::Failed => "  failed".into(),
            Event::Paused { until, .. } => format!("  paused until minute {until}"),
            Event::Note(text) => format!("  note: {text}"),
        })
    }

    /// Everything below a side: files with the side that their bytes are from.
    fn tree(&self, side: &str) -> String {
        let mut lines = Vec::new();
        list(&self.at(side), "", &mut lines);
        lines.sort();
        lines.join(" ")
    }
}

fn list(root: &Path, below: &str, lines: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(root.join(below)) else { return };
    for entry in entries.map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            lines.push(format!("{path}/"));
            list(root, &path, lines);
        } else if kind.is_symlink() {
            lines.push(format!("{path}->{}", fs::read_link(entry.path()).unwrap().display()));
        } else {
            let from =
                fs::read(entry.path()).unwrap().first().map_or('0', |byte| char::from(*byte));
            lines.push(format!("{path}={from}"));
        }
    }
}

fn moment(second: i64) -> Ticks {
    Ticks::from_unix(1_700_000_000 + second, 0)
}

fn mirror(job: Job) -> Job {
    Job { recursion: Recursion::All, purge: Purge::Extras, ..job }
}

#[test]
fn classes_decide_and_files_come_in_the_order_of_ntfs() {
    let stage = Stage::new(
        "b.txt 10 5\nA.txt 10 5\n_.txt 10 5\nnewer 20 5\nolder 5 5\nchanged 10 6\nsame 10 5\nsub/x 1 1",
        "newer 10 5\nolder 10 5\nchanged 10 5\nsame 10 5\nextra 1 2",
    );
    let (text, tally) = stage.run_at(&stage.job(), &Clockwork::default());
    insta::assert_snapshot!(text, @r"
    7 s/
      Extra d/extra
      Lonely s/A.txt
      Lonely s/b.txt
      Changed s/changed
      Newer s/newer
      Older s/older
      (Class(Same)) s/same
      Lonely s/_.txt
    = 3
    ");
    assert_eq!(stage.tree("d"), "A.txt=s _.txt=s b.txt=s changed=s extra=d newer=s older=s same=d");
    let files = tally.files;
    assert_eq!((files.total, files.copied, files.skipped, files.extras), (7, 6, 1, 1));
    assert_eq!(files.total, files.copied + files.skipped + files.mismatch + files.failed);
    assert_eq!((tally.bytes.total, tally.bytes.extras), (36, 2));
    assert_eq!(tally.directories.total, 1);
}

#[test]
fn progress_begins_with_nothing_and_ends_with_all() {
    let stage = Stage::new("a 1 5\nb 1 0", "");
    let mut told = Vec::new();
    run(&stage.job(), &Clockwork::default(), &mut |event| match event {
        Event::File { path, .. } => told.push(path.file_name().unwrap().to_str().unwrap().into()),
        Event::Progress(percent) => told.push(percent.to_string()),
        _ => {}
    });
    assert_eq!(told, ["a", "0", "100", "b", "100"]);
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let stage = Stage::new("a 1 3\nd/b 2 3\ne/", "old 1 1\ngone/x 1 1");
    let job = mirror(stage.job());
    assert!(stage.run(&job).ends_with("= 3"));
    let (text, tally) = stage.run_at(&job, &Clockwork::default());
    assert!(text.ends_with("= 0"), "{text}");
    assert_eq!((tally.files.skipped, tally.directories.skipped), (2, 3));
}

// RB-8
#[test]
fn extras_are_listed_behind_the_line_of_their_directory_and_deleted_in_the_end() {
    let stage = Stage::new("a 1 3\nd/b 2 3", "d/old 1 1\ngone/x 1 1\ngone/deep/y 1 1\nz 1 1");
    insta::assert_snapshot!(stage.run(&mirror(stage.job())), @r"
    1 s/
    Extra - d/gone/
      Extra d/gone/x
    Extra - d/gone/deep/
      Extra d/gone/deep/y
      Extra d/z
      Lonely s/a
    1 s/d/
      Extra d/d/old
      Lonely s/d/b
    = 3
    ");
    assert_eq!(stage.tree("d"), "a=s d/ d/b=s");
}

// RB-5
#[test]
fn what_is_excluded_is_neither_copied_nor_deleted_at_any_depth() {
    let selection = Selection {
        exclude_files: vec![Exclusion::new("*.log"), Exclusion::new("web.config")],
        exclude_directories: vec![Exclusion::new("logs")],
        ..Selection::default()
    };
    let stage = Stage::new(
        "a 1 3\nweb.config 9 3\nlogs/s 1 1",
        "web.config 1 1\nlogs/d 1 1\ngone/x 1 1\ngone/keep.log 1 1\ngone/logs/y 1 1\nempty/z 1 1",
    );
    let (text, tally) =
        stage.run_at(&Job { selection, ..mirror(stage.job()) }, &Clockwork::default());
    assert!(text.ends_with("= 3"), "{text}");
    assert!(!text.contains("keep.log") && !text.contains("gone/logs"), "{text}");
    assert_eq!((tally.directories.extras, tally.files.extras, tally.bytes.extras), (2, 2, 2));
    assert_eq!(
        stage.tree("d"),
        "a=s gone/ gone/keep.log=d gone/logs/ gone/logs/y=d logs/ logs/d=d web.config=d"
    );
}

#[test]
fn excluded_directories_count_as_skipped() {
    let stage = Stage::new("a 1 1\nbin/b 1 1\nc/d 1 1", "a 1 1");
    let selection =
        Selection { exclude_directories: vec![Exclusion::new("bin")], ..Selection::default() };
    let job = Job { selection, recursion: Recursion::All, ..stage.job() };
    let (text, tally) = stage.run_at(&job, &Clockwork::default());
    assert!(text.contains("Named - s/bin/"), "{text}");
    let rows = tally.directories;
    assert_eq!((rows.total, rows.copied, rows.skipped), (3, 1, 2));
    assert_eq!(tally.files.total, 2);
}

// RB-5
#[test]
fn full_paths_protect_on_the_side_they_name() {
    let stage = Stage::new("sub/x 1 1\nx 1 1", "keep/x 1 1\nother/x 1 1");
    let selection = Selection {
        exclude_files: vec![Exclusion::new(stage.at("s/sub/x").to_str().unwrap())],
        exclude_directories: vec![Exclusion::new(stage.at("d/keep").to_str().unwrap())],
        ..Selection::default()
    };
    stage.run(&Job { selection, ..mirror(stage.job()) });
    assert_eq!(stage.tree("d"), "keep/ keep/x=d sub/ x=s");
}

// RB-6
#[test]
fn file_specifications_limit_copies_reports_and_deletions() {
    let selection = || Selection { include: vec![Wildcard::new("*.txt")], ..Selection::default() };
    let trees = ("a.txt 1 1\nb.log 1 1", "c.txt 1 1\nd.log 1 1\ngone/e.txt 1 1\ngone/f.log 1 1");
    let stage = Stage::new(trees.0, trees.1);
    let text = stage.run(&Job { selection: selection(), ..mirror(stage.job()) });
    assert!(!text.contains("d.log"), "{text}");
    assert_eq!(stage.tree("d"), "a.txt=s d.log=d gone/ gone/f.log=d");
    let stage = Stage::new(trees.0, trees.1);
    let all = Job { selection: selection(), reports_all_extras: true, ..mirror(stage.job()) };
    assert!(stage.run(&all).contains("Extra d/d.log"));
    assert_eq!(stage.tree("d"), "a.txt=s d.log=d gone/ gone/f.log=d");
}

// RB-7
#[test]
fn purge_without_recursion_leaves_directories_alone() {
    let stage = Stage::new("a 1 1", "x 1 1\nsub/y 1 1");
    let text = stage.run(&Job { purge: Purge::Extras, ..stage.job() });
    assert!(!text.contains("sub/y"), "{text}");
    assert_eq!(stage.tree("d"), "a=s sub/ sub/y=d");
}

#[test]
fn without_recursion_extra_directories_are_reported_behind_the_line_of_the_root() {
    let stage = Stage::new("a 1 1", "a 1 1\nb 1 1\nsub/y 1 1");
    assert_eq!(
        stage.run(&stage.job()),
        "1 s/\nExtra - d/sub/\n  Extra d/b\n  (Class(Same)) s/a\n= 2"
    );
    let named = || Selection { include: vec![Wildcard::new("a")], ..Selection::default() };
    let all = Job { selection: named(), reports_all_extras: true, ..stage.job() };
    assert!(stage.run(&all).contains("Extra - d/sub/"));
    for job in [
        Job { selection: named(), ..stage.job() },
        Job { levels: Some(1), ..stage.job() },
        Job {
            classes: super::Classes { exclude_extra: true, ..Default::default() },
            ..stage.job()
        },
    ] {
        let text = stage.run(&job);
        assert!(!text.contains("sub"), "{text}");
    }
}

// RB-3
#[test]
fn without_recursion_a_mismatched_directory_is_reported_and_stays() {
    let stage = Stage::new("a 1 1\nsub/y 1 1", "a 1 1\nsub 1 1");
    for purge in [Purge::Nothing, Purge::Extras] {
        let text = stage.run(&Job { purge, ..stage.job() });
        assert_eq!(text, "1 s/\n  (Class(Same)) s/a\nMismatch - s/sub/\n= 4");
    }
    assert_eq!(stage.tree("d"), "a=d sub=d");
}

#[test]
fn an_extra_directory_that_stays_is_one_line() {
    let stage = Stage::new("a 1 1", "a 1 1\ngone/x 1 1");
    let text = stage.run(&Job { recursion: Recursion::All, ..stage.job() });
    assert_eq!(text, "1 s/\nExtra - d/gone/\n  (Class(Same)) s/a\n= 2");
}

// RB-3
#[test]
fn only_directories_that_get_a_file_are_created_unless_all_are_wanted() {
    let trees = "r 1 1\nempty/\nsub/hollow/\nsub/deep/two 1 1\nother/x.log 1 1";
    let selection =
        Selection { exclude_files: vec![Exclusion::new("*.log")], ..Selection::default() };
    for (recursion, tree) in [
        (Recursion::Top, "r=s"),
        (Recursion::NonEmpty, "r=s sub/ sub/deep/ sub/deep/two=s"),
        (Recursion::All, "empty/ other/ r=s sub/ sub/deep/ sub/deep/two=s sub/hollow/"),
    ] {
        let stage = Stage::new(trees, "");
        let job = Job { recursion, selection: selection.clone(), ..stage.job() };
        let (_, tally) = stage.run_at(&job, &Clockwork::default());
        assert_eq!(stage.tree("d"), tree, "{recursion:?}");
        let rows = tally.directories;
        assert_eq!(rows.total, rows.copied + rows.skipped, "{recursion:?}");
    }
}

#[test]
fn directories_that_stay_empty_are_told_and_counted_as_new_and_leave_the_code() {
    let stage = Stage::new("a 1 1\nempty/deep/\nsub/deep/x 1 1", "a 1 1");
    let job = Job { recursion: Recursion::NonEmpty, ..stage.job() };
    let (text, tally) = stage.run_at(&job, &Clockwork::default());
    insta::assert_snapshot!(text, @r"
    1 s/
      (Class(Same)) s/a
    New 0 s/empty/
    New 0 s/empty/deep/
    New 0 s/sub/
    New 1 s/sub/deep/
      Lonely s/sub/deep/x
    = 1
    ");
    let rows = tally.directories;
    assert_eq!((rows.total, rows.copied, rows.skipped), (5, 4, 1));
    assert_eq!(stage.tree("d"), "a=d sub/ sub/deep/ sub/deep/x=s");
    assert!(stage.run(&job).ends_with("= 0"));
}

#[test]
fn levels_bound_copies_and_deletions() {
    for (levels, tree) in
        [(1, "a=s l/ l/x=d"), (2, "a=s l/ l/b=s"), (3, "a=s l/ l/b=s l/m/ l/m/c=s")]
    {
        let stage = Stage::new("a 1 1\nl/b 1 1\nl/m/c 1 1", "l/x 1 1");
        stage.run(&Job { levels: Some(levels), ..mirror(stage.job()) });
        assert_eq!(stage.tree("d"), tree, "{levels}");
    }
}

// RB-3
#[test]
fn a_file_and_a_directory_of_one_name_are_left_alone_on_both_sides() {
    let stage = Stage::new("thing 1 4\nother/in 1 1\nok 1 1", "thing/in 1 1\nother 1 9");
    let job = Job { recursion: Recursion::All, ..stage.job() };
    let (text, tally) = stage.run_at(&job, &Clockwork::default());
    insta::assert_snapshot!(text, @r"
    2 s/
      Lonely s/ok
      Mismatch s/thing
    Mismatch - s/other/
    = 5
    ");
    assert_eq!(stage.tree("d"), "ok=s other=d thing/ thing/in=d");
    assert_eq!((tally.files.mismatch, tally.directories.mismatch), (1, 1));
}

#[test]
fn a_purge_makes_room_for_what_is_mismatched() {
    let stage = Stage::new("thing 1 4\nother/in 1 1\nok 1 1", "thing/in 1 1\nother 1 9");
    let (text, tally) = stage.run_at(&mirror(stage.job()), &Clockwork::default());
    insta::assert_snapshot!(text, @r"
    2 s/
      Lonely s/ok
      Mismatch s/thing
    Mismatch - s/other/
      Lonely s/thing
    New 1 s/other/
      Lonely s/other/in
    = 5
    ");
    assert_eq!(stage.tree("d"), "ok=s other/ other/in=s thing=s");
    let (files, folders) = (tally.files, tally.directories);
    assert_eq!((files.total, files.copied, files.mismatch), (3, 3, 1));
    assert_eq!((folders.total, folders.copied, folders.mismatch), (2, 1, 1));
    assert!(stage.run(&mirror(stage.job())).ends_with("= 0"));
}

// RB-5
#[test]
fn what_is_excluded_stays_mismatched() {
    for excluded in ["thing", "keep"] {
        let stage = Stage::new("thing 1 4\nother/in 1 1", "thing/keep/x 1 1\nother 1 9");
        let mut job = mirror(stage.job());
        job.selection.exclude_directories = vec![Exclusion::new(excluded)];
        job.selection.exclude_files = vec![Exclusion::new(stage.at("d/other").to_str().unwrap())];
        assert!(stage.run(&job).ends_with("= 4"), "{excluded}");
        assert_eq!(stage.tree("d"), "other=d thing/ thing/keep/ thing/keep/x=d", "{excluded}");
    }
}

#[test]
fn a_list_run_changes_nothing_and_says_the_same() {
    let trees = (
        "a 1 1\nn/m/b 1 1\nsame 1 1\nthing 1 1\nother/in 1 1",
        "same 1 1\nx 1 1\ngone/y 1 1\nthing/in 1 1\nother 1 1",
    );
    let (really, listed) = (Stage::new(trees.0, trees.1), Stage::new(trees.0, trees.1));
    let job = |stage: &Stage, mode| Job { mode, moving: Moving::Everything, ..mirror(stage.job()) };
    let before = (listed.tree("s"), listed.tree("d"));
    let text = listed.run(&job(&listed, RunMode::List));
    assert_eq!((listed.tree("s"), listed.tree("d")), before);
    assert_eq!(text, really.run(&job(&really, RunMode::Execute)));
    assert_eq!(really.tree("s"), "same=s");
}

#[test]
fn a_destination_that_is_not_there_is_created() {
    let stage = Stage::new("a 1 1", "");
    let job = Job { destination: stage.at("new/deep"), ..stage.job() };
    let (text, tally) = stage.run_at(&job, &Clockwork::default());
    assert_eq!(text, "New 1 s/\n  Lonely s/a\n= 1");
    assert_eq!(stage.tree("new/deep"), "a=s");
    assert_eq!(tally.directories.copied, 1);
}

#[test]
fn moved_files_leave_the_source_and_empty_directories_follow() {
    for (moving, source) in [(Moving::Files, "d/ same=s"), (Moving::Everything, "same=s")] {
        let stage = Stage::new("a 1 1\nd/b 1 1\nsame 1 1", "same 1 1");
        stage.run(&Job { moving, recursion: Recursion::All, ..stage.job() });
        assert_eq!(
            (stage.tree("s").as_str(), stage.tree("d").as_str()),
            (source, "a=s d/ d/b=s same=d")
        );
    }
    let stage = Stage::new("a 1 1\nd/b 1 1", "");
    stage.run(&Job { moving: Moving::Everything, recursion: Recursion::All, ..stage.job() });
    assert!(!stage.at("s").exists(), "the source itself goes too");
}

// RB-5
#[test]
fn empty_directories_that_were_not_moved_stay_in_the_source() {
    let stage = Stage::new("a 1 1\nmoved/\nleft/deep/\nclash/deep/", "clash 1 1");
    let mut job = Job { moving: Moving::Everything, recursion: Recursion::All, ..stage.job() };
    job.selection.exclude_directories = vec![Exclusion::new("left")];
    stage.run(&job);
    assert_eq!(stage.tree("s"), "clash/ clash/deep/ left/ left/deep/");
    assert_eq!(stage.tree("d"), "a=s clash=d moved/");
    let stage = Stage::new("a 1 1\nnew/", "");
    let mut job = Job { moving: Moving::Everything, recursion: Recursion::All, ..stage.job() };
    job.classes.exclude_lonely = true;
    stage.run(&job);
    assert_eq!((stage.tree("s").as_str(), stage.tree("d").as_str()), ("a=s new/", ""));
}

// RB-8
#[test]
fn after_a_failure_nothing_is_deleted_unless_robocopys_order_is_wanted() {
    for (purge_order, tree) in [
        (PurgeOrder::AfterCopies, "blocked/ blocked/x=d gone=d ok=s"),
        (PurgeOrder::AsListed, "blocked/ ok=s"),
    ] {
        let stage = Stage::new("ok 1 1\nblocked/y 1 1", "gone 1 1\nblocked/x 1 1");
        // The path of `y` is too long.
        let longest_path = Some(stage.at("s/blocked").as_os_str().len());
        let text = stage.run(&Job { purge_order, longest_path, ..mirror(stage.job()) });
        assert!(text.contains("  error 206 Copying File s/blocked/y\n  failed"), "{text}");
        assert!(text.ends_with("= 11"), "{text}");
        assert_eq!(stage.tree("d"), tree);
    }
}

#[test]
fn a_failing_file_is_tried_again_shown_again_and_counted_once() {
    let stage = Stage::new("a 1 5\nb 1 5", "");
    let pace = Clockwork::default();
    let job = Job {
        retry: Retry { times: 2, wait: Duration::from_secs(3), unknown_shares: false },
        ..stage.job()
    };
    // It vanishes when its turn has come.
    let gone = stage.at("s/a");
    let mut text = String::new();
    let ended = run(&job, &pace, &mut |event| {
        if matches!(&event, Event::File { path, .. } if path.ends_with("a")) {
            fs::remove_file(&gone).ok();
        }
        writeln!(text, "{}", stage.line(&event).unwrap_or_default()).unwrap();
    });
    insta::assert_snapshot!(text.replace("\n\n", "\n"), @r"
    2 s/
      Lonely s/a
      error 2 Copying File s/a
      waiting 3
      Lonely s/a
      error 2 Copying File s/a
      waiting 3
      Lonely s/a
      error 2 Copying File s/a
      gave up
      Lonely s/b
    ");
    let Ended::Complete(tally) = ended else { panic!("it ran") };
    assert_eq!((tally.files.failed, tally.bytes.failed, tally.exit_code()), (1, 5, 9));
    assert_eq!((tally.waiting.as_secs(), pace.slept()), (6, vec![3000, 3000]));
}

// RB-10
#[test]
fn threads_say_and_do_what_one_does() {
    let tree: String = (0..300).fold(String::new(), |mut tree, n| {
        writeln!(tree, "d{}/f{n} {n} {}", n % 7, n % 50).unwrap();
        tree
    });
    let (one, many) = (Stage::new(&tree, "x 1 1\nd1/y 1 1"), Stage::new(&tree, "x 1 1\nd1/y 1 1"));
    let (text, tally) = one.run_at(&mirror(one.job()), &Clockwork::default());
    let job = Job { threads: NonZero::new(8), ..mirror(many.job()) };
    let (threaded, counted) = many.run_at(&job, &Clockwork::default());
    assert_eq!(threaded, text);
    assert_eq!(many.tree("d"), one.tree("d"));
    assert_eq!(
        (counted.files, counted.directories, counted.bytes),
        (tally.files, tally.directories, tally.bytes)
    );
}

#[test]
fn attributes_and_times_travel_as_asked() {
    let read_only = |stage: &Stage, path| {
        let facts = folder::examine(&stage.at(path)).unwrap().unwrap().facts;
        facts.attributes.intersects(Attributes::READ_ONLY)
    };
    let stage = Stage::new("ro 1 1 r\nrw 1 1", "");
    stage.run(&stage.job());
    assert!(read_only(&stage, "d/ro") && !read_only(&stage, "d/rw"));
    let stage = Stage::new("ro 1 1 r\nrw 1 1", "");
    let swap = Job { remove_attributes: Attributes::READ_ONLY, ..stage.job() };
    stage.run(&swap);
    assert!(!read_only(&stage, "d/ro"));
    let stage = Stage::new("rw 1 1", "");
    stage.run(&Job { add_attributes: Attributes::READ_ONLY, ..stage.job() });
    assert!(read_only(&stage, "d/rw") && !read_only(&stage, "s/rw"));
}

#[test]
fn tweaked_files_are_copied_only_when_asked_for() {
    let trees = ("a 1 3 r", "a 1 3");
    let stage = Stage::new(trees.0, trees.1);
    assert!(stage.run(&stage.job()).ends_with("= 0"));
    let mut job = stage.job();
    job.classes.include_tweaked = true;
    let text = stage.run(&job);
    assert!(text.contains(&format!("{:?} s/a", Class::Tweaked)) && text.ends_with("= 1"), "{text}");
    assert!(stage.run(&job).ends_with("= 0"), "its attributes are equal now");
}

#[test]
fn times_of_directories_are_set_after_everything_in_them() {
    let stage = Stage::new("sub/deep/f 1 1", "sub/gone 1 1");
    let stamp = Carry { modified: Some(moment(77)), attributes: None };
    for path in ["s/sub/deep", "s/sub", "s"] {
        folder::set_facts(&stage.at(path), stamp).unwrap();
    }
    let mut job = mirror(stage.job());
    job.directories.times = true;
    stage.run(&job);
    for path in ["d", "d/sub", "d/sub/deep"] {
        let found = folder::examine(&stage.at(path)).unwrap().unwrap().facts.modified;
        assert_eq!(found, moment(77), "{path}");
    }
}

#[test]
fn skipped_files_get_their_times_fixed_when_asked_for() {
    let stage = Stage::new("a 20 3", "a 50 3");
    let mut job = Job { fixes_times: true, ..stage.job() };
    job.classes.exclude_older = true;
    stage.run(&job);
    let found = folder::examine(&stage.at("d/a")).unwrap().unwrap().facts.modified;
    assert_eq!((found, stage.tree("d").as_str()), (moment(20), "a=d"));
}

#[test]
fn files_excluded_by_name_keep_their_times() {
    let stage = Stage::new("a 20 3", "a 50 3");
    let selection = Selection { exclude_files: vec![Exclusion::new("a")], ..Selection::default() };
    stage.run(&Job { fixes_times: true, selection, ..stage.job() });
    let found = folder::examine(&stage.at("d/a")).unwrap().unwrap().facts.modified;
    assert_eq!(found, moment(50));
}

// RB-7
#[test]
fn without_data_only_directories_are_made_and_extras_purged() {
    let stage = Stage::new("a 1 1\nd/b 1 1\nold 5 1", "x 1 1\nold 1 1");
    let mut job = mirror(stage.job());
    job.copy = super::CopyFlags { data: false, attributes: false, times: false };
    let (_, tally) = stage.run_at(&job, &Clockwork::default());
    assert_eq!(stage.tree("d"), "d/ old=d");
    assert_eq!((tally.files.copied, tally.files.skipped), (0, 3));
    job.copy.times = true;
    stage.run(&job);
    let found = folder::examine(&stage.at("d/old")).unwrap().unwrap().facts.modified;
    assert_eq!((found, stage.tree("d").as_str()), (moment(5), "d/ old=d"));
}

#[test]
fn the_source_inside_the_destination_is_not_purged() {
    let stage = Stage::new("x 1 1", "");
    Stage::make(&stage.at("d"), "sites/src/a 1 1");
    Stage::make(&stage.at("d"), "sites/other 1 1");
    let job = Job { source: stage.at("d/sites/src"), ..mirror(stage.job()) };
    let text = stage.run(&job);
    assert!(text.contains("error 5 Deleting Extra Directory d/sites\n"), "{text}");
    assert_eq!(stage.tree("d"), "a=d sites/ sites/other=d sites/src/ sites/src/a=d");
}

#[test]
fn a_destination_inside_the_source_is_not_copied_into_itself() {
    let stage = Stage::new("a 1 1\nbackup/", "");
    let job = Job { destination: stage.at("s/backup"), recursion: Recursion::All, ..stage.job() };
    stage.run(&job);
    assert_eq!(stage.tree("s"), "a=s backup/ backup/a=s");
}

// RB-9
#[test]
fn places_that_belong_to_the_system_are_no_business_of_a_mirror() {
    let stage = Stage::new("a 1 1\n$RECYCLE.BIN/r 1 1", "System_x 1 1\n$Recycle.Bin/q 1 1");
    stage.run(&mirror(stage.job()));
    assert_eq!(stage.tree("d"), "$Recycle.Bin/ $Recycle.Bin/q=d a=s");
}

#[test]
fn copies_wait_for_their_hours() {
    let stage = Stage::new("a 1 1", "");
    let pace = Clockwork::default();
    let hours = super::Hours { from: 3, to: 10, every_file: true };
    let (text, _) = stage.run_at(&Job { hours: Some(hours), ..stage.job() }, &pace);
    assert!(text.starts_with("  paused until minute 3\n1 s/\n"), "{text}");
    assert_eq!(pace.slept(), [60_000, 60_000, 60_000]);
    assert_eq!(stage.tree("d"), "a=s");
}

#[test]
fn a_missing_source_ends_the_run() {
    let stage = Stage::new("a 1 1", "old 1 1");
    let job = Job { source: stage.at("none"), ..mirror(stage.job()) };
    assert_eq!(stage.run(&job), "  error 2 Accessing Source Directory none\n= 16");
    assert_eq!(stage.tree("d"), "old=d");
    let blocked = Job { destination: stage.at("s/a/x"), ..stage.job() };
    assert!(stage.run(&blocked).ends_with("= 16"));
}

#[test]
fn a_file_where_the_destination_should_be_is_not_waited_for() {
    let stage = Stage::new("a 1 1", "file 1 1");
    let retry = Retry { times: 1_000_000, ..Retry::default() };
    let job = Job { destination: stage.at("d/file"), retry, ..stage.job() };
    assert_eq!(
        stage.run(&job),
        "  error 183 Creating Destination Directory d/file\n  failed\n= 16"
    );
}

mod model {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Job, RunMode, Stage, mirror};
    use crate::robocopy::Classes;

    type Files = BTreeMap<String, (i64, usize)>;

    fn files() -> impl Strategy<Value = Files> {
        let path = "(x/|y/|x/z/)?[abc]";
        prop::collection::btree_map(path, (1..4i64, 1..4usize), 0..8)
    }

    fn tree(files: &Files) -> String {
        let lines = files.iter().map(|(path, (second, size))| format!("{path} {second} {size}"));
        lines.collect::<Vec<_>>().join("\n")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_mirror_makes_trees_equal_and_says_so_before(source in files(), destination in files()) {
            let stage = Stage::new(&tree(&source), &tree(&destination));
            let job = mirror(stage.job());
            let listed = stage.run(&Job { mode: RunMode::List, ..job.clone() });
            prop_assert_eq!(&listed, &stage.run(&job));
            let again = stage.run(&job);
            prop_assert!(again.ends_with("= 0"), "{}", again);
            let strip = |tree: String| tree.replace("=d", "=s");
            prop_assert_eq!(strip(stage.tree("d")), stage.tree("s"));
        }

        #[test]
        fn with_every_class_excluded_nothing_is_touched(source in files(), destination in files()) {
            let stage = Stage::new(&tree(&source), &tree(&destination));
            let classes = Classes {
                exclude_lonely: true, exclude_newer: true, exclude_older: true,
                exclude_changed: true, exclude_extra: true, ..Classes::default()
            };
            let before = stage.tree("d");
            let text = stage.run(&Job { classes, ..mirror(stage.job()) });
            prop_assert!(text.ends_with("= 0") || text.ends_with("= 4"), "{}", text);
            prop_assert_eq!(stage.tree("d"), before);
        }
    }
}
