use std::collections::BTreeSet;

use cargo_metadata::{Metadata, MetadataCommand, Package, Target, TargetKind};
use thiserror::Error;

use super::settings::CargoSettings;
use super::{config, target};

/// A Cargo package whose program is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CargoPackage {
    /// Name of the package.
    pub package: String,
    /// `package.version`.
    pub version: String,
    /// The program that is published.
    pub bin: String,
    /// All programs of the package, in its order.
    pub bins: Vec<String>,
    /// The target triple that was asked for; `None` for the host.
    pub target: Option<String>,
    /// What the triple is in .NET's words.
    pub rid: Option<String>,
    /// The profile: `release`.
    pub profile: String,
    /// Where the program is, a path of the host.
    pub executable: String,
    /// Static folders and files to publish, relative to the package's folder.
    pub static_files: Vec<String>,
    /// Where to publish to, when the package says; relative to the package's folder.
    pub publish_dir: Option<String>,
    /// Everything that the package says to us.
    pub settings: CargoSettings,
}

/// What is wanted of a package, and what surrounds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CargoRequest {
    /// The manifest, absolute: `/src/shop/Cargo.toml`.
    pub manifest: String,
    /// `--bin`.
    pub bin: Option<String>,
    /// `--target`.
    pub target: Option<String>,
    /// `--profile`; empty is `release`.
    pub profile: String,
    /// `--target-dir` or `CARGO_TARGET_DIR`, absolute.
    pub target_dir: Option<String>,
    /// `CARGO_BUILD_TARGET`.
    pub build_target: Option<String>,
    /// Path and text of each `.cargo/config.toml`, the nearest first.
    pub config_files: Vec<(String, String)>,
}

/// Why a package cannot be published.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum CargoError {
    #[error("the output of `cargo metadata` cannot be read")]
    Metadata { source: cargo_metadata::Error },
    #[error("`{path}` cannot be read")]
    Config { path: String, source: Box<toml::de::Error> },
    #[error("`metadata.iisle` of `{manifest}` cannot be read")]
    Settings { manifest: String, source: serde_json::Error },
    #[error("`{manifest}` belongs to no package of its workspace")]
    NoPackage { manifest: String },
    #[error("the workspace has several packages with programs: {}", packages.join(", "))]
    SeveralPackages { packages: Vec<String> },
    #[error("`{package}` is a library and has no program to publish")]
    Library { package: String },
    #[error("`{package}` has no program `{bin}`, it has {}", bins.join(", "))]
    NoSuchBin { package: String, bin: String, bins: Vec<String> },
    #[error("`{package}` has several programs: {}", bins.join(", "))]
    SeveralBins { package: String, bins: Vec<String> },
    #[error("the configuration names several targets: {}", targets.join(", "))]
    SeveralTargets { targets: Vec<String> },
}

/// Reads what `cargo metadata --format-version 1 --no-deps` printed, and chooses program and place.
///
/// Source: The Cargo Book, "cargo metadata", "Build Cache", "Configuration".
pub fn read(metadata: &[u8], request: &CargoRequest) -> Result<CargoPackage, CargoError> {
    let metadata = MetadataCommand::parse(String::from_utf8_lossy(metadata))
        .map_err(|source| CargoError::Metadata { source })?;
    let package = choose_package(&metadata, request)?;
    let settings = |manifest: &str, value| {
        CargoSettings::read(value).map_err(|source| {
            let manifest = manifest.to_owned();
            CargoError::Settings { manifest, source }
        })
    };
    let of_workspace = settings(metadata.workspace_root.as_str(), &metadata.workspace_metadata)?;
    let settings = settings(package.manifest_path.as_str(), &package.metadata)?.or(of_workspace);
    let bin = choose_bin(package, request.bin.as_deref(), &settings)?;
    let target = choose_target(request)?;
    let profile = if request.profile.is_empty() { "release" } else { &request.profile };

    let mut folder = match &request.target_dir {
        Some(folder) => folder.into(),
        None => metadata.target_directory.clone(),
    };
    if let Some(triple) = &target {
        folder.push(target::folder_of(triple));
    }
    folder.push(profile_folder(profile));
    folder.push(format!("{bin}{}", target::program_suffix(target.as_deref())));
    Ok(CargoPackage {
        package: package.name.to_string(),
        version: package.version.to_string(),
        bin,
        bins: bins(package).map(|bin| bin.name.clone()).collect(),
        rid: target.as_deref().and_then(target::rid_of),
        target,
        profile: profile.to_owned(),
        executable: folder.into_string(),
        static_files: settings.static_files.clone(),
        publish_dir: settings.publish_dir.clone(),
        settings,
    })
}

/// The folder of a profile below the target folder.
fn profile_folder(profile: &str) -> &str {
    match profile {
        "dev" | "test" => "debug",
        "bench" => "release",
        other => other,
    }
}

fn bins(package: &Package) -> impl Iterator<Item = &Target> {
    package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Bin))
}

/// The package of the manifest; of a workspace without one, the only one with the program.
fn choose_package<'m>(
    metadata: &'m Metadata,
    request: &CargoRequest,
) -> Result<&'m Package, CargoError> {
    let same = |path: &str| path.replace('\\', "/") == request.manifest.replace('\\', "/");
    if let Some(package) = metadata.packages.iter().find(|it| same(it.manifest_path.as_str())) {
        return Ok(package);
    }
    let members = if metadata.workspace_default_members.is_available() {
        metadata.workspace_default_packages()
    } else {
        metadata.workspace_packages()
    };
    let fits = |package: &&Package| {
        let wanted = request.bin.as_deref();
        bins(package).any(|bin| wanted.is_none_or(|wanted| wanted == bin.name))
    };
    match members.iter().copied().filter(fits).collect::<Vec<_>>()[..] {
        [only] => Ok(only),
        [] => Err(match members[..] {
            [] => CargoError::NoPackage { manifest: request.manifest.clone() },
            [first, ..] => no_bin(first, request.bin.as_deref()),
        }),
        ref several => Err(CargoError::SeveralPackages {
            packages: several.iter().map(|package| package.name.to_string()).collect(),
        }),
    }
}

fn no_bin(package: &Package, wanted: Option<&str>) -> CargoError {
    let bins: Vec<_> = bins(package).map(|bin| bin.name.clone()).collect();
    let package = package.name.to_string();
    match wanted {
        Some(bin) if !bins.is_empty() => {
            CargoError::NoSuchBin { package, bin: bin.to_owned(), bins }
        }
        _ => CargoError::Library { package },
    }
}

fn choose_bin(
    package: &Package,
    asked: Option<&str>,
    settings: &CargoSettings,
) -> Result<String, CargoError> {
    let told = asked.or(settings.bin.as_deref()).or(package.default_run.as_deref());
    if let Some(told) = told {
        let found = bins(package).find(|bin| bin.name == told);
        return found.map(|bin| bin.name.clone()).ok_or_else(|| no_bin(package, Some(told)));
    }
    let features = default_features(package);
    let is_built =
        |bin: &&Target| bin.required_features.iter().all(|it| features.contains(it.as_str()));
    match bins(package).filter(is_built).collect::<Vec<_>>()[..] {
        [only] => Ok(only.name.clone()),
        [] => Err(no_bin(package, None)),
        ref several => Err(CargoError::SeveralBins {
            package: package.name.to_string(),
            bins: several.iter().map(|bin| bin.name.clone()).collect(),
        }),
    }
}

/// The features that are on when nobody chooses any.
fn default_features(package: &Package) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut open = vec!["default"];
    while let Some(feature) = open.pop() {
        if found.insert(feature) {
            let implied = package.features.get(feature).into_iter().flatten();
            open.extend(implied.map(String::as_str));
        }
    }
    found
}

fn choose_target(request: &CargoRequest) -> Result<Option<String>, CargoError> {
    let told = request.target.clone().or_else(|| request.build_target.clone());
    if let Some(told) = told.filter(|told| !told.is_empty()) {
        return Ok(Some(told));
    }
    let mut targets = config::targets(&request.config_files)?;
    match targets.len() {
        0 => Ok(None),
        1 => Ok(targets.pop()),
        _ => Err(CargoError::SeveralTargets { targets }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{CargoPackage, CargoRequest, read};

    fn target(kind: &str, name: &str, features: &[&str]) -> Value {
        json!({"kind": [kind], "crate_types": [kind], "name": name, "src_path": "/w/src/main.rs",
            "edition": "2024", "required-features": features, "doctest": false, "test": true, "doc": true})
    }

    fn package(name: &str, targets: &[Value], more: Value) -> Value {
        let mut package = json!({
            "name": name, "version": "1.2.3", "id": format!("path+file:///w/{name}#1.2.3"),
            "license": null, "license_file": null, "description": null, "source": null,
            "dependencies": [], "targets": targets, "features": {"default": ["web"], "web": [], "cli": []},
            "manifest_path": format!("/w/{name}/Cargo.toml"), "metadata": null, "publish": null,
            "authors": [], "categories": [], "keywords": [], "readme": null, "repository": null,
            "homepage": null, "documentation": null, "edition": "2024", "links": null,
            "default_run": null, "rust_version": null});
        let Value::Object(more) = more else { panic!("an object") };
        package.as_object_mut().unwrap().extend(more);
        package
    }

    fn metadata(packages: &[Value]) -> Value {
        let ids: Vec<_> = packages.iter().map(|it| it["id"].clone()).collect();
        json!({"packages": packages, "workspace_members": ids, "workspace_default_members": ids,
            "resolve": null, "target_directory": "/w/target", "version": 1, "workspace_root": "/w",
            "metadata": null})
    }

    fn shop(targets: &[Value], more: Value) -> Value {
        metadata(&[package("shop", targets, more)])
    }

    fn check(metadata: &Value, request: CargoRequest) -> Result<CargoPackage, String> {
        let manifest = "/w/shop/Cargo.toml".to_owned();
        let manifest =
            if request.manifest.is_empty() { manifest } else { request.manifest.clone() };
        let request = CargoRequest { manifest, ..request };
        read(metadata.to_string().as_bytes(), &request).map_err(|error| error.to_string())
    }

    fn bin(metadata: &Value, asked: Option<&str>) -> Result<String, String> {
        let request = CargoRequest { bin: asked.map(str::to_owned), ..CargoRequest::default() };
        check(metadata, request).map(|package| package.bin)
    }

    #[test]
    fn the_program_is_chosen_by_the_strongest_word() {
        let two = [target("bin", "shop", &[]), target("bin", "admin-tool", &[])];
        let nothing = shop(&two, json!({}));
        assert_eq!(
            bin(&nothing, None),
            Err("`shop` has several programs: shop, admin-tool".into())
        );
        assert_eq!(bin(&nothing, Some("admin-tool")), Ok("admin-tool".into()));
        assert_eq!(
            bin(&nothing, Some("x")),
            Err("`shop` has no program `x`, it has shop, admin-tool".into())
        );
        let default_run = json!({"default_run": "shop"});
        assert_eq!(bin(&shop(&two, default_run), None), Ok("shop".into()));
        let both = json!({"default_run": "shop", "metadata": {"iisle": {"bin": "admin-tool"}}});
        assert_eq!(bin(&shop(&two, both), None), Ok("admin-tool".into()));
        let featured = [target("bin", "shop", &["web"]), target("bin", "tool", &["cli"])];
        assert_eq!(bin(&shop(&featured, json!({})), None), Ok("shop".into()));
    }

    #[test]
    fn a_library_is_refused() {
        let library = shop(&[target("lib", "shop", &[])], json!({}));
        assert_eq!(
            bin(&library, None),
            Err("`shop` is a library and has no program to publish".into())
        );
    }

    #[test]
    fn a_workspace_root_stands_for_its_only_program() {
        let program = package("web", &[target("bin", "web", &[])], json!({}));
        let library = package("core", &[target("lib", "core", &[])], json!({}));
        let root = || CargoRequest { manifest: "/w/Cargo.toml".into(), ..CargoRequest::default() };
        let one = metadata(&[library.clone(), program.clone()]);
        assert_eq!(check(&one, root()).map(|it| it.package), Ok("web".into()));
        let other = package("job", &[target("bin", "job", &[])], json!({}));
        let two = metadata(&[library, program, other]);
        let several = "the workspace has several packages with programs: web, job";
        assert_eq!(check(&two, root()).map(|it| it.package), Err(several.into()));
        let job = CargoRequest { bin: Some("job".into()), ..root() };
        assert_eq!(check(&two, job).map(|it| it.package), Ok("job".into()));
    }

    #[test]
    fn the_place_follows_target_and_profile() {
        let shop = shop(&[target("bin", "my-shop", &[])], json!({}));
        let place = |request: CargoRequest| {
            let package = check(&shop, request).unwrap();
            (package.executable.replace('\\', "/"), package.rid)
        };
        let windows = "x86_64-pc-windows-msvc";
        let rid = Some("win-x64".to_owned());
        let asked = CargoRequest { target: Some(windows.into()), ..CargoRequest::default() };
        assert_eq!(
            place(asked.clone()),
            (format!("/w/target/{windows}/release/my-shop.exe"), rid.clone())
        );
        let debug = CargoRequest { profile: "dev".into(), target_dir: Some("/t".into()), ..asked };
        assert_eq!(place(debug), (format!("/t/{windows}/debug/my-shop.exe"), rid.clone()));
        let config = |text: &str| CargoRequest {
            config_files: vec![
                ("a".into(), "[net]\noffline = true".into()),
                ("b".into(), text.into()),
            ],
            ..CargoRequest::default()
        };
        let configured = config("[build]\ntarget = [\"i686-pc-windows-gnu\"]");
        assert_eq!(place(configured).0, "/w/target/i686-pc-windows-gnu/release/my-shop.exe");
        let two = check(&shop, config("[build]\ntarget = [\"a\", \"b\"]")).unwrap_err();
        assert_eq!(two, "the configuration names several targets: a, b");
        assert_eq!(check(&shop, config("[build")).unwrap_err(), "`b` cannot be read");
        let own = CargoRequest {
            target: Some("targets/my.json".into()),
            profile: "ship".into(),
            ..CargoRequest::default()
        };
        assert_eq!(place(own).0, "/w/target/my/ship/my-shop");
    }

    #[test]
    fn settings_of_the_package_go_before_those_of_the_workspace() {
        let own = json!({"metadata": {"iisle": {"static": ["public"], "environment": {"A": "1"}}}});
        let mut shop = shop(&[target("bin", "shop", &[])], own);
        shop["metadata"] = json!({"iisle": {"static": ["x"], "publish-dir": "out", "environment": {"A": "0", "B": "2"}}});
        let package = check(&shop, CargoRequest::default()).unwrap();
        assert_eq!(package.static_files, ["public"]);
        assert_eq!(package.publish_dir.as_deref(), Some("out"));
        let environment: Vec<_> = package.settings.environment.into_iter().collect();
        assert_eq!(environment, [("A".into(), "1".into()), ("B".into(), "2".into())]);
        shop["metadata"] = json!({"iisle": {"shade": "red"}});
        assert_eq!(
            check(&shop, CargoRequest::default()).unwrap_err(),
            "`metadata.iisle` of `/w` cannot be read"
        );
    }

    #[test]
    fn what_cargo_did_not_print_is_refused() {
        let error = read(b"error: no manifest", &CargoRequest::default()).unwrap_err();
        assert_eq!(error.to_string(), "the output of `cargo metadata` cannot be read");
    }

    #[test]
    fn messages_tell_the_program() {
        let artifact = json!({"reason": "compiler-artifact", "package_id": "path+file:///w/shop#1.2.3",
            "manifest_path": "/w/shop/Cargo.toml", "target": target("bin", "shop", &[]),
            "profile": {"opt_level": "3", "debuginfo": 0, "debug_assertions": false, "overflow_checks": false, "test": false},
            "features": [], "filenames": ["/w/target/release/shop"], "executable": "/w/target/release/shop", "fresh": false});
        let text = format!(
            "hello\n{artifact}\n{}\n",
            json!({"reason": "build-finished", "success": true})
        );
        let found = crate::cargo::executable(text.as_bytes(), "shop");
        assert_eq!(found.as_deref(), Some("/w/target/release/shop"));
        assert_eq!(crate::cargo::executable(text.as_bytes(), "other"), None);
    }
}
