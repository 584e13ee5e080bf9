//! Target frameworks by their short names, and which runs on which.

/// What a target framework names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Framework {
    /// `.NETCoreApp`, …; `Unsupported` for what is not recognized.
    pub(crate) identifier: String,
    pub(crate) version: [u32; 4],
    /// The platform behind `-`, in lower case; empty when there is none.
    pub(crate) platform: String,
    pub(crate) platform_version: [u32; 4],
    /// A profile such as `client`.
    pub(crate) profile: String,
}

const UNSUPPORTED: &str = "Unsupported";

/// Short names and what they stand for; the longest match counts.
///
/// Source: NuGet.Client, `DefaultFrameworkMappings`.
const IDENTIFIERS: &[(&str, &str)] = &[
    ("netcoreapp", ".NETCoreApp"),
    ("netstandard", ".NETStandard"),
    ("netstandardapp", ".NETStandardApp"),
    ("netframework", ".NETFramework"),
    ("netmf", ".NETMicroFramework"),
    ("netnano", ".NETnanoFramework"),
    ("netcore", ".NETCore"),
    ("net", ".NETFramework"),
    ("winrt", "WinRT"),
    ("uap", "UAP"),
    ("win", "Windows"),
    ("wpa", "WindowsPhoneApp"),
    ("wp", "WindowsPhone"),
    ("sl", "Silverlight"),
    ("monoandroid", "MonoAndroid"),
    ("monotouch", "MonoTouch"),
    ("monomac", "MonoMac"),
    ("xamarinios", "Xamarin.iOS"),
    ("xamarinmac", "Xamarin.Mac"),
    ("xamarintvos", "Xamarin.TVOS"),
    ("xamarinwatchos", "Xamarin.WatchOS"),
    ("tizen", "Tizen"),
    ("dnxcore", "DNXCore"),
    ("dnx", "DNX"),
    ("dotnet", ".NETPlatform"),
    ("aspnetcore", "ASP.NETCore"),
    ("aspnet", "ASP.NET"),
    ("native", "native"),
];

impl Framework {
    fn unsupported() -> Self {
        Self {
            identifier: UNSUPPORTED.to_owned(),
            version: [0; 4],
            platform: String::new(),
            platform_version: [0; 4],
            profile: String::new(),
        }
    }

    /// Reads a short name such as `net8.0-windows10.0.19041`, or a full one such as
    /// `.NETCoreApp,Version=v8.0`.
    pub(crate) fn parse(text: &str) -> Self {
        Self::full_name(text).or_else(|| Self::short_name(text)).unwrap_or_else(Self::unsupported)
    }

    fn full_name(text: &str) -> Option<Self> {
        let (identifier, rest) = text.split_once(',')?;
        let mut framework =
            Self { identifier: identifier.trim().to_owned(), ..Self::unsupported() };
        for part in rest.split(',') {
            let (key, value) = part.split_once('=')?;
            match key.trim().to_ascii_lowercase().as_str() {
                "version" => {
                    let value = value.trim();
                    framework.version = dotted(value.strip_prefix(['v', 'V']).unwrap_or(value))?;
                }
                "profile" => framework.profile = value.trim().to_ascii_lowercase(),
                _ => return None,
            }
        }
        Some(framework)
    }

    fn short_name(text: &str) -> Option<Self> {
        let lower = match text {
            // Names of the first years: a version alone is one of .NET Framework.
            "45" | "4.5" | "40" | "4.0" | "4" | "35" | "3.5" | "20" | "2.0" | "2" => {
                format!("net{text}")
            }
            _ => text.to_ascii_lowercase(),
        };
        let letters = lower.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(lower.len());
        let name = &lower[..letters];
        let (_, identifier) = IDENTIFIERS.iter().find(|(short, _)| *short == name)?;
        let rest = &lower[letters..];
        let (version_text, suffix) = match rest.split_once('-') {
            Some((version, suffix)) => (version, Some(suffix)),
            None => (rest, None),
        };
        let version = short_version(version_text)?;
        let mut framework =
            Self { identifier: (*identifier).to_owned(), version, ..Self::unsupported() };
        if name == "net" && version[0] >= 5 {
            ".NETCoreApp".clone_into(&mut framework.identifier);
        }
        if let Some(suffix) = suffix {
            if framework.identifier == ".NETCoreApp" && version[0] >= 5 {
                framework.set_platform(suffix)?;
            } else if suffix.is_empty() {
                return None;
            } else {
                suffix.clone_into(&mut framework.profile);
            }
        }
        Some(framework)
    }

    fn set_platform(&mut self, text: &str) -> Option<()> {
        let end = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (platform, version) = text.split_at(end);
        if platform.is_empty() || !platform.chars().all(|c| c.is_ascii_alphabetic()) {
            return None;
        }
        platform.clone_into(&mut self.platform);
        if !version.is_empty() {
            self.platform_version = dotted(version)?;
        }
        Some(())
    }

    /// The version with at least `least` parts, more while they are not zero.
    pub(crate) fn version_text(&self, least: i32) -> String {
        version_text(self.version, least)
    }

    pub(crate) fn platform_version_text(&self, least: i32) -> String {
        version_text(self.platform_version, least)
    }

    /// Whether a project for `self` can use what was built for `candidate`.
    ///
    /// Source: NuGet.Client, `DefaultCompatibilityProvider` and its .NET Standard tables.
    pub(crate) fn can_use(&self, candidate: &Self) -> bool {
        if self.identifier == UNSUPPORTED || candidate.identifier == UNSUPPORTED {
            return self == candidate;
        }
        if self.identifier.eq_ignore_ascii_case(&candidate.identifier) {
            return self.version >= candidate.version
                && self.profile_fits(candidate)
                && self.platform_fits(candidate);
        }
        candidate.identifier.eq_ignore_ascii_case(".NETStandard")
            && candidate.version <= self.newest_standard()
    }

    fn profile_fits(&self, candidate: &Self) -> bool {
        self.profile == candidate.profile
            || candidate.profile == "client" && self.profile.is_empty()
            || candidate.profile.is_empty() && self.profile == "client"
    }

    fn platform_fits(&self, candidate: &Self) -> bool {
        candidate.platform.is_empty()
            || candidate.platform == self.platform
                && candidate.platform_version <= self.platform_version
    }

    /// The highest .NET Standard it implements; zero for none.
    fn newest_standard(&self) -> [u32; 4] {
        let version = (self.version[0], self.version[1], self.version[2]);
        let (major, minor) = match self.identifier.as_str() {
            ".NETCoreApp" => match version {
                (3.., ..) => (2, 1),
                (2, ..) => (2, 0),
                _ => (1, 6),
            },
            ".NETFramework" => match version {
                (4, 7.., _) | (4, 6, 1..) | (5.., ..) => (2, 0),
                (4, 6, _) => (1, 3),
                (4, 5, 1..) => (1, 2),
                (4, 5, _) => (1, 1),
                _ => (0, 0),
            },
            "UAP" if version >= (10, 0, 15064) => (2, 0),
            "UAP" => (1, 4),
            "Tizen" => match version {
                (6.., ..) => (2, 1),
                (4.., ..) => (2, 0),
                _ => (1, 6),
            },
            "MonoAndroid" | "MonoTouch" | "MonoMac" | "Xamarin.iOS" | "Xamarin.Mac"
            | "Xamarin.TVOS" | "Xamarin.WatchOS" => (2, 1),
            ".NETCore" | "Windows" | "WindowsPhoneApp" | "WinRT" => (1, 2),
            "WindowsPhone" => (1, 0),
            "DNXCore" => (1, 5),
            _ => (0, 0),
        };
        [major, minor, 0, 0]
    }
}

/// `8.0`, or digits that each are a part: `472`.
fn short_version(text: &str) -> Option<[u32; 4]> {
    if text.is_empty() {
        return Some([0; 4]);
    }
    if text.contains('.') {
        return dotted(text);
    }
    if text.len() > 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut version = [0; 4];
    for (part, digit) in version.iter_mut().zip(text.bytes()) {
        *part = u32::from(digit - b'0');
    }
    Some(version)
}

fn dotted(text: &str) -> Option<[u32; 4]> {
    let mut version = [0; 4];
    for (at, part) in text.split('.').enumerate() {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        *version.get_mut(at)? = part.parse().ok().filter(|_| digits)?;
    }
    Some(version)
}

fn version_text(version: [u32; 4], least: i32) -> String {
    let used = version.iter().rposition(|part| *part != 0).map_or(1, |last| last + 1);
    let least = usize::try_from(least).unwrap_or(0);
    let count = used.max(least).min(4);
    version[..count].iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let framework = Framework::parse(text);
        format!(
            "{} {} {} {}",
            framework.identifier,
            framework.version_text(2),
            framework.platform,
            framework.platform_version_text(2)
        )
    }

    #[test]
    fn short_names_are_read() {
        assert_eq!(shown("net8.0-windows10.0.19041.0"), ".NETCoreApp 8.0 windows 10.0.19041");
        assert_eq!(shown("net472"), ".NETFramework 4.7.2  0.0");
        assert_eq!(shown("NET5.0"), ".NETCoreApp 5.0  0.0");
        assert_eq!(shown("netcoreapp3.1"), ".NETCoreApp 3.1  0.0");
        assert_eq!(shown("netstandard2.0"), ".NETStandard 2.0  0.0");
        for wrong in ["", "12", "net8.0;net9.0", "a b", "lo W", "net8.0-", "net8.0-1"] {
            assert_eq!(shown(wrong), "Unsupported 0.0  0.0", "{wrong}");
        }
    }

    #[test]
    fn newer_frameworks_use_older_ones_and_the_standard_they_implement() {
        let fits = |a, b| Framework::parse(a).can_use(&Framework::parse(b));
        assert!(fits("net8.0", "netcoreapp1.0") && !fits("net6.0", "net8.0"));
        assert!(fits("net472", "netstandard2.0") && !fits("net461", "netstandard2.1"));
        assert!(fits("net8.0-windows", "net8.0") && !fits("net8.0", "net8.0-windows"));
        assert!(!fits("net8.0", "net472"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_framework_or_unsupported(text in ".*") {
            let framework = Framework::parse(&text);
            prop_assert!(!framework.version_text(2).is_empty());
            prop_assert!(framework.can_use(&framework));
        }
    }
}
