use iisle_path::RelPath;
use iisle_sync::staged::Times;
use iisle_sync::{Plan, Step};
use iisle_tree::{Stamp, Ticks};

use super::Copies;

/// When the new files of a plan have to be written so that the app comes to have them: `now`, or later
/// still, when one of them is not newer than what it replaces in the folder or in the last of the
/// `copies`.
///
/// Source: `sync.md` §4.3, AO-5.
pub(crate) fn times(plan: &Plan, copies: Option<&Copies>, now: Ticks) -> Times {
    let copy = copies.and_then(Copies::last);
    let in_copy = |path: &RelPath| copy.as_ref()?.files.stamp(path).ok().flatten();
    let mut latest = None;
    let mut is_late = true;
    for step in &plan.steps {
        let (path, stamp, old) = match step {
            Step::Create { path, source: _, stamp } => (path, stamp, None),
            Step::Replace { path, source: _, stamp, old } => (path, stamp, Some(old.modified)),
            _ => continue,
        };
        let copied = in_copy(path).map(|Stamp { modified, .. }| modified);
        let before = old.max(copied);
        is_late &= before.is_none_or(|before| before < stamp.modified);
        latest = latest.max(before);
    }
    if is_late {
        return Times::Source;
    }
    let after = latest.map(|latest| Ticks(latest.0.saturating_add(Ticks::SECOND)));
    Times::At(after.map_or(now, |after| after.max(now)))
}

#[cfg(test)]
mod tests {
    use crate::shadow_copy::AppCopyState;
    use crate::sync::{Engine, SyncMode, SyncReport, SyncRequest, SyncSettings, rollback, sync};
    use crate::testing::in_context;
    use crate::{Compare, Context};
    use iisle_path::RelPath;
    use iisle_report::Monitor;
    use iisle_tree::{LocalTree, Stamp, Ticks, Tree, TreeMut};
    use std::path::Path;
    use std::sync::Mutex;

    fn put(root: &Path, path: &str, text: &str, second: i64) {
        let stamp = Stamp {
            size: text.len() as u64,
            modified: Ticks::from_unix(second, 0),
            read_only: false,
            visibility: None,
        };
        let tree = LocalTree::target(root).unwrap();
        tree.write(&RelPath::parse(path).unwrap(), stamp, &mut text.as_bytes()).unwrap();
    }

    fn time(root: &Path, path: &str) -> i64 {
        let tree = LocalTree::open(root).unwrap();
        let stamp = tree.stamp(&RelPath::parse(path).unwrap()).unwrap().unwrap();
        stamp.modified.to_unix().0
    }

    fn config(settings: &str) -> String {
        format!(
            "<configuration><system.webServer><handlers><add name=\"aspNetCore\" path=\"*\" verb=\"*\" \
             modules=\"AspNetCoreModuleV2\" /></handlers><aspNetCore processPath=\"dotnet\"><handlerSettings>\
             <handlerSetting name=\"enableShadowCopy\" value=\"true\" />{settings}</handlerSettings>\
             </aspNetCore></system.webServer></configuration>"
        )
    }

    fn request(root: &Path, compare: Compare) -> SyncRequest {
        SyncRequest {
            source: root.join("src"),
            destination: root.join("dst"),
            settings: SyncSettings { compare, ..SyncSettings::default() },
            mode: SyncMode::Execute,
            engine: Engine::default(),
        }
    }

    fn deploy(root: &Path, compare: Compare) -> SyncReport {
        in_context(|context| sync(context, &request(root, compare))).unwrap()
    }

    // AO-5
    #[test]
    fn what_an_app_runs_from_a_copy_of_gets_newer_than_the_copy() {
        for (copies, settings) in [
            ("dst/ShadowCopyDirectory", ""),
            ("Copies", "<handlerSetting name=\"shadowCopyDirectory\" value=\"..\\Copies\\\" />"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            for (place, text) in [("src", "older"), ("dst", "newer")] {
                put(&root.join(place), "web.config", &config(settings), 1_700_000_000);
                put(&root.join(place), "App.dll", text, 1_700_000_000);
            }
            put(&root.join("src"), "more.txt", "x", 1_700_000_000);
            put(&root.join("src"), "App.dll", "olderr", 1_700_000_100);
            // What was there before the site was taken back.
            put(&root.join(copies), "9/App.dll", "newest", 1_700_000_200);
            put(&root.join(copies), "10/App.dll", "newest", 4_000_000_000);
            put(&root.join(copies), "other/App.dll", "newest", 5_000_000_000);
            let report = deploy(root, Compare::Stamps);
            assert_eq!(report.outcome.word(), "done");
            let copy = report.copy.unwrap();
            assert!(copy.folder.ends_with("10"), "{}", copy.folder);
            assert_eq!(copy.state, AppCopyState::AtNextStart, "{copies}");
            let times = ["App.dll", "more.txt"].map(|path| time(&root.join("dst"), path));
            assert_eq!(times, [4_000_000_001; 2], "{copies}");
            assert_eq!(time(&root.join("dst"), "web.config"), 1_700_000_000);
            for compare in [Compare::Stamps, Compare::Contents] {
                let again = deploy(root, compare);
                assert_eq!(again.outcome.word(), "unchanged", "{copies} {compare:?}");
                assert_eq!(again.totals.unchanged_files, 3);
            }
            // A newer one of the same size is another one all the same.
            put(&root.join("src"), "App.dll", "newera", 1_700_000_300);
            assert_eq!(deploy(root, Compare::Stamps).totals.replaced_files, 1);
            assert!(time(&root.join("dst"), "App.dll") > 4_000_000_001);
        }
    }

    // AO-5
    #[test]
    fn times_are_left_alone_where_no_copy_keeps_newer_files() {
        let clean = "<handlerSetting name=\"cleanShadowCopyDirectory\" value=\"true\" />";
        for (settings, second) in [(clean, 1_600_000_000), ("", 1_700_000_100)] {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            for place in ["src", "dst"] {
                put(&root.join(place), "web.config", &config(settings), 1_700_000_000);
            }
            put(&root.join("dst"), "App.dll", "before", 1_700_000_000);
            put(&root.join("src"), "App.dll", "after", second);
            assert_eq!(deploy(root, Compare::Stamps).outcome.word(), "done");
            assert_eq!(time(&root.join("dst"), "App.dll"), second);
        }
    }

    #[derive(Default)]
    struct Warned(Mutex<Vec<String>>);

    impl Monitor for Warned {
        fn warning(&self, message: &str, _: Option<&RelPath>) {
            self.0.lock().unwrap().push(message.to_owned());
        }
    }

    // AO-5
    #[test]
    fn whoever_takes_back_is_told_when_the_copy_keeps_newer_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        put(&root.join("src"), "App.dll", "after", 1_700_000_100);
        put(&root.join("dst"), "App.dll", "before", 1_700_000_000);
        put(&root.join("dst"), "web.config", &config(""), 1_700_000_000);
        let take_back = || {
            assert_eq!(deploy(root, Compare::Stamps).outcome.word(), "done");
            let warned = Warned::default();
            let report = in_context(|context| {
                let context = Context { monitor: &warned, ..*context };
                rollback(&context, &request(root, Compare::Stamps)).unwrap()
            });
            assert_eq!(report.outcome.word(), "rolled-back");
            (report.copy.map(|copy| copy.state.word()), warned.0.into_inner().unwrap().concat())
        };
        assert_eq!(take_back(), (None, String::new()), "there are no copies");
        put(&root.join("dst/ShadowCopyDirectory"), "0/App.dll", "before", 1_700_000_000);
        assert_eq!(take_back(), (Some("taken"), String::new()));
        put(&root.join("dst/ShadowCopyDirectory"), "1/App.dll", "after", 1_700_000_100);
        let (state, warning) = take_back();
        assert_eq!(state, Some("stays"));
        assert!(warning.contains("`ShadowCopyDirectory/1`") && warning.contains("`App.dll`"));
    }
}
