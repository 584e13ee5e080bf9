#![expect(clippy::disallowed_methods, reason = "a test may")]

mod order;

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use iisle_path::RelPath;
use iisle_report::{Monitor, Retry, Silent};
use iisle_tree::digest::Digest;
use iisle_tree::folder::{self, Attributes};
use iisle_tree::workshop::{Broken, Faulty, LocalWorkshop, Workshop};
use iisle_tree::{Holder, LocalTree, Snapshot, Stamp, Ticks, Tree, TreeError, TreeMut};

use super::journal::Journal;
use super::stage::Verify;
use super::{
    Away, Direction, Doing, Held, Offline, Recovered, StagedError, Staging, Times, deploy, recover,
    rollback,
};
#[cfg(target_os = "linux")]
use super::{may_be_incomplete, read_manifest, settle};
use crate::manifest::Stream;
use crate::outcome::{Ending, Outcome};
use crate::policy::{Extras, Policy};
use crate::prepare::prepare;
use crate::step::{ROOT_CONFIG, Step, stage};

/// Path below the root → content.
type Files = BTreeMap<String, String>;

/// Two folders that are made once, and a site that begins as the second.
struct Stage {
    folder: tempfile::TempDir,
    source: PathBuf,
    /// Folders whose attributes are set with each deployment: those that they get, where folders have any.
    marks: &'static [(&'static str, Attributes)],
}

/// What stages begin with.
struct Template {
    folder: tempfile::TempDir,
}

const AWAY: Away<'static> = Away { page: b"<p>away</p>", limit: Duration::from_secs(1) };

/// When new files were written, and files that are the same.
const NEW: i64 = 1_700_000_060;
/// When old files were written.
const OLD: i64 = 1_700_000_000;

fn policy() -> Policy {
    Policy { extras: Extras::Delete, max_deletes: Some(1000), ..Policy::new([""; 0]).unwrap() }
}

/// In memory where that can be had: the volume is flushed often.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

impl Template {
    fn new(source: &Files, site: &Files) -> Self {
        let template = Self { folder: scratch() };
        for (name, files) in [("source", source), ("site", site)] {
            let root = template.folder.path().join(name);
            fs::create_dir(&root).unwrap();
            for (path, content) in files {
                let second = if source.get(path) == Some(content) { NEW } else { OLD };
                write(&root.join(path), content, second);
            }
        }
        template
    }

    /// The files of the site get second names: whoever changed one in place would be found out.
    fn stage(&self) -> Stage {
        let source = self.folder.path().join("source");
        let stage = Stage { folder: scratch(), source, marks: &[] };
        link_all(&self.folder.path().join("site"), &stage.at("site"));
        stage
    }

    /// The same where there is no site yet.
    fn stage_without_site(&self) -> Stage {
        let stage = self.stage();
        fs::remove_dir(stage.at("site")).unwrap();
        stage
    }
}

fn write(path: &Path, content: &str, second: i64) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    // A new file, for the old one may have other names.
    drop(fs::remove_file(path));
    fs::write(path, content).unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_modified(Ticks::from_unix(second, 0).to_system_time()).unwrap();
}

fn link_all(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            link_all(&entry.path(), &target);
        } else {
            fs::hard_link(entry.path(), target).unwrap();
        }
    }
}

/// What few tests are about of how a deployment is done.
struct Manner<'a> {
    monitor: &'a dyn Monitor,
    enter: &'a (dyn Fn(Doing) + Sync),
    verify: Option<Verify>,
    marks: &'a [(&'a str, Attributes)],
}

impl Default for Manner<'_> {
    fn default() -> Self {
        Self { monitor: &Silent, enter: &|_| (), verify: None, marks: &[] }
    }
}

/// The step that sets the attributes of a folder that has none so far.
fn mark(path: &str, marks: Attributes) -> Step {
    Step::MarkDirectory { path: RelPath::parse(path).unwrap(), marks, old: Attributes::NONE }
}

impl Stage {
    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn shop(&self) -> LocalWorkshop {
        LocalWorkshop::beside(&self.at("site")).unwrap()
    }

    /// The changes that a deployment makes, in order.
    fn calls(&self, offline: Offline<'_>) -> Vec<String> {
        let shop = self.shop();
        let counting = Faulty::new(&shop);
        let outcome = self.deploy(&counting, offline);
        assert_eq!(outcome.ending, Ending::Done, "{:?}", outcome.errors);
        counting.calls()
    }

    /// Plans and deploys, as a run of the command does after recovery.
    fn deploy(&self, shop: &dyn Workshop, offline: Offline<'_>) -> Outcome {
        let source = LocalTree::open(&self.source).unwrap();
        let manner = Manner { marks: self.marks, ..Manner::default() };
        // Asking the system who holds a file takes longer than all the rest.
        Self::deploy_as(shop, offline, (&source, &self.held(0)), &manner)
    }

    fn deploy_to(
        shop: &dyn Workshop,
        offline: Offline<'_>,
        source: &dyn Tree,
        destination: &dyn TreeMut,
    ) -> Outcome {
        Self::deploy_watched(shop, offline, source, destination, &Silent)
    }

    fn deploy_watched(
        shop: &dyn Workshop,
        offline: Offline<'_>,
        source: &dyn Tree,
        destination: &dyn TreeMut,
        monitor: &dyn Monitor,
    ) -> Outcome {
        let manner = Manner { monitor, ..Manner::default() };
        Self::deploy_as(shop, offline, (source, destination), &manner)
    }

    fn deploy_as(
        shop: &dyn Workshop,
        offline: Offline<'_>,
        (source, destination): (&dyn Tree, &dyn TreeMut),
        manner: &Manner<'_>,
    ) -> Outcome {
        let Manner { monitor, enter, verify, marks } = *manner;
        let mut plan = prepare(source, destination, &policy(), &Silent).unwrap();
        if !plan.is_empty() {
            let last = plan.steps.iter().position(|step| stage(step) >= ROOT_CONFIG);
            let at = last.unwrap_or(plan.steps.len());
            plan.steps.splice(at..at, marks.iter().map(|(path, marks)| mark(path, *marks)));
        }
        let staging = Staging {
            source,
            destination,
            shop,
            monitor,
            threads: NonZero::<usize>::MIN,
            offline,
            held: Held::Wait(Duration::from_secs(1)),
            verify,
            times: Times::Source,
            stream: &Stream::default(),
            known: None,
            id: "20261128-1",
            origin: "source",
            sleep: &|_| (),
            interrupted: &|| monitor.is_interrupted(),
            enter,
        };
        deploy(&staging, &plan)
    }

    /// The site, with a file that is held until somebody has asked so often.
    fn held(&self, until: u32) -> HeldSite {
        HeldSite { tree: LocalTree::target(self.at("site")).unwrap(), asked: Mutex::new(0), until }
    }

    /// What the site holds.
    fn site(&self) -> Files {
        let mut files = Files::new();
        list(&self.at("site"), "", &mut files);
        files
    }

    /// The attributes of the folders of the site that have any.
    fn marks(&self) -> BTreeMap<String, Attributes> {
        let snapshot = LocalTree::target(self.at("site")).unwrap().snapshot().unwrap();
        let folders = snapshot.directories.into_iter();
        let marks = folders.filter_map(|(path, stamp)| Some((path.to_string(), stamp.marks()?)));
        marks.filter(|(_, marks)| !marks.is_empty()).collect()
    }

    /// What the work folder holds, without the lock.
    fn work(&self) -> Vec<String> {
        self.shop().names(None).unwrap()
    }
}

fn list(root: &Path, below: &str, files: &mut Files) {
    if !root.exists() {
        return;
    }
    for entry in fs::read_dir(root.join(below)).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            files.insert(format!("{path}/"), String::new());
            list(root, &path, files);
        } else {
            files.insert(path.clone(), fs::read_to_string(root.join(path)).unwrap());
        }
    }
}

/// A release of 60 files: some stay, some change, some come, some go.
fn releases() -> (Files, Files) {
    let (mut old, mut new) = (Files::new(), Files::new());
    let both = |files: &mut Files, release: &str| {
        for name in ["web.config", "App.dll", "App.exe", "App.deps.json", "appsettings.json"] {
            files.insert(name.into(), format!("{name} {release}"));
        }
        for n in 0..15 {
            files.insert(format!("wwwroot/css/{n}.css"), format!("{n} {release}"));
            files.insert(format!("same/{n}.txt"), format!("{n}"));
        }
        for n in 0..15 {
            files.insert(format!("{release}/only/{n}.js"), format!("{n}"));
        }
    };
    both(&mut old, "old");
    both(&mut new, "new");
    old.insert("logs/a.log".into(), "kept".into());
    for n in 0..7 {
        new.insert(format!("more{}/{n}", n % 3), format!("{n}"));
    }
    // A file becomes a folder, and a folder becomes a file.
    old.insert("turned".into(), "file".into());
    old.insert("folded/a".into(), "a".into());
    old.insert("folded/b/c".into(), "c".into());
    new.insert("turned/a".into(), "new a".into());
    new.insert("turned/b/c".into(), "new c".into());
    new.insert("folded".into(), "file".into());
    (new, old)
}

/// What the site holds when `new` is deployed over `old`: its own files, and what is protected.
fn deployed(new: &Files) -> Files {
    with_folders(
        new.iter()
            .map(|(path, content)| (path.clone(), content.clone()))
            .chain([("logs/a.log".to_owned(), "kept".to_owned())]),
    )
}

fn with_folders(files: impl IntoIterator<Item = (String, String)>) -> Files {
    let mut all = Files::new();
    for (path, content) in files {
        for (at, _) in path.match_indices('/') {
            all.insert(path[..=at].to_owned(), String::new());
        }
        all.insert(path, content);
    }
    all
}

// LK-4, SD-20, SD-27
#[test]
fn a_deployment_makes_the_site_like_the_source_and_leaves_nothing_but_its_backup() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    assert_eq!(new.len(), 60);
    let stage = template.stage();
    let before = stage.site();
    let outcome = stage.deploy(&stage.shop(), Offline::Always(AWAY));
    assert_eq!(outcome.ending, Ending::Done, "{:?}", outcome.errors);
    let totals = outcome.totals;
    assert_eq!((totals.created_files, totals.replaced_files, totals.deleted_files), (25, 20, 18));
    assert_eq!(stage.site(), deployed(&new));
    assert_eq!(stage.work(), ["backup", "journal", "manifest-main.json", "plan.json"]);
    let again = stage.deploy(&stage.shop(), Offline::Always(AWAY));
    assert_eq!(again.ending, Ending::Unchanged);
    assert_eq!(rollback(&stage.shop()).unwrap(), Recovered::TakenBack);
    assert_eq!(stage.site(), before);
    assert_eq!(stage.work(), [""; 0]);
    assert_eq!(rollback(&stage.shop()).unwrap(), Recovered::Nothing);
}

// SD-20, SD-27
#[test]
#[cfg(unix)]
fn a_folder_that_is_deleted_comes_back_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;

    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let mode = || fs::metadata(stage.at("site/old/only")).map(|found| found.permissions().mode());
    fs::set_permissions(stage.at("site/old/only"), fs::Permissions::from_mode(0o2770)).unwrap();
    let before = mode().unwrap();
    assert_eq!(stage.deploy(&stage.shop(), Offline::Never).ending, Ending::Done);
    assert!(mode().is_err());
    assert_eq!(rollback(&stage.shop()).unwrap(), Recovered::TakenBack);
    assert_eq!(mode().unwrap(), before);
}

#[test]
fn a_site_that_is_not_there_is_created() {
    let (new, _) = releases();
    let template = Template::new(&new, &Files::new());
    let stage = template.stage_without_site();
    let outcome = stage.deploy(&stage.shop(), Offline::Never);
    assert_eq!(outcome.ending, Ending::Done, "{:?}", outcome.errors);
    assert_eq!(stage.site(), with_folders(new));
}

/// What happens after a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It was a passing failure; the same command is run again.
    Again,
    /// The machine stopped; the same command is run again.
    StoppedAgain,
    /// The machine stopped; what was done is taken back.
    StoppedBack,
}

/// Every how many changes one is broken: each, but a sample on Windows, where the tests run in an
/// emulation to which files are dear.
fn stride() -> usize {
    if std::env::consts::OS == "windows" { 16 } else { 1 }
}

/// What is there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    /// An older release.
    Release,
    /// Nothing, not even the folder.
    Nothing,
}

/// The attributes of a new folder, and of one that is there. Wine knows no folders that are read-only.
const MARKS: [(&str, Attributes); 2] = [
    ("more0", Attributes::MARKS.without(Attributes::READ_ONLY)),
    ("same", Attributes::MARKS.without(Attributes::READ_ONLY)),
];

/// Breaks at every change, before it, after it, and amid its bytes; how often.
fn break_everywhere(first: First, then: Then) -> usize {
    let (new, old) = releases();
    let old = if first == First::Release { old } else { Files::new() };
    let template = Template::new(&new, &old);
    let before = with_folders(old);
    let wanted = if first == First::Release { deployed(&new) } else { with_folders(new) };
    let begin = || {
        let stage = match first {
            First::Release => template.stage(),
            First::Nothing => template.stage_without_site(),
        };
        Stage { marks: &MARKS, ..stage }
    };
    let marked = if folder::folders_have_attributes() {
        MARKS.iter().map(|(path, marks)| ((*path).to_owned(), *marks)).collect()
    } else {
        BTreeMap::new()
    };
    let calls = begin().calls(Offline::Always(AWAY));
    let mut runs = 0;
    for (number, call) in calls.iter().enumerate().step_by(stride()) {
        for how in [Broken::Before, Broken::After, Broken::Half] {
            let has_bytes = call.starts_with("create") || call.starts_with("append");
            if how == Broken::Half && !has_bytes {
                continue;
            }
            let at = format!("{call} ({number}) {how:?}, {then:?}");
            let stage = begin();
            let shop = stage.shop();
            let faulty = match then {
                Then::Again => Faulty::new(&shop).breaking(number, how),
                Then::StoppedAgain | Then::StoppedBack => Faulty::new(&shop).dying(number, how),
            };
            let outcome = stage.deploy(&faulty, Offline::Always(AWAY));
            // Files moved aside may still be in use; then they are left to a later run.
            let is_courtesy = call.contains("aside") && then == Then::Again;
            assert!(is_courtesy || !outcome.errors.is_empty(), "{at}: it failed in silence");
            let left = stage.site();
            assert!(left.is_empty() || left.contains_key("web.config"), "{at}");
            if then == Then::Again && !matches!(outcome.ending, Ending::OfflineLeft | Ending::Done)
            {
                assert_eq!(left, before, "{at}: {:?}", outcome.ending);
            }
            if then == Then::StoppedBack {
                rollback(&shop).unwrap();
                assert_eq!(
                    (stage.site(), stage.marks()),
                    (before.clone(), BTreeMap::new()),
                    "{at}"
                );
                assert_eq!(stage.work(), [""; 0], "{at}");
            } else {
                recover(&shop, Direction::Forward).unwrap();
                let again = stage.deploy(&shop, Offline::Always(AWAY));
                let ended = matches!(again.ending, Ending::Done | Ending::Unchanged);
                assert!(ended, "{at}: {:?}", again.errors);
                assert_eq!((&stage.site(), &stage.marks()), (&wanted, &marked), "{at}");
                let mut work = stage.work();
                // What a first copy notes stays until something waits for the medium.
                work.retain(|name| first == First::Release || name != "unflushed");
                let left = ["backup", "journal", "manifest-main.json", "plan.json"];
                assert_eq!(work, left, "{at}");
            }
            runs += 1;
        }
    }
    println!("{first:?}, {then:?}: {} changes, {runs} breaks", calls.len());
    runs
}

// AO-4, SD-2, SD-17
#[test]
fn whatever_fails_everything_is_as_before_and_one_more_run_completes_it() {
    assert!(break_everywhere(First::Release, Then::Again) > 300 / stride());
}

// SD-19
#[test]
fn wherever_the_machine_stops_one_more_run_completes_it() {
    assert!(break_everywhere(First::Release, Then::StoppedAgain) > 300 / stride());
}

// SD-19, SD-20
#[test]
fn wherever_the_machine_stops_it_can_be_taken_back() {
    assert!(break_everywhere(First::Release, Then::StoppedBack) > 300 / stride());
}

#[test]
fn a_first_deployment_is_there_as_a_whole_or_not_at_all() {
    for then in [Then::Again, Then::StoppedAgain, Then::StoppedBack] {
        assert!(break_everywhere(First::Nothing, then) > 100 / stride());
    }
}

// SD-18, SD-19
#[test]
fn a_journal_whose_plan_a_power_cut_lost_is_given_up_while_there_are_no_backups() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let calls = template.stage().calls(Offline::Never);
    let position = |begin: &str| calls.iter().position(|call| call.starts_with(begin)).unwrap();
    let stopped = |number: usize, plan: Option<&str>| {
        let stage = template.stage();
        let shop = stage.shop();
        stage.deploy(&Faulty::new(&shop).dying(number, Broken::After), Offline::Never);
        let path = stage.at(".site.deploy/plan.json");
        fs::remove_file(&path).unwrap();
        if let Some(text) = plan {
            fs::write(&path, text).unwrap();
        }
        stage
    };
    for plan in [None, Some(""), Some("{}")] {
        for direction in [Direction::Forward, Direction::Back] {
            let stage = stopped(position("append journal"), plan);
            let (before, shop) = (with_folders(old.clone()), stage.shop());
            assert_eq!(recover(&shop, direction).unwrap(), Recovered::Dropped);
            assert_eq!(stage.site(), before);
            assert_eq!(stage.deploy(&shop, Offline::Never).ending, Ending::Done);
            assert_eq!(stage.site(), deployed(&new));

            let stage = stopped(position("link"), plan);
            let work = stage.work();
            let error = recover(&stage.shop(), direction).unwrap_err();
            assert!(error.to_string().contains("plan"), "{error}");
            assert_eq!(stage.work(), work, "the old files are there for a person");
        }
    }
}

// SD-18, SD-19
#[test]
fn a_plan_of_another_form_is_not_a_lost_one() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let calls = template.stage().calls(Offline::Never);
    let stage = template.stage();
    let begun = calls.iter().position(|call| call.starts_with("append journal")).unwrap();
    let shop = stage.shop();
    stage.deploy(&Faulty::new(&shop).dying(begun, Broken::After), Offline::Never);
    let later = "{\"schema\":7,\"jobs\":[]}";
    fs::write(stage.at(".site.deploy/plan.json"), later).unwrap();
    fs::remove_file(stage.at(".site.deploy/journal")).unwrap();
    Journal::begin(&shop, Digest::of(later.as_bytes())).unwrap();
    let before = (stage.site(), stage.work());
    for direction in [Direction::Forward, Direction::Back] {
        let error = recover(&stage.shop(), direction).unwrap_err();
        assert!(matches!(error, StagedError::PlanForm { found: 7, known: 1 }), "{error}");
        assert!(
            ["form 7", "form 1"].iter().all(|form| error.to_string().contains(form)),
            "{error}"
        );
    }
    assert_eq!((stage.site(), stage.work()), before);
}

// SD-21
#[cfg(target_os = "linux")]
#[test]
fn a_first_copy_is_doubted_once_the_system_was_started_anew() {
    let (new, _) = releases();
    let template = Template::new(&new, &Files::new());
    let stage = template.stage_without_site();
    let shop = stage.shop();
    assert_eq!(stage.deploy(&shop, Offline::Never).ending, Ending::Done);
    assert!(!may_be_incomplete(&shop).unwrap());
    let note = stage.at(".site.deploy/unflushed");
    for lost in ["another run", ""] {
        fs::write(&note, lost).unwrap();
        assert!(may_be_incomplete(&shop).unwrap());
    }

    // What such a copy noted of itself may be lost too.
    let journal = stage.at(".site.deploy/journal");
    let whole = fs::read_to_string(&journal).unwrap();
    let amid = whole.lines().take(2).collect::<Vec<_>>().join("\n");
    fs::write(&journal, amid).unwrap();
    fs::write(stage.at(".site.deploy/plan.json"), "").unwrap();
    assert_eq!(recover(&shop, Direction::Back).unwrap(), Recovered::Dropped);
    fs::write(stage.at(".site.deploy/manifest-main.json"), "").unwrap();
    assert!(read_manifest(&shop, &Stream::default()).unwrap().is_none());

    settle(&shop).unwrap();
    assert!(read_manifest(&shop, &Stream::default()).is_err(), "nothing explains it now");
}

// SD-20, SD-21
#[cfg(target_os = "linux")]
#[test]
fn what_a_power_cut_left_of_a_first_copy_can_be_taken_back() {
    let (new, _) = releases();
    let template = Template::new(&new, &Files::new());
    let journal = |stage: &Stage| stage.at(".site.deploy/journal");
    for is_amid in [false, true] {
        let stage = template.stage_without_site();
        let shop = stage.shop();
        assert_eq!(stage.deploy(&shop, Offline::Never).ending, Ending::Done);
        let site = |path: &str| stage.at("site").join(path);
        fs::write(site("web.config"), "").unwrap();
        write(&site("App.dll"), "cut", NEW);
        fs::remove_file(site("appsettings.json")).unwrap();
        if is_amid {
            let whole = fs::read_to_string(journal(&stage)).unwrap();
            let amid: String = whole.lines().take(1).flat_map(|line| [line, "\n"]).collect();
            fs::write(journal(&stage), amid).unwrap();
        }
        let back = || {
            if is_amid { recover(&shop, Direction::Back) } else { rollback(&shop) }
        };
        if !is_amid {
            // In the same run of the system it was somebody else.
            assert!(matches!(back().unwrap_err(), StagedError::Several(_)));
        }
        fs::write(stage.at(".site.deploy/unflushed"), "another run").unwrap();
        // What somebody has written since stays, whatever was lost.
        write(&site("Edited.txt"), "by hand", OLD);
        write(&site("App.exe"), "by hand", OLD);
        assert!(matches!(back().unwrap_err(), StagedError::Foreign(_)));
        fs::remove_file(site("App.exe")).unwrap();
        assert_eq!(back().unwrap(), Recovered::TakenBack);
        assert_eq!(stage.site(), BTreeMap::from([("Edited.txt".into(), "by hand".into())]));
    }
}

// SD-21
#[cfg(target_os = "linux")]
#[test]
fn what_was_waited_for_is_not_doubted() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let shop = stage.shop();
    fs::create_dir_all(stage.at(".site.deploy")).unwrap();
    let note = stage.at(".site.deploy/unflushed");
    let boot = shop.boot().unwrap();
    fs::write(&note, &boot).unwrap();
    assert_eq!(stage.deploy(&shop, Offline::Never).ending, Ending::Done);
    assert!(!note.exists());

    // A deployment flushes what it brought; what an earlier one lost it has not looked at.
    rollback(&shop).unwrap();
    fs::write(&note, "another run").unwrap();
    assert_eq!(stage.deploy(&shop, Offline::Never).ending, Ending::Done);
    assert!(note.exists());
}

// SD-21
#[test]
fn where_a_later_run_could_not_doubt_it_a_first_copy_is_waited_for() {
    let (new, _) = releases();
    let template = Template::new(&new, &Files::new());
    for tells in [true, false] {
        let stage = template.stage_without_site();
        let shop = stage.shop();
        let counting = Faulty::new(&shop);
        let counting = if tells { counting } else { counting.without_boot() };
        let told = counting.boot().is_some();
        assert_eq!(stage.deploy(&counting, Offline::Never).ending, Ending::Done);
        // The files before the folder gets its name, and then the name.
        let calls = counting.calls();
        let flushes = calls.iter().enumerate().filter(|(_, call)| call.starts_with("flush"));
        let flushes: Vec<_> = flushes.map(|(number, _)| number).collect();
        let renamed = calls.iter().position(|call| call.starts_with("rename stage/site "));
        let renamed = renamed.expect("it is swapped in");
        let sides: Vec<_> = flushes.iter().map(|flush| *flush > renamed).collect();
        assert_eq!(sides, if told { &[][..] } else { &[false, true] }, "{calls:#?}");
    }
}

/// A stop while an earlier stop is being recovered from, in either direction.
#[test]
fn a_recovery_that_breaks_is_recovered_from() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let broken = |number| {
        let stage = template.stage();
        let shop = stage.shop();
        stage.deploy(&Faulty::new(&shop).dying(number, Broken::After), Offline::Always(AWAY));
        stage
    };
    let calls = template.stage().calls(Offline::Always(AWAY)).len();
    let mut runs = 0;
    // Every seventh stop of the deployment, every third of its recovery.
    for number in (0..calls).step_by(7 * stride()) {
        for direction in [Direction::Forward, Direction::Back] {
            let steps = {
                let stage = broken(number);
                let shop = stage.shop();
                let counting = Faulty::new(&shop);
                recover(&counting, direction).unwrap();
                counting.calls().len()
            };
            for second in (0..steps).step_by(3) {
                let stage = broken(number);
                let shop = stage.shop();
                let dying = Faulty::new(&shop).dying(second, Broken::After);
                drop(recover(&dying, direction));
                recover(&shop, direction).unwrap();
                let site = stage.site();
                let is_old = site == with_folders(old.clone());
                assert!(is_old || site == deployed(&new), "{number} {direction:?} {second}");
                runs += 1;
            }
        }
    }
    println!("{runs} broken recoveries");
    assert!(runs > 100 / stride(), "{runs}");
}

#[test]
fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let shop = stage.shop();
    stage.deploy(&shop, Offline::Never);
    write(&stage.at("site/App.dll"), "edited by hand", NEW + 7);
    let error = rollback(&shop).unwrap_err();
    assert!(error.to_string().contains("`App.dll`"), "{error}");
    let edited = ("App.dll".to_owned(), "edited by hand".to_owned());
    let untouched: Files = deployed(&new).into_iter().chain([edited]).collect();
    assert_eq!(stage.site(), untouched, "nothing is taken back when not everything can be");
    // It is set right, and the same command goes on.
    write(&stage.at("site/App.dll"), "App.dll new", NEW);
    rollback(&shop).unwrap();
    assert_eq!(stage.site(), with_folders(old));
}

// SD-20
#[test]
fn what_somebody_put_into_a_folder_that_was_a_file_keeps_it_from_being_taken_back_and_is_told() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let shop = stage.shop();
    stage.deploy(&shop, Offline::Never);
    write(&stage.at("site/turned/b/upload.png"), "by hand", NEW);
    let added = ("turned/b/upload.png".to_owned(), "by hand".to_owned());
    let error = rollback(&shop).unwrap_err().to_string();
    assert!(error.contains("`turned`") && error.contains("`turned/b/upload.png`"), "{error}");
    let untouched: Files = deployed(&new).into_iter().chain([added.clone()]).collect();
    assert_eq!(stage.site(), untouched, "nothing is taken back when not everything can be");
    fs::remove_file(stage.at("site/turned/b/upload.png")).unwrap();
    rollback(&shop).unwrap();
    assert_eq!(stage.site(), with_folders(old));
}

// SD-19
#[test]
fn what_somebody_put_there_keeps_nothing_else_from_being_taken_back() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let shop = stage.shop();
    let calls = template.stage().calls(Offline::Always(AWAY));
    // The machine stops when everything is swapped in.
    let swapped = calls.iter().rposition(|call| call.starts_with("append")).unwrap();
    let committed = calls[..swapped].iter().rposition(|call| call.starts_with("append")).unwrap();
    stage.deploy(&Faulty::new(&shop).dying(committed, Broken::Before), Offline::Always(AWAY));
    assert_eq!(stage.site()["App.dll"], "App.dll new");
    write(&stage.at("site/turned/upload.png"), "by hand", NEW);
    fs::remove_file(stage.at("site/folded")).unwrap();
    write(&stage.at("site/folded"), "by hand too", NEW + 7);
    let error = recover(&shop, Direction::Back).unwrap_err().to_string();
    for name in ["`turned/upload.png`", "`folded`", "`folded/a`"] {
        assert!(error.contains(name), "{name}: {error}");
    }
    let site = stage.site();
    assert_eq!((site["App.dll"].as_str(), site["folded"].as_str()), ("App.dll old", "by hand too"));
    assert_eq!(site["turned/upload.png"], "by hand");
    assert!(site.contains_key("old/only/3.js") && !site.contains_key("new/"));
    for path in ["turned/upload.png", "folded"] {
        fs::remove_file(stage.at("site").join(path)).unwrap();
    }
    fs::remove_dir(stage.at("site/turned")).unwrap();
    assert_eq!(recover(&shop, Direction::Back).unwrap(), Recovered::TakenBack);
    assert_eq!(stage.site(), with_folders(old));
}

/// A site whose `App.dll` is held until somebody has asked so often.
struct HeldSite {
    tree: LocalTree,
    asked: Mutex<u32>,
    until: u32,
}

impl Tree for HeldSite {
    fn snapshot(&self) -> Result<Snapshot, TreeError> {
        self.tree.snapshot()
    }

    fn open(&self, path: &RelPath) -> Result<Box<dyn iisle_tree::Content + '_>, TreeError> {
        self.tree.open(path)
    }

    fn names(&self) -> iisle_path::NameRules {
        self.tree.names()
    }

    fn stamp(&self, path: &RelPath) -> Result<Option<Stamp>, TreeError> {
        self.tree.stamp(path)
    }

    fn is_current(&self, path: &RelPath, stamp: Stamp) -> Result<bool, TreeError> {
        self.tree.is_current(path, stamp)
    }

    fn is_executable(&self, path: &RelPath) -> bool {
        self.tree.is_executable(path)
    }
}

impl TreeMut for HeldSite {
    fn write(
        &self,
        path: &RelPath,
        stamp: Stamp,
        content: &mut dyn std::io::Read,
    ) -> Result<(), TreeError> {
        self.tree.write(path, stamp, content)
    }

    fn touch(&self, path: &RelPath, stamp: Stamp) -> Result<(), TreeError> {
        self.tree.touch(path, stamp)
    }

    fn mark_directory(&self, path: &RelPath, marks: Attributes) -> Result<(), TreeError> {
        self.tree.mark_directory(path, marks)
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), TreeError> {
        self.tree.rename(from, to)
    }

    fn remove(&self, path: &RelPath) -> Result<(), TreeError> {
        self.tree.remove(path)
    }

    fn create_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        self.tree.create_directory(path)
    }

    fn remove_directory(&self, path: &RelPath) -> Result<(), TreeError> {
        self.tree.remove_directory(path)
    }

    fn locked_by(&self, path: &RelPath) -> Result<Option<Vec<Holder>>, TreeError> {
        let mut asked = self.asked.lock().unwrap();
        if path.as_str() == "App.dll" {
            *asked += 1;
        }
        let holder = Holder { pid: 4312, name: "w3wp.exe".to_owned(), user: None, service: None };
        Ok((path.as_str() == "App.dll" && *asked <= self.until).then(|| vec![holder]))
    }
}

#[test]
fn a_held_file_takes_the_app_offline_until_it_lets_go() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let run = |until, offline| {
        let stage = template.stage();
        let site = stage.held(until);
        let source = LocalTree::open(&stage.source).unwrap();
        let outcome = Stage::deploy_to(&stage.shop(), offline, &source, &site);
        let names: Vec<_> = outcome.locked.iter().map(|l| l.path.to_string()).collect();
        let waits = &outcome.waits;
        match offline {
            Offline::Auto(_) => assert_eq!(waits.files(), [("App.dll", waits.total())]),
            _ => assert!(waits.total() >= Duration::from_secs(1)),
        }
        (outcome.ending, names, stage.site(), stage.work())
    };
    let (ending, _, site, _) = run(3, Offline::Auto(AWAY));
    assert_eq!((ending, site), (Ending::Done, deployed(&new)));
    let untouched = with_folders(old.clone());
    let (ending, names, site, work) = run(99, Offline::Auto(AWAY));
    assert_eq!((ending, names), (Ending::Locked, vec!["App.dll".to_owned()]));
    assert_eq!((site, work), (untouched.clone(), vec![]), "the page is gone again");
    let (ending, names, site, _) = run(99, Offline::Never);
    assert_eq!((ending, names.len(), site), (Ending::Locked, 1, untouched));
}

/// Notes what is tried again.
#[derive(Default)]
struct Retries(Mutex<Vec<String>>);

impl Monitor for Retries {
    fn retry(&self, retry: &Retry<'_>) {
        let Retry { message, path, attempt, holders } = *retry;
        let path = path.map(RelPath::as_str).unwrap_or_default();
        let line = format!("{attempt} {path}: {message} by {} processes", holders.len());
        self.0.lock().unwrap().push(line);
    }
}

#[test]
fn waiting_for_a_held_file_is_told_each_time() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let site = stage.held(4);
    let source = LocalTree::open(&stage.source).unwrap();
    let retries = Retries::default();
    let away = Offline::Auto(AWAY);
    let outcome = Stage::deploy_watched(&stage.shop(), away, &source, &site, &retries);
    assert_eq!(outcome.ending, Ending::Done);
    let told = retries.0.into_inner().unwrap();
    let expected = |number| format!("{number} App.dll: it is in use by 1 processes");
    assert_eq!(told, (1..=told.len()).map(expected).collect::<Vec<_>>());
    assert!(!told.is_empty());
}

// SD-36
#[test]
fn a_deployment_tells_what_it_is_doing_a_few_times() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let run = |held, offline, monitor: &dyn Monitor| {
        let stage = template.stage();
        let trees = (&LocalTree::open(&stage.source).unwrap(), &stage.held(held));
        let told = Mutex::new(Vec::new());
        let enter = |doing: Doing| told.lock().unwrap().push(doing.word());
        let manner = Manner { monitor, enter: &enter, ..Manner::default() };
        let outcome = Stage::deploy_as(&stage.shop(), offline, (trees.0, trees.1), &manner);
        (outcome.ending, told.into_inner().unwrap().join(" "))
    };
    let told = |held, offline| run(held, offline, &Silent);
    assert_eq!(told(0, Offline::Never), (Ending::Done, "stage swap finish".to_owned()));
    assert_eq!(told(2, Offline::Never), (Ending::Done, "wait stage swap finish".to_owned()));
    let away = Offline::Always(AWAY);
    assert_eq!(told(0, away), (Ending::Done, "stage offline swap finish".to_owned()));
    // Interrupted ever later, it comes to the swap in the end and takes that back.
    let taken_back = (0..).find_map(|from| {
        let impatient = Impatient { asked: AtomicUsize::new(0), from };
        let (ending, told) = run(0, Offline::Never, &impatient);
        (ending == Ending::Done || told.contains("swap")).then_some((ending, told))
    });
    assert_eq!(taken_back, Some((Ending::RolledBack, "stage swap take-back".to_owned())));
}

/// Somebody who wants an end from the question with that number on.
struct Impatient {
    asked: AtomicUsize,
    from: usize,
}

impl Monitor for Impatient {
    fn is_interrupted(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.from
    }
}

// SD-35, AO-6
#[test]
fn whenever_it_is_interrupted_the_site_is_as_before_or_done() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let mut interrupted = 0;
    for from in 0.. {
        let stage = template.stage();
        let (before, shop) = (stage.site(), stage.shop());
        let _lock = shop.lock("test").unwrap();
        let source = LocalTree::open(&stage.source).unwrap();
        let monitor = Impatient { asked: AtomicUsize::new(0), from };
        let offline = Offline::Always(AWAY);
        let outcome = Stage::deploy_watched(&shop, offline, &source, &stage.held(0), &monitor);
        if outcome.ending == Ending::Done {
            assert_eq!(stage.site(), deployed(&new));
            break;
        }
        interrupted += 1;
        assert_eq!(outcome.ending, Ending::RolledBack, "{from}: {:?}", outcome.errors);
        assert_eq!(stage.site(), before, "{from}");
        assert!(!stage.work().iter().any(|name| name == "stage" || name == "journal"), "{from}");
    }
    assert!(interrupted > 100, "{interrupted}");
}
