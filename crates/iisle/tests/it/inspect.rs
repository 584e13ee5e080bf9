//! What `iisle inspect` shows of outputs and packages.

use crate::stage::{Stage, run};

#[test]
fn the_picture_of_an_output_says_what_the_server_needs_and_where_the_bytes_are() {
    let stage = Stage::of(&iisle_testdata::case("publish", "shop"));
    let ran = run(stage.path(), &["inspect", "output"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for line in [
        "  kind        framework-dependent, for one runtime (fdd-rid)",
        "on the server",
        "  install  the Hosting Bundle of .NET",
        "  module   AspNetCoreModuleV2, inprocess",
        "programs and libraries",
        "100.0%",
        "  the largest",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    let listed = run(stage.path(), &["inspect", "output", "--files"]);
    assert!(listed.stdout.contains("\nfiles\n") && !listed.stdout.contains("the largest"));
}

#[test]
fn a_package_is_shown_as_package_show_does() {
    let stage = Stage::new();
    let packed = run(stage.path(), &["pack", "output", "-o", "App.zip"]);
    assert_eq!(packed.code, 0, "{}", packed.stderr);
    let inspected = run(stage.path(), &["inspect", "App.zip"]);
    let shown = run(stage.path(), &["package", "show", "App.zip"]);
    assert_eq!((inspected.code, inspected.stdout), (0, shown.stdout));
    let json = run(stage.path(), &["inspect", "App.zip", "--format", "json"]);
    assert!(json.stdout.contains("\"subject\":\"package\""), "{}", json.stdout);
    stage.write("no.zip", "PK");
    let refused = run(stage.path(), &["inspect", "no.zip"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("cannot read the package `no.zip`"), "{}", refused.stderr);
}
