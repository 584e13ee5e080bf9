//! The corpus `testdata/pe`: images, folders composed of them, and answers of real hosts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use iisle_inspect::image::{
    Bundle, Host, Image, ImageKind, Machine, RunsAs, Subsystem, TargetOs, inspect_image,
};
use iisle_inspect::publish::{Arch, File, InspectOptions, PublishOutput, inspect};
use iisle_inspect::resolve::{HostSettings, Resolution, Runtimes, resolve};
use iisle_path::RelPath;
use iisle_tree::{LocalTree, MemoryTree, Ticks, Tree};
use serde_json::{Value, json};

fn read(path: PathBuf, file: &str) -> Vec<u8> {
    let tree = LocalTree::open(path).unwrap();
    tree.read_all(&RelPath::parse(file).unwrap(), 64 << 20).unwrap()
}

fn case(name: &str) -> PathBuf {
    iisle_testdata::case("pe", name)
}

fn json_of(name: &str, file: &str) -> Value {
    serde_json::from_slice(&read(case(name), file)).unwrap()
}

fn image_bytes(name: &str) -> Vec<u8> {
    read(case("images").join("in"), name)
}

fn facts(image: &Image) -> Value {
    json!({
        "format": image.format.word(),
        "machine": image.machine.map(Machine::word),
        "bits": image.bits,
        "image": image.image.map(ImageKind::word),
        "managed": image.managed,
        "il_only": image.il_only,
        "requires_32bit": image.requires_32bit,
        "prefers_32bit": image.prefers_32bit,
        "strong_name_signed": image.strong_name_signed,
        "native_code": image.native_code.word(),
        "target_os": image.target_os.map(TargetOs::word),
        "subsystem": image.subsystem.map(Subsystem::word),
        "runs_as": image.runs_as.as_ref().map(RunsAs::word),
        "assembly": image.assembly.as_ref().map(|it| json!({"name": it.name, "version": it.version})),
        "exports": image.exports,
        "host": image.host.as_ref().map(host),
    })
}

fn host(host: &Host) -> Value {
    let mut found = json!({
        "kind": host.kind.word(),
        "bound": host.bound,
        "app": host.app,
        "bundle": host.bundle.is_some(),
    });
    if let Some(Bundle { offset, major, minor, id, extracts, files }) = &host.bundle {
        found["header_offset"] = json!(offset);
        found["major"] = json!(major);
        found["minor"] = json!(minor);
        found["bundle_id"] = json!(id);
        found["netcoreapp3_compat"] = json!(extracts);
        let files: Vec<_> = files.iter().map(|file| json!([file.path, file.size])).collect();
        found["files"] = json!(files);
    }
    found
}

#[test]
fn images_are_what_their_makers_say() {
    let expected = json_of("images", "expected.json");
    let mut wrong = String::new();
    for (name, expected) in expected.as_object().unwrap() {
        let bytes = image_bytes(name);
        let size = bytes.len() as u64;
        let image = inspect_image(name, size, &mut std::io::Cursor::new(bytes)).unwrap();
        let found = facts(&image);
        for (key, expected) in expected.as_object().unwrap() {
            let mut expected = expected.clone();
            let found = match key.as_str() {
                "size" | "sha256" | "note" | "unconfirmed" => continue,
                "error" => json!(image.error.is_some()),
                _ => found[key].clone(),
            };
            if key == "error" {
                expected = json!(true);
            }
            // The maker also lists the numbers of the types of bundled files.
            if let Some(files) = expected.get_mut("files").and_then(Value::as_array_mut) {
                for file in files {
                    *file = json!([file[0], file[2]]);
                }
            }
            if found != expected {
                writeln!(wrong, "{name} {key}: {found}, expected {expected}").unwrap();
            }
        }
    }
    assert_eq!(wrong, "");
}

/// The image with every section marked as code.
fn all_code(mut bytes: Vec<u8>) -> Vec<u8> {
    let word = |bytes: &[u8], at: usize| usize::from(bytes[at]) | usize::from(bytes[at + 1]) << 8;
    let header = word(&bytes, 0x3c);
    let (sections, optional) = (word(&bytes, header + 6), word(&bytes, header + 20));
    for section in 0..sections {
        bytes[header + 24 + optional + 40 * section + 39] |= 0x20;
    }
    bytes
}

#[test]
fn hosts_are_recognized_whose_linker_put_data_among_code() {
    let mut count = 0;
    for name in ["apphost-app-x64.exe", "singlefile-fdd.exe"] {
        let bytes = all_code(image_bytes(name));
        let size = bytes.len() as u64;
        let image = inspect_image(name, size, &mut std::io::Cursor::new(bytes)).unwrap();
        let expected = &json_of("images", "expected.json")[name]["host"];
        assert_eq!(facts(&image)["host"]["kind"], expected["kind"], "{name}");
        assert_eq!(facts(&image)["host"]["app"], expected["app"], "{name}");
        count += 1;
    }
    assert_eq!(count, 2);
}

/// A folder of the case `folders` as a tree.
fn tree(files: &Value) -> MemoryTree {
    let mut tree = MemoryTree::unix();
    for (path, content) in files.as_object().unwrap() {
        let bytes = if let Some(name) = content["pe"].as_str() {
            image_bytes(name)
        } else if let Some(text) = content["text"].as_str() {
            text.as_bytes().to_vec()
        } else {
            vec![0; usize::try_from(content["size"].as_u64().unwrap()).unwrap()]
        };
        tree = tree.with_file(path, bytes, Ticks::UNIX_EPOCH);
    }
    tree
}

fn conflicts(output: &PublishOutput) -> Value {
    let list = output.conflicts.iter().map(|it| {
        let severity = it.severity.word()[..1].to_uppercase();
        json!({"path": it.path.as_str(), "class": it.class(), "severity": severity})
    });
    list.collect()
}

/// The lines of `findings` that were not observed.
fn unobserved(output: &PublishOutput, expected: &Value) -> Vec<String> {
    let seen: BTreeSet<String> = output
        .observations
        .iter()
        .flat_map(|it| {
            let (what, path) = (it.what.word(), it.path.clone().unwrap_or_default());
            let severity = it.severity.word()[..1].to_uppercase();
            [what.to_owned(), format!("{what} {path}"), format!("{what} {path} {severity}")]
        })
        .collect();
    let lines: Vec<_> =
        expected.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    if lines.is_empty() {
        let unwanted = ["missing-asset ", "leftover "];
        return seen
            .into_iter()
            .filter(|it| unwanted.iter().any(|no| it.starts_with(no)))
            .collect();
    }
    lines.into_iter().filter(|line| !seen.contains(*line)).map(str::to_owned).collect()
}

#[test]
fn folders_are_what_their_makers_say() {
    let folders = json_of("folders", "folders.json");
    let mut wrong = String::new();
    for (name, folder) in folders.as_object().unwrap() {
        let entry = folder["project"]["AssemblyName"].as_str().map(str::to_owned);
        let options = InspectOptions { entry, names: vec![name.clone()] };
        let output = inspect(&tree(&folder["files"]), &options).unwrap();
        let classes = |wanted: &Value| -> Value {
            let class = |file: &File| json!(file.class.word());
            let paths = wanted.as_object().unwrap().keys();
            paths.map(|path| (path.clone(), output.file(path).map_or(Value::Null, class))).collect()
        };
        for (key, expected) in folder["expect"].as_object().unwrap() {
            let found = match key.as_str() {
                "kind" => json!(output.kind.word()),
                "entry" => json!(output.entry),
                "arch" => json!(output.arch.map(Arch::word)),
                "rid" => json!(output.rid),
                "self_contained" => json!(output.self_contained),
                "candidates" => json!(output.candidates),
                "conflicts" => conflicts(&output),
                "classes" => classes(expected),
                "findings" => {
                    let missing = unobserved(&output, expected);
                    if missing.is_empty() { expected.clone() } else { json!(missing) }
                }
                // Of self-contained outputs the maker means what is included.
                "frameworks" => {
                    let all = output.frameworks.iter().chain(&output.included_frameworks);
                    all.map(|it| json!([it.name, it.version])).collect()
                }
                other => panic!("an unknown key {other}"),
            };
            if found != *expected {
                writeln!(wrong, "{name} {key}: {found}, expected {expected}").unwrap();
            }
        }
    }
    assert_eq!(wrong, "");
}

/// An app that names these frameworks, asked of a machine with these versions.
fn ask(
    references: &Value,
    policy: &Value,
    installed: &Value,
    settings: &HostSettings,
) -> Resolution {
    let real = |name: &str| match name {
        "Fake.Core" => "Microsoft.NETCore.App".to_owned(),
        "Fake.Web" => "Microsoft.AspNetCore.App".to_owned(),
        other => other.to_owned(),
    };
    let mut references = references.clone();
    for reference in references.as_array_mut().unwrap() {
        reference["name"] = json!(real(reference["name"].as_str().unwrap()));
        reference.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    let mut options = json!({"tfm": "net8.0", "frameworks": references});
    if !policy.is_null() {
        options["rollForward"] = policy.clone();
    }
    let config = json!({"runtimeOptions": options}).to_string();
    let tree = MemoryTree::unix()
        .with_file("App.dll", image_bytes("il-anycpu-appdll.dll"), Ticks::UNIX_EPOCH)
        .with_file("App.runtimeconfig.json", config, Ticks::UNIX_EPOCH);
    let output = inspect(&tree, &InspectOptions::default()).unwrap();
    let mut list = String::new();
    for (name, versions) in installed.as_object().unwrap() {
        for version in versions.as_array().unwrap() {
            let (name, version) = (real(name), version.as_str().unwrap());
            writeln!(list, "{name} {version} [/usr/share/dotnet/shared/{name}]").unwrap();
        }
    }
    resolve(&output, &Runtimes::parse(&list), settings).unwrap()
}

fn chosen(resolution: &Resolution) -> Value {
    let fake = |name: &str| match name {
        "Microsoft.NETCore.App" => "Fake.Core",
        _ => "Fake.Web",
    };
    let chosen = resolution.frameworks.iter();
    let chosen: Value = chosen.map(|it| (fake(&it.name).to_owned(), json!(it.chosen))).collect();
    if resolution.exit.is_some() { Value::Null } else { chosen }
}

#[test]
fn hosts_choose_the_same_frameworks() {
    let mut wrong = String::new();
    let mut asked = 0;
    let files = ["host-3.1.23.json", "host-10.0.json"];
    for answers in files.map(|file| json_of("host", file)) {
        for query in answers["single"]
            .as_array()
            .unwrap()
            .iter()
            .chain(answers["precedence"].as_array().unwrap())
        {
            // What a command line says is the caller's to know.
            let told = query["cli"].as_array().is_some_and(|it| !it.is_empty());
            let variables = query["env"].as_object().cloned().unwrap_or_default();
            if told || variables.contains_key("DOTNET_ROLL_FORWARD_ON_NO_CANDIDATE_FX") {
                continue;
            }
            let text = |name: &str| variables.get(name).and_then(Value::as_str);
            let settings = HostSettings {
                roll_forward: text("DOTNET_ROLL_FORWARD").map(str::to_owned),
                to_prerelease: text("DOTNET_ROLL_FORWARD_TO_PRERELEASE") == Some("1"),
            };
            let references = json!([{"name": "Fake.Core", "version": query["requested"]}]);
            let installed = json!({"Fake.Core": query["installed"]});
            let found = ask(&references, &query["rollForward"], &installed, &settings);
            let expected = match &query["chosen"] {
                Value::Null => Value::Null,
                version => json!({"Fake.Core": version}),
            };
            asked += 1;
            if chosen(&found) != expected || json!(found.exit) != query["exit"] {
                writeln!(wrong, "{query}: {found:?}").unwrap();
            }
        }
        for query in answers["multi"].as_array().unwrap() {
            let settings = HostSettings::default();
            let found =
                ask(&query["frameworks"], &query["rollForward"], &query["installed"], &settings);
            asked += 1;
            if chosen(&found) != query["resolved"] || json!(found.exit) != query["exit"] {
                writeln!(wrong, "{query}: {found:?}").unwrap();
            }
        }
    }
    assert_eq!(wrong, "");
    assert!(asked > 240, "only {asked} were asked");
}

/// Whether an app of two JSON files starts, and with which code it does not.
#[test]
fn hosts_refuse_the_same_files() {
    let answers = json_of("host", "host-10.0.json");
    let mut wrong = String::new();
    for query in answers["files"].as_array().unwrap() {
        let mut tree = MemoryTree::unix().with_file(
            "App.dll",
            image_bytes("il-anycpu-appdll.dll"),
            Ticks::UNIX_EPOCH,
        );
        for (key, file) in [("runtimeconfig", "App.runtimeconfig.json"), ("deps", "App.deps.json")]
        {
            let Some(text) = query[key].as_str() else { continue };
            // Files that are no text begin with a mark and are left to the tests of the reader.
            let bytes =
                if text.starts_with("base64:") { vec![0xff, 0xfe, b'{', 0] } else { text.into() };
            tree = tree.with_file(file, bytes, Ticks::UNIX_EPOCH);
        }
        let output = inspect(&tree, &InspectOptions::default()).unwrap();
        let installed = Runtimes::parse("Microsoft.NETCore.App 10.0.12 [/usr/share/dotnet]");
        let settings = HostSettings::default();
        let found = resolve(&output, &installed, &settings).and_then(|it| it.exit);
        // The host crashes on a deps.json of nothing but braces; the older one ended with 139.
        let exit = query["exit"].as_i64().map(|it| if it == -6 { 139 } else { it });
        let expected = if query["runs"] == json!(true) { None } else { exit };
        if found.map(i64::from) != expected {
            writeln!(wrong, "{}: {found:?}, expected {expected:?}", query["name"]).unwrap();
        }
    }
    assert_eq!(wrong, "");
}
