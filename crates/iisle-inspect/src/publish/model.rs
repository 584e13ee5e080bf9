use std::borrow::Cow;
use std::fmt;

use iisle_path::RelPath;
use iisle_tree::Ticks;

use crate::Position;
use crate::image::{Image, Machine, RunsAs, TargetOs};

/// What was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Framework-dependent, portable, without a program.
    Fdd,
    /// Framework-dependent, portable, with the program of the build machine.
    FddExe,
    /// Framework-dependent, for one runtime identifier.
    FddRid,
    /// Self-contained.
    Scd,
    /// One file that needs an installed framework.
    SingleFdd,
    /// One file with everything inside.
    SingleScd,
    /// Compiled to native code.
    Aot,
    /// A native program that is not .NET's.
    Native,
    /// ASP.NET on .NET Framework.
    Netfx,
    /// Nothing to start: files to serve.
    Static,
    /// Nothing that is recognized.
    Unknown,
}

impl Kind {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fdd => "fdd",
            Self::FddExe => "fdd-exe",
            Self::FddRid => "fdd-rid",
            Self::Scd => "scd",
            Self::SingleFdd => "single-fdd",
            Self::SingleScd => "single-scd",
            Self::Aot => "aot",
            Self::Native => "native",
            Self::Netfx => "netfx",
            Self::Static => "static",
            Self::Unknown => "unknown",
        }
    }

    /// Whether an installed framework is needed, with or without a program of its own.
    pub fn is_framework_dependent(self) -> bool {
        matches!(self, Self::Fdd | Self::FddExe | Self::FddRid | Self::SingleFdd)
    }

    /// Whether the application lies in one file.
    pub fn is_single_file(self) -> bool {
        matches!(self, Self::SingleFdd | Self::SingleScd)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What may be true of a publish of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// A single file that unpacks itself at start.
    Extract,
    /// An assembly of the application is compiled ahead of time.
    ReadyToRun,
    /// Several assemblies are compiled ahead of time into one image.
    ReadyToRunComposite,
    /// Unused code was probably removed.
    Trimmed,
    /// More than one application.
    MultiEntry,
    /// Reference assemblies for compilation at run time.
    RefAssemblies,
}

impl Flag {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::ReadyToRun => "r2r",
            Self::ReadyToRunComposite => "r2r-composite",
            Self::Trimmed => "trimmed",
            Self::MultiEntry => "multi-entry",
            Self::RefAssemblies => "ref-assemblies",
        }
    }
}

/// What the process must be that runs the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arch {
    /// Nothing says.
    Any,
    /// This.
    Machine(Machine),
}

impl Arch {
    /// The word in JSON.
    pub fn word(self) -> Cow<'static, str> {
        match self {
            Self::Any => Cow::Borrowed("any"),
            Self::Machine(machine) => machine.word(),
        }
    }

    /// The machine, unless any will do.
    pub fn machine(self) -> Option<Machine> {
        match self {
            Self::Any => None,
            Self::Machine(machine) => Some(machine),
        }
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word())
    }
}

/// How bad an observation or a conflict is. Ordered: errors first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The application cannot start, or fails when it uses the file.
    Error,
    /// It may fail, or the file does not belong there.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One file of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path below the root.
    pub path: RelPath,
    /// Bytes.
    pub size: u64,
    /// Last write.
    pub modified: Ticks,
    /// What it is for.
    pub class: Class,
    /// Facts of the binary it is or should be; `None` for files that are neither.
    pub image: Option<Image>,
}

/// What a file is for; the first rule that fits decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Assembly, program and JSON files of the entry.
    Entry,
    /// What IIS and its module read: web.config, `app_offline.htm`, the request handler.
    HostingConfig,
    /// Assemblies of the application.
    App,
    /// Assemblies of packages.
    Package,
    /// Assemblies of a framework that the output brings along.
    Framework,
    /// Native parts of the runtime.
    RuntimeNative,
    /// Other native libraries and programs.
    Native,
    /// Below `runtimes/<rid>/`.
    Runtimes,
    /// Translations.
    Satellite,
    /// For debuggers.
    Symbols,
    /// Documentation of an assembly.
    XmlDocs,
    /// Settings.
    JsonConfig,
    /// Below `wwwroot`.
    Static,
    /// The endpoints manifest of static web assets.
    StaticManifest,
    /// Razor sources.
    Views,
    /// Assemblies to compile against.
    RefAssemblies,
    /// What builds or containers read.
    Container,
    /// Keys and passwords.
    Secret,
    /// What the application writes.
    Data,
    /// The rest.
    Other,
}

impl Class {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::HostingConfig => "hosting-config",
            Self::App => "app",
            Self::Package => "package",
            Self::Framework => "framework",
            Self::RuntimeNative => "runtime-native",
            Self::Native => "native",
            Self::Runtimes => "runtimes",
            Self::Satellite => "satellite",
            Self::Symbols => "symbols",
            Self::XmlDocs => "xml-docs",
            Self::JsonConfig => "json-config",
            Self::Static => "static",
            Self::StaticManifest => "static-manifest",
            Self::Views => "views",
            Self::RefAssemblies => "ref-assemblies",
            Self::Container => "container/ci",
            Self::Secret => "secret",
            Self::Data => "data",
            Self::Other => "other",
        }
    }
}

/// How many files of a class there are, and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClassSum {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub size: u64,
}

/// Why a fact is held to be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which fact: `kind`, `entry`, `arch`, `rid`, `trimmed`, …
    pub fact: &'static str,
    /// Its value.
    pub value: String,
    /// What shows it, such as `App.exe: machine x64`.
    pub because: String,
}

/// An image that cannot run in this application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The file.
    pub path: RelPath,
    /// What kind of image it is.
    pub kind: ConflictKind,
    /// What the image runs as.
    pub runs_as: RunsAs,
    /// The system it was compiled for, when it is another one than the application's.
    pub system: Option<TargetOs>,
    /// What the application runs as, when it is one architecture.
    pub app: Option<Machine>,
    /// How bad it is.
    pub severity: Severity,
    /// The files that were compared, `path: machine`, and why it matters.
    pub evidence: String,
}

impl Conflict {
    /// The image in words: `x86`, `native x86`, `mixed x86`, `r2r linux x64`.
    pub fn class(&self) -> String {
        let kind = match self.kind {
            ConflictKind::Assembly => "",
            ConflictKind::Native => "native ",
            ConflictKind::Mixed => "mixed ",
            ConflictKind::ReadyToRun => "r2r ",
        };
        let system = self.system.map_or_else(String::new, |system| format!("{system} "));
        format!("{kind}{system}{}", self.runs_as.word())
    }
}

/// What kind of image is in conflict with the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// IL for one architecture.
    Assembly,
    /// Native code.
    Native,
    /// C++/CLI.
    Mixed,
    /// IL compiled ahead of time.
    ReadyToRun,
}

/// Something about the output that is worth a rule's or a reader's attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What it is.
    pub what: What,
    /// The file it is about; it need not exist.
    pub path: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// The values, a fragment of a sentence.
    pub detail: String,
}

/// What was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the words of `publish-output.md`")]
pub enum What {
    AppHostNotWindows,
    NotWindows,
    NoWebConfig,
    NoAspNetCoreFramework,
    RuntimeConfigMissing,
    RuntimeConfigInvalidJson,
    RuntimeConfigContradictory,
    RuntimeMissing,
    ExeMissing,
    WebConfigDotnetForSelfContained,
    SingleFileInProcess,
    StaleRuntimeFiles,
    BundleExtracts,
    EntryAmbiguous,
    NoEntry,
    AppHostDllMissing,
    AppHostUnbound,
    RidContradictsExe,
    ProcessMustBeX86,
    NativeOnlyForWinX86,
    ReadyToRun,
    NotAPeFile,
    EmptyFile,
    GitLfsPointer,
    MissingAsset,
    Leftover,
    Secret,
    NestedPublish,
}

impl What {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::AppHostNotWindows => "app-host-not-windows",
            Self::NotWindows => "not-windows",
            Self::NoWebConfig => "no-web-config",
            Self::NoAspNetCoreFramework => "no-aspnetcore-framework",
            Self::RuntimeConfigMissing => "runtimeconfig-missing",
            Self::RuntimeConfigInvalidJson => "runtimeconfig-invalid-json",
            Self::RuntimeConfigContradictory => "runtimeconfig-contradictory",
            Self::RuntimeMissing => "runtime-missing",
            Self::ExeMissing => "exe-missing",
            Self::WebConfigDotnetForSelfContained => "webconfig-dotnet-for-self-contained",
            Self::SingleFileInProcess => "single-file-in-process",
            Self::StaleRuntimeFiles => "stale-runtime-files",
            Self::BundleExtracts => "bundle-extracts",
            Self::EntryAmbiguous => "entry-ambiguous",
            Self::NoEntry => "no-entry",
            Self::AppHostDllMissing => "apphost-dll-missing",
            Self::AppHostUnbound => "apphost-unbound",
            Self::RidContradictsExe => "rid-contradicts-exe",
            Self::ProcessMustBeX86 => "process-must-be-x86",
            Self::NativeOnlyForWinX86 => "native-only-for-win-x86",
            Self::ReadyToRun => "r2r",
            Self::NotAPeFile => "not-a-pe-file",
            Self::EmptyFile => "empty-file",
            Self::GitLfsPointer => "git-lfs-pointer",
            Self::MissingAsset => "missing-asset",
            Self::Leftover => "leftover",
            Self::Secret => "secret",
            Self::NestedPublish => "nested-publish",
        }
    }
}

/// A text whose presence in a native program tells what it can do behind IIS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// It reads the port from the ASP.NET Core Module.
    AspNetCorePort,
    /// It reads the port from `HttpPlatformHandler`.
    HttpPlatformPort,
    /// It checks the pairing token.
    PairingToken,
    /// It answers the request to shut down.
    IisIntegration,
    /// It handles control signals of the console.
    ControlHandler,
}

impl Mention {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::AspNetCorePort,
        Self::HttpPlatformPort,
        Self::PairingToken,
        Self::IisIntegration,
        Self::ControlHandler,
    ];

    /// The text, which stands in the program as ASCII or UTF-16, in any case.
    pub fn text(self) -> &'static str {
        match self {
            Self::AspNetCorePort => "ASPNETCORE_PORT",
            Self::HttpPlatformPort => "HTTP_PLATFORM_PORT",
            Self::PairingToken => "MS-ASPNETCORE-TOKEN",
            Self::IisIntegration => "iisintegration",
            Self::ControlHandler => "SetConsoleCtrlHandler",
        }
    }
}

/// What is wrong in a JSON file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, when it has a place.
    pub position: Option<Position>,
    /// What, a fragment of a sentence.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.position.map_or(Ok(()), |position| write!(f, " at {position}"))
    }
}
