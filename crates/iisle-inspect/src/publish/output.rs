use std::collections::{BTreeMap, BTreeSet};

use iisle_path::{NameRules, RelPath};
use iisle_webconfig::{ReadError, WebConfig};

use super::{
    Arch, Class, ClassSum, Conflict, Deps, Evidence, File, Flag, FrameworkReference, Kind, Mention,
    Observation, Problem, RuntimeConfig, What,
};

/// Everything that a publish folder tells.
#[derive(Debug)]
pub struct PublishOutput {
    /// What was published.
    pub kind: Kind,
    /// What else is true of it.
    pub flags: BTreeSet<Flag>,
    /// The stem of the entry point, such as `App`.
    pub entry: Option<String>,
    /// The program that starts the entry; it may bear another name than the entry.
    pub program: Option<RelPath>,
    /// What a native program mentions; empty for every other kind.
    pub mentions: BTreeSet<Mention>,
    /// All stems that could be it, sorted.
    pub candidates: Vec<String>,
    /// What the process must be; `None` when there is none.
    pub arch: Option<Arch>,
    /// The runtime identifier that deps.json names.
    pub rid: Option<String>,
    /// Such as `net8.0`.
    pub target_framework: Option<String>,
    /// `None` when it is not .NET (Core).
    pub self_contained: Option<bool>,
    /// What must be installed, in file order; empty when self-contained.
    pub frameworks: Vec<FrameworkReference>,
    /// What is inside, in file order.
    pub included_frameworks: Vec<FrameworkReference>,
    /// What shows the facts above.
    pub evidence: Vec<Evidence>,
    /// Images that cannot run in this application, sorted by path.
    pub conflicts: Vec<Conflict>,
    /// Sorted by [`What`], then path.
    pub observations: Vec<Observation>,
    /// Sums by class.
    pub classes: BTreeMap<Class, ClassSum>,
    /// Every file, sorted by path.
    pub files: Vec<File>,
    /// Every directory below the root.
    pub directories: BTreeSet<RelPath>,
    /// Stems in the root with a runtimeconfig.json or deps.json, and the entry; sorted by stem.
    pub apps: Vec<App>,
    /// web.config in the root.
    pub web_config: Option<WebConfigFile>,
    /// The endpoints manifest of static web assets.
    pub static_assets: Option<StaticAssets>,
    /// `appsettings*.json` in the root that are not JSON.
    pub invalid_settings: Vec<InvalidJson>,
}

/// The JSON files of one stem.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// The stem, such as `App`.
    pub stem: String,
    /// `App.runtimeconfig.json`, beside the program or inside it.
    pub runtime_config: Option<RuntimeConfig>,
    /// `App.deps.json`, beside the program or inside it.
    pub deps: Option<Deps>,
}

/// web.config in the root.
#[derive(Debug)]
pub struct WebConfigFile {
    /// Its path, in the folder's letters.
    pub path: RelPath,
    /// What it says, or why it says nothing.
    pub content: Result<WebConfig, ReadError>,
}

/// What the endpoints manifest of static web assets says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticAssets {
    /// The manifest.
    pub path: RelPath,
    /// How many endpoints it lists.
    pub endpoints: u64,
    /// Assets that are listed and lie nowhere, as they are listed, sorted.
    pub missing: Vec<String>,
    /// Assets whose length differs from the listed one, sorted: path, listed, found.
    pub wrong_size: Vec<(RelPath, u64, u64)>,
    /// What is wrong with the manifest itself.
    pub problem: Option<Problem>,
}

/// A JSON file that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidJson {
    /// The file.
    pub path: RelPath,
    /// Why, and where.
    pub problem: Problem,
}

impl PublishOutput {
    /// The file at this path, ignoring case as Windows does.
    pub fn file(&self, path: &str) -> Option<&File> {
        let exact = self.files.binary_search_by(|file| file.path.as_str().cmp(path));
        if let Ok(at) = exact {
            return self.files.get(at);
        }
        self.files.iter().find(|file| NameRules::Windows.same(file.path.as_str(), path))
    }

    /// Whether a directory of this path exists, empty or not.
    pub fn has_directory(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.directories.iter().any(|it| NameRules::Windows.same(it.as_str(), path))
    }

    /// The assembly of the entry, `App.dll`.
    pub fn entry_assembly(&self) -> Option<&File> {
        self.file(&format!("{}.dll", self.entry.as_ref()?))
    }

    /// The program of the entry: `App.exe`, `App` of another system, or a renamed host.
    pub fn entry_program(&self) -> Option<&File> {
        self.file(self.program.as_ref()?.as_str())
    }

    /// The JSON files of a stem, ignoring case.
    pub fn app(&self, stem: &str) -> Option<&App> {
        self.apps.iter().find(|app| NameRules::Windows.same(&app.stem, stem))
    }

    /// The runtimeconfig.json of the entry.
    pub fn runtime_config(&self) -> Option<&RuntimeConfig> {
        self.app(self.entry.as_ref()?)?.runtime_config.as_ref()
    }

    /// The deps.json of the entry.
    pub fn deps(&self) -> Option<&Deps> {
        self.app(self.entry.as_ref()?)?.deps.as_ref()
    }

    /// The web.config, when it could be read.
    pub fn web_config(&self) -> Option<&WebConfig> {
        self.web_config.as_ref()?.content.as_ref().ok()
    }

    /// Whether the part of the host that starts self-contained applications lies in the root.
    pub fn has_host_policy(&self) -> bool {
        let names = ["hostpolicy.dll", "libhostpolicy.so", "libhostpolicy.dylib"];
        names.iter().any(|name| self.file(name).is_some())
    }

    /// The observations of one sort.
    pub fn observed(&self, what: What) -> impl Iterator<Item = &Observation> {
        self.observations.iter().filter(move |observation| observation.what == what)
    }
}
