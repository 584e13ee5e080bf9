//! Packages that could do harm, and what must not be told of values.

use std::fs;

use crate::stage::{Stage, run};

/// An entry of an archive that is written as it is asked for, however wrong that is.
#[derive(Clone, Copy)]
struct Entry<'a> {
    name: &'a str,
    data: &'a [u8],
    /// The size that the headers tell.
    size: u32,
    /// Attributes of Windows, with the mode of Unix above.
    attributes: u32,
    /// How many bytes before its own place the directory says that it lies.
    back: u32,
}

impl<'a> Entry<'a> {
    fn new(name: &'a str, data: &'a [u8]) -> Self {
        let size = u32::try_from(data.len()).unwrap();
        Self { name, data, size, attributes: 0, back: 0 }
    }
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc));
    !data.iter().fold(!0, byte)
}

/// A zip file of stored entries.
fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for Entry { name, data, size, attributes, back } in entries {
        let offset = u32::try_from(file.len()).unwrap() - back;
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58];
        for number in [crc32(data), *size, *size] {
            common.extend(number.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0; 2]);
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(*data);
        let made_by = if *attributes >> 16 == 0 { [20, 0] } else { [20, 3] };
        directory.extend(b"PK\x01\x02");
        directory.extend(made_by);
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend(attributes.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(file.len()).unwrap();
    let count = u16::try_from(entries.len()).unwrap();
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    file.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

const ARCHIVE: &str = r#"<sitemanifest><contentPath path="C:\app" MSDeploy.MSDeployLinkName="Child1"><MSDeploy.dirPath path="C:\app" MSDeploy.MSDeployLinkName="contentPath" /></contentPath></sitemanifest>"#;

/// A package with one file and what else is asked for.
fn package(parameters: &str, more: &[Entry<'_>]) -> Vec<u8> {
    let mut all = vec![
        Entry::new("archive.xml", ARCHIVE.as_bytes()),
        Entry::new("systemInfo.xml", b"<systemInfo />"),
        Entry { attributes: 0x10, ..Entry::new("Content/C_C/app/", b"") },
        Entry::new("Content/C_C/app/a.txt", b"one TOK"),
    ];
    if !parameters.is_empty() {
        all.push(Entry::new("parameters.xml", parameters.as_bytes()));
    }
    all.extend(more);
    zip(&all)
}

#[test]
fn a_package_that_could_do_harm_is_refused_and_nothing_is_written() {
    let stage = Stage::new();
    let file = |name| Entry::new(name, b"evil");
    let link = Entry { attributes: 0xa1ff_0000, ..file("Content/C_C/app/link") };
    let longer = Entry { size: 400, ..file("Content/C_C/app/long") };
    let overlapping = Entry { back: 10, ..file("Content/C_C/app/over") };
    let bad = [
        file("Content/C_C/app/../../../evil.txt"),
        file("Content/C_C/app/../evil.txt"),
        file("/evil.txt"),
        file("C:/evil.txt"),
        file("//server/share/evil.txt"),
        file("\\\\server\\share\\evil.txt"),
        file("Content\\C_C\\app\\evil.txt"),
        file("Content/C_C/app/..\\evil.txt"),
        file("Content/C_C/app/A.TXT"),
        file("Content/C_C/app/a.txt"),
        file("Content/C_C/app/a.txt/below"),
        file("Content/C_C/app/a.txt:stream"),
        file("Content/C_C/app/b.txt."),
        file("Content/C_C/app/b.txt "),
        file("Content/C_C/app/con"),
        file("Content/C_C/app/LPT1.txt"),
        file("Content/C_C/app/x\u{1}y"),
        file("Content/C_C/app//x"),
        file("Content/C_C/app/./x"),
        file("Content/C_C/app/a?b"),
        link,
        longer,
        overlapping,
    ];
    for (number, entry) in bad.into_iter().enumerate() {
        let name = format!("bad{number}.zip");
        fs::write(stage.path().join(&name), package("", &[entry])).unwrap();
        let before = stage.listing();
        for arguments in [
            vec!["deploy", &name, "--to", "site"],
            vec!["deploy", &name, "--to", "site", "--dry-run"],
            vec!["package", "extract", &name, "--output", "site"],
            vec!["package", "show", &name],
            vec!["package", "diff", &name, &name],
        ] {
            let ran = run(stage.path(), &arguments);
            assert_eq!(ran.code, 2, "{} {arguments:?}: {}{}", entry.name, ran.stdout, ran.stderr);
            let last = entry.name.rsplit(['/', '\\']).next().unwrap();
            let last = last.trim().escape_debug().to_string().replace('\\', "/");
            assert!(
                ran.stderr.contains(&last),
                "{arguments:?} does not name {last}: {}",
                ran.stderr
            );
            assert_eq!(stage.listing(), before, "{} {arguments:?}", entry.name);
        }
        for arguments in [vec!["package", "verify", &name], vec!["check", "--package", &name]] {
            let ran = run(stage.path(), &arguments);
            assert_eq!(ran.code, 1, "{} {arguments:?}: {}{}", entry.name, ran.stdout, ran.stderr);
            assert!(ran.stdout.contains("K0"), "{}", ran.stdout);
        }
    }
    fs::write(stage.path().join("good.zip"), package("", &[])).unwrap();
    assert_eq!(run(stage.path(), &["package", "extract", "good.zip", "--output", "site"]).code, 0);
    assert!(stage.path().join("site/a.txt").is_file());
}

#[test]
fn a_single_file_inside_of_another_content_is_not_taken_for_an_extra() {
    let stage = Stage::new();
    let archive = ARCHIVE.replace(
        "</sitemanifest>",
        r#"<MSDeploy.filePath path="C:\one.txt" MSDeploy.MSDeployLinkName="Child2" /></sitemanifest>"#,
    );
    let bytes = zip(&[
        Entry::new("archive.xml", archive.as_bytes()),
        Entry::new("systemInfo.xml", b"<systemInfo />"),
        Entry { attributes: 0x10, ..Entry::new("Content/C_C/app/", b"") },
        Entry::new("Content/C_C/app/a.txt", b"a"),
        Entry::new("Content/C_C/one.txt", b"one"),
    ]);
    fs::write(stage.path().join("p.zip"), bytes).unwrap();
    let maps = ["--map", "C:/app=site", "--map", "C:/one.txt=site/one.txt"];
    let arguments = [&["deploy", "p.zip", "--delete", "--no-protect"][..], &maps].concat();
    for outcome in ["done", "unchanged"] {
        let ran = run(stage.path(), &arguments);
        assert!(ran.stdout.contains(outcome), "{outcome}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(fs::read(stage.path().join("site/one.txt")).unwrap(), b"one");
    }
}

#[test]
fn what_a_target_calls_otherwise_keeps_its_letters() {
    let stage = Stage::new();
    fs::write(stage.path().join("p.zip"), package("", &[])).unwrap();
    stage.write("site/A.TXT", "old");
    assert_eq!(
        run(stage.path(), &["deploy", "p.zip", "--to", "site", "--delete", "--no-protect"]).code,
        0
    );
    let names: Vec<_> = fs::read_dir(stage.path().join("site")).unwrap().collect();
    assert_eq!(names.len(), 1);
    assert_eq!(fs::read(stage.path().join("site/A.TXT")).unwrap(), b"one TOK");
}

#[test]
fn a_value_may_name_a_file_that_is_mapped() {
    let stage = Stage::new();
    let parameters = r#"<parameters><parameter name="P" defaultValue="C:\keys\k.txt::key=(\w+)"><parameterEntry kind="TextFile" scope="txt$" match="TOK" /></parameter></parameters>"#;
    fs::write(stage.path().join("p.zip"), package(parameters, &[])).unwrap();
    stage.write("secrets/k.txt", "key=abc;");
    let to = ["deploy", "p.zip", "--to", "site"];
    assert_eq!(run(stage.path(), &[&to[..], &["--map", "C:/keys=secrets"]].concat()).code, 0);
    assert_eq!(fs::read(stage.path().join("site/a.txt")).unwrap(), b"one abc");
    assert_eq!(run(stage.path(), &to).code, 0);
    let text = fs::read(stage.path().join("site/a.txt")).unwrap();
    assert_eq!(text, br"one C:\keys\k.txt::key=(\w+)");
}

#[test]
fn digests_of_files_are_shown_when_they_are_asked_for() {
    let stage = Stage::new();
    fs::write(stage.path().join("p.zip"), package("<parameters />", &[])).unwrap();
    let hex = "06488e76df99612fe927bbc998f8ed837d5059174d6af6635f4921d9f539c545";
    let text = run(stage.path(), &["package", "show", "p.zip", "--digests"]).stdout;
    assert!(text.ends_with(&format!("  7 B  {hex}  a.txt\n")), "{text}");
    let told = |more: &[&str]| {
        let words = [&["package", "show", "p.zip", "--format", "json"], more].concat();
        let document: serde_json::Value =
            serde_json::from_str(&run(stage.path(), &words).stdout).unwrap();
        document["files"][0]["digest"].clone()
    };
    assert_eq!(told(&["--digests"]), format!("sha256:{hex}"));
    assert!(told(&[]).is_null());
    let mut bytes = fs::read(stage.path().join("p.zip")).unwrap();
    let at = bytes.windows(7).position(|found| found == b"one TOK").unwrap();
    bytes[at] = b'O';
    fs::write(stage.path().join("p.zip"), bytes).unwrap();
    let damaged = run(stage.path(), &["package", "show", "p.zip", "--digests"]);
    assert_eq!(damaged.code, 2);
    for said in ["the package `p.zip`", "cannot read `a.txt`", "iisle package verify shows"] {
        assert!(damaged.stderr.contains(said), "{}", damaged.stderr);
    }
}

#[test]
fn values_of_secret_parameters_are_never_told() {
    let stage = Stage::new();
    let parameters = r#"<parameters>
        <parameter name="Login" defaultValue="HUSHdefault" tags="Password"><parameterEntry kind="TextFile" scope="txt$" match="TOK" /></parameter>
        <parameter name="Connection" defaultValue="Server=db;Password={Login}" />
        <parameter name="Store" defaultValue="server=db;uid=u; pwd=HUSHpwd" tags="SqlConnectionString" />
        <parameter name="Api Token" value="HUSHtoken" />
        <parameter name="Mode" tags="DBUserPassword"><parameterValidation kind="Enumeration" validationString="A,B" /></parameter>
    </parameters>"#;
    fs::write(stage.path().join("p.zip"), package(parameters, &[])).unwrap();
    let set = r#"<parameters><setParameter name="Login" value="HUSHfile" /><setParameter name="Mode" value="HUSHmode" /></parameters>"#;
    stage.write("set.xml", set);
    stage.write("broken.xml", r#"<parameters><setParameter name="Login" value="HUSHfile" />"#);
    let runs: [&[&str]; 9] = [
        &["package", "show", "p.zip"],
        &["package", "params", "p.zip"],
        &["package", "verify", "p.zip"],
        &["package", "diff", "p.zip", "p.zip"],
        &["deploy", "p.zip", "--to", "one", "--set", "Login=HUSHset", "--set", "Mode=A"],
        &[
            "deploy",
            "p.zip",
            "--to",
            "two",
            "--set",
            "Login=HUSHset",
            "--set",
            "Mode=B",
            "--dry-run",
            "-v",
        ],
        &["deploy", "p.zip", "--to", "two", "--set-file", "set.xml"],
        &["deploy", "p.zip", "--to", "two", "--set-file", "broken.xml"],
        &["deploy", "p.zip", "--to", "two", "--set", "Nobody=HUSHset", "--set", "Mode=HUSHmode"],
    ];
    for arguments in runs {
        for format in [&[][..], &["--format", "json"]] {
            let ran = run(stage.path(), &[arguments, format].concat());
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!said.contains("HUSH"), "{arguments:?} {format:?}: {said}");
        }
    }
    assert_eq!(fs::read(stage.path().join("one/a.txt")).unwrap(), b"one HUSHset");
}

#[test]
fn what_is_wrong_with_the_content_is_told_by_its_path_inside_of_the_package() {
    let stage = Stage::new();
    fs::create_dir(stage.path().join("out")).unwrap();
    let write = |name: &str, text: &str| {
        fs::write(stage.path().join("out").join(name), text).unwrap();
    };
    write("web.config", "<configuration><system.webServer>");
    write("appsettings.json", "{");
    assert_eq!(run(stage.path(), &["pack", "out", "-o", "App.zip"]).code, 0);
    let ran = run(stage.path(), &["check", "--package", "App.zip"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let places: Vec<_> =
        ran.stdout.lines().filter_map(|line| line.trim().strip_prefix("--> ")).collect();
    assert_eq!(
        places[..2],
        ["App.zip/Content/C_C/app/appsettings.json:1:2", "App.zip/Content/C_C/app/web.config:1:16"]
    );

    // Beside the folder that it was made of, the folder is what is judged.
    let both = ["check", "--package", "App.zip", "--publish", "out"];
    let ran = run(stage.path(), &both);
    assert!(!ran.stdout.contains("App.zip") && ran.stdout.contains("W003"), "{}", ran.stdout);
}

#[test]
fn a_package_of_another_build_than_the_publish_folder_is_named() {
    let stage = Stage::new();
    fs::create_dir(stage.path().join("out")).unwrap();
    let write = |name: &str, text: &str| {
        fs::write(stage.path().join("out").join(name), text).unwrap();
    };
    write("web.config", "<configuration />");
    write("App.dll", "one");
    write("App.runtimeconfig.json", "{}");
    assert_eq!(run(stage.path(), &["pack", "out", "-o", "App.zip"]).code, 0);
    let both = ["check", "--package", "App.zip", "--publish", "out"];
    assert!(!run(stage.path(), &both).stdout.contains("K006"));
    write("App.dll", "two");
    let ran = run(stage.path(), &both);
    assert_eq!(ran.stdout.matches("[K006]").count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("App.zip/Content/C_C/app/App.dll"), "{}", ran.stdout);
}

#[test]
fn a_folder_within_that_of_another_provider_leaves_no_work_folder_there() {
    let stage = Stage::new();
    let archive = r#"<sitemanifest>
        <contentPath path="C:\app" MSDeploy.MSDeployLinkName="Child1"><MSDeploy.dirPath path="C:\app" MSDeploy.MSDeployLinkName="contentPath" /></contentPath>
        <contentPath path="C:\app\inner" MSDeploy.MSDeployLinkName="Child2"><MSDeploy.dirPath path="C:\two" MSDeploy.MSDeployLinkName="contentPath" /></contentPath>
        </sitemanifest>"#;
    let bytes = zip(&[
        Entry::new("archive.xml", archive.as_bytes()),
        Entry::new("systemInfo.xml", b"<systemInfo />"),
        Entry { attributes: 0x10, ..Entry::new("Content/C_C/app/", b"") },
        Entry::new("Content/C_C/app/a.txt", b"a"),
        Entry { attributes: 0x10, ..Entry::new("Content/C_C/two/", b"") },
        Entry::new("Content/C_C/two/b.txt", b"b"),
    ]);
    fs::write(stage.path().join("p.zip"), bytes).unwrap();
    let deploy = ["deploy", "p.zip", "--map", r"C:\=host", "--delete", "--no-protect"];
    let ran = run(stage.path(), &deploy);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let names = |folder: &str| {
        let entries = fs::read_dir(stage.path().join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(names("host/app"), ["a.txt", "inner"]);
    assert_eq!(names("host/app/inner"), ["b.txt"]);
}

#[test]
fn a_manifest_that_lists_its_files_is_one_folder() {
    let stage = Stage::new();
    let archive = r#"<sitemanifest><iisApp path="C:\app"><createApp path="C:\app" />
        <contentPath path="C:\app"><dirPath path="C:\app">
          <filePath path="a.txt" /><dirPath path="css"><filePath path="b.css" /></dirPath>
        </dirPath></contentPath></iisApp></sitemanifest>"#;
    let parameters = br#"<parameters><parameter name="p" defaultValue="Site/App">
        <parameterEntry kind="ProviderPath" scope="IisApp" match="^C:\\app$" /></parameter></parameters>"#;
    let bytes = zip(&[
        Entry::new("archive.xml", archive.as_bytes()),
        Entry::new("parameters.xml", parameters),
        Entry::new("systemInfo.xml", b"<systemInfo />"),
        Entry::new("Content/C_C/app/a.txt", b"a"),
        Entry::new("Content/C_C/app/css/b.css", b"b"),
    ]);
    fs::write(stage.path().join("p.zip"), bytes).unwrap();
    let ran = run(stage.path(), &["package", "verify", "p.zip"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("K0"), "{}", ran.stdout);
    assert_eq!(run(stage.path(), &["package", "extract", "p.zip", "--output", "site"]).code, 0);
    assert_eq!(fs::read(stage.path().join("site/css/b.css")).unwrap(), b"b");
}

#[test]
fn what_was_changed_on_the_server_and_what_stays_is_told_of_a_package_too() {
    let stage = Stage::new();
    let deploy = ["deploy", "p.zip", "--to", "site"];
    for content in ["first", "the second"] {
        stage.write("new/a.js", content);
        assert_eq!(run(stage.path(), &["pack", "new", "-o", "p.zip"]).code, 0);
        let ran = run(stage.path(), &deploy);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let told = ran.stdout.contains("  kept (unmanaged): upload.png\n  replaced (changed on the server): a.js\n  swapped in ");
        assert_eq!(told, content != "first", "{}", ran.stdout);
        stage.write("site/a.js", "by hand");
        stage.write("site/upload.png", "upload");
    }
    let ran = run(stage.path(), &[&deploy[..], &["--set", "None=1", "--format", "json"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stdout.contains(r#""outcome":"failed""#), "{}", ran.stdout);
}

#[test]
fn a_place_in_the_package_that_is_not_there_is_refused_and_separators_do_not_matter() {
    let stage = Stage::new();
    let gallery = |path: &str| {
        let manifest = format!(r#"<m><contentPath path="{path}" /></m>"#);
        zip(&[Entry::new("Manifest.xml", manifest.as_bytes()), Entry::new("web/Blog/a.txt", b"a")])
    };
    fs::write(stage.path().join("good.zip"), gallery(r"web\Blog")).unwrap();
    let ran = run(stage.path(), &["deploy", "good.zip", "--to", "site"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(fs::read(stage.path().join("site/a.txt")).unwrap(), b"a");

    fs::write(stage.path().join("lacks.zip"), gallery("web/Shop")).unwrap();
    let pathless = ARCHIVE.replace(" path=", " Path=");
    let bytes = zip(&[
        Entry::new("archive.xml", pathless.as_bytes()),
        Entry::new("systemInfo.xml", b"<systemInfo />"),
        Entry::new("Content/C_C/app/a.txt", b"a"),
    ]);
    fs::write(stage.path().join("pathless.zip"), bytes).unwrap();
    for package in ["lacks.zip", "pathless.zip"] {
        let deploy = ["deploy", package, "--to", "site", "--delete", "--no-protect"];
        let ran = run(stage.path(), &deploy);
        assert_eq!(ran.code, 2, "{package}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("holds no files for"), "{package}: {}", ran.stderr);
        assert_eq!(fs::read(stage.path().join("site/a.txt")).unwrap(), b"a");
        assert_eq!(run(stage.path(), &["package", "verify", package]).code, 1, "{package}");
    }
}

#[test]
fn a_skip_rule_for_deleting_is_asked_for_the_uppermost_object_only() {
    let deployed = |rule: &str| {
        let stage = Stage::new();
        fs::write(stage.path().join("p.zip"), package("", &[])).unwrap();
        for path in ["old/inner/x.log", "x.log", "y.txt"] {
            stage.write(&format!("site/{path}"), "old");
        }
        let deploy = ["deploy", "p.zip", "--to", "site", "--delete", "--no-protect", "--skip"];
        let ran = run(stage.path(), &[&deploy[..], &[rule]].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let all = ["old/inner/x.log", "x.log", "y.txt"];
        all.into_iter().filter(|p| stage.path().join("site").join(p).exists()).collect::<Vec<_>>()
    };
    let file = r"objectName=filePath,absolutePath=\.log$,skipAction=Delete";
    assert_eq!(deployed(file), ["x.log"], "the folder was asked for, not what is in it");
    let inner = "objectName=dirPath,absolutePath=inner$,skipAction=Delete";
    assert!(deployed(inner).is_empty());
    let folder = "objectName=dirPath,absolutePath=old$,skipAction=Delete";
    assert_eq!(deployed(folder), ["old/inner/x.log"]);
}

#[test]
fn by_checksum_a_file_of_other_times_is_the_same_and_stays() {
    let stage = Stage::new();
    fs::write(stage.path().join("p.zip"), package("", &[])).unwrap();
    stage.write("site/a.txt", "one TOK");
    let time = || fs::metadata(stage.path().join("site/a.txt")).unwrap().modified().unwrap();
    let before = time();
    for _ in 0..2 {
        let ran = run(stage.path(), &["deploy", "p.zip", "--to", "site", "--checksum"]);
        assert!(ran.stdout.starts_with("unchanged"), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(time(), before);
    }
    stage.write("site/a.txt", "two TOK");
    let ran = run(stage.path(), &["deploy", "p.zip", "--to", "site", "--checksum"]);
    assert!(ran.stdout.starts_with("done"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn scripts_are_told_which_deployment_it_was_and_what_had_changed() {
    let stage = Stage::new();
    fs::write(stage.path().join("p.zip"), package("", &[])).unwrap();
    let json = |more: &[&str]| {
        let deploy = ["deploy", "p.zip", "--to", "site", "--format", "json"];
        let ran = run(stage.path(), &[&deploy[..], more].concat());
        serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap()
    };
    let first = json(&["--enable-rule", "AppOffline"]);
    assert!(first["deployment"].as_str().is_some_and(|id| id.contains('Z')), "{first}");
    assert_eq!(first["verified"], true);
    assert_eq!(first["drift"], serde_json::json!([]));
    stage.write("site/a.txt", "somebody was here");
    let rule = ["--enable-rule", "AppOffline", "--on-drift", "overwrite", "--dry-run"];
    let planned = json(&rule);
    assert_eq!(planned["plan"]["needs_offline"], true, "{planned}");
    let target = &planned["plan"]["targets"][0];
    assert_eq!(
        (&target["needs_offline"], &target["source"]["kind"]),
        (&true.into(), &"zip".into())
    );
    assert_eq!(json(&rule[2..])["plan"]["needs_offline"], false);
    assert_eq!(planned["plan"]["space_needed"], 4096 + (1 << 20));
    let second = json(&["--enable-rule", "AppOffline", "--on-drift", "overwrite"]);
    assert_eq!(second["drift"][0]["path"], "a.txt", "{second}");
    assert_eq!(second["offline"]["used"], true);
    assert!(second["offline"]["seconds"].is_number(), "{second}");
    let third = json(&[]);
    assert_eq!(
        (&third["outcome"], &third["offline"]["used"]),
        (&"unchanged".into(), &false.into())
    );
    assert!(third["deployment"].is_null() && third["verified"].is_null(), "{third}");
}

#[test]
fn companions_are_named_as_the_package_was() {
    let stage = Stage::new();
    for (package, digests) in [("App.zip", "App.sha256"), ("new/App.zip", "new/App.sha256")] {
        let ran = run(stage.path(), &["pack", "output", "-o", package, "--format", "json"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        // Of an escaped separator two are left.
        assert_eq!(document["digests_file"].as_str().unwrap().replace("//", "/"), digests);
    }
}
