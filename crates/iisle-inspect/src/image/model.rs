use std::borrow::Cow;
use std::fmt;

/// Facts of one file that is, or by its name should be, a program or a library.
///
/// Of a damaged file it holds what could still be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Length of the file in bytes.
    pub size: u64,
    /// The kind of file by its first bytes.
    pub format: Format,
    /// The processor of the header; for ReadyToRun images of other systems without their mask.
    pub machine: Option<Machine>,
    /// Width of addresses, 32 or 64.
    pub bits: Option<u8>,
    /// Library or program, by the header (of an ELF also by the name).
    pub image: Option<ImageKind>,
    /// Whether it has a CLI header; `None` when that cannot be said.
    pub managed: Option<bool>,
    /// CLI flag `ILONLY`.
    pub il_only: bool,
    /// CLI flag `32BITREQUIRED`.
    pub requires_32bit: bool,
    /// CLI flag `32BITPREFERRED`.
    pub prefers_32bit: bool,
    /// CLI flag `STRONGNAMESIGNED`.
    pub strong_name_signed: bool,
    /// Which native code it holds.
    pub native_code: NativeCode,
    /// The system it runs on; `None` when that cannot be said.
    pub target_os: Option<TargetOs>,
    /// Console or window program, of PE images.
    pub subsystem: Option<Subsystem>,
    /// What the process must be that loads or starts it.
    pub runs_as: Option<RunsAs>,
    /// Name and version of the assembly, when it is one.
    pub assembly: Option<Assembly>,
    /// The assemblies it references, in the order of the metadata.
    pub references: Vec<Assembly>,
    /// Names of the native libraries that it calls into (P/Invoke), in the order of the metadata.
    pub native_references: Vec<String>,
    /// Whether it is a reference assembly (attribute `ReferenceAssembly`), which never runs.
    pub reference_assembly: bool,
    /// The ReadyToRun header, when there is one.
    pub ready_to_run: Option<ReadyToRun>,
    /// Exported names, in the order of the export table.
    pub exports: Vec<String>,
    /// Names of the libraries in the import table, in its order.
    pub imports: Vec<String>,
    /// The .NET host inside, of native programs.
    pub host: Option<Host>,
    /// What it is instead of a binary, when that is recognized.
    pub look_alike: Option<LookAlike>,
    /// What is damaged, or why it is no binary at all.
    pub error: Option<String>,
}

impl Image {
    /// Facts of a file of which nothing is known but its length.
    pub fn unknown(size: u64) -> Self {
        Self {
            size,
            format: Format::Other,
            machine: None,
            bits: None,
            image: None,
            managed: None,
            il_only: false,
            requires_32bit: false,
            prefers_32bit: false,
            strong_name_signed: false,
            native_code: NativeCode::None,
            target_os: None,
            subsystem: None,
            runs_as: None,
            assembly: None,
            references: Vec::new(),
            native_references: Vec::new(),
            reference_assembly: false,
            ready_to_run: None,
            exports: Vec::new(),
            imports: Vec::new(),
            host: None,
            look_alike: None,
            error: None,
        }
    }

    /// Whether it is a PE image without CLI header.
    pub fn is_native_pe(&self) -> bool {
        self.format == Format::Pe && self.managed == Some(false)
    }

    /// Whether it is a program or library of a system other than Windows: ELF, Mach-O, or
    /// ReadyToRun code for another system.
    pub fn is_foreign(&self) -> bool {
        match self.format {
            Format::Elf | Format::MachO => true,
            Format::Pe => !matches!(self.target_os, None | Some(TargetOs::Any | TargetOs::Windows)),
            Format::Wasm | Format::Other => false,
        }
    }

    /// The manifest of the single file, when it is one.
    pub fn bundle(&self) -> Option<&Bundle> {
        self.host.as_ref()?.bundle.as_ref()
    }
}

/// The kind of a file by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `MZ`: a portable executable of Windows, also the container of assemblies everywhere.
    Pe,
    /// An executable or shared object of Linux and relatives.
    Elf,
    /// An executable or library of macOS, also several in one file.
    MachO,
    /// A WebAssembly module.
    Wasm,
    /// Anything else.
    Other,
}

impl Format {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pe => "pe",
            Self::Elf => "elf",
            Self::MachO => "macho",
            Self::Wasm => "wasm",
            Self::Other => "other",
        }
    }
}

/// A processor architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the architectures")]
pub enum Machine {
    X86,
    X64,
    Arm,
    Arm64,
    Ia64,
    Riscv64,
    LoongArch64,
    Wasm32,
    /// Several in one Mach-O file.
    Universal,
    /// A machine word that is not known here.
    Unknown(u16),
}

impl Machine {
    /// The word in JSON: `x64`, or a hexadecimal word such as `0x9999` for an unknown one.
    pub fn word(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Arm => "arm",
            Self::Arm64 => "arm64",
            Self::Ia64 => "ia64",
            Self::Riscv64 => "riscv64",
            Self::LoongArch64 => "loongarch64",
            Self::Wasm32 => "wasm32",
            Self::Universal => "universal",
            Self::Unknown(word) => return Cow::Owned(format!("{word:#06x}")),
        })
    }

    /// Reads the architecture part of a runtime identifier, ignoring case.
    pub fn parse(text: &str) -> Option<Self> {
        let known = [
            Self::X86,
            Self::X64,
            Self::Arm,
            Self::Arm64,
            Self::Ia64,
            Self::Riscv64,
            Self::LoongArch64,
        ];
        known.into_iter().find(|machine| machine.word().eq_ignore_ascii_case(text))
    }

    /// The architecture that a runtime identifier such as `linux-musl-x64` ends in.
    pub fn of_rid(rid: &str) -> Option<Self> {
        rid.rsplit_once('-').and_then(|(_, last)| Self::parse(last))
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word())
    }
}

/// Library, program, or module of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// Loaded by a process.
    Dll,
    /// Starts a process; also the main assembly of an application, whose file is a `.dll`.
    Exe,
    /// A WebAssembly module.
    Module,
}

impl ImageKind {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dll => "dll",
            Self::Exe => "exe",
            Self::Module => "module",
        }
    }
}

/// Which native code an image holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeCode {
    /// None: pure IL, or no binary.
    None,
    /// Nothing but native code.
    Native,
    /// C++/CLI: native code and IL side by side.
    Mixed,
    /// ReadyToRun: IL compiled ahead of time.
    ReadyToRun,
    /// The native images of .NET Core 2.
    NGen,
}

impl NativeCode {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Native => "native",
            Self::Mixed => "mixed",
            Self::ReadyToRun => "r2r",
            Self::NGen => "ngen",
        }
    }
}

/// The operating system an image runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the systems")]
pub enum TargetOs {
    /// Pure IL.
    Any,
    Windows,
    Linux,
    Osx,
    FreeBsd,
    NetBsd,
    SunOs,
    Browser,
}

impl TargetOs {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Windows => "windows",
            Self::Linux => "linux",
            Self::Osx => "osx",
            Self::FreeBsd => "freebsd",
            Self::NetBsd => "netbsd",
            Self::SunOs => "sunos",
            Self::Browser => "browser",
        }
    }
}

impl fmt::Display for TargetOs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Console or window program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsystem {
    /// `IMAGE_SUBSYSTEM_WINDOWS_CUI`.
    Console,
    /// `IMAGE_SUBSYSTEM_WINDOWS_GUI`.
    Gui,
}

impl Subsystem {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Gui => "gui",
        }
    }
}

/// What the process must be that loads or starts an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunsAs {
    /// Any architecture.
    AnyCpu,
    /// Any, 32 bit where there is a choice.
    AnyCpuPrefer32,
    /// This architecture.
    Machine(Machine),
    /// One of these, in the order of the file.
    OneOf(Vec<Machine>),
}

impl RunsAs {
    /// The word in JSON: `anycpu`, `anycpu-prefer32`, `x64`, `x64+arm64`.
    pub fn word(&self) -> Cow<'static, str> {
        match self {
            Self::AnyCpu => Cow::Borrowed("anycpu"),
            Self::AnyCpuPrefer32 => Cow::Borrowed("anycpu-prefer32"),
            Self::Machine(machine) => machine.word(),
            Self::OneOf(machines) => {
                let words: Vec<_> = machines.iter().map(|machine| machine.word()).collect();
                Cow::Owned(words.join("+"))
            }
        }
    }

    /// The one architecture that is asked for, if it is one.
    pub fn machine(&self) -> Option<Machine> {
        match self {
            Self::Machine(machine) => Some(*machine),
            Self::AnyCpu | Self::AnyCpuPrefer32 | Self::OneOf(_) => None,
        }
    }
}

/// Name and version of an assembly, or of a reference to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assembly {
    /// The simple name.
    pub name: String,
    /// Four numbers, `1.2.3.4`.
    pub version: String,
}

/// The header of code that was compiled ahead of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadyToRun {
    /// Version of the format.
    pub major: u16,
    /// Version of the format.
    pub minor: u16,
    /// See [`is_component`](Self::is_component); the other bits concern the runtime.
    pub flags: u32,
}

impl ReadyToRun {
    /// `READYTORUN_FLAG_COMPONENT`.
    const COMPONENT: u32 = 0x20;

    /// Whether the native code lies in a composite image beside this assembly.
    pub fn is_component(self) -> bool {
        self.flags & Self::COMPONENT != 0
    }
}

/// The .NET host that a native program holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Which kind.
    pub kind: HostKind,
    /// Whether it knows its app; `None` when that cannot be said.
    pub bound: Option<bool>,
    /// The app's assembly, relative to the program, as recorded in it.
    pub app: Option<String>,
    /// The manifest of a single file; `None` when it is none, or its header is damaged.
    pub bundle: Option<Bundle>,
}

/// The kinds of host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// A small program that starts an assembly beside it.
    AppHost,
    /// A program with the whole application inside.
    Bundle,
    /// The application itself, compiled to native code.
    NativeAot,
}

impl HostKind {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::AppHost => "apphost",
            Self::Bundle => "bundle",
            Self::NativeAot => "nativeaot",
        }
    }
}

/// The manifest of a single-file application.
///
/// Source: dotnet/runtime, `docs/design/features/bundler.md` and `Microsoft.NET.HostModel`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Where the manifest begins in the file.
    pub offset: u64,
    /// Version of the manifest: 1 (.NET Core 3), 2 (.NET 5), 6 (.NET 6 and later).
    pub major: u32,
    /// Version of the manifest.
    pub minor: u32,
    /// Names the folder that files are extracted to.
    pub id: String,
    /// Whether everything is extracted at start, as .NET Core 3 does it.
    pub extracts: bool,
    /// What is inside, in the order of the manifest.
    pub files: Vec<BundleFile>,
}

/// One file inside a single-file application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFile {
    /// Path relative to the program, `/` between its parts, as recorded.
    pub path: String,
    /// What it is.
    pub kind: BundleFileType,
    /// Where its content begins in the program.
    pub offset: u64,
    /// Length of the content in bytes.
    pub size: u64,
    /// Length in the program when it is deflated, 0 when it is stored.
    pub compressed_size: u64,
}

/// What a file inside a single-file application is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleFileType {
    /// Anything else; extracted before it is used.
    Unknown,
    /// IL or ReadyToRun.
    Assembly,
    /// A native library; extracted before it is used.
    Native,
    /// `App.deps.json`.
    Deps,
    /// `App.runtimeconfig.json`.
    RuntimeConfig,
    /// A pdb.
    Symbols,
}

impl BundleFileType {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Assembly => "assembly",
            Self::Native => "native",
            Self::Deps => "deps",
            Self::RuntimeConfig => "runtimeconfig",
            Self::Symbols => "symbols",
        }
    }
}

/// What a file is that bears the name of a binary and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookAlike {
    /// A file of no bytes.
    Empty,
    /// The stand-in that Git LFS leaves for a file it did not fetch.
    GitLfsPointer,
    /// A saved web page, usually of an error.
    Html,
    /// A zip archive, also a package of `NuGet`.
    Zip,
    /// Nothing that is recognized.
    Other,
}

impl LookAlike {
    /// What people call it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Empty => "0 bytes",
            Self::GitLfsPointer => "a Git LFS pointer",
            Self::Html => "an HTML page",
            Self::Zip => "a zip archive",
            Self::Other => "no MZ header",
        }
    }
}
