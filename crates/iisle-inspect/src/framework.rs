use std::fmt;

/// A target framework moniker such as `net8.0`, kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFramework {
    text: String,
    /// Major and minor of .NET and .NET Core; `None` for .NET Framework and .NET Standard.
    core: Option<(u32, u32)>,
}

impl TargetFramework {
    /// Reads `net8.0`, `net8.0-windows`, `netcoreapp3.1`, `net472`, `netstandard2.0`; anything else
    /// is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let plain = lower.split('-').next().unwrap_or_default();
        let core = if let Some(version) = plain.strip_prefix("netcoreapp") {
            Some(version_of(version)?)
        } else if plain.starts_with("netstandard") {
            None
        } else {
            let version = plain.strip_prefix("net")?;
            match version_of(version) {
                Some(version) if version.0 >= 5 => Some(version),
                // `net472` and `net4.7.2`.
                _ if version.starts_with(|c: char| c.is_ascii_digit()) => None,
                _ => return None,
            }
        };
        Some(Self { text: lower, core })
    }

    /// Whether it is .NET or .NET Core of this version or a later one.
    pub fn is_core_at_least(&self, major: u32, minor: u32) -> bool {
        self.core.is_some_and(|version| version >= (major, minor))
    }

    /// Whether it is .NET or .NET Core of an earlier version than this.
    pub fn is_core_before(&self, major: u32, minor: u32) -> bool {
        self.core.is_some_and(|version| version < (major, minor))
    }

    /// Whether both are the same version, whatever the platform behind the hyphen.
    pub fn same_version(&self, other: &Self) -> bool {
        match (self.core, other.core) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.text == other.text,
            _ => false,
        }
    }
}

fn version_of(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

impl fmt::Display for TargetFramework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::TargetFramework;

    #[test]
    fn monikers_have_versions() {
        let parse = |text| TargetFramework::parse(text).unwrap();
        assert!(parse("net8.0").is_core_at_least(3, 0));
        assert!(parse("netcoreapp2.1").is_core_before(2, 2));
        assert!(parse("net10.0").is_core_at_least(9, 0));
        assert!(parse("net10.0-windows").is_core_at_least(10, 0));
        assert!(parse("netcoreapp2.2").is_core_before(3, 0));
        for text in ["net472", "net48", "netstandard2.0", "net4.8"] {
            let it = parse(text);
            assert!(!it.is_core_at_least(1, 0) && !it.is_core_before(9, 0), "{text}");
        }
        assert!(parse("net8.0-windows10.0.19041").same_version(&parse("NET8.0")));
        assert!(!parse("net8.0").same_version(&parse("net48")));
    }

    #[test]
    fn other_texts_are_no_monikers() {
        for text in ["", "net", "netx", "uap10.0", "$(Tfm)"] {
            assert_eq!(TargetFramework::parse(text), None, "{text:?}");
        }
    }
}
