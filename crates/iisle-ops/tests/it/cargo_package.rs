//! `iisle publish path/to/Cargo.toml`, with a cargo that only says what it would have built.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use iisle_ops::{
    CheckSettings, Commands, Completed, Context, Invocation, PackSettings, ProjectOptions,
    PublishOutcome, PublishReport, PublishRequest, State, Step, SyncSettings, Writes, publish,
};

use crate::in_context;

/// A cargo that answers `metadata`, and builds by putting a program where it belongs.
struct FakeCargo {
    folder: PathBuf,
    calls: Mutex<Vec<String>>,
}

impl Commands for FakeCargo {
    fn run(&self, invocation: &Invocation) -> std::io::Result<Completed> {
        assert_eq!(invocation.program, "cargo");
        let verb = invocation.arguments[0].to_string_lossy().into_owned();
        let stdout = if verb == "metadata" { metadata(&self.folder) } else { self.build() };
        self.calls.lock().unwrap().push(verb);
        Ok(Completed { code: Some(0), stdout: stdout.into_bytes() })
    }
}

impl FakeCargo {
    fn build(&self) -> String {
        let folder = self.folder.join("target/x86_64-pc-windows-gnu/release");
        fs::create_dir_all(&folder).unwrap();
        let image = iisle_testdata::area("pe").join("images/in/native-x64.exe");
        fs::copy(image, folder.join("shop.exe")).unwrap();
        String::new()
    }
}

fn metadata(folder: &Path) -> String {
    let text = r#"{"packages":[{"name":"shop","version":"1.2.3","id":"path+file:///shop#1.2.3","license":null,"license_file":null,
        "description":null,"source":null,"dependencies":[],"targets":[{"kind":["bin"],"crate_types":["bin"],"name":"shop",
        "src_path":"@/src/main.rs","edition":"2024","doc":true,"doctest":false,"test":true}],"features":{},
        "manifest_path":"@/Cargo.toml","metadata":{"iisle":{"static":["wwwroot"],"environment":{"RUST_LOG":"info"}}},
        "publish":null,"authors":[],"categories":[],"keywords":[],"readme":null,"repository":null,"homepage":null,
        "documentation":null,"edition":"2024","links":null,"default_run":null,"rust_version":null}],
        "workspace_members":["path+file:///shop#1.2.3"],"workspace_default_members":["path+file:///shop#1.2.3"],"resolve":null,
        "target_directory":"@/target","version":1,"workspace_root":"@","metadata":null}"#;
    text.replace('@', &folder.display().to_string().replace('\\', "/"))
}

fn run(cargo: &FakeCargo, build: Writes) -> PublishReport {
    run_packing(cargo, build, PackSettings::default())
}

fn run_packing(cargo: &FakeCargo, build: Writes, pack: PackSettings) -> PublishReport {
    let options = ProjectOptions {
        runtime: Some("x86_64-pc-windows-gnu".into()),
        ..ProjectOptions::default()
    };
    let request = PublishRequest {
        project: Some(cargo.folder.join("Cargo.toml")),
        output: None,
        package: Some(cargo.folder.join("out/shop.zip")),
        to: Some(cargo.folder.join("site")),
        options,
        build,
        writes: Writes::Yes,
        check: CheckSettings::default(),
        entry: None,
        bin: None,
        pack,
        sync: SyncSettings::default(),
        staged: iisle_ops::StagedOptions::default(),
    };
    in_context(|context| {
        publish(&Context { commands: cargo, current_dir: &cargo.folder, ..*context }, &request)
    })
}

fn package() -> (tempfile::TempDir, FakeCargo) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("wwwroot")).unwrap();
    fs::write(folder.path().join("wwwroot/index.html"), "hi").unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"shop\"\n").unwrap();
    let cargo = FakeCargo { folder: folder.path().to_owned(), calls: Mutex::default() };
    (folder, cargo)
}

#[test]
fn a_rust_app_goes_through_the_same_steps() {
    let (folder, cargo) = package();
    let report = run(&cargo, Writes::Yes);
    assert_eq!(report.outcome, PublishOutcome::Done, "{:?} {:?}", report.failure, report.check);
    assert_eq!(*cargo.calls.lock().unwrap(), ["build", "metadata"]);
    let text = fs::read_to_string(folder.path().join("site/web.config")).unwrap();
    for part in [
        r#"processPath=".\shop.exe""#,
        r#"hostingModel="outofprocess""#,
        r#"name="RUST_LOG" value="info""#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(folder.path().join("site/wwwroot/index.html").is_file());
    assert!(folder.path().join("out/shop.zip").is_file());
    let found = report.cargo.unwrap();
    assert_eq!((found.version.as_str(), found.rid.as_deref()), ("1.2.3", Some("win-x64")));

    let again = run(&cargo, Writes::No);
    assert_eq!(again.outcome, PublishOutcome::Unchanged, "{:?}", again.steps);
}

#[test]
fn a_package_that_must_not_be_deployed_is_named_and_nothing_is_synced() {
    let (folder, cargo) = package();
    let skip = vec!["web.config".to_owned()];
    let report = run_packing(&cargo, Writes::Yes, PackSettings { skip, ..PackSettings::default() });
    assert_eq!(report.outcome, PublishOutcome::Refused, "{:?}", report.failure);
    assert_eq!(report.state(Step::Package), State::Failed);
    assert_eq!(report.state(Step::Sync), State::NotRun);
    assert!(!folder.path().join("site").exists());
    let failure = report.failure.unwrap();
    assert!(failure.message.starts_with("1 finding of severity error: `"), "{failure:?}");
    assert!(failure.message.ends_with("shop.zip` must not be deployed as it is"), "{failure:?}");
    assert!(failure.hints[1].contains("--allow K001"), "{failure:?}");
    let verdict = report.check.unwrap();
    let ids: Vec<_> = verdict.findings.iter().map(|finding| finding.id.to_string()).collect();
    assert_eq!(ids.iter().filter(|id| *id == "K001").count(), 1, "{ids:?}");
    // What the output is judged by stays part of the answer.
    assert!(verdict.skipped.iter().all(|skipped| skipped.id.group() != 'K'));
}

#[test]
fn a_program_that_was_not_built_is_named() {
    let (folder, cargo) = package();
    let report = run(&cargo, Writes::No);
    assert_eq!((report.outcome, report.state(Step::Read)), (PublishOutcome::Failed, State::Failed));
    let failure = report.failure.unwrap();
    assert!(failure.message.contains("was not built"), "{failure:?}");
    assert!(failure.hints[0].contains("--publish"), "{failure:?}");
    assert!(!folder.path().join("out").exists());
}
