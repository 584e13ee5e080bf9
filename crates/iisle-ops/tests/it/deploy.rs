//! Packages of the real engine, applied: the trees it left.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use iisle_ops::{
    Context, DeployFailure, DeployMode, DeployReport, DeployRequest, DeployRules, Engine,
    ExtraSettings, Extras, OnDrift, Origin, PackForm, PackRequest, PackSettings, PackageRequest,
    PositionMode, Protection, SetAcl, Setting, SettingSource, SyncMode, SyncRequest, SyncSettings,
    deploy, pack, rollback,
};
use iisle_path::RelPath;
use iisle_report::{Monitor, Phase, Silent};
use iisle_tree::workshop::LocalWorkshop;
use iisle_tree::{LocalTree, Stamp, Ticks, Tree, TreeMut, digest, folder, host};

use crate::in_context;

fn request(package: &Path) -> DeployRequest {
    DeployRequest {
        package: PackageRequest { package: package.to_owned(), offset_minutes: 0 },
        to: None,
        map: Vec::new(),
        settings: Vec::new(),
        extra_settings: ExtraSettings::Refuse,
        skip: Vec::new(),
        rules: DeployRules::default(),
        extras: Extras::Keep,
        compare: iisle_ops::Compare::Stamps,
        protect: Vec::new(),
        unprotect: Vec::new(),
        protection: Protection::On,
        max_delete: None,
        threads: None,
        bandwidth: iisle_ops::Bandwidth::default(),
        positions: PositionMode::Replace,
        staged: iisle_ops::StagedOptions::default(),
        mode: DeployMode::Execute,
    }
}

fn run(request: &DeployRequest) -> Result<DeployReport, DeployFailure> {
    run_watched(request, &Silent)
}

fn run_watched(
    request: &DeployRequest,
    monitor: &dyn Monitor,
) -> Result<DeployReport, DeployFailure> {
    in_context(|context| deploy(&Context { monitor, ..*context }, request))
}

fn set(name: &str, value: &str) -> SettingSource {
    SettingSource::Value(Setting {
        name: name.to_owned(),
        value: value.to_owned(),
        origin: Origin::Set,
    })
}

/// Folders end in `/`, files are followed by their digests.
fn listing(folder: &Path) -> Vec<String> {
    let tree = LocalTree::target(folder).expect("the folder can be opened");
    let snapshot = tree.snapshot().expect("it can be listed");
    let mut lines: Vec<_> = snapshot.directories.keys().map(|path| format!("{path}/")).collect();
    for path in snapshot.files.keys() {
        lines.push(format!(
            "{path} {}",
            digest::of_file(&tree, path).expect("it can be read").hex()
        ));
    }
    lines.sort();
    lines
}

fn lines(path: &Path) -> Vec<String> {
    let text =
        String::from_utf8(host::read(path, 1 << 20).expect("it is there")).expect("it is UTF-8");
    text.lines().map(str::to_owned).collect()
}

/// The section of an `expected.txt` of the shared corpus, in the form of [`listing`].
fn section(case: &str, number: usize) -> Vec<String> {
    let path = iisle_testdata::case("webdeploy", case).join("expected.txt");
    let text = lines(&path).join("\n");
    let section = text.split("\n[").nth(number + 1).expect("there is such a section").to_owned();
    let mut all: Vec<String> = section
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| {
            if let Some(path) = line.strip_prefix("dir") {
                return path.trim().to_owned();
            }
            let parts: Vec<_> = line.splitn(9, "  ").collect();
            format!("{} {}", parts[4], parts[1])
        })
        .collect();
    all.sort();
    all
}

/// The folder deployed to, with room for a work folder beside it.
fn site(target: &tempfile::TempDir) -> std::path::PathBuf {
    target.path().join("site")
}

fn package(case: &str) -> std::path::PathBuf {
    iisle_testdata::case("webdeploy", case).join("package.zip")
}

#[test]
fn random_packages_leave_what_the_engine_left() {
    for case in iisle_testdata::cases("deploy") {
        let folder = iisle_testdata::case("deploy", &case);
        let target = tempfile::tempdir().unwrap();
        let mut request = request(&folder.join("package.zip"));
        request.map = vec![("C:\\dst".to_owned(), site(&target))];
        request.settings = vec![SettingSource::File(folder.join("SetParameters.xml"))];
        let expected = lines(&folder.join("expected.txt"));
        match run(&request) {
            Ok(report) => {
                assert_eq!(report.failure, None, "{case}");
                assert_eq!(listing(&site(&target)), expected, "{case}");
                let again = run(&request).unwrap();
                assert_eq!(again.outcome.word(), "unchanged", "{case}");
            }
            Err(refused) => {
                assert_eq!(expected, ["refused"], "{case}: {:?}", refused.failure);
                assert!(refused.unresolved.is_some(), "{case}");
                assert_eq!(listing(&site(&target)), Vec::<String>::new(), "{case}");
            }
        }
    }
}

#[test]
fn values_are_taken_in_their_order_and_braces_in_them_are_literal() {
    let target = tempfile::tempdir().unwrap();
    let settings = iisle_testdata::case("webdeploy", "sdkapp").join("SetParameters.xml");
    let mut request = request(&package("sdkapp"));
    request.map = vec![("c:/DST".to_owned(), site(&target))];
    request.settings =
        vec![SettingSource::File(settings), set("main-web.config connection string", "X{Host}Y")];
    let report = run(&request).unwrap();
    assert_eq!(listing(&site(&target)), section("sdkapp", 2));
    let changed = |name: &str| {
        let found = report.parameters.iter().find(|p| p.name == name).unwrap();
        found.changed.iter().map(|(path, n)| format!("{path} {n}")).collect::<Vec<_>>()
    };
    assert_eq!(changed("Main-Web.config Connection String"), ["web.config 1"]);
    assert_eq!(changed("Mode"), ["sub/web.config 1", "web.config 1"]);
}

#[test]
fn a_target_is_the_value_of_the_parameter_for_the_application() {
    let target = tempfile::tempdir().unwrap();
    let mut request = request(&package("gallery"));
    request.to = Some(site(&target));
    let report = run(&request).unwrap();
    assert_eq!(listing(&site(&target)), section("gallery", 0));
    assert_eq!(report.parameters[0].origin, Origin::Target);
    assert!(report.providers[1].to.is_none(), "setAcl brings nothing to the folder");
}

// WD-1
#[test]
fn extras_go_only_when_asked_and_protected_ones_not_even_then() {
    let target = tempfile::tempdir().unwrap();
    let old = |name: &str| {
        let path = site(&target).join(name);
        host::create_dir_all(path.parent().unwrap()).unwrap();
        host::write_atomic(&path, b"DB").unwrap();
    };
    old("App_Data/user.db");
    old("old.txt");
    let has = |name: &str| host::exists(&site(&target).join(name));
    let mut request = request(&package("content"));
    request.to = Some(site(&target));
    assert_eq!(run(&request).unwrap().outcome.word(), "done");
    assert!(has("old.txt") && has("App_Data/user.db"));
    request.extras = Extras::Delete;
    run(&request).unwrap();
    assert!(!has("old.txt") && has("App_Data/user.db"));
    request.protection = Protection::Off;
    request.skip = vec!["objectName=dirPath,absolutePath=App_Data".to_owned()];
    assert_eq!(run(&request).unwrap().outcome.word(), "unchanged");
    request.skip.clear();
    run(&request).unwrap();
    assert_eq!(listing(&site(&target)), section("content", 1));
}

#[test]
fn a_dry_run_changes_nothing() {
    let target = tempfile::tempdir().unwrap();
    let mut request = request(&package("content"));
    request.to = Some(site(&target).join("new"));
    request.mode = DeployMode::DryRun;
    let report = run(&request).unwrap();
    assert_eq!((report.outcome.word(), report.totals.created_files), ("planned", 9));
    assert!(!host::exists(&site(&target).join("new")));
}

#[test]
fn a_path_that_lies_nowhere_is_refused_before_anything_is_written() {
    let error = run(&request(&package("sdkapp"))).unwrap_err();
    assert_eq!(
        error.failure.causes,
        ["`Default Web Site/Shop` is a path of IIS: nothing says where it lies on this machine"]
    );
    let mut request = request(&package("sdkapp"));
    let target = tempfile::tempdir().unwrap();
    request.map = vec![("Default Web Site".to_owned(), site(&target))];
    request.settings = vec![set("IIS Web Application Name", "Default Web Site/../../etc")];
    assert!(run(&request).is_err());
    assert_eq!(listing(&site(&target)), Vec::<String>::new());
}

#[test]
fn unknown_and_missing_parameters_are_named_with_those_there_are() {
    let target = tempfile::tempdir().unwrap();
    let mut request = request(&package("gallery"));
    request.map = vec![("x".to_owned(), site(&target))];
    request.settings = vec![set("Titel", "secret")];
    let refused = run(&request).unwrap_err();
    let text = format!("{:?}", refused.failure);
    assert!(!text.contains("secret"), "{text}");
    // Windows has quotes of its own.
    let hints: Vec<_> = refused.failure.hints.iter().map(|hint| hint.replace('"', "'")).collect();
    insta::assert_debug_snapshot!((refused.failure.causes, hints));
}

// WD-1
#[test]
fn the_application_is_offline_only_while_files_change() {
    let target = tempfile::tempdir().unwrap();
    let mut request = request(&package("content"));
    request.to = Some(site(&target));
    assert!(request.rules.switch("AppOfflineRule", true).unwrap());
    assert!(!request.rules.switch("SkipUNC", true).unwrap());
    assert!(request.rules.switch("NoSuchRule", true).is_err());
    // Where there is no site, nothing has to be taken offline.
    host::create_dir_all(&site(&target)).unwrap();
    assert!(run(&request).unwrap().offline.is_some());
    assert!(!host::exists(&site(&target).join("app_offline.htm")));
    assert!(run(&request).unwrap().offline.is_none());
}

/// A package of a folder that holds these files.
fn packed(folder: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
    let source = folder.join(name);
    for (path, content) in files {
        let place = source.join(path);
        host::create_dir_all(place.parent().expect("it lies in a folder")).expect("it can be made");
        host::write_atomic(&place, content.as_bytes()).expect("it can be written");
    }
    packed_with(folder, name, PackSettings::default())
}

/// Packs the folder `name` below `folder`.
fn packed_with(folder: &Path, name: &str, settings: PackSettings) -> PathBuf {
    let source = folder.join(name);
    let package = folder.join(format!("{name}.zip"));
    let request = PackRequest { folder: source, package: package.clone(), settings };
    in_context(|context| pack(context, &request)).expect("it can be packed");
    package
}

/// Sets attributes of folders in the directory of a package: the end of a name, and the low byte of Windows.
fn mark(package: &Path, marks: &[(&str, u8)]) {
    let mut bytes = host::read(package, 1 << 20).expect("it is there");
    let is_record = |at: &usize| bytes[*at..].starts_with(b"PK\x01\x02");
    let records: Vec<_> = (0..bytes.len()).filter(is_record).collect();
    for at in records {
        let length = usize::from(u16::from_le_bytes([bytes[at + 28], bytes[at + 29]]));
        let name = bytes[at + 46..at + 46 + length].to_vec();
        let found = marks.iter().find(|(end, _)| name.ends_with(end.as_bytes()));
        bytes[at + 38] |= found.map_or(0, |(_, attributes)| *attributes);
    }
    host::write_atomic(package, &bytes).expect("it can be written");
}

#[test]
fn folders_get_their_attributes_where_folders_have_any() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("new/in/a.txt", "a"), ("old/b.txt", "b"), ("plain/c.txt", "c")];
    let package = packed(folder.path(), "one", &files);
    let to = site(&folder);
    let mut request = request(&package);
    request.to = Some(to.clone());
    request.skip = vec!["objectName=dirPath,absolutePath=new".to_owned()];
    run(&request).unwrap();
    let marks = || {
        let snapshot = LocalTree::open(&to).unwrap().snapshot().unwrap();
        let folders = snapshot.directories.into_iter();
        let marks = folders.filter_map(|(path, stamp)| Some((path, stamp.marks()?)));
        marks.map(|(path, marks)| format!("{path} {marks}")).collect::<Vec<_>>()
    };
    let plain = marks();
    request.skip.clear();
    mark(&package, &[("new/", 0x4), ("new/in/", 0x2), ("old/", 0x6)]);
    let report = run(&request).unwrap();
    // Wine knows no folders that are read-only.
    let wanted = ["new S", "new/in H", "old SH", "plain "];
    if folder::folders_have_attributes() {
        assert_eq!(
            (plain, marks()),
            (vec!["old ".into(), "plain ".into()], wanted.map(String::from).into())
        );
        assert_eq!(report.totals.marked_directories, 3);
    } else {
        assert_eq!(report.totals.marked_directories, 0);
    }
    assert_eq!(run(&request).unwrap().outcome.word(), "unchanged");
    take_back(&to);
    if folder::folders_have_attributes() {
        assert_eq!(marks(), ["old ", "plain "]);
    }
    assert!(!host::exists(&to.join("new")));
}

#[test]
fn a_folder_on_which_rights_are_granted_is_made() {
    let folder = tempfile::tempdir().unwrap();
    packed(folder.path(), "one", &[("a.txt", "a"), ("Data/b.txt", "b")]);
    let on = |folder: &str| SetAcl { folder: folder.to_owned(), access: "Modify".to_owned() };
    let set_acl = vec![on("App_Data/logs"), on("Data")];
    let package = packed_with(
        folder.path(),
        "one",
        PackSettings { access: set_acl, ..PackSettings::default() },
    );
    let mut request = request(&package);
    request.to = Some(site(&folder));
    request.extras = Extras::Delete;
    request.skip = vec!["objectName=^setAcl$".to_owned()];
    run(&request).unwrap();
    assert!(!host::exists(&site(&folder).join("App_Data")));
    request.skip.clear();
    for outcome in ["done", "unchanged"] {
        assert_eq!(run(&request).unwrap().outcome.word(), outcome);
        let found = LocalTree::target(site(&folder)).unwrap().snapshot().unwrap();
        let made: Vec<_> = found.directories.keys().map(RelPath::as_str).collect();
        assert_eq!(made, ["App_Data", "App_Data/logs", "Data"]);
        assert!(found.files.contains_key("a.txt"));
    }
}

#[test]
fn a_mapping_for_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(&packed(folder.path(), "one", &[("a.txt", "a")]));
    let other = folder.path().join("other");
    request.map = ["default web site", "C:\\app", "Default Web"]
        .map(|from| {
            (
                from.to_owned(),
                if from == "default web site" { site(&folder) } else { other.clone() },
            )
        })
        .to_vec();
    let report = run(&request).unwrap();
    assert!(host::exists(&site(&folder).join("a.txt")) && !host::exists(&other));
    let told = report.warnings.iter().filter(|warning| warning.code == "map-unused");
    let told: Vec<_> = told.map(|warning| warning.message.as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("`C:\\app`") && told[1].contains("`Default Web`"));
}

#[test]
fn where_the_package_has_no_content_no_folder_is_made() {
    let folder = tempfile::tempdir().unwrap();
    host::remove_file(&packed(folder.path(), "one", &[("a.txt", "a")])).unwrap();
    let settings = PackSettings { form: PackForm::Folder, ..PackSettings::default() };
    let package = packed_with(folder.path(), "one", settings);
    host::remove_tree(&package.join("Content")).unwrap();
    let mut request = request(&package);
    request.to = Some(site(&folder));
    let report = run(&request).unwrap();
    assert_eq!(report.outcome.word(), "unchanged");
    assert!(report.warnings.iter().any(|warning| warning.message.contains("holds no files for")));
    assert!(!host::exists(&site(&folder)));
}

// SD-28
#[test]
fn changes_of_web_config_on_both_sides_are_joined() {
    let folder = tempfile::tempdir().unwrap();
    let config = |one: &str, other: &str| {
        format!(
            "<configuration>\n  <a x=\"{one}\" />\n  <b />\n  <c x=\"{other}\" />\n</configuration>\n"
        )
    };
    let file = site(&folder).join("web.config");
    let text = || String::from_utf8(host::read(&file, 1 << 20).unwrap()).unwrap();
    let deploy = |name: &str, content: &str| {
        let package = packed(folder.path(), name, &[("web.config", content), ("a.txt", name)]);
        let mut request = request(&package);
        request.to = Some(site(&folder));
        request.staged.on_drift = OnDrift::Merge;
        run(&request).unwrap()
    };
    assert_eq!(deploy("one", &config("1", "1")).outcome.word(), "done");
    host::write_atomic(&file, config("1", "by hand").as_bytes()).unwrap();
    let report = deploy("second", &config("22", "1"));
    assert_eq!((report.outcome.word(), report.drift.len()), ("done", 1), "{:?}", report.failure);
    assert_eq!(text(), config("22", "by hand"));
    // Both changed one line: nobody but a person can know.
    let report = deploy("third", &config("22", "333"));
    assert_eq!(report.outcome.word(), "refused");
    assert_eq!(text(), config("22", "by hand"));
}

/// Wants an end as soon as something is read.
#[derive(Default)]
struct Impatient(AtomicBool);

impl Monitor for Impatient {
    fn advance(&self, phase: Phase, _: u64, _: u64) {
        self.0.fetch_or(phase == Phase::Hash, Ordering::Relaxed);
    }

    fn is_interrupted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

// SD-35
#[test]
fn nothing_is_changed_when_an_end_is_wanted_while_the_package_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let mut request = request(&packed(folder.path(), "app", &[("a.txt", "a"), ("b.txt", "b")]));
    request.to = Some(site(&folder));
    let report = run_watched(&request, &Impatient::default()).unwrap();
    assert_eq!(report.outcome.word(), "rolled-back");
    assert!(report.failure.unwrap().causes.concat().contains("interrupted"));
    assert!(!host::exists(&site(&folder)));
}

fn write(path: &Path, content: &[u8]) {
    host::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
    host::write_atomic(path, content).expect("it can be written");
}

/// `contentPath` or `filePath`, its path, and its files: their paths there and their content.
type ProviderFiles<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Writes an unpacked package.
fn unpacked(folder: &Path, providers: &[ProviderFiles<'_>]) {
    let mut manifest = String::new();
    for (number, (provider, path, files)) in providers.iter().enumerate() {
        let inner = if *provider == "filePath" { "filePath" } else { "dirPath" };
        let link = number + 1;
        write!(
            manifest,
            r#"<contentPath path="{path}" MSDeploy.MSDeployLinkName="Child{link}"><MSDeploy.{inner} path="{path}" MSDeploy.MSDeployLinkName="contentPath" /></contentPath>"#
        )
        .expect("a string takes everything");
        let content = folder.join("Content").join(path.replace("C:\\", "C_C/").replace('\\', "/"));
        for (name, text) in *files {
            let path = if name.is_empty() { content.clone() } else { content.join(name) };
            write(&path, text.as_bytes());
        }
    }
    write(
        &folder.join("archive.xml"),
        format!("<sitemanifest>{manifest}</sitemanifest>").as_bytes(),
    );
    write(&folder.join("systemInfo.xml"), b"<systemInfo />");
}

/// Takes back what was deployed to a folder last.
fn take_back(site: &Path) {
    let request = SyncRequest {
        source: site.to_owned(),
        destination: site.to_owned(),
        settings: SyncSettings::default(),
        mode: SyncMode::Execute,
        engine: Engine::default(),
    };
    let report = in_context(|context| rollback(context, &request));
    let report = report.expect("there is something to take back");
    assert_eq!((report.failure, report.outcome.word()), (None, "rolled-back"));
}

fn read(path: &Path) -> Option<String> {
    let bytes = host::read(path, 1 << 20).ok()?;
    Some(String::from_utf8(bytes).expect("tests write text"))
}

#[test]
fn providers_in_one_folder_are_deployed_and_taken_back_together() {
    let folder = tempfile::tempdir().unwrap();
    let (package, site) = (folder.path().join("package"), folder.path().join("site"));
    let outer: &[(&str, &str)] = &[("a.txt", "new"), ("web.config", "<configuration/>")];
    unpacked(
        &package,
        &[
            ("contentPath", "C:\\site", outer),
            ("contentPath", "C:\\site\\Inner", &[("b.txt", "new b"), ("sub/c.txt", "c")]),
            ("filePath", "C:\\site\\inner\\d.txt", &[("", "single")]),
        ],
    );
    write(&site.join("a.txt"), b"old");
    write(&site.join("Inner/b.txt"), b"old b");
    write(&site.join("Inner/extra.txt"), b"extra");
    let mut request = request(&package);
    request.map = vec![("C:\\".to_owned(), folder.path().to_owned())];
    request.extras = Extras::Delete;
    let report = run(&request).unwrap();
    assert_eq!((report.failure, report.outcome.word()), (None, "done"));
    assert!(report.verified && report.contents.len() == 1, "all of it is one deployment");
    let text = |name: &str| read(&site.join(name)).unwrap_or_default();
    assert_eq!(
        ["a.txt", "Inner/b.txt", "Inner/sub/c.txt", "Inner/d.txt"].map(text),
        ["new", "new b", "c", "single"]
    );
    assert!(!host::exists(&site.join("Inner/extra.txt")), "every folder is as its provider says");
    assert_eq!(host::list(folder.path()).unwrap().len(), 3, "one work folder beside the site");
    assert_eq!(run(&request).unwrap().outcome.word(), "unchanged");
    take_back(&site);
    assert_eq!(["a.txt", "Inner/b.txt", "Inner/extra.txt"].map(text), ["old", "old b", "extra"]);
    assert!(!host::exists(&site.join("Inner/sub")) && !host::exists(&site.join("Inner/d.txt")));
}

/// Wants an end as soon as a file holds a text.
struct UntilWritten(std::path::PathBuf, &'static str);

impl Monitor for UntilWritten {
    fn is_interrupted(&self) -> bool {
        read(&self.0).as_deref() == Some(self.1)
    }
}

#[test]
fn when_one_folder_fails_the_others_are_again_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (package, one, two) =
        (folder.path().join("package"), folder.path().join("one"), folder.path().join("two"));
    unpacked(
        &package,
        &[
            ("filePath", "C:\\three\\c.txt", &[("", "new")]),
            ("contentPath", "C:\\one", &[("a.txt", "new")]),
            ("contentPath", "C:\\two", &[("b.txt", "new")]),
        ],
    );
    write(&one.join("a.txt"), b"old");
    write(&two.join("b.txt"), b"old");
    let beside = folder.path().join("three/d.txt");
    write(&beside, b"somebody's");
    let mut request = request(&package);
    request.extras = Extras::Delete;
    request.protection = Protection::Off;
    request.map = vec![("C:\\".to_owned(), folder.path().to_owned())];
    let monitor = UntilWritten(one.join("a.txt"), "new");
    let report = run_watched(&request, &monitor).unwrap();
    assert_eq!(report.outcome.word(), "rolled-back", "{:?}", report.failure);
    assert_eq!(report.totals.replaced_files, 0);
    let texts = || [one.join("a.txt"), two.join("b.txt")].map(|path| read(&path).unwrap());
    assert_eq!(texts(), ["old", "old"]);
    let single = folder.path().join("three/c.txt");
    assert!(!host::exists(&single), "single files come last");
    // With somebody at work in one of them, neither is changed.
    let shop = LocalWorkshop::beside(&two).unwrap();
    let lock = shop.lock("{}").unwrap();
    assert_eq!(run(&request).unwrap().outcome.word(), "busy");
    assert_eq!(texts(), ["old", "old"]);
    drop(lock);
    let report = run(&request).unwrap();
    assert_eq!((report.failure, report.outcome.word()), (None, "done"));
    assert_eq!(texts(), ["new", "new"]);
    assert_eq!(read(&single).as_deref(), Some("new"));
    assert!(host::exists(&beside), "beside a single file nothing is the provider's");
}

#[test]
fn the_folder_of_an_empty_provider_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("package");
    unpacked(&package, &[("contentPath", "C:\\site", &[("a.txt", "a")])]);
    let mut request = request(&package);
    request.map = vec![("C:\\".to_owned(), folder.path().to_owned())];
    request.skip = vec!["objectName=filePath".to_owned()];
    request.mode = DeployMode::DryRun;
    assert_eq!(run(&request).unwrap().totals.created_directories, 1);
    request.mode = DeployMode::Execute;
    let report = run(&request).unwrap();
    assert_eq!((report.outcome.word(), report.totals.created_directories), ("done", 1));
    assert!(host::is_dir(&folder.path().join("site")));
    assert_eq!(run(&request).unwrap().outcome.word(), "unchanged");
}

// WD-1
#[test]
fn a_file_that_is_newer_by_less_than_two_seconds_is_compared_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let (package, site) = (folder.path().join("package"), folder.path().join("site"));
    unpacked(&package, &[("contentPath", "C:\\site", &[("a.txt", "new"), ("b.txt", "new")])]);
    let at = |path: &Path, seconds: i64| {
        let (name, tree) = (path.file_name().unwrap(), LocalTree::open(path.parent().unwrap()));
        let (tree, path) = (tree.unwrap(), RelPath::parse(name.to_str().unwrap()).unwrap());
        let stamp = tree.stamp(&path).unwrap().unwrap();
        tree.touch(&path, Stamp { modified: Ticks::from_unix(seconds, 0), ..stamp }).unwrap();
    };
    for (name, content) in [("a.txt", b"old"), ("b.txt", b"new")] {
        write(&site.join(name), content);
        at(&site.join(name), 1_700_000_001);
        at(&package.join("Content/C_C/site").join(name), 1_700_000_000);
    }
    let mut request = request(&package);
    request.to = Some(site.clone());
    let report = run(&request).unwrap();
    assert_eq!((report.totals.replaced_files, report.totals.unchanged_files), (1, 1));
    assert_eq!(read(&site.join("a.txt")).as_deref(), Some("new"));
    assert_eq!(run(&request).unwrap().outcome.word(), "unchanged");
}

// Source: Web Deploy 7.1, seen, but for the folder, on which it fails.
#[test]
fn a_rule_that_knows_the_source_only_hides_it_there_and_a_folder_of_what_is_hidden_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (package, site) = (folder.path().join("package"), folder.path().join("site"));
    unpacked(&package, &[("contentPath", "C:\\home", &[("a.txt", "a"), ("b.txt", "b")])]);
    write(&site.join("a.txt"), b"old");
    write(&site.join("extra/kept.log"), b"log");
    write(&site.join("extra/more.txt"), b"x");
    let mut request = request(&package);
    (request.to, request.extras) = (Some(site.clone()), Extras::Delete);
    request.protection = Protection::Off;
    request.skip = vec![r"absolutePath=\.log$".to_owned(), r"absolutePath=^C:\\home\\a".to_owned()];
    let report = run(&request).unwrap();
    let totals = (report.totals.deleted_files, report.totals.deleted_directories);
    assert_eq!((report.failure, totals), (None, (2, 0)));
    assert_eq!(run(&request).unwrap().outcome.word(), "unchanged");
    let has = |name: &str| host::exists(&site.join(name));
    assert_eq!(["a.txt", "b.txt", "extra/kept.log"].map(has), [false, true, true]);
}

#[test]
fn blanks_around_a_name_count_where_it_is_declared_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let (package, site) = (folder.path().join("package"), folder.path().join("site"));
    unpacked(&package, &[("contentPath", "C:\\home", &[("a.txt", "X Y")])]);
    let declared = r#"<parameters>
        <parameter name=" A"><parameterEntry kind="TextFile" scope="a" match="X" /></parameter>
        <parameter name="B"><parameterEntry kind="TextFile" scope="a" match="Y" /></parameter>
    </parameters>"#;
    write(&package.join("parameters.xml"), declared.as_bytes());
    let mut request = request(&package);
    request.to = Some(site.clone());
    request.settings = vec![set(" A", "1"), set(" B ", "2")];
    assert_eq!(run(&request).unwrap().failure, None);
    assert_eq!(read(&site.join("a.txt")).as_deref(), Some("1 2"));
}

// Source: Web Deploy 7.1, which asks for what lies in a provider, not for the provider.
#[test]
fn a_rule_about_adding_leaves_a_provider_that_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("package");
    let providers: [ProviderFiles<'_>; 2] = [
        ("contentPath", "C:\\site", &[("one.txt", "a")]),
        ("filePath", "C:\\one.txt", &[("", "single")]),
    ];
    unpacked(&package, &providers);
    let mut request = request(&package);
    request.map = vec![("C:\\".to_owned(), folder.path().to_owned())];
    request.skip = vec!["skipAction=AddChild,objectName=filePath".to_owned()];
    let report = run(&request).unwrap();
    assert_eq!((report.failure, report.totals.created_files), (None, 1));
    assert!(!host::exists(&folder.path().join("site/one.txt")));
    let single = folder.path().join("one.txt");
    assert_eq!(read(&single).as_deref(), Some("single"));
    write(&single, b"changed");
    request.skip = vec!["skipAction=Update,objectName=filePath".to_owned()];
    run(&request).unwrap();
    assert_eq!(read(&single).as_deref(), Some("changed"));
}

#[test]
fn single_files_are_again_as_they_were_when_a_later_one_fails() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("package");
    let providers: [ProviderFiles<'_>; 5] = [
        ("filePath", "C:\\one\\a.txt", &[("", "new")]),
        ("filePath", "C:\\one\\b.txt", &[("", "new")]),
        ("filePath", "C:\\two\\c.txt", &[("", "new")]),
        ("filePath", "C:\\two\\d.txt", &[("", "new")]),
        ("contentPath", "C:\\site", &[("e.txt", "new")]),
    ];
    unpacked(&package, &providers);
    let place = |name: &str| folder.path().join(name);
    for name in ["one/a.txt", "two/c.txt", "site/e.txt"] {
        write(&place(name), b"old");
    }
    let one = LocalTree::open(place("one")).unwrap();
    let a = RelPath::parse("a.txt").unwrap();
    let stamp = one.stamp(&a).unwrap().unwrap();
    one.touch(&a, Stamp { modified: Ticks::from_unix(1_500_000_000, 0), ..stamp }).unwrap();
    let mut request = request(&package);
    request.threads = Some(std::num::NonZero::<usize>::MIN);
    request.map = vec![("C:\\".to_owned(), folder.path().to_owned())];
    let all = ["one/a.txt", "one/b.txt", "two/c.txt", "two/d.txt", "site/e.txt"];
    let texts = || all.map(|name| read(&place(name)));
    let old = Some("old".to_owned());
    // In the midst of a folder's files, and between the files of two.
    for (file, content) in [("two/d.txt", "new"), ("one/a.txt", "new")] {
        let monitor = UntilWritten(place(file), content);
        let report = run_watched(&request, &monitor).unwrap();
        assert_eq!(report.outcome.word(), "rolled-back", "{:?}", report.failure);
        assert_eq!(texts(), [old.clone(), None, old.clone(), None, old.clone()], "{file}");
        assert_eq!(one.stamp(&a).unwrap().unwrap().modified, Ticks::from_unix(1_500_000_000, 0));
    }
    assert_eq!(run(&request).unwrap().outcome.word(), "done");
    assert!(texts().iter().all(|text| text.as_deref() == Some("new")));
    for folder in ["one", "two"] {
        assert_eq!(host::list(&place(folder)).unwrap().len(), 2, "nothing is left beside them");
    }
}

// Source: Web Deploy 7.1, rule `AppOffline`, seen.
#[test]
fn a_page_that_takes_the_application_offline_stays_while_the_rule_is_on() {
    let folder = tempfile::tempdir().unwrap();
    let (package, site) = (folder.path().join("package"), folder.path().join("site"));
    unpacked(&package, &[("contentPath", "C:\\site", &[("a.txt", "a"), ("sub/b.txt", "b")])]);
    let (page, inner) = (site.join("App_Offline.htm"), site.join("sub/app_offline.htm"));
    write(&page, b"closed");
    write(&inner, b"closed");
    let mut request = request(&package);
    request.to = Some(site.clone());
    request.extras = Extras::Delete;
    request.protection = Protection::Off;
    request.rules.app_offline = true;
    let report = run(&request).unwrap();
    assert_eq!((report.failure, report.outcome.word()), (None, "done"));
    assert_eq!(read(&page).as_deref(), Some("closed"));
    assert!(!host::exists(&inner), "it is content like any other");
    // A package that brings one replaces it; without the rule it is an extra.
    write(&package.join("Content/C_C/site/app_offline.htm"), b"from the package");
    run(&request).unwrap();
    assert_eq!(read(&page).as_deref(), Some("from the package"));
    host::remove_file(&package.join("Content/C_C/site/app_offline.htm")).unwrap();
    request.rules.app_offline = false;
    run(&request).unwrap();
    assert!(!host::exists(&page));
}

#[test]
fn skip_rules_know_the_providers_that_a_manifest_made_by_hand_implies() {
    let target = tempfile::tempdir().unwrap();
    let mut request = request(&package("gallery"));
    request.to = Some(site(&target));
    for rule in ["objectName=dirPath,absolutePath=^Blog$", "objectName=^contentPath$"] {
        request.skip = vec![rule.to_owned()];
        let report = run(&request).unwrap();
        assert_eq!((report.failure, report.totals.created_files), (None, 0), "{rule}");
        assert!(!host::exists(&site(&target)), "{rule}");
    }
    request.skip = vec!["objectName=^filePath$,absolutePath=^Blog$".to_owned()];
    assert_eq!(run(&request).unwrap().totals.created_files, 3);
}
