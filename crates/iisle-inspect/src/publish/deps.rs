use iisle_path::RelPath;

use super::{Problem, Severity};
use crate::json::{self, Document, Node, Reader};

/// What a `*.deps.json` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deps {
    /// The file: a path below the root, or below the bundle it lies in.
    pub path: String,
    /// Whether it was read from inside the program.
    pub bundled: bool,
    /// `runtimeTarget.name`, such as `.NETCoreApp,Version=v8.0/win-x64`.
    pub target: Option<String>,
    /// The runtime identifier of the target.
    pub rid: Option<String>,
    /// The target framework in its short form, such as `net8.0`.
    pub target_framework: Option<String>,
    /// The libraries of the target, in file order.
    pub libraries: Vec<Library>,
    /// `compilationOptions.defines` holds `DEBUG`.
    pub debug: bool,
    /// What the host or a reader stumbles over, in file order.
    pub problems: Vec<Problem>,
}

impl Deps {
    /// Reads a file as the host does.
    ///
    /// Bytes that are no JSON, and files without a usable target, are a file without libraries and
    /// with a problem.
    ///
    /// Source: dotnet/runtime, `src/native/corehost/hostpolicy/deps_format.cpp`; where assets must
    /// lie: dotnet/sdk, `GenerateDepsFile`.
    pub fn read(path: impl Into<String>, bytes: &[u8]) -> Self {
        let mut deps = Self {
            path: path.into(),
            bundled: false,
            target: None,
            rid: None,
            target_framework: None,
            libraries: Vec::new(),
            debug: false,
            problems: Vec::new(),
        };
        match json::parse(bytes, Reader::Host) {
            Ok(document) => deps.take_document(&document),
            Err(error) => deps.problems.push(Problem {
                position: Some(error.position),
                message: error.message,
                severity: Severity::Error,
            }),
        }
        deps
    }

    /// The library of this name, ignoring case.
    pub fn library(&self, name: &str) -> Option<&Library> {
        self.libraries.iter().find(|library| library.name.eq_ignore_ascii_case(name))
    }

    /// Every asset of the target with its library.
    pub fn assets(&self) -> impl Iterator<Item = (&Library, &Asset)> {
        self.libraries.iter().flat_map(|library| library.assets.iter().map(move |a| (library, a)))
    }
}

impl Deps {
    fn refuse(&mut self, document: &Document, node: &Node, message: impl Into<String>) {
        let position = Some(document.position(node));
        self.problems.push(Problem {
            position,
            message: message.into(),
            severity: Severity::Error,
        });
    }

    fn take_document(&mut self, document: &Document) {
        let root = &document.root;
        if !root.is_object() {
            return self.refuse(document, root, "the root is not an object");
        }
        // The name alone, in the files of old SDKs.
        let target = root.get("runtimeTarget").and_then(|it| it.text().or(it.text_of("name")));
        let Some(target) = target else {
            return self.refuse(document, root, "there is no name of a `runtimeTarget`");
        };
        self.target = Some(target.to_owned());
        let (framework, rid) = target.split_once('/').unwrap_or((target, ""));
        self.rid = (!rid.is_empty()).then(|| rid.to_owned());
        self.target_framework = short_framework(framework);
        if let Some(options) = root.get("compilationOptions") {
            let defines = options.get("defines").map(Node::elements).unwrap_or_default();
            self.debug = defines.iter().any(|define| define.text() == Some("DEBUG"));
        }
        let targets = root.get("targets");
        let Some(libraries) = targets.and_then(|targets| targets.get(target)) else {
            let node = targets.unwrap_or(root);
            return self.refuse(document, node, format!("the target `{target}` is missing"));
        };
        let kinds = root.get("libraries").map(Node::members).unwrap_or_default();
        for (key, node) in libraries.members() {
            let kind = kinds.iter().find(|(name, _)| name == key);
            let kind = kind.and_then(|(_, node)| node.text_of("type")).unwrap_or_default();
            self.libraries.push(Library::read(key, kind, node));
        }
    }
}

/// `net8.0` for `.NETCoreApp,Version=v8.0`, `netcoreapp3.1` below 5.
fn short_framework(long: &str) -> Option<String> {
    let version = long.strip_prefix(".NETCoreApp,Version=v")?;
    let major: u32 = version.split('.').next()?.parse().ok()?;
    Some(format!("{}{version}", if major < 5 { "netcoreapp" } else { "net" }))
}

/// A library that the application was built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The name, such as `Newtonsoft.Json`.
    pub name: String,
    /// The version, such as `13.0.3`.
    pub version: String,
    /// `project`, `package`, `reference`, `runtimepack`, …; empty when the file does not say.
    pub kind: String,
    /// Names and versions of the libraries it needs.
    pub dependencies: Vec<(String, String)>,
    /// The files it brings, placeholders left out.
    pub assets: Vec<Asset>,
}

/// A file of a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Which kind.
    pub kind: AssetKind,
    /// The key in the file, the path inside the package.
    pub key: String,
    /// Where it must lie, relative to the root of the output, with `/`.
    pub path: String,
    /// Its runtime identifier, of `runtimeTargets`.
    pub rid: Option<String>,
    /// `assemblyVersion`.
    pub assembly_version: Option<String>,
    /// `fileVersion`.
    pub file_version: Option<String>,
}

/// What an asset is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssetKind {
    /// A managed assembly.
    Runtime,
    /// A native library.
    Native,
    /// A satellite assembly.
    Resource,
    /// A managed assembly for one runtime identifier, below `runtimes/`.
    TargetRuntime,
    /// A native library for one runtime identifier, below `runtimes/`.
    TargetNative,
}

impl Library {
    fn read(key: &str, kind: &str, node: &Node) -> Self {
        let (name, version) = key.split_once('/').unwrap_or((key, ""));
        let texts = |node: &Node| {
            let members = node.members().iter();
            members
                .map(|(name, it)| (name.clone(), it.text().unwrap_or_default().to_owned()))
                .collect()
        };
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            dependencies: node.get("dependencies").map(texts).unwrap_or_default(),
            assets: Asset::read_all(node),
        }
    }
}

impl Asset {
    fn read_all(library: &Node) -> Vec<Self> {
        let lists = [
            ("runtime", AssetKind::Runtime),
            ("native", AssetKind::Native),
            ("resources", AssetKind::Resource),
            ("runtimeTargets", AssetKind::TargetRuntime),
        ];
        let assets = lists.into_iter().flat_map(|(name, kind)| {
            let members = library.get(name).map(Node::members).unwrap_or_default();
            members.iter().filter_map(move |(key, node)| Self::read(kind, key, node))
        });
        assets.collect()
    }

    /// `None` for placeholders, and for keys that are no relative path.
    fn read(kind: AssetKind, key: &str, node: &Node) -> Option<Self> {
        let last = key.rsplit('/').next().unwrap_or_default();
        if last == "_._" {
            return None;
        }
        let is_native = node.text_of("assetType") == Some("native");
        let kind = match kind {
            AssetKind::TargetRuntime if is_native => AssetKind::TargetNative,
            AssetKind::TargetRuntime if node.text_of("assetType") == Some("resources") => {
                AssetKind::Resource
            }
            kind => kind,
        };
        let path = match (node.text_of("localPath"), kind) {
            (Some(path), _) => path.to_owned(),
            (None, AssetKind::Resource) if !key.starts_with("runtimes/") => {
                format!("{}/{last}", node.text_of("locale").unwrap_or_default())
            }
            (None, AssetKind::Runtime | AssetKind::Native) => last.to_owned(),
            (None, _) => key.to_owned(),
        };
        RelPath::parse(&path).ok()?;
        Some(Self {
            kind,
            key: key.to_owned(),
            path,
            rid: node.text_of("rid").map(str::to_owned),
            assembly_version: node.text_of("assemblyVersion").map(str::to_owned),
            file_version: node.text_of("fileVersion").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Deps;

    fn assets(library: &str) -> Vec<String> {
        let text = format!(
            r#"{{"runtimeTarget": {{"name": ".NETCoreApp,Version=v8.0"}},
                "targets": {{".NETCoreApp,Version=v8.0": {{"A/1.2.0": {library}}}}},
                "libraries": {{"A/1.2.0": {{"type": "package"}}}}}}"#
        );
        let deps = Deps::read("App.deps.json", text.as_bytes());
        assert_eq!(deps.problems, []);
        deps.assets()
            .map(|(library, asset)| format!("{} {:?} {}", library.kind, asset.kind, asset.path))
            .collect()
    }

    #[test]
    fn assets_lie_where_the_sdk_puts_them() {
        let library = r#"{
            "runtime": {"lib/net8.0/A.dll": {}, "lib/net8.0/_._": {}},
            "native": {"runtimes/win-x64/native/a.dll": {}},
            "resources": {"lib/net8.0/de/A.resources.dll": {"locale": "de"}},
            "runtimeTargets": {
                "runtimes/win/lib/net8.0/A.dll": {"rid": "win", "assetType": "runtime"},
                "runtimes/win-x64/native/b.dll": {"rid": "win-x64", "assetType": "native"}},
            "compile": {"lib/net8.0/C.dll": {}}}"#;
        assert_eq!(
            assets(library),
            [
                "package Runtime A.dll",
                "package Native a.dll",
                "package Resource de/A.resources.dll",
                "package TargetRuntime runtimes/win/lib/net8.0/A.dll",
                "package TargetNative runtimes/win-x64/native/b.dll",
            ]
        );
    }

    #[test]
    fn newer_files_may_say_where_an_asset_lies() {
        let library = r#"{"runtime": {"lib/net8.0/A.dll": {"localPath": "sub/A.dll"}, "lib/B.dll": {"localPath": "../B.dll"}}}"#;
        assert_eq!(assets(library), ["package Runtime sub/A.dll"]);
    }

    #[test]
    fn the_target_names_framework_and_rid() {
        let read = |name: &str| {
            let text = format!(
                r#"{{"runtimeTarget": {{"name": "{name}"}}, "targets": {{"{name}": {{}}}}}}"#
            );
            let deps = Deps::read("x", text.as_bytes());
            (deps.target_framework, deps.rid)
        };
        let owned = |text: &str| Some(text.to_owned());
        assert_eq!(read(".NETCoreApp,Version=v10.0/win-x64"), (owned("net10.0"), owned("win-x64")));
        assert_eq!(read(".NETCoreApp,Version=v3.1"), (owned("netcoreapp3.1"), None));
    }

    #[test]
    fn what_the_host_refuses_is_a_problem_with_a_place() {
        for (text, expected) in [
            ("", "the document is empty at 1:1"),
            ("{}", "there is no name of a `runtimeTarget` at 1:1"),
            (
                r#"{"runtimeTarget": {"name": "a"}, "targets": {"b": {}}}"#,
                "the target `a` is missing at 1:45",
            ),
        ] {
            let deps = Deps::read("x", text.as_bytes());
            assert_eq!(deps.problems[0].to_string(), expected, "{text}");
        }
    }
}
