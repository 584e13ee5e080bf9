//! What comes before what, and what becomes of files that cannot be renamed over.

use std::io::{self, Read, Seek, SeekFrom};

use iisle_report::Phase;
use iisle_tree::{Content, ReadThrough, Reading};

use super::*;

/// The changes of a deployment, in order.
fn calls(offline: Offline<'_>) -> Vec<String> {
    let (new, old) = releases();
    Template::new(&new, &old).stage().calls(offline)
}

fn is_swap(call: &str) -> bool {
    call.starts_with("rename stage/")
}

// SD-21
#[test]
fn new_files_are_on_the_medium_before_the_first_of_them_is_swapped_in() {
    let calls = calls(Offline::Never);
    let last = |begin: &str| calls.iter().rposition(|call| call.starts_with(begin)).unwrap();
    let first_swap = calls.iter().position(|call| is_swap(call)).unwrap();
    let flushes: Vec<_> =
        (0..calls.len()).filter(|number| calls[*number].starts_with("flush")).collect();
    let begin = calls.iter().position(|call| call.starts_with("append journal")).unwrap();
    let before =
        flushes.iter().any(|at| *at > last("create stage/") && *at > begin && *at < first_swap);
    assert!(before, "{calls:#?}");
    // And that they are is there before what could take them back is given up.
    let last_swap = calls.iter().rposition(|call| is_swap(call)).unwrap();
    let committed =
        calls.iter().skip(last_swap).position(|call| call.starts_with("append journal"));
    let committed = last_swap + committed.unwrap();
    let given_up = last("empty stage");
    assert!(flushes.iter().any(|at| *at > committed && *at < given_up), "{calls:#?}");
}

// SD-3, SD-18
#[test]
fn while_the_app_is_away_nothing_is_written_but_the_journal() {
    let calls = calls(Offline::Always(AWAY));
    let away = calls.iter().position(|call| call.starts_with("rename page")).unwrap();
    let back = calls.iter().position(|call| call.starts_with("rename app_offline.htm")).unwrap();
    let begin = calls.iter().position(|call| call.starts_with("append journal")).unwrap();
    assert!(away < begin && begin < calls.iter().position(|call| is_swap(call)).unwrap());
    assert!(calls.iter().rposition(|call| is_swap(call)).unwrap() < back, "{calls:#?}");
    let written: Vec<_> =
        calls[away..back].iter().filter(|call| call.starts_with("create")).collect();
    assert_eq!(written, [""; 0]);
}

#[test]
fn new_folders_have_their_attributes_before_they_are_swapped_in_and_others_get_them_among_the_last()
{
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = Stage { marks: &MARKS, ..template.stage() };
    let calls = stage.calls(Offline::Never);
    let marks: Vec<_> = (0..calls.len()).filter(|at| calls[*at].starts_with("mark ")).collect();
    let first_swap = calls.iter().position(|call| is_swap(call)).unwrap();
    let [new, known] = marks[..] else { panic!("{calls:#?}") };
    assert!(calls[new].starts_with("mark stage/") && new < first_swap, "{calls:#?}");
    assert!(calls[known] == "mark same" && known > first_swap, "{calls:#?}");
    let first_deleted = calls.iter().position(|call| call == "rename folded/a").unwrap();
    let between = [calls[known + 1].as_str(), calls[known + 2].as_str()];
    let is_config = between[0].starts_with("link backup/") && is_swap(between[1]);
    assert!(is_config && first_deleted == known + 3, "{calls:#?}");
}

/// Makes sure that the page is not there while files are copied.
struct Early<'a> {
    page: &'a Path,
    copied: AtomicUsize,
}

impl Monitor for Early<'_> {
    fn advance(&self, phase: Phase, files: u64, _: u64) {
        if phase == Phase::Copy {
            assert!(!self.page.exists());
            self.copied.fetch_add(usize::try_from(files).unwrap(), Ordering::Relaxed);
        }
    }
}

// LK-7
#[test]
fn every_file_is_staged_and_read_again_before_the_app_goes_offline() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let (shop, page) = (stage.shop(), stage.at("site/app_offline.htm"));
    let source = LocalTree::open(&stage.source).unwrap();
    let monitor = Early { page: &page, copied: AtomicUsize::new(0) };
    let offline = Offline::Always(AWAY);
    let outcome = Stage::deploy_watched(&shop, offline, &source, &stage.held(0), &monitor);
    assert!(outcome.ending == Ending::Done && outcome.offline.is_some());
    assert_eq!(monitor.copied.into_inner(), 45, "created and replaced files");
}

/// Spoils the copy of a file just when its end is reached.
struct Spoiling {
    stage: PathBuf,
}

struct Spoiled<'a> {
    content: Box<dyn Content + 'a>,
    stage: &'a Path,
}

fn spoil(file: &Path) -> io::Result<()> {
    let file = fs::File::options().write(true).open(file)?;
    let time = file.metadata()?.modified()?;
    io::Write::write_all(&mut &file, b"?")?;
    file.set_modified(time)
}

fn spoil_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            spoil_all(&entry.path())?;
        } else {
            spoil(&entry.path())?;
        }
    }
    Ok(())
}

impl Read for Spoiled<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.read(buffer)?;
        if length == 0 {
            spoil_all(self.stage)?;
            // Where files have no name yet, only the process itself can reach them.
            let site = self.stage.ancestors().nth(2).unwrap().canonicalize()?;
            for entry in fs::read_dir("/proc/self/fd").into_iter().flatten().flatten() {
                if fs::read_link(entry.path()).is_ok_and(|file| file.starts_with(&site)) {
                    let _others_are_only_read = spoil(&entry.path());
                }
            }
        }
        Ok(length)
    }
}

impl Seek for Spoiled<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.content.seek(position)
    }
}

impl Reading for Spoiling {
    fn open<'a>(
        &'a self,
        tree: &'a dyn Tree,
        path: &RelPath,
    ) -> Result<Box<dyn Content + 'a>, TreeError> {
        Ok(Box::new(Spoiled { content: tree.open(path)?, stage: &self.stage }))
    }
}

/// Deploys to a stage where every new file is spoiled.
fn deploy_spoiled(stage: &Stage, verify: Option<Verify>) -> Outcome {
    let source = ReadThrough {
        tree: LocalTree::open(&stage.source).unwrap(),
        reading: Spoiling { stage: stage.at(".site.deploy/stage") },
    };
    let manner = Manner { verify, ..Manner::default() };
    Stage::deploy_as(&stage.shop(), Offline::Never, (&source, &stage.held(0)), &manner)
}

// SD-11
#[test]
fn a_file_that_is_not_written_as_it_was_read_is_never_swapped_in() {
    let (new, old) = releases();
    let (replaced, first) = (Template::new(&new, &old), Template::new(&new, &Files::new()));
    for stage in [replaced.stage(), first.stage_without_site()] {
        let before = stage.site();
        let outcome = deploy_spoiled(&stage, None);
        assert_eq!(outcome.ending, Ending::Failed);
        let said = outcome.errors[0].to_string();
        assert!(said.ends_with("was not written as it was read: what is there differs"), "{said}");
        assert_eq!(stage.site(), before);
        assert!(!stage.work().contains(&"stage".to_owned()));
    }
}

// SD-11
#[test]
fn new_files_are_not_read_again_where_that_is_not_wanted() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let stage = template.stage();
    let outcome = deploy_spoiled(&stage, Some(Verify::Written));
    assert_eq!(outcome.ending, Ending::Done, "{:?}", outcome.errors);
}

// LK-5
#[test]
fn what_cannot_be_renamed_over_is_moved_aside_but_never_the_web_config() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let calls = calls(Offline::Never);
    let (mut moved, mut taken_back) = (0, 0);
    for number in (0..calls.len()).filter(|number| is_swap(&calls[*number])) {
        let stage = template.stage();
        let (before, shop) = (stage.site(), stage.shop());
        let faulty = Faulty::new(&shop).breaking(number, Broken::InUse);
        let outcome = stage.deploy(&faulty, Offline::Never);
        if outcome.ending == Ending::Done {
            moved += 1;
            assert_eq!(stage.site(), deployed(&new), "{number}");
            assert_eq!(fs::read_dir(stage.at(".site.deploy/aside")).unwrap().count(), 1);
            // The next deployment finds it free.
            write(&stage.at("site/web.config"), "edited", OLD);
            assert_eq!(stage.deploy(&shop, Offline::Never).ending, Ending::Done);
            assert!(!stage.at(".site.deploy/aside").exists());
        } else {
            taken_back += 1;
            assert_eq!(outcome.ending, Ending::RolledBack, "{number}: {:?}", outcome.errors);
            assert_eq!(stage.site(), before, "{number}");
        }
    }
    assert_eq!(moved, 19, "replaced files without the web.config");
    assert!(taken_back > 0);
}

// LK-5
#[test]
fn a_file_that_was_moved_aside_comes_back_when_the_new_one_cannot_take_its_place() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let calls = calls(Offline::Never);
    let number = calls.iter().position(|call| call.starts_with("link")).unwrap() + 1;
    assert!(is_swap(&calls[number]), "{}", calls[number]);
    // In use, then: remove the aside of an earlier run, create its folder, move aside, and the new one.
    for second in 1..=4 {
        let stage = template.stage();
        let (before, shop) = (stage.site(), stage.shop());
        let faulty = Faulty::new(&shop).breaking(number, Broken::InUse);
        let outer = Faulty::new(&faulty).breaking(number + second, Broken::Before);
        let outcome = stage.deploy(&outer, Offline::Never);
        assert_eq!(outcome.ending, Ending::RolledBack, "{second}: {:?}", outcome.errors);
        assert_eq!(stage.site(), before, "{second}");
    }
}

// LK-5: on a share nobody can rename over a file that another client holds, not even the same file.
#[test]
fn what_was_never_replaced_is_not_put_back() {
    let (new, old) = releases();
    let template = Template::new(&new, &old);
    let calls = calls(Offline::Never);
    let number = calls.iter().position(|call| call.starts_with("link")).unwrap() + 1;
    let stage = template.stage();
    let (before, shop) = (stage.site(), stage.shop());
    let faulty = Faulty::new(&shop).breaking(number, Broken::Before);
    assert_eq!(stage.deploy(&faulty, Offline::Never).ending, Ending::RolledBack);
    assert_eq!(stage.site(), before);
    let kept = calls[number].replace("stage/", "backup/");
    let later = &faulty.calls()[number + 1..];
    assert!(!later.contains(&kept), "{kept}: {later:#?}");
    assert!(later.contains(&kept.replace("rename", "remove")), "{later:#?}");
}

/// A stage whose site was deployed to so often: each time another `a.txt`, which is first no file.
fn deployed_to(template: &Template, times: usize) -> Stage {
    let stage = template.stage();
    for time in 1..=times {
        step(&stage, time);
        assert_eq!(stage.deploy(&stage.shop(), Offline::Never).ending, Ending::Done);
    }
    stage
}

/// Makes the source that of a later release.
fn step(stage: &Stage, time: usize) {
    write(&stage.source.join("a.txt"), &time.to_string(), NEW + 10 * i64::try_from(time).unwrap());
}

fn release_of(stage: &Stage) -> Option<usize> {
    stage.site().get("a.txt").map(|text| text.parse().unwrap())
}

fn small() -> Template {
    let files = |text: &str| [("web.config".to_owned(), text.to_owned())].into();
    Template::new(&files("<new/>"), &files("<o/>"))
}

// SD-20
#[test]
fn three_deployments_can_be_taken_back_one_after_the_other() {
    let template = small();
    let stage = deployed_to(&template, 5);
    let shop = stage.shop();
    assert_eq!(stage.work(), ["backup", "history", "journal", "manifest-main.json", "plan.json"]);
    for expected in [4, 3, 2] {
        assert_eq!(rollback(&shop).unwrap(), Recovered::TakenBack);
        assert_eq!(release_of(&stage), Some(expected));
    }
    assert_eq!(rollback(&shop).unwrap(), Recovered::Nothing);
    assert_eq!(
        (release_of(&stage), stage.work()),
        (Some(2), vec!["manifest-main.json".to_owned()])
    );
    // Deploying goes on from there.
    assert_eq!(stage.deploy(&shop, Offline::Never).ending, Ending::Done);
    assert_eq!(release_of(&stage), Some(5));
}

// SD-20
#[test]
fn a_deployment_that_was_taken_back_itself_leaves_those_before_it() {
    let template = small();
    let stage = deployed_to(&template, 2);
    let shop = stage.shop();
    step(&stage, 3);
    let calls = {
        let counting = Faulty::new(&shop);
        stage.deploy(&counting, Offline::Never);
        rollback(&shop).unwrap();
        counting.calls()
    };
    for (number, call) in calls.iter().enumerate() {
        for how in [Broken::Before, Broken::After] {
            let stage = deployed_to(&template, 2);
            step(&stage, 3);
            let shop = stage.shop();
            stage.deploy(&Faulty::new(&shop).dying(number, how), Offline::Never);
            let at = format!("{call} ({number}) {how:?}");
            recover(&shop, Direction::Back).unwrap();
            let mut last = release_of(&stage).unwrap();
            assert!(last == 2 || last == 3, "{at}");
            while rollback(&shop).unwrap() == Recovered::TakenBack {
                assert_eq!(release_of(&stage).unwrap_or(0), last - 1, "{at}");
                last -= 1;
            }
            assert_eq!(last, 0, "{at}");
        }
    }
}

#[cfg(windows)]
mod held {
    use std::os::windows::fs::OpenOptionsExt;

    use super::*;

    const READ: u32 = 1;
    const DELETE: u32 = 4;

    /// Deploys while somebody has a file open who shares what `share` says; `Faulty` is not needed here.
    fn deploy_while_held(share: u32) -> (Ending, bool, Stage) {
        let (new, old) = releases();
        let template = Template::new(&new, &old);
        let stage = template.stage();
        let before = stage.site();
        let held = fs::OpenOptions::new()
            .read(true)
            .share_mode(share)
            .open(stage.at("site/App.dll"))
            .unwrap();
        let shop = stage.shop().waiting(Duration::from_millis(50));
        let outcome = stage.deploy(&shop, Offline::Never);
        drop(held);
        let is_before = stage.site() == before;
        (outcome.ending, is_before, stage)
    }

    // LK-5
    #[test]
    fn a_file_that_nobody_may_rename_takes_the_deployment_back() {
        for share in [0, READ] {
            let (ending, is_before, _stage) = deploy_while_held(share);
            assert_eq!((ending, is_before), (Ending::RolledBack, true), "share mode {share}");
        }
    }

    // LK-5
    #[test]
    fn a_file_that_may_be_renamed_while_it_is_open_is_replaced() {
        let (ending, _, stage) = deploy_while_held(READ | DELETE);
        assert_eq!(ending, Ending::Done);
        assert_eq!(stage.site(), deployed(&releases().0));
    }
}
