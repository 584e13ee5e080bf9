//! Packages in all their forms, made, read and applied again.

use std::path::{Path, PathBuf};

use iisle_ops::{
    ConnectionStrings, Environment, ExtractRequest, FileValue, PackForm, PackReport, PackRequest,
    PackSettings, PackageRequest, Sbom, SetAcl, extract_package, pack,
};
use iisle_path::RelPath;
use iisle_tree::{LocalTree, Stamp, Ticks, Tree, TreeMut, host};

use crate::in_context;

fn site(folder: &Path) -> PathBuf {
    let site = folder.join("site");
    let files: [(&str, &str); 4] = [
        (
            "web.config",
            "<configuration><connectionStrings><add name='Main' connectionString='x' /></connectionStrings></configuration>",
        ),
        ("appsettings.json", r#"{ "Smtp": { "Port": 25 } }"#),
        ("wwwroot/site.css", "body { }"),
        ("wwwroot/large.js", &"let x = 1;\n".repeat(2000)),
    ];
    for (name, content) in files {
        let path = site.join(name);
        host::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        host::write_atomic(&path, content.as_bytes()).expect("it can be written");
    }
    site
}

fn run(request: &PackRequest) -> Result<PackReport, iisle_ops::Failure> {
    in_context(|context| pack(context, request))
}

fn text(path: &Path) -> String {
    String::from_utf8(host::read(path, 1 << 20).expect("it is there")).expect("it is UTF-8")
}

#[test]
fn a_cache_changes_nothing_but_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let mut request = PackRequest {
        folder: site(folder.path()),
        package: folder.path().join("A.zip"),
        settings: PackSettings::default(),
    };
    let plain = run(&request).unwrap();
    request.settings.cache = Some(cache.clone());
    let first = run(&request).unwrap();
    let second = run(&request).unwrap();
    assert_eq!(
        (first.package.digest, second.package.digest),
        (plain.package.digest, plain.package.digest)
    );
    let (first, second) = (first.cache.unwrap(), second.cache.unwrap());
    assert_eq!((first.hits, first.misses, second.hits, second.misses), (0, 1, 1, 0));
    // What is damaged in the cache is compressed again.
    for kept in host::files_below(&cache).unwrap() {
        host::write_atomic(&kept, b"\x08abcdgarbage").unwrap();
    }
    let third = run(&request).unwrap();
    assert_eq!(third.package.digest, plain.package.digest);
    assert_eq!(third.cache.unwrap().misses, 1);
}

#[test]
fn a_package_that_is_a_folder_is_read_and_kept_exact() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("App");
    let settings = PackSettings {
        form: PackForm::Folder,
        skip: vec!["*.js".to_owned()],
        ..PackSettings::default()
    };
    let request = PackRequest { folder: site(folder.path()), package: package.clone(), settings };
    let report = run(&request).unwrap();
    assert_eq!((report.files, report.skipped.len()), (3, 1));
    let stray = package.join("Content/C_C/app/old.dll");
    host::write_atomic(&stray, b"MZ").unwrap();
    assert!(!run(&request).unwrap().is_unchanged());
    assert!(!host::exists(&stray), "it would be deployed");
    assert!(run(&request).unwrap().is_unchanged());
    let read = PackageRequest { package, offset_minutes: 0 }.open().unwrap();
    assert_eq!(read.form().word(), "archive-dir");
    assert_eq!(read.contents()[0].files.len(), 3);
    let occupied = PackRequest { package: folder.path().join("site/wwwroot"), ..request };
    assert!(run(&occupied).is_err(), "a folder that is no package is left alone");
}

#[test]
fn environments_rights_values_and_a_bill_of_materials_lie_beside_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let values = folder.path().join("staging.xml");
    host::write_atomic(
        &values,
        br#"<parameters><setParameter name="Port" value="587" /></parameters>"#,
    )
    .unwrap();
    let port = FileValue {
        name: "Port".to_owned(),
        file: "appsettings.json".to_owned(),
        place: "/Smtp/Port".to_owned(),
    };
    let settings = PackSettings {
        environments: vec![Environment { name: "Staging".to_owned(), values: Some(values) }],
        access: vec![SetAcl { folder: "logs".to_owned(), access: "Modify".to_owned() }],
        values: vec![port],
        connection_strings: ConnectionStrings::Parameters,
        sbom: Sbom::Beside,
        ..PackSettings::default()
    };
    let package = folder.path().join("out/App.zip");
    let mut request = PackRequest { folder: site(folder.path()), package, settings };
    let report = run(&request).unwrap();
    let names: Vec<_> = report.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(
        names,
        ["IIS Web Application Name", "Port", "Main-Web.config Connection String", "Access to logs"]
    );
    let staging = text(&folder.path().join("out/App.SetParameters.Staging.xml"));
    assert!(staging.contains(r#"name="Port" value="587""#), "{staging}");
    assert!(text(&report.sbom.unwrap()).contains(r#""specVersion": "1.6""#));
    assert!(text(&report.digests_file).contains("App.cdx.json"));
    request.settings.environments[0].name = "../x".to_owned();
    assert!(run(&request).is_err());
}

#[test]
fn a_package_that_is_a_folder_holds_times_that_a_zip_file_could() {
    let folder = tempfile::tempdir().unwrap();
    let source = site(folder.path());
    let (tree, path) = (LocalTree::open(&source).unwrap(), RelPath::parse("web.config").unwrap());
    let stamp = tree.stamp(&path).unwrap().unwrap();
    tree.touch(&path, Stamp { modified: Ticks::UNIX_EPOCH, ..stamp }).unwrap();
    let settings = PackSettings { form: PackForm::Folder, ..PackSettings::default() };
    let package = folder.path().join("App");
    let request = PackRequest { folder: source, package: package.clone(), settings };
    run(&request).unwrap();
    let content = LocalTree::open(package.join("Content/C_C/app")).unwrap();
    assert_eq!(content.stamp(&path).unwrap().unwrap().modified, Ticks::from_unix(315_532_800, 0));
    assert!(run(&request).unwrap().is_unchanged());
}

#[test]
fn a_right_on_a_file_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let right = |folder: &str| SetAcl { folder: folder.to_owned(), access: "Modify".to_owned() };
    let package = folder.path().join("out/App.zip");
    let mut request = PackRequest {
        folder: site(folder.path()),
        package: package.clone(),
        settings: PackSettings::default(),
    };
    for name in ["Web.config", "wwwroot/site.css/below"] {
        request.settings.access = vec![right(name)];
        let failure = run(&request).unwrap_err();
        assert!(format!("{failure:?}").contains("expected a folder"), "{failure:?}");
    }
    assert!(!host::exists(&package));
    request.settings.access = vec![right("wwwroot"), right("made/by/it"), right("")];
    run(&request).unwrap();
}

#[test]
fn an_empty_package_becomes_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let settings = PackSettings { skip: vec!["**".to_owned()], ..PackSettings::default() };
    let package = folder.path().join("App.zip");
    run(&PackRequest { folder: site(folder.path()), package: package.clone(), settings }).unwrap();
    let target = folder.path().join("target");
    let package = PackageRequest { package, offset_minutes: 0 };
    let request = ExtractRequest { package, folder: target.clone() };
    let report = in_context(|context| extract_package(context, &request)).unwrap();
    assert_eq!(report.written_files, 0);
    assert!(host::is_dir(&target));
}
