//! The two kinds of versions the engine compares.

use std::fmt;

/// What `[MSBuild]::Version…` compares: an optional `v`, one to four numbers, and what follows a
/// `-` or `+` is dropped; missing parts are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SimpleVersion([u32; 4]);

impl SimpleVersion {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = [0; 4];
        for (at, part) in text.split('.').enumerate() {
            *parts.get_mut(at)? = number(part)?;
        }
        Some(Self(parts))
    }
}

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).filter(|value| i32::try_from(*value).is_ok())
}

/// .NET's `System.Version`: two to four parts; a missing one sorts before zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NetVersion {
    pub(crate) major: i32,
    pub(crate) minor: i32,
    /// -1 when missing.
    pub(crate) build: i32,
    /// -1 when missing.
    pub(crate) revision: i32,
}

impl NetVersion {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        if !(2..=4).contains(&parts.len()) {
            return None;
        }
        let part = |at: usize| -> Option<i32> {
            let Some(text) = parts.get(at) else { return Some(-1) };
            let text = text.trim();
            let text = text.strip_prefix('+').unwrap_or(text);
            number(text).and_then(|value| i32::try_from(value).ok())
        };
        Some(Self { major: part(0)?, minor: part(1)?, build: part(2)?, revision: part(3)? })
    }

    /// The first `count` parts; `None` when there are not so many.
    pub(crate) fn show(self, count: i32) -> Option<String> {
        let parts = [self.major, self.minor, self.build, self.revision];
        let count = usize::try_from(count).ok().filter(|count| *count <= 4)?;
        let shown = &parts[..count];
        if shown.iter().any(|part| *part < 0) {
            return None;
        }
        Some(shown.iter().map(i32::to_string).collect::<Vec<_>>().join("."))
    }
}

impl fmt::Display for NetVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        for part in [self.build, self.revision] {
            if part >= 0 {
                write!(f, ".{part}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_versions_drop_a_v_and_what_follows_a_dash() {
        let order = |a, b| SimpleVersion::parse(a).cmp(&SimpleVersion::parse(b));
        assert!(order("v1.2-beta", "1.2.0.0").is_eq());
        assert!(order("8.0", "8.0.0.1").is_lt());
        assert!(order("10", "9.0").is_gt());
        for wrong in ["", "a", "1.2.3.4.5", "1..2", "1.-2", "."] {
            assert_eq!(SimpleVersion::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn net_versions_have_two_to_four_parts() {
        let version = NetVersion::parse("1.2.3").unwrap();
        assert_eq!(version.show(2).as_deref(), Some("1.2"));
        assert_eq!(version.show(4), None);
        assert_eq!(version.to_string(), "1.2.3");
        assert!(NetVersion::parse("1.2") < NetVersion::parse("1.2.0"));
        assert_eq!(NetVersion::parse("12"), None);
        assert_eq!(NetVersion::parse("1.-2"), None);
    }
}
