use super::FrameworkVersion;

/// How far the host may go from the version that was asked for. Ordered from strict to lax.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RollForward {
    /// That version and no other.
    Disable,
    /// The highest patch of it.
    LatestPatch,
    /// The lowest minor version that is there.
    #[default]
    Minor,
    /// The highest minor version.
    LatestMinor,
    /// The lowest major version that is there.
    Major,
    /// The highest major version.
    LatestMajor,
}

impl RollForward {
    const ALL: [Self; 6] = [
        Self::Disable,
        Self::LatestPatch,
        Self::Minor,
        Self::LatestMinor,
        Self::Major,
        Self::LatestMajor,
    ];

    /// Reads the word of a runtimeconfig or of `DOTNET_ROLL_FORWARD`, ignoring case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.word().eq_ignore_ascii_case(text))
    }

    /// The word as .NET writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "Disable",
            Self::LatestPatch => "LatestPatch",
            Self::Minor => "Minor",
            Self::LatestMinor => "LatestMinor",
            Self::Major => "Major",
            Self::LatestMajor => "LatestMajor",
        }
    }

    /// What `rollForwardOnNoCandidateFx` meant before .NET Core 3.
    pub(super) fn of_no_candidate(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::LatestPatch),
            1 => Some(Self::Minor),
            2 => Some(Self::Major),
            _ => None,
        }
    }

    /// Whether the host may take `version` where `wanted` was asked for.
    pub(super) fn reaches(self, wanted: &FrameworkVersion, version: &FrameworkVersion) -> bool {
        if version < wanted {
            return false;
        }
        match self {
            Self::Disable => version == wanted,
            Self::LatestPatch => version.line() == wanted.line(),
            Self::Minor | Self::LatestMinor => version.major == wanted.major,
            Self::Major | Self::LatestMajor => true,
        }
    }

    /// The installed version that the host takes.
    pub(super) fn choose<'a>(
        self,
        wanted: &FrameworkVersion,
        installed: &'a [FrameworkVersion],
        prereleases: bool,
    ) -> Option<&'a FrameworkVersion> {
        let search = |releases_only: bool| {
            let fits = installed
                .iter()
                .filter(|it| self.reaches(wanted, it) && !(releases_only && it.is_prerelease()));
            let mut fits: Vec<_> = fits.collect();
            fits.sort();
            if matches!(self, Self::LatestMinor | Self::LatestMajor) {
                return fits.pop();
            }
            let lowest = *fits.first()?;
            if lowest.is_prerelease() {
                return Some(lowest);
            }
            fits.into_iter().rfind(|it| it.line() == lowest.line())
        };
        let releases_first = !wanted.is_prerelease() && !prereleases;
        let release = if releases_first { search(true) } else { None };
        release.or_else(|| search(false))
    }
}
