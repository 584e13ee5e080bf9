//! The corpus `testdata/publish`: outputs of the SDK, with what their makers asked for.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use iisle_inspect::image::Image;
use iisle_inspect::publish::{InspectOptions, PublishOutput, Severity, inspect};
use iisle_path::RelPath;
use iisle_tree::{LocalTree, Tree};

fn output(case: &Path) -> PublishOutput {
    let tree = LocalTree::open(case.join("output")).unwrap();
    inspect(&tree, &InspectOptions::default()).unwrap()
}

fn expected(case: &Path) -> toml::Table {
    let tree = LocalTree::open(case).unwrap();
    let bytes = tree.read_all(&RelPath::parse("case.toml").unwrap(), 1 << 20).unwrap();
    let table: toml::Table = toml::from_str(std::str::from_utf8(&bytes).unwrap()).unwrap();
    table["expect"].as_table().unwrap().clone()
}

/// What was found, in the words of `case.toml`; what is unknown is left out there.
fn found(output: &PublishOutput) -> toml::Table {
    let frameworks = |list: &[iisle_inspect::publish::FrameworkReference]| {
        let pairs = list.iter().map(|it| vec![it.name.clone(), it.version.clone()]);
        toml::Value::try_from(pairs.collect::<Vec<_>>()).unwrap()
    };
    let mut table = toml::Table::new();
    let mut put = |key: &str, value: Option<toml::Value>| {
        if let Some(value) = value {
            table.insert(key.to_owned(), value);
        }
    };
    put("kind", Some(output.kind.word().into()));
    put("entry", output.entry.clone().map(Into::into));
    put("arch", output.arch.map(|it| it.word().into_owned().into()));
    put("rid", output.rid.clone().map(Into::into));
    put("self_contained", output.self_contained.map(Into::into));
    put("frameworks", Some(frameworks(&output.frameworks)));
    if !output.included_frameworks.is_empty() {
        put("included_frameworks", Some(frameworks(&output.included_frameworks)));
    }
    table
}

#[test]
fn outputs_are_what_was_asked_for() {
    for name in iisle_testdata::cases("publish") {
        let case = iisle_testdata::case("publish", &name);
        assert_eq!(found(&output(&case)), expected(&case), "{name}");
    }
}

#[test]
fn outputs_of_the_sdk_have_no_conflicts_and_lack_nothing() {
    for name in iisle_testdata::cases("publish") {
        let output = output(&iisle_testdata::case("publish", &name));
        assert_eq!(output.conflicts, [], "{name}");
        let errors: Vec<_> = output
            .observations
            .iter()
            .filter(|it| it.severity == Severity::Error)
            .map(|it| (it.what.word(), it.path.as_deref()))
            .collect();
        // The SDK writes `inprocess` for single files, too.
        let single = ("single-file-in-process", Some("web.config"));
        let allowed = if output.kind.is_single_file() { vec![single] } else { Vec::new() };
        assert_eq!(errors, allowed, "{name}");
        let damaged: Vec<_> = output
            .files
            .iter()
            .filter(|file| file.image.as_ref().is_some_and(|image| image.error.is_some()))
            .collect();
        assert_eq!(damaged, Vec::<&iisle_inspect::publish::File>::new(), "{name}");
    }
}

#[test]
fn classes_of_the_shop() {
    let output = output(&iisle_testdata::case("publish", "shop"));
    let sums: Vec<_> = output
        .classes
        .iter()
        .map(|(class, sum)| format!("{} {}", class.word(), sum.files))
        .collect();
    insta::assert_snapshot!(sums.join("\n"), @r"
    entry 4
    hosting-config 1
    package 24
    native 1
    satellite 61
    symbols 1
    json-config 4
    static 26
    static-manifest 1
    ");
    let host = output.entry_program().and_then(|file| file.image.as_ref());
    let host = host.and_then(|image| image.host.as_ref()).unwrap();
    assert_eq!((host.bound, host.app.as_deref()), (Some(true), Some("Store.dll")));
    let native = output.file("microsoft.data.sqlclient.sni.dll").unwrap();
    assert_eq!(native.class.word(), "native");
    assert!(native.image.as_ref().is_some_and(Image::is_native_pe));
    let assets = output.static_assets.as_ref().unwrap();
    assert!(assets.endpoints > 20 && assets.missing.is_empty() && assets.wrong_size.is_empty());
}

#[test]
fn the_bundle_of_a_single_file_is_read() {
    let output = output(&iisle_testdata::case("publish", "orders-single"));
    let bundle = output.entry_program().and_then(|file| file.image.as_ref()?.bundle()).unwrap();
    let files: Vec<_> =
        bundle.files.iter().map(|it| format!("{} {}", it.kind.word(), it.path)).collect();
    insta::assert_snapshot!(files.join("\n"), @r"
    assembly Orders.dll
    runtimeconfig Orders.runtimeconfig.json
    assembly Dapper.dll
    deps Orders.deps.json
    ");
    assert!(output.runtime_config().unwrap().bundled && output.deps().unwrap().bundled);
}
