use iisle_path::{PatternError, Patterns, RelPath};
use iisle_report::{Finding, RuleId};
use thiserror::Error;

/// The environment a deployment is judged for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// A developer's machine or test server.
    Dev,
    /// A rehearsal of production.
    Staging,
    /// Visitors reach it.
    #[default]
    Production,
}

impl Profile {
    /// The word of the command line and of reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// Reads a word of [`word`](Self::word); anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Dev, Self::Staging, Self::Production].into_iter().find(|p| p.word() == text)
    }
}

/// How a check judges and what it lets pass.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The environment that is judged for.
    pub profile: Profile,
    /// Findings to let pass.
    pub allows: Vec<Allow>,
}

/// Lets the findings of one rule pass, everywhere or in some files.
#[derive(Debug, Clone)]
pub struct Allow {
    /// The rule.
    pub id: RuleId,
    files: Option<(String, Patterns)>,
}

/// Why a text is no [`Allow`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum AllowError {
    #[error("`{0}` is no rule id, expected a letter and three digits such as `W019`")]
    Id(String),
    #[error("cannot read the path of `{text}`")]
    Path { text: String, source: PatternError },
}

impl Allow {
    /// Reads `ID` or `ID=PATH`; PATH is a pattern over the file of a finding, as
    /// [`Patterns`] reads it.
    pub fn parse(text: &str) -> Result<Self, AllowError> {
        let (id, path) = match text.split_once('=') {
            Some((id, path)) => (id, Some(path)),
            None => (text, None),
        };
        let id = RuleId::parse(id.trim()).ok_or_else(|| AllowError::Id(id.trim().to_owned()))?;
        let files = path.map(|path| -> Result<_, AllowError> {
            let patterns = Patterns::parse([path])
                .map_err(|source| AllowError::Path { text: text.to_owned(), source })?;
            Ok((path.to_owned(), patterns))
        });
        Ok(Self { id, files: files.transpose()? })
    }

    /// Whether it lets this finding pass.
    pub fn covers(&self, finding: &Finding) -> bool {
        if self.id != finding.id {
            return false;
        }
        let Some((path, patterns)) = &self.files else {
            return true;
        };
        finding.location.as_ref().is_some_and(|location| {
            // Files outside a tree, such as a project given by an absolute path, are no `RelPath`.
            location.file == *path
                || RelPath::parse(&location.file).is_ok_and(|file| patterns.is_match(&file))
        })
    }
}

#[cfg(test)]
mod tests {
    use iisle_report::{Finding, Location, RuleId, Severity};

    use super::{Allow, Profile};

    fn covers(allow: &str, id: &str, file: &str) -> bool {
        let finding = Finding {
            id: RuleId::parse(id).unwrap(),
            name: "x",
            severity: Severity::Error,
            message: String::new(),
            location: Some(Location::file(file)),
            evidence: Vec::new(),
            fix: String::new(),
            symptom: None,
            allowed: false,
        };
        Allow::parse(allow).unwrap().covers(&finding)
    }

    #[test]
    fn an_id_alone_lets_pass_everywhere() {
        assert!(covers("A016", "A016", "wwwroot/a.pem"));
        assert!(!covers("A016", "A017", "app_offline.htm"));
    }

    #[test]
    fn a_path_lets_pass_in_the_files_it_matches() {
        assert!(covers("A016=wwwroot/", "A016", "wwwroot/a.pem"));
        assert!(covers("a016=*.PEM", "A016", "wwwroot/a.pem"));
        assert!(!covers("A016=/certs/", "A016", "wwwroot/a.pem"));
        assert!(covers("P001=/src/App.csproj", "P001", "/src/App.csproj"));
    }

    #[test]
    fn what_is_no_rule_id_is_named() {
        let error = Allow::parse("Development").unwrap_err();
        assert!(error.to_string().starts_with("`Development` is no rule id"), "{error}");
        assert!(Allow::parse("A016=[z").is_err());
    }

    #[test]
    fn profiles_read_back_what_they_print() {
        for profile in [Profile::Dev, Profile::Staging, Profile::Production] {
            assert_eq!(Profile::parse(profile.word()), Some(profile));
        }
        assert_eq!(Profile::parse("prod"), None);
    }
}
