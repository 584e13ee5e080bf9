use std::collections::BTreeSet;

use iisle_webconfig::{HostingModel, ProcessPath};

use super::classify::{is_runtime_native, is_satellite};
use super::folder::{Folder, has_suffix};
use super::kind::Parts;
use super::rid::Rid;
use super::{Arch, Conflict, ConflictKind, Deps, File, Kind, Severity};
use crate::image::{Format, Image, ImageKind, Machine, NativeCode, RunsAs, TargetOs};

/// What the process must be, and what shows it.
pub(super) struct Architecture {
    pub(super) arch: Option<Arch>,
    pub(super) because: Option<String>,
}

impl Architecture {
    fn of_file(file: &File, machine: Machine) -> Self {
        let because = Some(format!("{}: {}", file.path, described(file)));
        Self { arch: Some(Arch::Machine(machine)), because }
    }

    fn none() -> Self {
        Self { arch: None, because: None }
    }
}

/// Decides what the process must be.
pub(super) fn decide(folder: &Folder<'_>, kind: Kind, parts: &Parts<'_>) -> Architecture {
    match kind {
        Kind::Static | Kind::Unknown if parts.config.is_none() && parts.program.is_none() => {
            Architecture::none()
        }
        Kind::Static => Architecture::none(),
        Kind::Scd | Kind::SingleScd | Kind::SingleFdd | Kind::Aot | Kind::Native => {
            whole_program(folder, parts)
        }
        Kind::Fdd | Kind::FddExe | Kind::FddRid | Kind::Netfx | Kind::Unknown => {
            by_constraints(folder, kind, parts)
        }
    }
}

/// The program decides; an output that lost it still has the runtime.
fn whole_program(folder: &Folder<'_>, parts: &Parts<'_>) -> Architecture {
    let runtime =
        ["coreclr.dll", "hostfxr.dll", "hostpolicy.dll", "libcoreclr.so", "libhostfxr.so"];
    let files = parts.program.into_iter().chain(runtime.iter().filter_map(|it| folder.file(it)));
    for file in files {
        if let Some(machine) = file.image.as_ref().and_then(|image| image.machine) {
            return Architecture::of_file(file, machine);
        }
    }
    by_rid(parts).unwrap_or_else(Architecture::none)
}

fn by_rid(parts: &Parts<'_>) -> Option<Architecture> {
    let rid = parts.rid()?;
    let machine = Rid::parse(rid).machine?;
    let because = Some(format!("deps.json: target {rid}"));
    Some(Architecture { arch: Some(Arch::Machine(machine)), because })
}

/// A framework-dependent app is what its process is, within what its files allow.
fn by_constraints(folder: &Folder<'_>, kind: Kind, parts: &Parts<'_>) -> Architecture {
    if let Some((file, machine)) = started_program(folder, parts) {
        return Architecture::of_file(file, machine);
    }
    if kind == Kind::FddRid
        && let Some(found) = by_rid(parts)
    {
        return found;
    }
    // Code for another system is not loaded, and so demands nothing.
    let system = system(parts);
    let specific = |file: &File| {
        let image = file.image.as_ref()?;
        let fits = image.target_os.is_none_or(|own| own == TargetOs::Any || own == system);
        specific_managed(image).filter(|_| fits)
    };
    if let Some((file, machine)) = parts.assembly.and_then(|file| Some((file, specific(file)?))) {
        return Architecture::of_file(file, machine);
    }
    let managed: Vec<_> = places_of_code(folder, kind)
        .filter(|file| !is_satellite(file.path.as_str()))
        .filter_map(|file| Some((file, specific(file)?)))
        .collect();
    let natives = places_of_code(folder, kind)
        .filter(|file| !is_of_runtime(file))
        .filter_map(|file| Some((file, native_library(file)?)));
    for group in [managed, natives.collect()] {
        let machines: BTreeSet<_> = group.iter().map(|(_, machine)| *machine).collect();
        match (machines.len(), group.first()) {
            (1, Some((file, machine))) => return Architecture::of_file(file, *machine),
            (0, _) => {}
            // They contradict each other, and so are no answer.
            _ => break,
        }
    }
    Architecture { arch: Some(Arch::Any), because: None }
}

/// The program, when it is the process: started by web.config, and not inside the worker process.
fn started_program<'f>(folder: &Folder<'_>, parts: &Parts<'f>) -> Option<(&'f File, Machine)> {
    let config = folder.web_config.as_ref()?.content.as_ref().ok()?;
    let hosting = config.hosting()?;
    let file = parts.program?;
    let is_apart = hosting.hosting_model() != Some(HostingModel::InProcess);
    let ProcessPath::Relative(path) = hosting.process_path() else { return None };
    let starts_it = folder.program(path.strip_suffix(".exe").unwrap_or(&path))?.path == file.path;
    let image = file.image.as_ref().filter(|_| is_apart && starts_it)?;
    Some((file, image.machine?))
}

/// Files whose code the application may load: those in the root, of .NET Framework those in `bin`.
fn places_of_code<'f>(folder: &'f Folder<'_>, kind: Kind) -> impl Iterator<Item = &'f File> {
    folder.files.iter().filter(move |file| {
        let in_bin = || file.path.as_str().to_ascii_lowercase().starts_with("bin/");
        file.path.is_top_level() || kind == Kind::Netfx && in_bin()
    })
}

/// The machine that managed code demands; `None` when it runs on any.
fn specific_managed(image: &Image) -> Option<Machine> {
    if image.managed != Some(true) || image.reference_assembly {
        return None;
    }
    image.runs_as.as_ref()?.machine()
}

/// The machine of a native library of Windows.
fn native_library(file: &File) -> Option<Machine> {
    let image = file.image.as_ref()?;
    let is_library = image.is_native_pe() && image.image == Some(ImageKind::Dll);
    image.machine.filter(|_| is_library)
}

/// Whether it is a part of the runtime: a framework-dependent app does not load it.
fn is_of_runtime(file: &File) -> bool {
    let name = file.path.file_name().to_ascii_lowercase();
    is_runtime_native(&name) || name == "aspnetcorev2_inprocess.dll"
}

fn described(file: &File) -> String {
    let Some(image) = &file.image else { return "no image".to_owned() };
    let runs_as = image.runs_as.as_ref().map(RunsAs::word).unwrap_or_default();
    match image.native_code {
        NativeCode::None if image.requires_32bit => format!("{runs_as} (32BITREQUIRED)"),
        NativeCode::ReadyToRun => format!("ReadyToRun {runs_as}"),
        NativeCode::Mixed => format!("mixed {runs_as}"),
        NativeCode::Native => format!("machine {runs_as}"),
        NativeCode::None | NativeCode::NGen => runs_as.into_owned(),
    }
}

/// What the application is that images have to fit.
struct App<'f> {
    machine: Option<Machine>,
    system: TargetOs,
    /// What shows the machine.
    because: String,
    parts: &'f Parts<'f>,
    /// Lower-case names of native libraries that managed code calls.
    called: BTreeSet<String>,
    /// Lower-case paths of native assets of deps.json.
    listed: BTreeSet<String>,
}

/// Finds images that cannot run in this application, sorted by path.
pub(super) fn conflicts(
    folder: &Folder<'_>,
    kind: Kind,
    parts: &Parts<'_>,
    architecture: &Architecture,
) -> Vec<Conflict> {
    if matches!(kind, Kind::Static | Kind::Aot | Kind::Native)
        || parts.config.is_none() && kind != Kind::Netfx
    {
        return Vec::new();
    }
    let images = || folder.root().filter_map(|file| file.image.as_ref());
    let assets = parts.deps.into_iter().flat_map(Deps::assets);
    let native = assets.filter(|(_, asset)| {
        matches!(asset.kind, super::AssetKind::Native | super::AssetKind::TargetNative)
    });
    let app = App {
        machine: architecture.arch.and_then(Arch::machine),
        system: system(parts),
        because: architecture.because.clone().unwrap_or_default(),
        parts,
        called: images().flat_map(|it| &it.native_references).map(|it| library_name(it)).collect(),
        listed: native.map(|(_, asset)| asset.path.to_ascii_lowercase()).collect(),
    };
    let mut found: Vec<_> = folder
        .files
        .iter()
        .filter(|file| Some(&file.path) != parts.program.map(|it| &it.path))
        .filter_map(|file| app.conflict(file, file.image.as_ref()?, kind))
        .collect();
    if app.machine.is_none() {
        found.extend(contradicting(folder, kind));
        found.sort_by(|a, b| a.path.cmp(&b.path));
    }
    found
}

/// The system the application runs on; nothing says otherwise but a RID.
pub(super) fn system(parts: &Parts<'_>) -> TargetOs {
    let of_rid = parts.rid().and_then(|rid| Rid::parse(rid).system);
    of_rid.unwrap_or(TargetOs::Windows)
}

/// The name of a library as deps.json and folders have it.
fn library_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if has_suffix(&lower, ".dll") { lower } else { format!("{lower}.dll") }
}

impl App<'_> {
    fn conflict(&self, file: &File, image: &Image, kind: Kind) -> Option<Conflict> {
        let path = file.path.as_str().to_ascii_lowercase();
        let (top, _) = path.split_once('/').unwrap_or_default();
        if image.reference_assembly
            || image.format != Format::Pe
            || matches!(top, "refs" | "ref" | "wwwroot")
        {
            return None;
        }
        let in_code = top.is_empty() || kind == Kind::Netfx && top == "bin";
        if is_satellite(&path) {
            return self.wrong_machine(file, image, Severity::Info);
        }
        if !in_code {
            return self.in_named_folder(file, image, &path);
        }
        if image.managed == Some(true) {
            return self
                .wrong_system(file, image)
                .or_else(|| self.wrong_machine(file, image, Severity::Error));
        }
        native_library(file)?;
        let is_needed = self.listed.contains(&path)
            || self.called.contains(&path)
            || kind == Kind::Scd && is_of_runtime(file);
        let severity = if is_needed { Severity::Error } else { Severity::Warning };
        self.wrong_machine(file, image, severity)
    }

    /// Code that was compiled ahead of time for another system does not load.
    fn wrong_system(&self, file: &File, image: &Image) -> Option<Conflict> {
        let system = image.target_os.filter(|it| *it != TargetOs::Any && *it != self.system)?;
        let compiled = image.native_code == NativeCode::ReadyToRun;
        let conflict = self.found(file, image, Severity::Error)?;
        compiled.then_some(Conflict { system: Some(system), ..conflict })
    }

    fn wrong_machine(&self, file: &File, image: &Image, severity: Severity) -> Option<Conflict> {
        let machine = image.runs_as.as_ref()?.machine()?;
        let app = self.machine?;
        (machine != app).then(|| self.found(file, image, severity))?
    }

    /// A folder that bears the name of an architecture promises files of it.
    fn in_named_folder(&self, file: &File, image: &Image, path: &str) -> Option<Conflict> {
        let machine = image.runs_as.as_ref()?.machine()?;
        let mut folders = path.rsplit('/').skip(1);
        let promised = folders.find_map(|it| Machine::parse(it).or_else(|| Machine::of_rid(it)))?;
        if machine == promised {
            return None;
        }
        let is_listed = self.listed.contains(path);
        let severity = if is_listed { Severity::Error } else { Severity::Warning };
        let conflict = self.found(file, image, severity)?;
        let evidence = format!("{}: {}, in a folder for {promised}", file.path, described(file));
        Some(Conflict { evidence, ..conflict })
    }

    fn found(&self, file: &File, image: &Image, severity: Severity) -> Option<Conflict> {
        let mut evidence = format!("{}: {}", file.path, described(file));
        if !self.because.is_empty() {
            evidence = format!("{evidence}; {}", self.because);
        } else if let Some(rid) = self.parts.rid() {
            evidence = format!("{evidence}; target {rid}");
        }
        Some(Conflict {
            path: file.path.clone(),
            kind: kind_of(image),
            runs_as: image.runs_as.clone()?,
            system: None,
            app: self.machine,
            severity,
            evidence,
        })
    }
}

fn kind_of(image: &Image) -> ConflictKind {
    match image.native_code {
        NativeCode::Native => ConflictKind::Native,
        NativeCode::Mixed => ConflictKind::Mixed,
        NativeCode::ReadyToRun | NativeCode::NGen => ConflictKind::ReadyToRun,
        NativeCode::None => ConflictKind::Assembly,
    }
}

/// Assemblies that no process can load together.
fn contradicting(folder: &Folder<'_>, kind: Kind) -> Vec<Conflict> {
    let specific: Vec<_> = places_of_code(folder, kind)
        .filter_map(|file| {
            let image = file.image.as_ref()?;
            Some((file, image, specific_managed(image)?))
        })
        .collect();
    let machines: BTreeSet<_> = specific.iter().map(|(_, _, machine)| *machine).collect();
    if machines.len() < 2 {
        return Vec::new();
    }
    let all: Vec<_> =
        specific.iter().map(|(file, _, _)| format!("{}: {}", file.path, described(file))).collect();
    let conflict = |(file, image, _): &(&File, &Image, Machine)| Conflict {
        path: file.path.clone(),
        kind: kind_of(image),
        runs_as: image.runs_as.clone().expect("it demands a machine"),
        system: None,
        app: None,
        severity: Severity::Error,
        evidence: all.join("; "),
    };
    specific.iter().map(conflict).collect()
}
