use std::fmt;

use crate::Location;

/// How bad a finding is. Ordered: errors first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The app cannot start, a secret leaks, or data is lost.
    Error,
    /// Works, but wrong, fragile, insecure, or an ignored setting.
    Warning,
    /// Advice.
    Info,
}

impl Severity {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Identity of a rule of the catalogue: group letter and number, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId {
    group: char,
    number: u16,
}

impl RuleId {
    /// An id such as `W013`.
    pub const fn new(group: char, number: u16) -> Self {
        Self { group, number }
    }

    /// The group letter.
    pub const fn group(self) -> char {
        self.group
    }

    /// Reads `W013`, also `w013`; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chars = text.chars();
        let group = chars.next()?.to_ascii_uppercase();
        let digits = chars.as_str();
        let valid = group.is_ascii_uppercase()
            && digits.len() == 3
            && digits.bytes().all(|b| b.is_ascii_digit());
        valid.then(|| digits.parse().ok().map(|number| Self { group, number })).flatten()
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:03}", self.group, self.number)
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One result of judging. Findings are collected and sorted, never an `Err`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub id: RuleId,
    /// The rule's name, in kebab case.
    pub name: &'static str,
    /// Severity in this case, which may be below or above the rule's usual one.
    pub severity: Severity,
    /// One line with the concrete values.
    pub message: String,
    /// Where to look.
    pub location: Option<Location>,
    /// The values that were compared.
    pub evidence: Vec<String>,
    /// What to do, imperative.
    pub fix: String,
    /// The HTTP status or symptom it would produce.
    pub symptom: Option<String>,
    /// Let pass by the user: no longer decides the exit code.
    pub allowed: bool,
}

impl Finding {
    /// The order of reports: severity, file, line, id.
    pub fn sort_key(&self) -> impl Ord + '_ {
        let place = self.location.as_ref().map(|l| (l.file.as_str(), l.line, l.column));
        (self.severity, place, self.id, self.message.as_str())
    }
}

/// Something a person should know about an operation that went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable word (`development-environment`) or foreign code (`NETSDK1198`).
    pub code: String,
    /// One line.
    pub message: String,
    /// Where, if there is a place.
    pub location: Option<Location>,
}

#[cfg(test)]
mod tests {
    use super::RuleId;

    #[test]
    fn ids_read_back_what_they_print() {
        assert_eq!(RuleId::parse("w013"), Some(RuleId::new('W', 13)));
        assert_eq!(RuleId::new('A', 7).to_string(), "A007");
        for text in ["", "W", "W13", "W0013", "1013", "Wabc", "é013"] {
            assert_eq!(RuleId::parse(text), None, "{text:?}");
        }
    }
}
