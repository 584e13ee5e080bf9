//! Bad input: always a clear error, nothing half written, nothing lost.

use std::fs;
use std::path::Path;

use crate::stage::{Stage, run};

/// What was said, and that nothing came of it.
#[track_caller]
fn refused(stage: &Stage, arguments: &[&str], code: i32, said: &[&str]) {
    let before = stage.listing();
    let ran = run(stage.path(), arguments);
    for text in said {
        assert!(ran.stderr.contains(text), "{text:?} is not in: {}", ran.stderr);
    }
    assert_eq!(ran.code, code, "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: "), "no hint: {}", ran.stderr);
    assert_eq!(stage.listing(), before, "something was written");
}

const PUBLISH: [&str; 6] =
    ["publish", "project", "--output", "output", "--package", "out/Shop.zip"];

#[test]
fn a_folder_without_project_is_named() {
    let stage = Stage::new();
    fs::create_dir(stage.path().join("empty")).unwrap();
    refused(&stage, &["publish", "empty"], 2, &["there is no project file in `empty`", "--output"]);
    refused(&stage, &["publish", "missing"], 2, &["`missing` does not exist"]);
}

#[test]
fn a_project_folder_that_is_missing_is_no_project_without_web_config() {
    let stage = Stage::new();
    for more in [&[][..], &["--task", "TargetPath=Shop.dll"], &["--compatible"]] {
        let arguments = ["webconfig", "transform", "output", "--project-dir", "missing"];
        refused(&stage, &[&arguments[..], more].concat(), 2, &["`missing` does not exist"]);
    }
}

#[test]
fn two_projects_in_a_folder_are_named() {
    let stage = Stage::new();
    stage.write("project/Other.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
    refused(
        &stage,
        &PUBLISH,
        2,
        &["`project` holds several project files: `Other.csproj`, `Shop.csproj`"],
    );
}

#[test]
fn a_malformed_project_shows_the_place() {
    let stage = Stage::new();
    stage.write(
        "project/Shop.csproj",
        "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n  <PropertyGroup>\n</Project>",
    );
    let ran = run(stage.path(), &PUBLISH);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("Shop.csproj:3:3"), "{}", ran.stderr);
    assert!(!stage.path().join("out").exists());
}

#[test]
fn a_malformed_web_config_shows_the_place_and_is_left_alone() {
    let stage = Stage::new();
    stage.write("output/web.config", "<configuration>\n  <location>\n</configuration>\n");
    stage.write("project/web.config", "<configuration>\n  <location>\n</configuration>\n");
    refused(
        &stage,
        &PUBLISH,
        2,
        &["web.config:3:1", "`</configuration>` does not close `<location>`"],
    );
}

#[test]
fn a_malformed_runtimeconfig_is_a_finding_with_its_place() {
    let stage = Stage::new();
    stage.write(
        "output/Shop.runtimeconfig.json",
        "{\n  \"runtimeOptions\": {\n    \"tfm\": \"net8.0\",\n  }\n}\n",
    );
    let ran = run(stage.path(), &PUBLISH);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("Shop.runtimeconfig.json:"), "{}", ran.stdout);
    assert!(ran.stdout.contains("[A003]"), "{}", ran.stdout);
    assert!(!stage.path().join("out").exists());
}

#[test]
fn an_output_without_app_says_so() {
    let stage = Stage::new();
    fs::remove_dir_all(stage.path().join("output")).unwrap();
    stage.write("output/readme.txt", "nothing to start");
    refused(
        &stage,
        &["publish", "--output", "output"],
        2,
        &["`output` holds no app", "dotnet publish"],
    );
    refused(&stage, &["publish", "--output", "nowhere"], 2, &["`nowhere` does not exist"]);
}

#[test]
fn an_output_with_two_apps_asks_which() {
    let stage = Stage::new();
    for (from, to) in [
        ("Shop.dll", "Admin.dll"),
        ("Shop.runtimeconfig.json", "Admin.runtimeconfig.json"),
        ("Shop.exe", "Admin.exe"),
    ] {
        fs::copy(stage.path().join("output").join(from), stage.path().join("output").join(to))
            .unwrap();
    }
    fs::remove_file(stage.path().join("output/web.config")).unwrap();
    refused(
        &stage,
        &["publish", "--output", "output"],
        2,
        &["several apps: Admin, Shop", "--entry"],
    );
}

#[test]
fn a_library_is_no_app() {
    let stage = Stage::new();
    stage.write("project/Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>");
    refused(&stage, &PUBLISH, 2, &["is a library"]);
}

#[test]
fn a_publish_profile_that_is_not_there_ends_before_anything_is_packaged() {
    let stage = Stage::new();
    let ran = run(stage.path(), &[&PUBLISH[..], &["-p:PublishProfile=Prdo"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("the publish profile `Prdo` was not found"), "{}", ran.stderr);
    assert!(!stage.path().join("out/Shop.zip").exists());
    let ran = run(stage.path(), &[&PUBLISH[..], &["-p:PublishProfile="]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn a_net_framework_app_is_not_ours() {
    let stage = Stage::new();
    stage.write("project/Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net48</TargetFramework></PropertyGroup></Project>");
    refused(&stage, &PUBLISH, 2, &[".NET Framework"]);
}

#[test]
fn an_output_among_the_sources_is_refused() {
    let stage = Stage::new();
    fs::rename(stage.path().join("output"), stage.path().join("project/output")).unwrap();
    let arguments = ["publish", "project", "--output", "project/output"];
    refused(&stage, &arguments, 2, &["lies among the sources", "DefaultItemExcludes"]);
    refused(
        &stage,
        &["publish", "project", "--output", "project"],
        2,
        &["is the project's own folder"],
    );
}

#[test]
fn an_output_that_the_project_leaves_out_is_fine() {
    let stage = Stage::new();
    fs::create_dir_all(stage.path().join("project/bin/Release")).unwrap();
    fs::rename(stage.path().join("output"), stage.path().join("project/bin/Release/publish"))
        .unwrap();
    let ran = run(stage.path(), &["publish", "project", "--output", "project/bin/Release/publish"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_target_that_is_the_output_is_refused() {
    let stage = Stage::new();
    let to = |target: &'static str| ["publish", "--output", "output", "--to", target];
    refused(&stage, &to("output"), 2, &["the same folder"]);
    refused(&stage, &to("output/site"), 2, &["lies inside the source"]);
    refused(&stage, &to("."), 2, &["lies inside the destination"]);
}

#[test]
fn a_package_that_is_a_folder_is_refused() {
    let stage = Stage::new();
    fs::create_dir(stage.path().join("out")).unwrap();
    refused(
        &stage,
        &["publish", "--output", "output", "--package", "out"],
        2,
        &["`out` is a folder"],
    );
    refused(
        &stage,
        &["pack", "output", "-o", "output/Shop.zip"],
        2,
        &["inside the folder it is made of"],
    );
}

#[test]
fn a_path_that_leads_nowhere_or_to_the_wrong_kind_is_named() {
    let stage = Stage::new();
    refused(&stage, &["sync", "nowhere", "site"], 2, &["`nowhere` does not exist"]);
    refused(&stage, &["sync", "output/Shop.dll", "site"], 2, &["is not a folder"]);
    refused(&stage, &["inspect", "nowhere.dll"], 2, &["`nowhere.dll` does not exist"]);
    refused(&stage, &["check", "--publish", "nowhere"], 2, &["`nowhere` does not exist"]);
    for words in [&["sync", "output"][..], &["releases", "list"], &["releases", "prune"]] {
        let rollback: &[&str] = if words[0] == "sync" { &["--rollback"] } else { &[] };
        let on = |place| [words, &[place], rollback].concat();
        refused(&stage, &on("nowhere"), 2, &["`nowhere` does not exist"]);
        refused(&stage, &on("output/Shop.dll"), 2, &["`output/Shop.dll` is not a folder"]);
    }
    refused(&stage, &["releases", "activate", "nowhere", "x"], 2, &["`nowhere` does not exist"]);
}

#[test]
fn a_folder_without_releases_has_none_to_switch_to_and_none_to_remove() {
    let stage = Stage::new();
    assert_eq!(run(stage.path(), &["sync", "output", "sites/shop"]).code, 0);
    assert_eq!(run(stage.path(), &["sync", "output", "sites"]).code, 0, "it is locked, too");
    stage.write("empty/x", "");
    std::fs::remove_file(stage.path().join("empty/x")).unwrap();
    let before = stage.listing();
    for folder in ["output", "empty", "sites/shop", "sites"] {
        let makes = format!("`iisle sync SRC --releases {folder}` makes one");
        let none = format!("there are no releases in `{folder}`");
        for words in [&["releases", "activate", folder][..], &["releases", "activate", folder, "x"]]
        {
            refused(&stage, words, 2, &[&none, &makes]);
        }
        for verb in ["list", "prune"] {
            let ran = run(stage.path(), &["releases", verb, folder]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            assert_eq!(ran.stdout, format!("no releases in `{folder}`; {makes}\n"));
        }
    }
    assert_eq!(stage.listing(), before, "something was written, or the backup of a site removed");
    let words = ["sync", "output", "--releases", "rel", "--shared", "../x"];
    refused(&stage, &words, 2, &["what releases share is a folder of the site", "`../x`"]);
}

#[test]
fn patterns_that_leave_nothing_to_sync_are_named() {
    let stage = Stage::new();
    for (words, said) in [
        (&["--include", "*.foo"][..], "check --include `*.foo`"),
        (&["--exclude", "**"], "check --exclude `**`"),
    ] {
        let ran = run(stage.path(), &[&["sync", "output", "site"][..], words].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let said = format!("warning: no file of `output` is left to sync: {said}");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
        assert!(!stage.path().join("site").exists());
    }
    let ran = run(stage.path(), &["sync", "output", "site", "--exclude", "*.foo"]);
    assert!(ran.code == 0 && ran.stderr.is_empty(), "{}", ran.stderr);
    refused(&stage, &["sync", "output", "site", "--stream", "a b"], 2, &["`a b` is no name"]);
}

#[test]
fn a_folder_called_web_config_is_named() {
    let stage = Stage::new();
    fs::remove_file(stage.path().join("output/web.config")).unwrap();
    fs::create_dir(stage.path().join("output/web.config")).unwrap();
    refused(&stage, &["publish", "--output", "output"], 2, &["`web.config`"]);
}

#[test]
fn a_wish_that_cannot_be_read_stops_before_anything_is_written() {
    let stage = Stage::new();
    fs::remove_file(stage.path().join("output/web.config")).unwrap();
    let allow = |id: &'static str| ["publish", "--output", "output", "--allow", id];
    refused(&stage, &allow("P999"), 2, &["there is no rule `P999`", "P001"]);
    refused(&stage, &allow("Development"), 2, &["`Development` is no rule id"]);
}

#[test]
fn a_target_below_a_file_cannot_be_created() {
    let stage = Stage::new();
    stage.write("site", "a file");
    let ran = run(stage.path(), &["publish", "--output", "output", "--to", "site"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("`site` is not a folder"), "{}", ran.stderr);
    assert_eq!(fs::read(stage.path().join("site")).unwrap(), b"a file");
}

#[test]
fn a_locked_file_is_named_before_anything_is_touched() {
    let stage = Stage::new();
    let first = run(stage.path(), &["publish", "--output", "output", "--to", "site"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    stage.write("output/Shop.dll.config", "new");
    let dll = stage.path().join("site/Shop.dll");
    fs::write(&dll, b"old").unwrap();
    let held = hold(&dll);
    let before = stage.listing();
    let at_once = ["--offline", "never", "--lock-timeout", "0", "--on-drift", "overwrite"];
    let words = [&["publish", "--output", "output", "--to", "site"][..], &at_once].concat();
    let ran = run(stage.path(), &words);
    assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("`Shop.dll` is in use"), "{}", ran.stderr);
    assert_eq!(stage.listing(), before, "something was touched");
    drop(held);
    assert_eq!(run(stage.path(), &["publish", "--output", "output", "--to", "site"]).code, 0);
    assert_ne!(fs::read(&dll).unwrap(), b"old");
}

/// Opens a file as a running app would: for writing, and on Windows without sharing.
fn hold(path: &Path) -> fs::File {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true);
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
    options.open(path).unwrap()
}

#[test]
fn a_long_path_is_packed_and_synced() {
    let stage = Stage::new();
    let long = format!("{}/{}/{}.txt", "a".repeat(90), "b".repeat(90), "c".repeat(90));
    // Of this length, Windows itself needs the prefix that the test does not use.
    if cfg!(unix) {
        stage.write(&format!("output/wwwroot/{long}"), "deep");
    }
    let ran = run(
        stage.path(),
        &["publish", "--output", "output", "--package", "out/Shop.zip", "--to", "site"],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(stage.path().join("site/wwwroot").join(&long).is_file(), cfg!(unix));
}

#[cfg(unix)]
mod names {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::{Stage, refused, run};

    #[test]
    fn names_that_windows_forbids_are_refused() {
        for name in ["CON", "wwwroot/aux.js", "trailing.", "a:b"] {
            let stage = Stage::new();
            stage.write(&format!("output/{name}"), "x");
            refused(&stage, &["sync", "output", "site"], 1, &[name]);
            refused(&stage, &["pack", "output", "-o", "out/Shop.zip"], 2, &[name]);
        }
    }

    #[test]
    fn names_that_differ_only_in_case_are_refused() {
        let stage = Stage::new();
        stage.write("output/wwwroot/a.js", "1");
        stage.write("output/wwwroot/A.js", "2");
        refused(&stage, &["sync", "output", "site"], 1, &["`wwwroot/A.js` and `wwwroot/a.js`"]);
        refused(&stage, &["pack", "output", "-o", "out/Shop.zip"], 2, &["one name on Windows"]);
    }

    #[test]
    fn names_that_are_no_unicode_are_refused() {
        let stage = Stage::new();
        let name = OsStr::from_bytes(b"bad\xff.txt");
        // Not every file system holds such a name.
        if fs::write(stage.path().join("output").join(name), "x").is_ok() {
            refused(&stage, &["sync", "output", "site"], 1, &["not valid Unicode"]);
            refused(&stage, &["pack", "output", "-o", "out/Shop.zip"], 2, &["not valid Unicode"]);
        }
    }

    #[test]
    fn a_link_that_leaves_the_folder_is_refused() {
        let stage = Stage::new();
        stage.write("secret.txt", "not for visitors");
        symlink("../secret.txt", stage.path().join("output/link.txt")).unwrap();
        refused(&stage, &["sync", "output", "site"], 1, &["link.txt", "leaves the folder"]);
        refused(&stage, &["pack", "output", "-o", "out/Shop.zip"], 2, &["leaves the folder"]);
    }

    #[test]
    fn a_link_within_the_folder_is_followed() {
        let stage = Stage::new();
        symlink("appsettings.json", stage.path().join("output/linked.json")).unwrap();
        let ran = run(stage.path(), &["sync", "output", "site"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(stage.path().join("site/linked.json").symlink_metadata().unwrap().is_file());
    }
}

#[test]
fn a_web_config_that_the_project_links_and_that_is_not_there_is_named_with_its_item() {
    let stage = Stage::new();
    let project = fs::read_to_string(stage.path().join("project/Shop.csproj")).unwrap();
    let item = "  <ItemGroup>\n    <Content Include=\"../all/web.config\" Link=\"web.config\" CopyToPublishDirectory=\"Always\" />\n  </ItemGroup>\n</Project>";
    stage.write("project/Shop.csproj", &project.replace("</Project>", item));
    refused(
        &stage,
        &PUBLISH,
        2,
        &["as web.config, which is no file", "all/web.config", "Shop.csproj:8:5"],
    );
}
