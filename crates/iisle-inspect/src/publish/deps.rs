use super::Problem;

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
    /// The library of this name, ignoring case.
    pub fn library(&self, name: &str) -> Option<&Library> {
        self.libraries.iter().find(|library| library.name.eq_ignore_ascii_case(name))
    }

    /// Every asset of the target with its library.
    pub fn assets(&self) -> impl Iterator<Item = (&Library, &Asset)> {
        self.libraries.iter().flat_map(|library| library.assets.iter().map(move |a| (library, a)))
    }
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
