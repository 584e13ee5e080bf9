use std::collections::BTreeMap;

use super::folder::{Folder, has_suffix, without_suffix};
use super::kind::Parts;
use super::{Class, Deps, File, Kind};
use crate::image::Image;

/// Folders of cultures: two or three letters, and parts behind hyphens.
const MOST_CULTURE_PARTS: usize = 4;

/// Gives each file its class: the first rule that fits decides.
///
/// Source: `publish-output.md` §10.
pub(super) fn classify(folder: &Folder<'_>, kind: Kind, parts: &Parts<'_>) -> Vec<Class> {
    let classifier = Classifier::new(folder, kind, parts);
    folder.files.iter().map(|file| classifier.class(file)).collect()
}

struct Classifier<'f> {
    folder: &'f Folder<'f>,
    kind: Kind,
    /// Lower-case paths of the entry's files.
    entry: Vec<String>,
    /// What deps.json says of a lower-case path: the kind of its library, and whether that is a
    /// framework.
    listed: BTreeMap<String, (&'f str, bool)>,
}

impl<'f> Classifier<'f> {
    fn new(folder: &'f Folder<'f>, kind: Kind, parts: &Parts<'f>) -> Self {
        let files = [parts.assembly, parts.program].into_iter().flatten();
        let files = files.map(|file| file.path.as_str());
        let config = parts.config.filter(|it| !it.bundled).map(|it| it.path.as_str());
        let deps = parts.deps.filter(|it| !it.bundled).map(|it| it.path.as_str());
        let entry = files.chain(config).chain(deps).map(str::to_ascii_lowercase).collect();
        let assets = parts.deps.into_iter().flat_map(Deps::assets);
        let listed = assets.map(|(library, asset)| {
            let name = library.name.to_ascii_lowercase();
            // Before there were runtime packs, the runtime was a package.
            let is_framework = library.kind == "runtimepack"
                || name.starts_with("runtime.") && name.ends_with(".microsoft.netcore.app");
            (asset.path.to_ascii_lowercase(), (library.kind.as_str(), is_framework))
        });
        Self { folder, kind, entry, listed: listed.collect() }
    }

    fn class(&self, file: &File) -> Class {
        let path = file.path.as_str().to_ascii_lowercase();
        let name = file.path.file_name().to_ascii_lowercase();
        let (top, below) = path.split_once('/').unwrap_or(("", &path));
        if self.entry.contains(&path) {
            return Class::Entry;
        }
        let in_root = top.is_empty();
        if name == "web.config"
            || in_root && matches!(name.as_str(), "app_offline.htm" | "aspnetcorev2_inprocess.dll")
        {
            return Class::HostingConfig;
        }
        // The debug proxy of a client in the browser is an application of its own that nobody
        // starts here.
        if top == "blazordebugproxy" {
            return Class::Other;
        }
        let is_apart = matches!(top, "runtimes" | "refs" | "ref" | "wwwroot")
            || is_satellite(&path)
            || self.is_build_folder(top);
        if !is_apart
            && let Some(image) = &file.image
            && let Some(class) = self.class_of_image(&path, &name, image)
        {
            return class;
        }
        match top {
            "runtimes" if below.contains('/') => return Class::Runtimes,
            _ if is_satellite(&path) => return Class::Satellite,
            _ => {}
        }
        if has_any_suffix(&name, &[".pdb", ".dbg", ".dsym"]) || path.contains(".dsym/") {
            return Class::Symbols;
        }
        if self.is_documentation(file) {
            return Class::XmlDocs;
        }
        if is_settings(&name) {
            return Class::JsonConfig;
        }
        Self::class_by_place(top, &name, self.is_build_folder(top))
    }

    fn is_build_folder(&self, top: &str) -> bool {
        top == "obj" || top == "bin" && self.kind != Kind::Netfx
    }

    fn class_of_image(&self, path: &str, name: &str, image: &Image) -> Option<Class> {
        let listed = self.listed.get(path);
        let is_framework = listed.is_some_and(|(_, is_framework)| *is_framework);
        if image.managed == Some(true) {
            let by_name =
                self.kind == Kind::Scd && self.listed.is_empty() && is_framework_name(name);
            return Some(match listed {
                _ if is_framework || by_name => Class::Framework,
                Some(("package", _)) => Class::Package,
                _ => Class::App,
            });
        }
        let is_binary = image.is_native_pe() || image.is_foreign();
        if is_binary && (is_framework || is_runtime_native(name)) {
            return Some(Class::RuntimeNative);
        }
        is_binary.then_some(Class::Native)
    }

    /// Whether it is what the compiler wrote about an assembly beside it.
    fn is_documentation(&self, file: &File) -> bool {
        let path = file.path.as_str();
        let Some(stem) = without_suffix(path, ".xml") else { return false };
        let beside = [".dll", ".exe"].iter().any(|end| self.folder.has(&format!("{stem}{end}")));
        beside && self.starts_like_documentation(file)
    }

    fn starts_like_documentation(&self, file: &File) -> bool {
        use std::io::Read as _;
        let Ok(content) = self.folder.tree.open(&file.path) else { return false };
        let mut start = Vec::new();
        if content.take(512).read_to_end(&mut start).is_err() {
            return false;
        }
        // The declaration, perhaps a comment, then the root.
        let text = String::from_utf8_lossy(&start);
        text.contains("<doc>") || text.contains("<doc ")
    }

    fn class_by_place(top: &str, name: &str, is_build_folder: bool) -> Class {
        let is_view = name.ends_with(".cshtml") && matches!(top, "views" | "pages" | "areas");
        if top == "wwwroot" {
            Class::Static
        } else if top.is_empty() && name.ends_with(".staticwebassets.endpoints.json") {
            Class::StaticManifest
        } else if is_view || top == "pages" {
            Class::Views
        } else if matches!(top, "refs" | "ref") {
            Class::RefAssemblies
        } else if is_build_folder || is_build_file(top, name) {
            Class::Container
        } else if is_secret(name) {
            Class::Secret
        } else if matches!(top, "app_data" | "logs")
            || has_any_suffix(name, &[".mdf", ".sqlite", ".db"])
        {
            Class::Data
        } else {
            Class::Other
        }
    }
}

fn has_any_suffix(name: &str, suffixes: &[&str]) -> bool {
    suffixes.iter().any(|suffix| has_suffix(name, suffix))
}

/// `<culture>/<name>.resources.dll`.
pub(super) fn is_satellite(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let culture = parts.next().unwrap_or_default();
    parts.next().is_none() && has_suffix(name, ".resources.dll") && is_culture(culture)
}

fn is_culture(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language =
        matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_alphabetic());
    let rest: Vec<_> = parts.collect();
    let valid = |part: &&str| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    is_language && rest.len() < MOST_CULTURE_PARTS && rest.iter().all(valid)
}

/// Native parts of the runtime; on Unix their names have a prefix and other endings.
pub(super) fn is_runtime_native(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "coreclr",
        "clrjit",
        "clrgc",
        "clrgcexp",
        "clretwrc",
        "mscorrc",
        "hostfxr",
        "hostpolicy",
        "mscordbi",
        "msquic",
        "ucrtbase",
        "createdump",
    ];
    const STARTS: [&str; 3] = ["mscordaccore", "api-ms-win-", "microsoft.diasymreader.native."];
    let stem = [".dll", ".exe", ".so", ".dylib"].iter().find_map(|end| name.strip_suffix(end));
    let stem = stem.unwrap_or(name);
    let plain = stem.strip_prefix("lib").unwrap_or(stem);
    NAMES.iter().any(|it| *it == stem || *it == plain)
        || STARTS.iter().any(|it| plain.starts_with(it))
        || plain.ends_with(".native")
}

/// Whether an assembly bears the name of one of the shared frameworks, for outputs whose deps.json
/// is missing.
fn is_framework_name(name: &str) -> bool {
    const NAMES: [&str; 4] = ["mscorlib.dll", "netstandard.dll", "windowsbase.dll", "system.dll"];
    const STARTS: [&str; 7] = [
        "system.",
        "microsoft.csharp.",
        "microsoft.visualbasic.",
        "microsoft.win32.",
        "microsoft.aspnetcore.",
        "microsoft.extensions.",
        "microsoft.net.http.",
    ];
    NAMES.contains(&name) || STARTS.iter().any(|start| name.starts_with(start))
}

fn is_settings(name: &str) -> bool {
    const NAMES: [&str; 4] = ["hosting.json", "bundleconfig.json", "libman.json", "package.json"];
    let json = name.strip_suffix(".json");
    let numbered = |start: &str| json.is_some_and(|stem| stem.starts_with(start));
    let is_appsettings =
        json.is_some_and(|stem| stem == "appsettings" || stem.starts_with("appsettings."));
    is_appsettings
        || numbered("tsconfig")
        || NAMES.contains(&name)
        || name != "web.config" && name.ends_with(".config")
}

fn is_build_file(top: &str, name: &str) -> bool {
    matches!(name, "dockerfile" | ".dockerignore")
        || name.starts_with("docker-compose")
        || name.starts_with(".git")
        || top.starts_with(".git")
        || has_any_suffix(name, &[".sln", ".slnx", ".csproj", ".fsproj", ".vbproj"])
}

pub(super) fn is_secret(name: &str) -> bool {
    has_any_suffix(name, &[".pfx", ".p12", ".key", ".pem", ".pubxml.user"])
        || name == "secrets.json"
        || name == ".env"
        || name.starts_with(".env.")
}

#[cfg(test)]
mod tests {
    use super::{is_culture, is_runtime_native, is_satellite};

    #[test]
    fn satellites_lie_in_folders_of_cultures() {
        for path in ["de/a.resources.dll", "zh-hans/a.resources.dll", "uz-cyrl-uz/a.resources.dll"]
        {
            assert!(is_satellite(path), "{path}");
        }
        for path in
            ["lib/x/a.resources.dll", "a.resources.dll", "tools/a.resources.dll", "de/a.dll"]
        {
            assert!(!is_satellite(path), "{path}");
        }
        assert!(is_culture("ku") && is_culture("fil-PH") && !is_culture("x64") && !is_culture("d"));
    }

    #[test]
    fn native_parts_of_the_runtime_have_known_names() {
        for name in [
            "coreclr.dll",
            "libcoreclr.so",
            "system.io.compression.native.dll",
            "api-ms-win-crt-x.dll",
            "createdump",
        ] {
            assert!(is_runtime_native(name), "{name}");
        }
        assert!(!is_runtime_native("e_sqlite3.dll") && !is_runtime_native("libskiasharp.dll"));
    }
}
