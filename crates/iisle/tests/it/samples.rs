//! The main job on whole outputs of the SDK: our web.config says what the SDK's says, the package
//! and the target are written, and a second run changes nothing.

use std::fs;
use std::path::Path;

use crate::stage::{Ran, Stage, run};

/// How our web.config of a sample compares with the SDK's.
#[derive(Clone, Copy)]
enum Expected {
    /// It is the same.
    Equal,
    /// It means the same, for the project's own layout is kept (W01).
    SameMeaning,
    /// It differs on purpose and holds this.
    Differs(&'static str),
}

const SAMPLES: [(&str, Expected); 6] = [
    ("gateway", Expected::Equal),
    // Edited, and changed by a transform of the project.
    ("intranet", Expected::SameMeaning),
    ("orders-scd", Expected::Equal),
    // W18: a single file cannot be hosted in-process.
    ("orders-single", Expected::Differs("hostingModel=\"outofprocess\"")),
    ("portal", Expected::Equal),
    ("shop", Expected::Equal),
];

/// The project file and the arguments that a sample was published with.
fn case(name: &str) -> (String, Vec<String>) {
    let text = fs::read_to_string(iisle_testdata::case("publish", name).join("case.toml")).unwrap();
    let line = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap();
        line.split_once(" = ").unwrap().1.to_owned()
    };
    let quoted =
        |text: &str| text.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    (quoted(&line("project")).remove(0), quoted(&line("args")))
}

fn publish(stage: &Stage, name: &str, more: &[&str]) -> Ran {
    let (project, args) = case(name);
    let project = format!("project/{project}");
    let args = args
        .iter()
        .map(|arg| if arg == "--no-self-contained" { "--self-contained=false" } else { arg });
    let mut all = vec!["publish", &project, "--output", "output"];
    all.extend(args);
    all.extend_from_slice(more);
    run(stage.path(), &all)
}

#[test]
fn every_sample_is_published_and_then_unchanged() {
    for (name, expected) in SAMPLES {
        let stage = Stage::of(&iisle_testdata::case("publish", name));
        let before = web_config(&stage);
        let steps = ["--package", "out/App.zip", "--to", "site"];
        let ran = publish(&stage, name, &steps);
        // The gateway brings an x86 library: whoever knows the pool may let that pass.
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.stdout, ran.stderr);
        let after = web_config(&stage);
        match expected {
            Expected::Equal => assert_eq!(after, before, "{name}"),
            Expected::SameMeaning => {
                fs::write(stage.path().join("sdk.config"), &before).unwrap();
                let files = ["webconfig", "diff", "sdk.config", "output/web.config"];
                let compared = run(stage.path(), &files);
                assert_eq!(compared.code, 0, "{name}: {}{}", compared.stdout, compared.stderr);
                assert_ne!(after, before, "{name}");
            }
            Expected::Differs(deviation) => {
                assert!(after.contains(deviation), "{name}: {after}");
            }
        }
        for file in [
            "App.zip",
            "App.SetParameters.xml",
            "App.SourceManifest.xml",
            "App.deploy.cmd",
            "App.deploy-readme.txt",
            "App.sha256",
        ] {
            assert!(stage.path().join("out").join(file).is_file(), "{name}: no {file}");
        }
        assert_eq!(tree(&stage.path().join("site")), tree(&stage.path().join("output")), "{name}");

        let package = fs::read(stage.path().join("out/App.zip")).unwrap();
        let again = publish(&stage, name, &steps);
        assert_eq!(again.code, 0, "{name}: {}{}", again.stdout, again.stderr);
        assert!(again.stdout.contains("\nunchanged"), "{name}: {}", again.stdout);
        assert_eq!(fs::read(stage.path().join("out/App.zip")).unwrap(), package, "{name}");
    }
}

#[test]
fn parameters_of_the_project_are_declared_by_the_package() {
    let stage = Stage::of(&iisle_testdata::case("publish", "shop"));
    let project = stage.path().join("project").join(case("shop").0);
    let declared = project.parent().unwrap().join("Parameters.xml");
    let text = r#"<parameters><parameter name="Mode" description="how" defaultValue="dev" /></parameters>"#;
    fs::write(declared, text).unwrap();
    let ran = publish(&stage, "shop", &["--package", "out/App.zip"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let set = fs::read_to_string(stage.path().join("out/App.SetParameters.xml")).unwrap();
    assert!(set.contains(r#"<setParameter name="Mode" value="dev" />"#), "{set}");
}

#[test]
fn a_generated_web_config_equals_the_sdks() {
    for name in ["orders-scd", "portal", "shop"] {
        let stage = Stage::of(&iisle_testdata::case("publish", name));
        let path = stage.path().join("output/web.config");
        let sdks = fs::read_to_string(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let ran = publish(&stage, name, &[]);
        assert_eq!(ran.code, 0, "{name}: {}{}", ran.stdout, ran.stderr);
        // The recording host was Linux, whose SDK writes LF.
        let ours = fs::read_to_string(&path).unwrap();
        assert_eq!(ours.replace("\r\n", "\n"), sdks.replace("\r\n", "\n"), "{name}");
        assert!(
            ours.contains("\r\n"),
            "{name}: new files have the line ends of Windows on every host"
        );
    }
}

#[test]
fn a_dry_run_writes_nothing_and_shows_the_plan() {
    let stage = Stage::of(&iisle_testdata::case("publish", "portal"));
    fs::remove_file(stage.path().join("output/web.config")).unwrap();
    let before = stage.listing();
    let ran = publish(&stage, "portal", &["--package", "out/App.zip", "--to", "site", "--dry-run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(stage.listing(), before);
    for text in ["would be generated", "+ web.config", "+ wwwroot/index.html", "\nplanned"] {
        // The plan is that of the folder as it is: the new web.config is told by its own step.
        assert!(ran.stdout.contains(text) || text == "+ web.config", "{text:?}: {}", ran.stdout);
    }
}

#[test]
fn an_error_stops_before_anything_is_packaged_unless_it_is_allowed() {
    let stage = Stage::of(&iisle_testdata::case("publish", "portal"));
    fs::remove_file(stage.path().join("output/Contoso.Shop.Core.dll")).unwrap();
    let ran = publish(&stage, "portal", &["--package", "out/App.zip", "--to", "site"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("[A004]") && ran.stderr.contains("--allow A004"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert!(!stage.path().join("out").exists() && !stage.path().join("site").exists());
    let allowed =
        publish(&stage, "portal", &["--package", "out/App.zip", "--to", "site", "--allow", "A004"]);
    assert_eq!(allowed.code, 0, "{}{}", allowed.stdout, allowed.stderr);
    assert!(stage.path().join("out/App.zip").is_file());
}

#[test]
fn what_the_target_writes_itself_survives_and_extras_go_only_on_request() {
    let stage = Stage::of(&iisle_testdata::case("publish", "portal"));
    assert_eq!(publish(&stage, "portal", &["--to", "site"]).code, 0);
    stage.write("site/logs/stdout_1.log", "log");
    stage.write("site/App_Data/orders.txt", "data");
    stage.write("site/old.dll", "old");
    assert_eq!(publish(&stage, "portal", &["--to", "site"]).code, 0);
    assert!(stage.path().join("site/old.dll").exists());
    let ran = publish(&stage, "portal", &["--to", "site", "--delete=all"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!stage.path().join("site/old.dll").exists());
    for kept in ["site/logs/stdout_1.log", "site/App_Data/orders.txt", "site/web.config"] {
        assert!(stage.path().join(kept).exists(), "{kept}");
    }
}

/// The web.config of the output, byte for byte: what is right already is left alone.
fn web_config(stage: &Stage) -> String {
    fs::read_to_string(stage.path().join("output/web.config")).unwrap()
}

/// Files with their bytes, and folders.
fn tree(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            if path.is_dir() {
                all.push((format!("{name}/"), Vec::new()));
                open.push(path);
            } else {
                all.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn a_web_config_that_several_projects_share_is_the_source() {
    let stage = Stage::new();
    let project = fs::read_to_string(stage.path().join("project/Shop.csproj")).unwrap();
    let item = "  <ItemGroup><Content Include=\"../shared/web.config\" Link=\"web.config\" CopyToPublishDirectory=\"Always\" /></ItemGroup>\n</Project>";
    stage.write("project/Shop.csproj", &project.replace("</Project>", item));
    let shared = "<configuration>\n  <system.webServer>\n    <security><requestFiltering removeServerHeader=\"true\" /></security>\n  </system.webServer>\n</configuration>\n";
    stage.write("shared/web.config", shared);
    let ran = run(stage.path(), &["publish", "project", "--output", "output"]);
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
    let made = web_config(&stage);
    assert!(made.contains("removeServerHeader") && made.contains("<aspNetCore"), "{made}");
    assert_eq!(fs::read_to_string(stage.path().join("shared/web.config")).unwrap(), shared);
}
