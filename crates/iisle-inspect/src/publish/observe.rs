//! What a reader of the output should know.

use iisle_webconfig::{HostingModel, ProcessPath, WebConfig};

use super::arch::system;
use super::entry::{Entry, has_host_policy, uses_asp_net_core};
use super::folder::Folder;
use super::kind::{Parts, extracts_natives};
use super::rid::Rid;
use super::{
    Arch, AssetKind, Deps, Flag, Kind, Observation, RuntimeConfig, Severity, StaticAssets, What,
    belongings,
};
use crate::image::{Format, HostKind, Image, LookAlike, Machine, NativeCode, TargetOs};

/// What was concluded before.
pub(super) struct Facts<'f> {
    pub(super) folder: &'f Folder<'f>,
    pub(super) entry: &'f Entry,
    pub(super) parts: &'f Parts<'f>,
    pub(super) kind: Kind,
    pub(super) flags: &'f std::collections::BTreeSet<Flag>,
    pub(super) arch: Option<Arch>,
    pub(super) static_assets: Option<&'f StaticAssets>,
}

/// Collects observations, sorted by what they are, then by path.
pub(super) fn observe(facts: &Facts<'_>) -> Vec<Observation> {
    let mut found = Observations::default();
    facts.system(&mut found);
    facts.entry(&mut found);
    facts.config(&mut found);
    facts.runtime(&mut found);
    facts.web_config(&mut found);
    facts.hosts(&mut found);
    facts.architecture(&mut found);
    facts.images(&mut found);
    facts.assets(&mut found);
    found.list.extend(belongings::observe(facts.folder, facts.kind, facts.entry));
    found.list.sort_by(|a, b| (a.what, &a.path).cmp(&(b.what, &b.path)));
    found.list
}

#[derive(Default)]
struct Observations {
    list: Vec<Observation>,
}

impl Observations {
    fn put(
        &mut self,
        what: What,
        path: Option<&str>,
        severity: Severity,
        detail: impl Into<String>,
    ) {
        let (path, detail) = (path.map(str::to_owned), detail.into());
        self.list.push(Observation { what, path, severity, detail });
    }
}

impl Facts<'_> {
    fn is_dotnet(&self) -> bool {
        !matches!(self.kind, Kind::Native | Kind::Netfx | Kind::Static | Kind::Unknown)
    }

    /// The stem of the entry, for paths of files that are missing.
    fn stem(&self) -> &str {
        self.entry.stem.as_deref().unwrap_or_default()
    }

    fn system(&self, found: &mut Observations) {
        let of_rid = self.parts.rid().map(|rid| (rid, Rid::parse(rid)));
        if let Some((rid, parsed)) = of_rid
            && let Some(system) = parsed.system.filter(|it| *it != TargetOs::Windows)
        {
            let path = self.parts.deps.map(|deps| deps.path.as_str());
            let detail = format!("published for {system}: the target is {rid}");
            return found.put(What::NotWindows, path, Severity::Error, detail);
        }
        if let (Some(file), Some(image)) = (self.parts.assembly, self.parts.assembly_image())
            && image.is_foreign()
        {
            let system = image.target_os.map_or("another system", TargetOs::word);
            let detail = format!("published for {system}: it is compiled ahead of time for it");
            found.put(What::NotWindows, Some(file.path.as_str()), Severity::Error, detail);
        }
        let (Some(file), Some(image)) = (self.parts.program, self.parts.program_image()) else {
            return;
        };
        if !matches!(image.format, Format::Elf | Format::MachO) {
            return;
        }
        let system = image.target_os.map_or("another system", TargetOs::word);
        let path = Some(file.path.as_str());
        if self.kind == Kind::FddExe {
            let detail = format!("a program of {system}: IIS has no use for it");
            found.put(What::AppHostNotWindows, path, Severity::Info, detail);
        } else {
            let detail = format!("published for {system}: a program of {system} starts it");
            found.put(What::NotWindows, path, Severity::Error, detail);
        }
    }

    fn entry(&self, found: &mut Observations) {
        if self.entry.is_ambiguous {
            let all = self.entry.candidates.join(", ");
            let detail = format!("each could be the entry: {all}");
            found.put(What::EntryAmbiguous, None, Severity::Error, detail);
        } else if self.entry.stem.is_none() && self.kind == Kind::Unknown {
            let detail = "no assembly with a runtimeconfig.json, no program, no site to serve";
            found.put(What::NoEntry, None, Severity::Error, detail);
        }
    }

    fn config(&self, found: &mut Observations) {
        if let Some(config) = self.parts.config {
            Self::config_problems(config, found);
        } else if self.is_managed_without_config() {
            let path = format!("{}.runtimeconfig.json", self.stem());
            let detail = "the host takes the app as self-contained and looks for hostpolicy";
            found.put(What::RuntimeConfigMissing, Some(&path), Severity::Error, detail);
        }
        if self.is_dotnet() || self.parts.config.is_some_and(|config| config.exit.is_none()) {
            let app = self.folder.app(self.stem());
            if !app.is_some_and(uses_asp_net_core) {
                let path = self.parts.config.map(|config| config.path.as_str());
                let detail = "neither a framework nor a package brings the ASP.NET Core server";
                let is_native = self.kind == Kind::Aot;
                if !is_native {
                    found.put(What::NoAspNetCoreFramework, path, Severity::Warning, detail);
                }
            }
        }
    }

    fn is_managed_without_config(&self) -> bool {
        let is_bound = self.parts.host_kind() == Some(HostKind::AppHost);
        let managed = self.parts.assembly_image().is_some_and(|it| it.managed == Some(true));
        self.kind == Kind::Unknown && self.entry.stem.is_some() && (managed || is_bound)
    }

    fn config_problems(config: &RuntimeConfig, found: &mut Observations) {
        let what = if config.is_json {
            What::RuntimeConfigContradictory
        } else {
            What::RuntimeConfigInvalidJson
        };
        for problem in &config.problems {
            found.put(what, Some(&config.path), problem.severity, problem.to_string());
        }
    }

    fn runtime(&self, found: &mut Observations) {
        let Some(config) = self.parts.config.filter(|config| config.exit.is_none()) else {
            return;
        };
        let names: &[&str] = match self.runtime_system() {
            TargetOs::Windows => &["hostfxr.dll", "hostpolicy.dll", "coreclr.dll"],
            TargetOs::Osx => &["libhostfxr.dylib", "libhostpolicy.dylib", "libcoreclr.dylib"],
            _ => &["libhostfxr.so", "libhostpolicy.so", "libcoreclr.so"],
        };
        self.two_programs(found);
        if self.kind.is_single_file() {
            return self.beside_single_file(found);
        }
        if config.is_framework_dependent() {
            let all = ["hostfxr.dll", "hostpolicy.dll", "coreclr.dll"];
            for file in all.iter().chain(names).filter_map(|name| self.folder.file(name)) {
                let path = file.path.as_str();
                if found.list.iter().any(|it| {
                    it.path.as_deref() == Some(path) && it.what == What::StaleRuntimeFiles
                }) {
                    continue;
                }
                let detail = format!(
                    "part of a runtime beside {}, which needs an installed one",
                    config.path
                );
                found.put(What::StaleRuntimeFiles, Some(path), Severity::Error, detail);
            }
            return self.handler_of_another(found);
        }
        let core = "System.Private.CoreLib.dll";
        for name in names.iter().chain(&[core]).filter(|name| !self.folder.has(name)) {
            let detail =
                format!("{} makes the app self-contained, {name} is not there", config.path);
            found.put(What::RuntimeMissing, Some(name), Severity::Error, detail);
        }
        if self.kind == Kind::Scd && self.parts.program.is_none() {
            let path = format!("{}.exe", self.stem());
            let detail = "the app is self-contained, and the program that starts it is not there";
            found.put(What::ExeMissing, Some(&path), Severity::Error, detail);
        }
    }

    /// The system whose runtime a self-contained output has to bring along.
    fn runtime_system(&self) -> TargetOs {
        let of_rid = self.parts.rid().and_then(|rid| Rid::parse(rid).system);
        let of_program = self.parts.program_image().and_then(|image| image.target_os);
        of_rid.or(of_program).unwrap_or(TargetOs::Windows)
    }

    /// Files of an earlier publish that was no single file.
    fn beside_single_file(&self, found: &mut Observations) {
        let stem = self.stem();
        let names = [
            format!("{stem}.dll"),
            format!("{stem}.runtimeconfig.json"),
            format!("{stem}.deps.json"),
        ];
        let runtime = ["hostfxr.dll", "hostpolicy.dll", "coreclr.dll"].map(str::to_owned);
        let is_packed = |name: &str| {
            let bundle = self.parts.program_image().and_then(Image::bundle);
            bundle
                .is_some_and(|it| it.files.iter().any(|file| file.path.eq_ignore_ascii_case(name)))
        };
        for name in names.iter().chain(&runtime) {
            if let Some(file) = self.folder.file(name).filter(|_| is_packed(name)) {
                let detail = "it lies in the single file, too: left from an earlier publish";
                found.put(
                    What::StaleRuntimeFiles,
                    Some(file.path.as_str()),
                    Severity::Warning,
                    detail,
                );
            }
        }
    }

    /// Since ASP.NET Core 3.0 the request handler of a framework-dependent app comes with the
    /// framework.
    fn handler_of_another(&self, found: &mut Observations) {
        let name = "aspnetcorev2_inprocess.dll";
        let Some(file) = self.folder.file(name) else { return };
        let mut assets = self.parts.deps.into_iter().flat_map(Deps::assets);
        let is_listed = assets.any(|(_, asset)| asset.path.eq_ignore_ascii_case(name));
        if self.parts.deps.is_some() && !is_listed {
            let detail = "part of a self-contained app, and this one needs an installed framework";
            found.put(What::StaleRuntimeFiles, Some(file.path.as_str()), Severity::Warning, detail);
        }
    }

    /// A publish writes one program: of two, one is older.
    fn two_programs(&self, found: &mut Observations) {
        let stem = self.stem();
        let exe = self.folder.file(&format!("{stem}.exe"));
        let plain = self.folder.file(stem).filter(|file| {
            file.image
                .as_ref()
                .is_some_and(|image| matches!(image.format, Format::Elf | Format::MachO))
        });
        if let (Some(exe), Some(plain)) = (exe, plain) {
            let detail =
                format!("{} is there as well: one is left from an earlier publish", plain.path);
            found.put(What::StaleRuntimeFiles, Some(exe.path.as_str()), Severity::Warning, detail);
        }
    }

    fn web_config(&self, found: &mut Observations) {
        let starts = self.is_dotnet() || self.kind == Kind::Native || self.entry.stem.is_some();
        let Some(file) = &self.folder.web_config else {
            if starts {
                let detail = "IIS does not know what to start";
                found.put(What::NoWebConfig, None, Severity::Warning, detail);
            }
            return;
        };
        let path = Some(file.path.as_str());
        let Some(hosting) = file.content.as_ref().ok().and_then(WebConfig::hosting) else {
            return;
        };
        let is_self_contained = matches!(self.kind, Kind::Scd | Kind::SingleScd);
        if is_self_contained && hosting.process_path() == ProcessPath::Dotnet {
            let detail = "web.config starts dotnet, the app is self-contained";
            found.put(What::WebConfigDotnetForSelfContained, path, Severity::Error, detail);
        }
        if self.kind.is_single_file() && hosting.hosting_model() == Some(HostingModel::InProcess) {
            let detail = "a single file cannot be hosted in the worker process";
            found.put(What::SingleFileInProcess, path, Severity::Error, detail);
        }
    }

    fn hosts(&self, found: &mut Observations) {
        for file in self.folder.root() {
            let Some(host) = file.image.as_ref().and_then(|image| image.host.as_ref()) else {
                continue;
            };
            let path = Some(file.path.as_str());
            if host.kind == HostKind::AppHost && host.bound == Some(false) {
                let detail = "the host was never told its app";
                found.put(What::AppHostUnbound, path, Severity::Error, detail);
            }
            let app = host.app.as_deref().filter(|_| host.kind == HostKind::AppHost);
            if let Some(app) = app.filter(|app| !self.folder.has(&app.replace('\\', "/"))) {
                let detail = format!("the host starts {app}, which is not there");
                found.put(What::AppHostDllMissing, path, Severity::Error, detail);
            }
        }
        let Some(image) = self.parts.program_image() else { return };
        let path = self.parts.program.map(|file| file.path.as_str());
        if self.flags.contains(&Flag::Extract) {
            let detail = "everything is unpacked to the temporary folder at start";
            found.put(What::BundleExtracts, path, Severity::Warning, detail);
        } else if extracts_natives(image) {
            let detail = "native libraries are unpacked to the temporary folder at start";
            found.put(What::BundleExtracts, path, Severity::Warning, detail);
        }
    }

    fn architecture(&self, found: &mut Observations) {
        self.rid_against_program(found);
        let demands_x86 = self.arch == Some(Arch::Machine(Machine::X86));
        if demands_x86 && self.kind.is_framework_dependent() && self.parts.rid().is_none() {
            let detail = "an assembly or library demands a 32-bit process";
            found.put(What::ProcessMustBeX86, None, Severity::Warning, detail);
        }
        if self.kind.is_framework_dependent() && self.parts.rid().is_none() {
            self.native_for_x86_only(found);
        }
        if self.flags.contains(&Flag::ReadyToRun) {
            let assembly = self.parts.assembly.filter(|file| {
                let code = file.image.as_ref().map(|image| image.native_code);
                code == Some(NativeCode::ReadyToRun)
            });
            let path = assembly.map(|file| file.path.as_str());
            let detail = "assemblies of the app are compiled ahead of time for one architecture";
            found.put(What::ReadyToRun, path, Severity::Info, detail);
        }
    }

    fn rid_against_program(&self, found: &mut Observations) {
        let (Some(rid), Some(file), Some(image)) =
            (self.parts.rid(), self.parts.program, self.parts.program_image())
        else {
            return;
        };
        let parsed = Rid::parse(rid);
        let machine =
            image.machine.filter(|machine| parsed.machine.is_some_and(|it| it != *machine));
        let system = image.target_os.filter(|it| parsed.system.is_some_and(|own| own != *it));
        if machine.is_none() && system.is_none() {
            return;
        }
        let is = image.machine.map(Machine::word).unwrap_or_default();
        let on = image.target_os.map(TargetOs::word).unwrap_or_default();
        let detail = format!("deps.json is for {rid}, {} is {on} {is}", file.path);
        found.put(What::RidContradictsExe, Some(file.path.as_str()), Severity::Error, detail);
    }

    fn native_for_x86_only(&self, found: &mut Observations) {
        let mut rids: Vec<&str> = Vec::new();
        for file in &self.folder.files {
            let mut segments = file.path.segments();
            let parts = (segments.next(), segments.next(), segments.next());
            if let (Some(top), Some(rid), Some(folder)) = parts
                && top.eq_ignore_ascii_case("runtimes")
                && folder.eq_ignore_ascii_case("native")
                && Rid::parse(rid).system == Some(TargetOs::Windows)
                && !rids.contains(&rid)
            {
                rids.push(rid);
            }
        }
        let x86_only = rids.iter().all(|rid| Rid::parse(rid).machine == Some(Machine::X86));
        if x86_only && let Some(rid) = rids.first() {
            let path = format!("runtimes/{rid}/native");
            let detail = "native libraries for other architectures are missing";
            found.put(What::NativeOnlyForWinX86, Some(&path), Severity::Warning, detail);
        }
    }

    fn images(&self, found: &mut Observations) {
        for file in &self.folder.files {
            let path = file.path.as_str();
            let is_served = path.get(..8).is_some_and(|top| top.eq_ignore_ascii_case("wwwroot/"));
            let should_be = file.path.has_extension("dll") || file.path.has_extension("exe");
            if is_served || !should_be {
                continue;
            }
            let Some(image) = &file.image else { continue };
            let reason = image.error.clone().unwrap_or_default();
            let (what, detail) = match (image.look_alike, image.format) {
                (Some(LookAlike::Empty), _) => (What::EmptyFile, reason),
                (Some(LookAlike::GitLfsPointer), _) => (What::GitLfsPointer, reason),
                (None, Format::Pe) if image.error.is_none() => continue,
                (Some(_), _) | (None, Format::Pe) => (What::NotAPeFile, reason),
                (None, format) => (What::NotAPeFile, format!("it is {}", name_of(format))),
            };
            found.put(what, Some(path), Severity::Error, detail);
        }
    }

    fn assets(&self, found: &mut Observations) {
        if let Some(deps) = self.parts.deps {
            self.missing_assets(deps, found);
        }
        let assets = self.static_assets;
        for path in assets.map(|it| &it.missing).into_iter().flatten() {
            let detail = "the endpoints manifest lists it";
            found.put(What::MissingAsset, Some(path), Severity::Warning, detail);
        }
    }

    fn missing_assets(&self, deps: &Deps, found: &mut Observations) {
        let system = system(self.parts);
        let machine = self.arch.and_then(Arch::machine);
        let bundle = self.parts.program_image().and_then(Image::bundle);
        let is_inside = |path: &str| {
            bundle
                .is_some_and(|it| it.files.iter().any(|file| file.path.eq_ignore_ascii_case(path)))
        };
        for (library, asset) in deps.assets() {
            // The host that packs of .NET Core 2 list is renamed when it is published.
            let is_template = matches!(asset.path.as_str(), "apphost.exe" | "apphost");
            if library.kind == "referenceassembly" || is_template {
                continue;
            }
            let rid = asset.rid.as_deref();
            let applies = rid.is_none_or(|rid| Rid::parse(rid).applies(system, machine));
            if !applies || self.folder.has(&asset.path) || is_inside(&asset.path) {
                continue;
            }
            // Native code is linked into the program of a self-contained single file.
            if self.kind == Kind::SingleScd && asset.kind == AssetKind::Native {
                continue;
            }
            let severity = match asset.kind {
                AssetKind::Resource => Severity::Warning,
                _ => Severity::Error,
            };
            let kind = if library.kind.is_empty() { "library" } else { &library.kind };
            let detail =
                format!("{} lists it ({kind} {}/{})", deps.path, library.name, library.version);
            found.put(What::MissingAsset, Some(&asset.path), severity, detail);
        }
    }
}

fn name_of(format: Format) -> &'static str {
    match format {
        Format::Pe => "a PE image",
        Format::Elf => "an ELF file",
        Format::MachO => "a Mach-O file",
        Format::Wasm => "a WebAssembly module",
        Format::Other => "no binary",
    }
}

/// Whether the output can start without an installed runtime.
pub(super) fn self_contained(folder: &Folder<'_>, kind: Kind, parts: &Parts<'_>) -> Option<bool> {
    match kind {
        Kind::Fdd | Kind::FddExe | Kind::FddRid | Kind::SingleFdd => Some(false),
        Kind::Scd | Kind::SingleScd | Kind::Aot => Some(true),
        Kind::Native | Kind::Netfx | Kind::Static => None,
        Kind::Unknown => {
            let config = parts.config.filter(|config| config.exit.is_none())?;
            Some(!config.is_framework_dependent() && has_host_policy(folder))
        }
    }
}
