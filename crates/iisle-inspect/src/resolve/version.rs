use std::cmp::Ordering;
use std::fmt;

/// The version of a framework: three numbers, and perhaps a prerelease and a build.
///
/// Ordered as Semantic Versioning says; builds do not count.
#[derive(Debug, Clone)]
pub struct FrameworkVersion {
    /// First number.
    pub major: u64,
    /// Second number.
    pub minor: u64,
    /// Third number.
    pub patch: u64,
    /// Behind the hyphen.
    pub prerelease: Option<String>,
    /// Behind the plus.
    pub build: Option<String>,
}

impl FrameworkVersion {
    /// Reads a version as the host does: two or four numbers are none.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, build) = split(text, '+')?;
        let (numbers, prerelease) = split(rest, '-')?;
        let mut parts = numbers.split('.');
        let mut number = || {
            let part = parts.next()?;
            let plain = part.bytes().all(|byte| byte.is_ascii_digit());
            // A number has no zeros before it.
            let short = part == "0" || !part.starts_with('0');
            if plain && short { part.parse().ok() } else { None }
        };
        let (major, minor, patch) = (number()?, number()?, number()?);
        if parts.next().is_some() || !prerelease.is_none_or(is_identifiers) {
            return None;
        }
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Some(Self { major, minor, patch, prerelease: owned(prerelease), build: owned(build) })
    }

    /// Whether it comes before the release of its numbers.
    pub fn is_prerelease(&self) -> bool {
        self.prerelease.is_some()
    }

    /// Major and minor.
    pub fn line(&self) -> (u64, u64) {
        (self.major, self.minor)
    }

    fn numbers(&self) -> (u64, u64, u64) {
        (self.major, self.minor, self.patch)
    }
}

/// What stands before and behind a mark, which must not be nothing.
fn split(text: &str, mark: char) -> Option<(&str, Option<&str>)> {
    match text.split_once(mark) {
        None => Some((text, None)),
        Some((_, "")) => None,
        Some((before, behind)) => Some((before, Some(behind))),
    }
}

fn is_identifiers(text: &str) -> bool {
    let valid = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').all(valid)
}

impl Ord for FrameworkVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers().cmp(&other.numbers()).then_with(|| {
            match (&self.prerelease, &other.prerelease) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => compare_identifiers(a, b),
            }
        })
    }
}

fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.parse::<u64>().ok();
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (number(a), number(b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

impl PartialOrd for FrameworkVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for FrameworkVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for FrameworkVersion {}

impl fmt::Display for FrameworkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if let Some(prerelease) = &self.prerelease {
            write!(f, "-{prerelease}")?;
        }
        self.build.as_ref().map_or(Ok(()), |build| write!(f, "+{build}"))
    }
}

#[cfg(test)]
mod tests {
    use super::FrameworkVersion;

    #[test]
    fn versions_are_ordered_as_semantic_versioning_says() {
        let order = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.1",
            "1.2.0",
            "10.0.0",
        ];
        let versions: Vec<_> =
            order.iter().map(|it| FrameworkVersion::parse(it).unwrap()).collect();
        assert!(versions.is_sorted() && versions.windows(2).all(|two| two[0] != two[1]));
        assert_eq!(versions[5].to_string(), "1.0.0-beta.11");
    }

    #[test]
    fn what_the_host_does_not_read_is_no_version() {
        for text in [
            "",
            "8",
            "8.0",
            "8.0.0.0",
            "8.0.x",
            "08.0.0",
            "8.0.0-",
            "8.0.0-a..b",
            "v8.0.0",
            " 8.0.0",
            "8.0.0+",
        ] {
            assert_eq!(FrameworkVersion::parse(text), None, "{text:?}");
        }
        assert!(FrameworkVersion::parse("8.0.0-rc.1+abc").is_some());
    }
}
