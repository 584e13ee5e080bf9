use std::time::Duration;

use iisle_path::RelPath;
use iisle_report::{Monitor, Pauses, Retry};
use iisle_sync::{Plan, Step, held_by};
use iisle_tree::digest::of_file;
use iisle_tree::{Holder, Tree, TreeError};

use super::copies::NumberedCopy;

/// The copy that an app runs from, after a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppCopy {
    /// Where it is, as web.config has it: `ShadowCopyDirectory/12`; without a number when it cannot be
    /// seen from here.
    pub folder: String,
    /// Whether it has the new programs.
    pub state: AppCopyState,
}

/// Whether a copy has the new programs of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppCopyState {
    /// It has.
    Taken,
    /// Nobody runs from it; the next start of the app brings them.
    AtNextStart,
    /// The app runs and has not come to have this one.
    Old(RelPath),
    /// Nobody runs from it, and this one would stay at the next start: it is not older than the new one.
    Stays(RelPath),
    /// It lies on another machine.
    Unseen,
}

impl AppCopyState {
    /// The word for it in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::AtNextStart => "next-start",
            Self::Old(_) => "old",
            Self::Stays(_) => "stays",
            Self::Unseen => "unseen",
        }
    }

    /// The file that is not the new one.
    pub fn file(&self) -> Option<&RelPath> {
        match self {
            Self::Old(file) | Self::Stays(file) => Some(file),
            Self::Taken | Self::AtNextStart | Self::Unseen => None,
        }
    }
}

impl AppCopy {
    /// What a person has to know and do, if anything.
    pub(crate) fn warning(&self) -> Option<String> {
        let Self { folder, state } = self;
        Some(match state {
            AppCopyState::Old(file) => format!(
                "the app runs from a copy of its files, `{folder}`, in which `{file}` is not the new one: recycle its pool or start it anew; if it stays so, set cleanShadowCopyDirectory to true"
            ),
            AppCopyState::Stays(file) => format!(
                "the app runs from a copy of its files, `{folder}`, in which `{file}` is not the new one and is not older, so that it stays at the next start: empty that folder while the app is stopped, or set cleanShadowCopyDirectory to true"
            ),
            AppCopyState::Taken | AppCopyState::AtNextStart | AppCopyState::Unseen => return None,
        })
    }
}

/// What is looked for, and how long.
pub(crate) struct Watch<'a> {
    /// The app as it was deployed.
    pub(crate) site: &'a dyn Tree,
    /// Its files that the copy must have.
    pub(crate) programs: &'a [RelPath],
    /// Whether something was changed upon which the module makes a copy, or starts the app anew.
    pub(crate) wakes: bool,
    /// Whether files in the copy are replaced by newer ones only.
    pub(crate) keeps_newer: bool,
    /// How long a running app has.
    pub(crate) limit: Duration,
    /// Told what is waited for.
    pub(crate) monitor: &'a dyn Monitor,
    /// Waits.
    pub(crate) sleep: &'a dyn Fn(Duration),
}

/// The programs that `plan` brings and a copy must have, and whether it wakes the module.
///
/// Source: `sync.md` §4.3: only dlls in the root trigger; a change of web.config restarts the app.
pub(crate) fn programs(plan: &Plan) -> (Vec<RelPath>, bool) {
    let is_program = |path: &&RelPath| path.has_extension("dll");
    let is_brought = |step: &&Step| matches!(step, Step::Create { .. } | Step::Replace { .. });
    let wakes = |step: &Step| {
        let path = step.path();
        let is_top = path.is_top_level();
        is_top && (is_program(&path) || path.as_str().eq_ignore_ascii_case("web.config"))
    };
    let brought = plan.steps.iter().filter(is_brought).map(Step::path);
    let programs = brought.filter(is_program).cloned().collect();
    (programs, plan.steps.iter().any(wakes))
}

/// The programs beside which the app is.
pub(crate) fn programs_at_top(site: &dyn Tree) -> Result<Vec<RelPath>, TreeError> {
    let files = site.snapshot()?.files.into_keys();
    Ok(files.filter(|path| path.is_top_level() && path.has_extension("dll")).collect())
}

impl Watch<'_> {
    /// Looks at the copy that `last` gives, and waits for a running app to have another one made.
    /// `None` where there is no copy or nothing that it must have.
    pub(crate) fn run(&self, last: &dyn Fn() -> Option<NumberedCopy>) -> Option<AppCopy> {
        if self.programs.is_empty() {
            return None;
        }
        let mut copy = last()?;
        let first = copy.name.clone();
        let (mut waited, mut pauses, mut attempt) = (Duration::ZERO, Pauses::default(), 0);
        let state = loop {
            let Some(old) = self.lacking(&copy).next() else { break AppCopyState::Taken };
            let held = self.holders(&copy);
            // A new copy that nobody holds is being made.
            if held.is_none() && copy.name == first {
                let stays = self.lacking(&copy).find(|path| self.stays(&copy, path));
                break stays.cloned().map_or(AppCopyState::AtNextStart, AppCopyState::Stays);
            }
            if !self.wakes || waited >= self.limit || self.monitor.is_interrupted() {
                break AppCopyState::Old(old.clone());
            }
            attempt += 1;
            self.monitor.retry(&Retry {
                message: "an old copy of it is in use",
                path: Some(old),
                attempt,
                holders: &held_by(&held.unwrap_or_default()),
            });
            let pause = pauses.longer();
            (self.sleep)(pause);
            waited += pause;
            // While one is removed, the one before is looked at again.
            copy = last().unwrap_or(copy);
        };
        Some(AppCopy { folder: copy.name, state })
    }

    /// The programs that a copy does not have as they were deployed; each is read when it is asked for.
    fn lacking<'s>(&'s self, copy: &'s NumberedCopy) -> impl Iterator<Item = &'s RelPath> {
        let is_same = |path: &RelPath| is_same(self.site, copy.files.as_ref(), path);
        self.programs.iter().filter(move |path| !is_same(path).unwrap_or(false))
    }

    /// Whether the copy keeps its own `path` at the next start.
    fn stays(&self, copy: &NumberedCopy, path: &RelPath) -> bool {
        let stamp = |tree: &dyn Tree| tree.stamp(path).ok().flatten();
        match (stamp(copy.files.as_ref()), stamp(self.site)) {
            (Some(found), Some(new)) => self.keeps_newer && found.modified >= new.modified,
            _ => false,
        }
    }

    /// Who runs programs of the copy: those beside which the app is, and those that were deployed.
    fn holders(&self, copy: &NumberedCopy) -> Option<Vec<Holder>> {
        let files = copy.files.snapshot().map(|found| found.files).unwrap_or_default();
        let is_run = |path: &RelPath| path.has_extension("dll") || path.has_extension("exe");
        let of_top = files.keys().filter(|path| path.is_top_level() && is_run(path));
        let brought = self.programs.iter().filter(|path| files.contains_key(*path));
        let paths: Vec<_> = of_top.chain(brought).cloned().collect();
        let held = copy.files.locked(&paths).unwrap_or_default();
        let (_, first) = held.into_iter().next()?;
        Some(first)
    }
}

/// Whether both have the same `path`.
fn is_same(site: &dyn Tree, copy: &dyn Tree, path: &RelPath) -> Result<bool, TreeError> {
    match (site.stamp(path)?, copy.stamp(path)?) {
        (Some(new), Some(found)) if new.size == found.size => {
            Ok(of_file(site, path)? == of_file(copy, path)?)
        }
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::{AppCopy, AppCopyState, Watch, programs};
    use crate::shadow_copy::copies::NumberedCopy;
    use iisle_path::RelPath;
    use iisle_report::{Monitor, Retry, Silent};
    use iisle_sync::{Policy, prepare};
    use iisle_tree::{Holder, MemoryTree, Ticks};
    use std::cell::Cell;
    use std::sync::Mutex;
    use std::time::Duration;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn w3wp() -> Holder {
        Holder { pid: 7, name: "w3wp.exe".into(), user: None, service: None }
    }

    /// A copy with this `App.dll`, written at `second`; `runs` when the app runs from it.
    fn copy(number: u32, dll: &str, second: i64, runs: bool) -> NumberedCopy {
        let tree = MemoryTree::windows()
            .with_file("app.DLL", dll, Ticks::from_unix(second, 0))
            .with_file("Other.dll", "other", Ticks::from_unix(1, 0));
        if runs {
            tree.lock(&path("Other.dll"), vec![w3wp()]);
        }
        NumberedCopy { name: format!("Copies/{number}"), files: Box::new(tree) }
    }

    struct Case {
        wakes: bool,
        keeps_newer: bool,
        limit: u64,
    }

    const USUAL: Case = Case { wakes: true, keeps_newer: true, limit: 31 };

    /// What is found of the copies that there are after so many milliseconds, and how long was waited.
    fn check(case: &Case, there: &dyn Fn(u128) -> Option<NumberedCopy>) -> (AppCopy, u128) {
        let clock = Cell::new(Duration::ZERO);
        let site = MemoryTree::windows().with_file("App.dll", "newer", Ticks::from_unix(1_000, 0));
        let watch = Watch {
            site: &site,
            programs: &[path("App.dll")],
            wakes: case.wakes,
            keeps_newer: case.keeps_newer,
            limit: Duration::from_secs(case.limit),
            monitor: &Silent,
            sleep: &|time| clock.set(clock.get() + time),
        };
        let found = watch.run(&|| there(clock.get().as_millis())).unwrap();
        (found, clock.get().as_millis())
    }

    fn found(number: u32, state: AppCopyState) -> AppCopy {
        AppCopy { folder: format!("Copies/{number}"), state }
    }

    // AO-5
    #[test]
    fn a_running_app_is_waited_for_until_its_new_copy_has_the_new_programs() {
        let (seen, waited) = check(&USUAL, &|now| match now {
            ..5_000 => Some(copy(3, "older", 900, true)),
            // It is being made: the program comes last.
            5_000..6_500 => Some(copy(4, "new", 1_000, false)),
            _ => Some(copy(4, "newer", 1_000, false)),
        });
        assert_eq!(seen, found(4, AppCopyState::Taken));
        assert!((6_500..8_000).contains(&waited), "{waited}");
    }

    // AO-5
    #[test]
    fn a_copy_that_has_the_new_programs_is_not_waited_for() {
        let (seen, waited) = check(&USUAL, &|_| Some(copy(3, "newer", 1_000, true)));
        assert_eq!((seen, waited), (found(3, AppCopyState::Taken), 0));
    }

    // AO-5
    #[test]
    fn an_app_that_goes_on_with_its_old_copy_is_named_in_the_end() {
        let (seen, waited) = check(&USUAL, &|_| Some(copy(3, "older", 900, true)));
        assert!((31_000..=32_000).contains(&waited), "{waited}");
        assert_eq!(seen.state, AppCopyState::Old(path("App.dll")));
        insta::assert_snapshot!(seen.warning().unwrap(), @"the app runs from a copy of its files, `Copies/3`, in which `App.dll` is not the new one: recycle its pool or start it anew; if it stays so, set cleanShadowCopyDirectory to true");
        // A copy that is never completed is no better.
        let (seen, _) = check(&USUAL, &|now| match now {
            ..5_000 => Some(copy(3, "older", 900, true)),
            _ => Some(copy(4, "new", 1_000, false)),
        });
        assert_eq!(seen, found(4, AppCopyState::Old(path("App.dll"))));
        // Where nothing wakes the module, nothing comes.
        let asleep = Case { wakes: false, ..USUAL };
        let (seen, waited) = check(&asleep, &|_| Some(copy(3, "older", 900, true)));
        assert_eq!((seen, waited), (found(3, AppCopyState::Old(path("App.dll"))), 0));
    }

    // AO-5
    #[test]
    fn an_app_that_is_not_running_takes_newer_programs_at_its_next_start() {
        let stopped = |second| move |_| Some(copy(3, "older", second, false));
        assert_eq!(check(&USUAL, &stopped(999)), (found(3, AppCopyState::AtNextStart), 0));
        let (seen, waited) = check(&USUAL, &stopped(1_000));
        assert_eq!(waited, 0);
        assert_eq!(seen.state, AppCopyState::Stays(path("App.dll")));
        assert!(seen.warning().unwrap().contains("empty that folder while the app is stopped"));
        let cleans = Case { keeps_newer: false, ..USUAL };
        assert_eq!(check(&cleans, &stopped(2_000)).0, found(3, AppCopyState::AtNextStart));
        // It ends while it is waited for.
        let (seen, waited) = check(&USUAL, &|now| Some(copy(3, "older", 900, now < 2_000)));
        assert_eq!(seen, found(3, AppCopyState::AtNextStart));
        assert!((2_000..3_000).contains(&waited), "{waited}");
    }

    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl Monitor for Told {
        fn retry(&self, retry: &Retry<'_>) {
            let holders: Vec<_> = retry.holders.iter().map(|by| by.name.as_str()).collect();
            let path = retry.path.unwrap();
            self.0.lock().unwrap().push(format!("{path} {} {holders:?}", retry.attempt));
        }

        fn is_interrupted(&self) -> bool {
            self.0.lock().unwrap().len() == 2
        }
    }

    // AO-5
    #[test]
    fn who_waits_is_told_for_what_and_may_stop_it() {
        let site = MemoryTree::windows().with_file("App.dll", "newer", Ticks::from_unix(9, 0));
        let monitor = Told::default();
        let watch = Watch {
            site: &site,
            programs: &[path("App.dll")],
            wakes: true,
            keeps_newer: true,
            limit: Duration::MAX,
            monitor: &monitor,
            sleep: &|_| (),
        };
        let seen = watch.run(&|| Some(copy(3, "older", 1, true)));
        assert_eq!(seen, Some(found(3, AppCopyState::Old(path("App.dll")))));
        assert_eq!(watch.run(&|| None), None, "there are no copies");
        let told = monitor.0.into_inner().unwrap();
        assert_eq!(told, ["App.dll 1 [\"w3wp.exe\"]", "App.dll 2 [\"w3wp.exe\"]"]);
    }

    // AO-5
    #[test]
    fn only_programs_are_looked_for_and_only_those_at_the_top_wake_the_module() {
        let of = |files: &[&str]| {
            let mut source = MemoryTree::windows();
            for file in files {
                source = source.with_file(file, "x", Ticks(1));
            }
            let none = MemoryTree::windows();
            let plan = prepare(&source, &none, &Policy::new([""; 0]).unwrap(), &Silent).unwrap();
            let (programs, wakes) = programs(&plan);
            (programs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), wakes)
        };
        assert_eq!(of(&["a.txt", "de/App.resources.dll"]), ("de/App.resources.dll".into(), false));
        assert_eq!(of(&["App.DLL", "wwwroot/a.js"]), ("App.DLL".into(), true));
        assert_eq!(of(&["Web.config", "bin/web.config"]), (String::new(), true));
        assert_eq!(of(&["bin/web.config"]), (String::new(), false));
    }
}
