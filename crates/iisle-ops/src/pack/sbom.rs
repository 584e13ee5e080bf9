use std::collections::{BTreeMap, BTreeSet};

use iisle_inspect::publish::{Deps, Library};
use iisle_path::RelPath;
use iisle_tree::digest::of_files;
use iisle_tree::{LocalTree, Snapshot, Tree};
use serde_json::{Value, json};

use crate::Failure;

/// The largest deps.json that is read.
const MAX_DEPS: u64 = 64 << 20;

/// The `CycloneDX` document of a folder: the packages that its deps.json files name, and the files
/// `kept` with their digests.
///
/// The same files give the same bytes: no time, no serial number.
///
/// Source: `CycloneDX` 1.6, JSON; package URLs of type `nuget`.
pub(super) fn document(
    name: &str,
    tree: &LocalTree,
    snapshot: &Snapshot,
    kept: &[RelPath],
) -> Result<Vec<u8>, Failure> {
    let mut libraries = BTreeMap::new();
    let mut application = None;
    let mut needed = BTreeSet::new();
    for path in kept.iter().filter(|path| path.as_str().ends_with(".deps.json")) {
        let deps = Deps::read(path.as_str(), &tree.read_all(path, MAX_DEPS)?);
        for library in deps.libraries {
            if library.kind == "package" || library.kind == "runtimepack" {
                libraries.insert(url(&library.name, &library.version), library);
            } else if library.kind == "project" {
                needed
                    .extend(library.dependencies.iter().map(|(name, version)| url(name, version)));
                application = application.or(Some((library.name, library.version)));
            }
        }
    }
    // Of what is needed, projects are no packages and are not listed.
    needed.retain(|url| libraries.contains_key(url));
    let mut dependencies = vec![depends(APPLICATION, &needed)];
    for (own, library) in &libraries {
        let urls = library.dependencies.iter().map(|(name, version)| url(name, version));
        dependencies.push(depends(own, &urls.filter(|url| libraries.contains_key(url)).collect()));
    }
    let mut components: Vec<Value> =
        libraries.iter().map(|(url, library)| package(url, library)).collect();
    for (path, digest) in kept.iter().zip(of_files(tree, kept, &|_, _| ())) {
        let size = snapshot.files.get(path).map_or(0, |stamp| stamp.size);
        components.push(json!({
            "type": "file",
            "bom-ref": format!("file:{path}"),
            "name": path.as_str(),
            "hashes": [{ "alg": "SHA-256", "content": digest?.hex() }],
            "properties": [{ "name": "iisle:size", "value": size.to_string() }],
        }));
    }
    let (app, version) = application.unwrap_or_else(|| (name.to_owned(), String::new()));
    let mut component = json!({ "type": "application", "bom-ref": APPLICATION, "name": app });
    if !version.is_empty() {
        component["version"] = version.into();
    }
    let tool =
        json!({ "type": "application", "name": "iisle", "version": env!("CARGO_PKG_VERSION") });
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "tools": { "components": [tool] }, "component": component },
        "components": components,
        "dependencies": dependencies,
    });
    let mut text = serde_json::to_vec_pretty(&document).expect("a JSON value can be written");
    text.push(b'\n');
    Ok(text)
}

/// What the document calls the application.
const APPLICATION: &str = "application";

fn package(url: &str, library: &Library) -> Value {
    let (name, version) = (package_name(&library.name), &library.version);
    json!({ "type": "library", "bom-ref": url, "name": name, "version": version, "purl": url })
}

/// What one component needs directly.
fn depends(own: &str, needed: &BTreeSet<String>) -> Value {
    json!({ "ref": own, "dependsOn": needed })
}

/// The package URL of a library.
fn url(name: &str, version: &str) -> String {
    format!("pkg:nuget/{}@{}", encoded(package_name(name)), encoded(version))
}

/// The name of a library as a package: that of a runtime pack has a prefix in deps.json.
fn package_name(name: &str) -> &str {
    name.strip_prefix("runtimepack.").unwrap_or(name)
}

/// A part of a package URL: everything but unreserved characters is written by its bytes.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~') {
            all.push(char::from(byte));
        } else {
            all.push('%');
            all.extend([byte >> 4, byte & 15].map(|nibble| {
                let digit = char::from_digit(nibble.into(), 16).expect("a nibble is a digit");
                digit.to_ascii_uppercase()
            }));
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::{document, url};
    use iisle_path::RelPath;
    use iisle_tree::{LocalTree, Tree, host};

    #[test]
    fn packages_and_files_are_listed_and_nothing_else_that_changes() {
        let folder = tempfile::tempdir().unwrap();
        let deps = r#"{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0"},"targets":{".NETCoreApp,Version=v8.0":{"Shop/1.2.0":{"dependencies":{"Newtonsoft.Json":"13.0.3","Core":"1.0.0"}},"Core/1.0.0":{"dependencies":{"NLog":"5.2.8"}},"NLog/5.2.8":{"dependencies":{"Newtonsoft.Json":"13.0.3"}},"Newtonsoft.Json/13.0.3":{}}},"libraries":{"Shop/1.2.0":{"type":"project"},"Core/1.0.0":{"type":"project"},"NLog/5.2.8":{"type":"package"},"Newtonsoft.Json/13.0.3":{"type":"package"}}}"#;
        host::write_atomic(&folder.path().join("Shop.deps.json"), deps.as_bytes()).unwrap();
        host::write_atomic(&folder.path().join("a b.txt"), b"x").unwrap();
        let tree = LocalTree::open(folder.path()).unwrap();
        let snapshot = tree.snapshot().unwrap();
        let kept: Vec<RelPath> = snapshot.files.keys().cloned().collect();
        let text = document("App", &tree, &snapshot, &kept).unwrap();
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    #[test]
    fn package_urls_are_encoded() {
        assert_eq!(url("a b", "1.0+x"), "pkg:nuget/a%20b@1.0%2Bx");
        assert_eq!(url("runtimepack.A.B", "8.0.1"), "pkg:nuget/A.B@8.0.1");
    }
}
