use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

/// What to evaluate, and the world it is evaluated in.
#[derive(Debug, Clone)]
pub struct Request {
    /// The project file, absolute.
    pub project: PathBuf,
    /// Global properties in the order given; the last of a name wins. Values may hold `%xx`.
    pub globals: Vec<(String, String)>,
    /// Environment variables that become properties.
    pub environment: Vec<(String, String)>,
    /// The machine the evaluation speaks for.
    pub host: Host,
    /// What `Sdk="…"` stands for.
    pub sdk: SdkSource,
    /// The folder the command was started in; the project's folder when absent.
    pub current_dir: Option<PathBuf>,
    /// The folder of restored packages, for SDKs that are packages. Absent: none is found.
    pub packages_dir: Option<PathBuf>,
    /// The time that `DateTime.Now` gives. Absent: the functions of the clock are not evaluated.
    pub now: Option<Moment>,
    /// Whether items are evaluated.
    pub items: ItemPasses,
    /// What becomes of SDKs that are packages and are not there.
    pub sdk_packages: SdkPackages,
    /// Which assignments are remembered.
    pub traced: Traced,
}

/// Which assignments are remembered for [`Evaluated::trace`](crate::Evaluated::trace).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Traced {
    /// All of them.
    #[default]
    All,
    /// None of those in files.
    Nothing,
}

/// Whether the passes over items are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ItemPasses {
    /// They are.
    #[default]
    Made,
    /// Those of files that somebody wrote, for the errors they may end with. No folder is listed:
    /// patterns fit nothing; and no item is kept.
    Unlisted,
    /// Only properties are wanted; folders are not listed.
    Skipped,
}

/// What becomes of SDKs that are packages and are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SdkPackages {
    /// The evaluation fails, as that of the engine does.
    #[default]
    Needed,
    /// They count as empty: what the project itself says is wanted.
    Empty,
}

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// In 100 ns since the beginning of the year 1, UTC.
    pub ticks: i64,
}

impl Moment {
    /// The moment so many seconds after 1970-01-01, UTC.
    pub fn from_unix(seconds: i64) -> Self {
        Self { ticks: 621_355_968_000_000_000 + seconds.saturating_mul(10_000_000) }
    }
}

impl Request {
    /// A request without globals and environment, on Linux x64, with the newest SDK known.
    pub fn new(project: impl Into<PathBuf>) -> Self {
        Self {
            project: project.into(),
            globals: Vec::new(),
            environment: Vec::new(),
            host: Host::default(),
            sdk: SdkSource::default(),
            current_dir: None,
            packages_dir: None,
            now: None,
            items: ItemPasses::default(),
            sdk_packages: SdkPackages::default(),
            traced: Traced::default(),
        }
    }

    /// Adds one global property.
    #[must_use]
    pub fn global(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.globals.push((name.into(), value.into()));
        self
    }
}

/// Operating systems as runtime identifiers tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Os {
    /// Windows.
    Windows,
    /// Linux with glibc.
    #[default]
    Linux,
    /// Linux with musl.
    LinuxMusl,
    /// macOS.
    MacOs,
    /// FreeBSD.
    FreeBsd,
}

/// Processor architectures of build machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Architecture {
    /// x86, 32 bits.
    X86,
    /// x86, 64 bits.
    #[default]
    X64,
    /// ARM, 32 bits.
    Arm,
    /// ARM, 64 bits.
    Arm64,
}

impl Architecture {
    /// As in runtime identifiers: `x64`.
    pub fn rid_part(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Arm => "arm",
            Self::Arm64 => "arm64",
        }
    }

    /// As .NET prints the enumeration: `X64`.
    pub fn dotnet_name(self) -> &'static str {
        match self {
            Self::X86 => "X86",
            Self::X64 => "X64",
            Self::Arm => "Arm",
            Self::Arm64 => "Arm64",
        }
    }
}

/// The build machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Host {
    /// Its operating system; decides separators too.
    pub os: Os,
    /// The architecture of its SDK.
    pub architecture: Architecture,
}

impl Host {
    /// Whether paths are those of Windows.
    pub fn is_windows(self) -> bool {
        self.os == Os::Windows
    }

    /// The first part of its runtime identifiers.
    pub fn rid_os(self) -> &'static str {
        match self.os {
            Os::Windows => "win",
            Os::Linux => "linux",
            Os::LinuxMusl => "linux-musl",
            Os::MacOs => "osx",
            Os::FreeBsd => "freebsd",
        }
    }

    /// The portable runtime identifier of its SDK, such as `linux-x64`.
    pub fn rid(self) -> String {
        format!("{}-{}", self.rid_os(), self.architecture.rid_part())
    }
}

/// What the `Sdk` attribute stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SdkSource {
    /// Our own model of the SDK's decisions; needs no SDK on the machine.
    BuiltIn(SdkVersion),
    /// The real files: the folder `<dotnet>/sdk/<version>`.
    Folder(PathBuf),
}

impl Default for SdkSource {
    fn default() -> Self {
        Self::BuiltIn(SdkVersion::NEWEST)
    }
}

/// The version of an SDK, `major.minor.Bpp`: `B` is the feature band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SdkVersion {
    /// The version of the runtime it belongs to.
    pub major: u32,
    /// Its minor part.
    pub minor: u32,
    /// Band and patch, such as 401.
    pub patch: u32,
}

impl SdkVersion {
    /// The newest one the model was confirmed with.
    pub const NEWEST: Self = Self { major: 10, minor: 0, patch: 401 };
}

/// A text that is no SDK version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no SDK version, expected one like `8.0.100`")]
pub struct SdkVersionError {
    /// The text as given.
    pub text: String,
}

impl FromStr for SdkVersion {
    type Err = SdkVersionError;

    /// Reads `8.0.100`; a part behind `-` or `+` is dropped.
    fn from_str(text: &str) -> Result<Self, SdkVersionError> {
        let error = || SdkVersionError { text: text.to_owned() };
        let plain = text.split(['-', '+']).next().unwrap_or_default();
        let parts: Vec<u32> = plain
            .split('.')
            .map(|part| part.parse().map_err(|_| error()))
            .collect::<Result<_, _>>()?;
        let [major, minor, patch] = parts[..] else { return Err(error()) };
        Ok(Self { major, minor, patch })
    }
}

impl fmt::Display for SdkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
