// Links of Windows need a right that a test does not have.
#![cfg(unix)]

use std::path::PathBuf;

use iisle_tree::{Ticks, host};

use super::{Pointer, ReleaseReport, ReleaseRequest, SHARED, activate, list, prune, release};
use crate::Failure;
use crate::sync::{Engine, SyncMode, SyncOutcome, SyncRequest, SyncSettings};
use crate::testing::in_context;

struct Stage {
    folder: tempfile::TempDir,
    seconds: i64,
}

impl Stage {
    fn new() -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap(), seconds: 1_791_472_346 };
        stage.put("web.config", "<configuration/>");
        stage
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn put(&self, path: &str, text: &str) {
        let place = self.at("src").join(path);
        host::create_dir_all(place.parent().unwrap()).unwrap();
        host::write_atomic(&place, text.as_bytes()).unwrap();
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(host::read(&self.at(path), 1000).unwrap()).unwrap()
    }

    fn request(&self) -> ReleaseRequest {
        ReleaseRequest {
            sync: SyncRequest {
                source: self.at("src"),
                destination: PathBuf::new(),
                settings: SyncSettings::default(),
                mode: SyncMode::Execute,
                engine: Engine::default(),
            },
            folder: self.at("releases"),
            pointer: None,
            keep: 2,
            shared: SHARED.map(str::to_owned).to_vec(),
            now: Ticks::from_unix(self.seconds, 0),
        }
    }

    fn release(&mut self) -> ReleaseReport {
        self.seconds += 1;
        in_context(|context| release(context, &self.request())).unwrap()
    }

    /// The names in the folder of the releases.
    fn names(&self) -> Vec<String> {
        let entries = host::list(&self.at("releases")).unwrap();
        entries.iter().map(|e| e.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    fn active(&self) -> Vec<bool> {
        list(&self.at("releases")).unwrap().iter().map(|release| release.is_active).collect()
    }
}

#[test]
fn every_deployment_is_a_folder_and_the_pointer_leads_to_the_last() {
    let mut stage = Stage::new();
    stage.put("app.txt", "one");
    let first = stage.release();
    assert_eq!(first.sync.outcome.word(), "done");
    assert_eq!(stage.text("releases/current/app.txt"), "one");
    stage.put("app.txt", "second");
    let second = stage.release();
    assert_eq!(second.switched.previous, first.release);
    assert_eq!(stage.text("releases/current/app.txt"), "second");
    let name = first.release.unwrap();
    assert_eq!(stage.text(&format!("releases/{name}/app.txt")), "one");
    assert_eq!(stage.active(), [false, true]);
    let listed = list(&stage.at("releases")).unwrap();
    assert_eq!((listed[0].files, listed[0].size), (2, 19));
    stage.put("app.txt", "the third");
    let third = stage.release();
    assert_eq!((third.pruned, stage.active()), (vec![name], vec![false, true]));
    assert_eq!(stage.names().len(), 5, "{:?}", stage.names());
}

#[test]
fn without_a_difference_there_is_no_new_release() {
    let mut stage = Stage::new();
    let first = stage.release();
    let again = stage.release();
    assert_eq!(again.sync.outcome.word(), "unchanged");
    assert_eq!((again.release, stage.active().len()), (first.release, 1));
    stage.put("gone.txt", "x");
    stage.release();
    host::remove_file(&stage.at("src/gone.txt")).unwrap();
    assert_eq!(stage.release().sync.outcome.word(), "done", "a file that is gone is a difference");
    assert!(!host::exists(&stage.at("releases/current/gone.txt")));
}

#[test]
fn what_a_site_writes_is_shared_by_all_releases_and_never_replaced() {
    let mut stage = Stage::new();
    stage.put("App_Data/seed.json", "seed");
    stage.release();
    let data = stage.at("releases/current/App_Data/seed.json");
    host::write_atomic(&data, b"edited").unwrap();
    host::write_atomic(&stage.at("releases/current/logs/a.log"), b"line").unwrap();
    stage.put("App_Data/more.json", "more");
    stage.put("app.txt", "new");
    stage.release();
    assert_eq!(stage.text("releases/current/App_Data/seed.json"), "edited");
    assert_eq!(stage.text("releases/current/App_Data/more.json"), "more");
    assert_eq!(stage.text("releases/shared/logs/a.log"), "line");
    in_context(|context| prune(context, &stage.at("releases"), 1)).unwrap();
    assert_eq!(stage.text("releases/current/logs/a.log"), "line", "links are not followed");
}

#[test]
fn the_pointer_goes_back_and_to_any_release() {
    let mut stage = Stage::new();
    let first = stage.release().release.unwrap();
    stage.put("b", "2");
    let second = stage.release().release.unwrap();
    let folder = stage.at("releases");
    let back = in_context(|context| activate(context, &folder, None)).unwrap();
    assert_eq!((back.activated, back.previous), (Some(first), Some(second.clone())));
    assert!(!host::exists(&stage.at("releases/current/b")));
    let failure = |name| -> Failure { in_context(|c| activate(c, &folder, name)).unwrap_err() };
    assert!(failure(None).message.contains("before the active one"));
    assert!(failure(Some("20200101T000000Z-0000")).message.contains("no release"));
    in_context(|context| activate(context, &folder, Some(&second))).unwrap();
    assert!(host::exists(&stage.at("releases/current/b")));
}

#[test]
fn the_active_release_stays_however_old_it_is() {
    let mut stage = Stage::new();
    let first = stage.release().release.unwrap();
    stage.put("b", "2");
    stage.release();
    let folder = stage.at("releases");
    in_context(|context| activate(context, &folder, Some(&first))).unwrap();
    let pruned = in_context(|context| prune(context, &folder, 1)).unwrap();
    assert_eq!((pruned.removed.len(), pruned.left_releases, stage.active()), (1, 1, vec![true]));
}

#[test]
fn what_a_crash_left_is_removed_and_never_a_release() {
    let mut stage = Stage::new();
    stage.release();
    for left in [".new-20261008T151226Z-abcd", ".old-20261008T151226Z-abcd", ".x.deploy"] {
        host::create_dir_all(&stage.at("releases").join(left).join("bin")).unwrap();
    }
    std::os::unix::fs::symlink("x", stage.at("releases/.iisle-1-2.tmp")).unwrap();
    std::os::unix::fs::symlink("shared", stage.at("releases/.iisle-1-3.tmp")).unwrap();
    assert_eq!(stage.active(), [true]);
    assert_eq!(stage.release().sync.totals.kept, 0, "shared folders are nothing that is kept");
    assert_eq!(stage.names().iter().filter(|name| name.starts_with('.')).count(), 1);
}

#[test]
fn a_release_without_web_config_never_follows_one_that_has_it() {
    let mut stage = Stage::new();
    stage.put("a.txt", "1");
    stage.release();
    host::remove_file(&stage.at("src/web.config")).unwrap();
    let report = stage.release();
    assert_eq!(report.sync.outcome.word(), "refused");
    assert!(host::exists(&stage.at("releases/current/web.config")));
    assert_eq!(stage.active(), [true]);
}

#[test]
fn a_site_is_moved_by_a_command() {
    let mut stage = Stage::new();
    let mut request = stage.request();
    request.pointer = Some(Pointer::Site("Shop".into()));
    let report = in_context(|context| release(context, &request)).unwrap();
    let command = report.switched.command.unwrap();
    assert!(command.contains("set vdir \"Shop/\" -physicalPath:"), "{command}");
    assert!(command.contains(&report.release.unwrap()), "{command}");
    assert_eq!(stage.active(), [true]);
    // The site is remembered.
    stage.put("b", "2");
    assert!(stage.release().switched.command.is_some());
}

#[test]
fn a_dry_run_and_a_folder_in_the_place_of_the_pointer_change_nothing() {
    let stage = Stage::new();
    let mut request = stage.request();
    request.sync.mode = SyncMode::DryRun;
    let report = in_context(|context| release(context, &request)).unwrap();
    assert_eq!(report.sync.outcome, SyncOutcome::Planned);
    assert!(!host::exists(&stage.at("releases")));
    host::create_dir_all(&stage.at("site/bin")).unwrap();
    let mut request = stage.request();
    request.pointer = Some(Pointer::Link(stage.at("site")));
    assert!(in_context(|context| release(context, &request)).is_err());
    assert!(host::is_dir(&stage.at("site/bin")));
    request.pointer = Some(Pointer::Link(stage.at("missing/site")));
    let error = in_context(|context| release(context, &request)).unwrap_err();
    assert!(error.causes[0].ends_with("missing` is no folder"), "{error:?}");
    assert!(!host::exists(&stage.at("releases")));
}

#[test]
fn a_file_where_the_releases_would_be_is_an_error_and_nothing_is_left_beside_it() {
    let stage = Stage::new();
    host::write_atomic(&stage.at("releases"), b"x").unwrap();
    let request = stage.request();
    let error = in_context(|context| release(context, &request)).unwrap_err();
    assert!(error.causes[0].ends_with("is not a folder"), "{error:?}");
    let pruned = in_context(|context| prune(context, &stage.at("releases"), 1));
    assert!(pruned.is_err() && list(&stage.at("releases")).is_err());
    assert!(!host::exists(&stage.at(".releases.deploy")));
}
