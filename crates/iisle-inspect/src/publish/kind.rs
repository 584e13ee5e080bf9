use std::collections::BTreeSet;

use super::entry::{Entry, has_host_policy};
use super::folder::{Folder, has_suffix};
use super::{Deps, File, Flag, Kind, RuntimeConfig};
use crate::image::{BundleFileType, HostKind, Image, NativeCode};

/// The files of the entry.
pub(super) struct Parts<'f> {
    /// `App.dll`.
    pub(super) assembly: Option<&'f File>,
    /// `App.exe`, or `App`.
    pub(super) program: Option<&'f File>,
    pub(super) config: Option<&'f RuntimeConfig>,
    pub(super) deps: Option<&'f Deps>,
}

impl<'f> Parts<'f> {
    pub(super) fn of(folder: &'f Folder<'_>, entry: &Entry) -> Self {
        let Some(stem) = entry.stem.as_deref() else {
            return Self { assembly: None, program: None, config: None, deps: None };
        };
        let app = folder.app(stem);
        Self {
            assembly: folder.file(&format!("{stem}.dll")),
            program: folder.program_of(stem),
            config: app.and_then(|app| app.runtime_config.as_ref()),
            deps: app.and_then(|app| app.deps.as_ref()),
        }
    }

    pub(super) fn program_image(&self) -> Option<&'f Image> {
        self.program?.image.as_ref()
    }

    pub(super) fn assembly_image(&self) -> Option<&'f Image> {
        self.assembly?.image.as_ref()
    }

    pub(super) fn host_kind(&self) -> Option<HostKind> {
        Some(self.program_image()?.host.as_ref()?.kind)
    }

    pub(super) fn rid(&self) -> Option<&'f str> {
        self.deps?.rid.as_deref()
    }
}

/// Decides what was published, and says by what it was decided.
pub(super) fn decide(folder: &Folder<'_>, entry: &Entry, parts: &Parts<'_>) -> (Kind, String) {
    if entry.stem.is_none() {
        return without_entry(folder, entry);
    }
    let program = parts.program.map(|file| file.path.as_str()).unwrap_or_default();
    match parts.host_kind() {
        Some(HostKind::Bundle) => {
            let dependent = parts.config.is_some_and(RuntimeConfig::is_framework_dependent);
            let kind = if dependent { Kind::SingleFdd } else { Kind::SingleScd };
            return (kind, format!("{program} holds a bundle"));
        }
        Some(HostKind::NativeAot) if parts.config.is_none() => {
            return (Kind::Aot, format!("{program} is compiled to native code"));
        }
        _ => {}
    }
    let Some(config) = parts.config else {
        return without_config(folder, parts, program);
    };
    let file = config.path.as_str();
    if config.exit.is_some() {
        return (Kind::Unknown, format!("the host refuses {file}"));
    }
    if config.is_framework_dependent() {
        return match (parts.rid(), parts.program) {
            (Some(rid), _) => (Kind::FddRid, format!("{file} names frameworks, the RID is {rid}")),
            (None, Some(_)) => {
                (Kind::FddExe, format!("{file} names frameworks, {program} starts it"))
            }
            (None, None) => (Kind::Fdd, format!("{file} names frameworks")),
        };
    }
    if !config.included_frameworks.is_empty() {
        return (Kind::Scd, format!("{file} names included frameworks"));
    }
    if has_host_policy(folder) {
        return (Kind::Scd, format!("{file} names no framework, hostpolicy lies beside it"));
    }
    (Kind::Unknown, format!("{file} names no framework, and there is no hostpolicy"))
}

fn without_config(folder: &Folder<'_>, parts: &Parts<'_>, program: &str) -> (Kind, String) {
    if parts.assembly.is_some() || parts.host_kind() == Some(HostKind::AppHost) {
        if is_netfx(folder) {
            return (Kind::Netfx, "web.config has system.web".to_owned());
        }
        return (Kind::Unknown, "there is no runtimeconfig.json".to_owned());
    }
    match parts.program_image() {
        Some(image) if image.managed == Some(false) => {
            (Kind::Native, format!("{program} is native"))
        }
        Some(image) if references_mscorlib(image) => {
            (Kind::Netfx, format!("{program} references mscorlib"))
        }
        _ => (Kind::Unknown, "there is no runtimeconfig.json".to_owned()),
    }
}

fn without_entry(folder: &Folder<'_>, entry: &Entry) -> (Kind, String) {
    if entry.is_ambiguous {
        return (Kind::Unknown, "there are several applications".to_owned());
    }
    if is_netfx(folder) {
        return (Kind::Netfx, "web.config has system.web, bin has assemblies for it".to_owned());
    }
    let runs = |file: &File| {
        let is_client = file.path.as_str().to_ascii_lowercase().starts_with("wwwroot/");
        !is_client
            && file
                .image
                .as_ref()
                .is_some_and(|image| image.managed.is_some_and(|it| it) || image.is_native_pe())
    };
    let served = folder.files.iter().find(|file| is_start_of_site(file.path.as_str()));
    match served {
        Some(file) if !folder.root().any(runs) => {
            (Kind::Static, format!("nothing to start, {} to serve", file.path))
        }
        _ => (Kind::Unknown, "nothing that is recognized".to_owned()),
    }
}

fn is_start_of_site(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let below = lower.strip_prefix("wwwroot/").unwrap_or(&lower);
    let framework = below.strip_prefix("_framework/");
    below == "index.html"
        || framework
            .is_some_and(|name| name.starts_with("blazor.webassembly") && has_suffix(name, ".js"))
}

fn is_netfx(folder: &Folder<'_>) -> bool {
    let config = folder.web_config.as_ref().and_then(|file| file.content.as_ref().ok());
    let has_system_web = config.is_some_and(|config| !config.sections("system.web").is_empty());
    let mut assemblies = folder.files.iter().filter(|file| {
        let lower = file.path.as_str().to_ascii_lowercase();
        lower.starts_with("bin/") || file.path.is_top_level()
    });
    has_system_web && assemblies.any(|file| file.image.as_ref().is_some_and(references_mscorlib))
}

fn references_mscorlib(image: &Image) -> bool {
    let is_mscorlib = |name: &str| name.eq_ignore_ascii_case("mscorlib");
    image.references.iter().any(|it| is_mscorlib(&it.name) && it.version.starts_with("4."))
}

/// Finds what is true beside the kind, as far as images and names show it.
pub(super) fn flags(folder: &Folder<'_>, entry: &Entry, parts: &Parts<'_>) -> BTreeSet<Flag> {
    let mut flags = BTreeSet::new();
    if parts.program_image().and_then(Image::bundle).is_some_and(|bundle| bundle.extracts) {
        flags.insert(Flag::Extract);
    }
    if entry.candidates.len() > 1 {
        flags.insert(Flag::MultiEntry);
    }
    let has_references = folder.files.iter().any(|file| {
        file.path.as_str().to_ascii_lowercase().starts_with("refs/")
            && file.path.has_extension("dll")
    });
    if has_references {
        flags.insert(Flag::RefAssemblies);
    }
    let composite = folder.root().any(|file| has_suffix(file.path.as_str(), ".r2r.dll"));
    let component = parts.assembly_image().and_then(|image| image.ready_to_run);
    if composite && component.is_some_and(crate::image::ReadyToRun::is_component) {
        flags.insert(Flag::ReadyToRunComposite);
    }
    flags
}

/// Whether code that is not used was probably removed, and what shows it.
///
/// There is no mark: what is missing or switched off tells it.
pub(super) fn trimmed(folder: &Folder<'_>, kind: Kind, parts: &Parts<'_>) -> Option<String> {
    if !matches!(kind, Kind::Scd | Kind::SingleScd) {
        return None;
    }
    let switch = "System.StartupHookProvider.IsSupported";
    let properties = parts.config.map(|config| &config.config_properties);
    if properties.and_then(|it| it.get(switch)) == Some(&serde_json::Value::Bool(false)) {
        return Some(format!("{switch} is false"));
    }
    let pack = parts.deps?.libraries.iter().find(|library| {
        library.kind == "runtimepack"
            && library.name.to_ascii_lowercase().starts_with("runtimepack.microsoft.netcore.app.")
    })?;
    let listed: BTreeSet<_> = pack
        .assets
        .iter()
        .filter(|asset| asset.kind == super::AssetKind::Runtime)
        .map(|asset| asset.path.as_str())
        .collect();
    let full = full_pack(&pack.version);
    if full.is_some_and(|full| listed.len() + OTHER_SYSTEMS < full) {
        return Some(format!("{} lists {} assemblies", pack.name, listed.len()));
    }
    // The trimmer takes the native code out of what it rewrites.
    let assemblies = listed.iter().filter_map(|path| folder.file(path)?.image.as_ref());
    let (compiled, plain): (Vec<_>, Vec<_>) =
        assemblies.partition(|image| image.native_code == NativeCode::ReadyToRun);
    let is_stripped = kind == Kind::Scd && compiled.is_empty() && plain.len() >= 20;
    is_stripped.then(|| "no assembly of the framework is compiled ahead of time".to_owned())
}

/// By how many assemblies the packs of other systems may be smaller.
const OTHER_SYSTEMS: usize = 8;

/// Assemblies in the whole runtime pack, measured for win-x64.
fn full_pack(version: &str) -> Option<usize> {
    match version.split('.').next()? {
        "8" => Some(168),
        "9" => Some(169),
        "10" => Some(172),
        _ => None,
    }
}

/// Whether native libraries lie inside the program and are unpacked before they are loaded.
pub(super) fn extracts_natives(image: &Image) -> bool {
    let kinds = image.bundle().map(|bundle| &bundle.files).into_iter().flatten();
    kinds.into_iter().any(|file| file.kind == BundleFileType::Native)
}
