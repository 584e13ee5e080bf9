use std::fmt;

use iisle_path::NameRules;

use crate::{AccessRule, SourcePath};

/// The parameters that a package declares, in their order. Names are unique without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<Parameter>);

/// One declared parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, not empty.
    pub name: String,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The value used when none is set; `{Name}` in it stands for the value of another parameter.
    pub default_value: Option<String>,
    /// As `default_value`, but literal, and stronger.
    pub value: Option<String>,
    /// Words that steer user interfaces, as written.
    pub tags: Vec<String>,
    /// What is changed.
    pub entries: Vec<Entry>,
    /// What a value set by the deployer must look like.
    pub validations: Vec<Validation>,
}

/// What one parameter changes in one kind of place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which kind of place.
    pub kind: Kind,
    /// A regular expression of .NET: provider names or source paths of files. May be empty.
    pub scope: String,
    /// What is replaced there: a regular expression, an XPath, a position.
    pub matching: String,
    /// Words that steer user interfaces, as written.
    pub tags: Vec<String>,
}

/// The kinds of places that parameters change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the format")]
pub enum Kind {
    XmlFile,
    TextFile,
    TextFilePosition,
    ProviderPath,
    DeploymentObjectAttribute,
    DestinationVirtualDirectory,
    DestinationBinding,
    SqlCommandVariable,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::XmlFile,
        Self::TextFile,
        Self::TextFilePosition,
        Self::ProviderPath,
        Self::DeploymentObjectAttribute,
        Self::DestinationVirtualDirectory,
        Self::DestinationBinding,
        Self::SqlCommandVariable,
    ];

    /// The kind that `text` names, without regard to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text))
    }

    /// Its name in the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::XmlFile => "XmlFile",
            Self::TextFile => "TextFile",
            Self::TextFilePosition => "TextFilePosition",
            Self::ProviderPath => "ProviderPath",
            Self::DeploymentObjectAttribute => "DeploymentObjectAttribute",
            Self::DestinationVirtualDirectory => "DestinationVirtualDirectory",
            Self::DestinationBinding => "DestinationBinding",
            Self::SqlCommandVariable => "SqlCommandVariable",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A condition on values that a deployer sets; defaults are exempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validation {
    /// `AllowEmpty`, `Boolean`, `Enumeration`, `RegularExpression`, or several with commas.
    pub kind: String,
    /// The list or the regular expression.
    pub text: Option<String>,
}

impl Parameter {
    /// The value that holds when the deployer sets none: `value`, else `default_value`.
    pub fn own_value(&self) -> Option<&str> {
        self.value.as_deref().or(self.default_value.as_deref())
    }

    /// Whether a deployment stops unless the deployer sets a value.
    pub fn is_required(&self) -> bool {
        self.own_value().is_none()
    }

    /// Whether one of its tags says that values are secret.
    pub fn is_secret(&self) -> bool {
        let secret = ["Password", "DBUserPassword", "DBAdminPassword", "SiteUserPassword"];
        self.tags.iter().any(|tag| secret.iter().any(|s| s.eq_ignore_ascii_case(tag)))
    }

    /// Whether an empty value may be set.
    pub fn allows_empty(&self) -> bool {
        // Of several validations only the last one counts.
        let last = self.validations.last();
        last.is_some_and(|v| {
            v.kind.split(',').any(|kind| kind.trim().eq_ignore_ascii_case("AllowEmpty"))
        })
    }
}

impl Parameters {
    /// Adds `parameter`, or gives its entries and what else is missing to the one of that name.
    ///
    /// The first declaration keeps its texts and tags; a missing or empty value is taken from the
    /// later one, entries and validations join unless they are there already.
    pub fn merge(&mut self, parameter: Parameter) {
        let Some(at) = self.0.iter().position(|p| same_name(&p.name, &parameter.name)) else {
            self.0.push(parameter);
            return;
        };
        let first = &mut self.0[at];
        let filled = |own: &Option<String>| own.as_ref().is_some_and(|text| !text.is_empty());
        if !filled(&first.value) && !filled(&first.default_value) {
            let later = (parameter.value, parameter.default_value);
            (first.value, first.default_value) = match later {
                (None, None) => (first.value.take(), first.default_value.take()),
                later => later,
            };
        }
        first.friendly_name = first.friendly_name.take().or(parameter.friendly_name);
        if !filled(&first.description) {
            first.description = parameter.description.or(first.description.take());
        }
        if first.tags.is_empty() {
            first.tags = parameter.tags;
        }
        for entry in parameter.entries {
            if !first.entries.contains(&entry) {
                first.entries.push(entry);
            }
        }
        for validation in parameter.validations {
            if !first.validations.contains(&validation) {
                first.validations.push(validation);
            }
        }
    }

    /// The parameter called `name`, without regard to case.
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.0.iter().find(|parameter| same_name(&parameter.name, name))
    }

    /// As [`get`](Self::get), to be changed.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Parameter> {
        self.0.iter_mut().find(|parameter| same_name(&parameter.name, name))
    }

    /// The parameters in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Parameter> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Parameters {
    type Item = &'a Parameter;
    type IntoIter = std::slice::Iter<'a, Parameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Parameters {
    type Item = Parameter;
    type IntoIter = std::vec::IntoIter<Parameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

pub(super) fn same_name(a: &str, b: &str) -> bool {
    NameRules::Windows.same(a, b)
}

/// The name that every tool knows the application path by.
pub(crate) const APPLICATION: &str = "IIS Web Application Name";

/// The parameter that says where the application goes.
pub(crate) fn application(root: &SourcePath, value: Option<&str>) -> Parameter {
    let entry = Entry {
        kind: Kind::ProviderPath,
        scope: "IisApp".to_owned(),
        matching: format!("^{}$", escape_regex(root.as_str())),
        tags: Vec::new(),
    };
    Parameter {
        name: APPLICATION.to_owned(),
        default_value: value.map(str::to_owned),
        tags: vec!["IisApp".to_owned()],
        entries: vec![entry],
        ..Parameter::default()
    }
}

/// What finds a `dirPath` in both forms of a package: to the engine the folder of a package that is a
/// folder goes by the place where it lies.
///
/// Source: Web Deploy 7.1, `archiveDir`, seen.
pub(crate) fn folder_pattern(root: &SourcePath) -> String {
    let inside = format!("\\{}", root.content_folder().replace('/', "\\"));
    format!("(^{}|{})$", escape_regex(root.as_str()), escape_regex(&inside))
}

/// The parameter that carries the path of an access rule along with that of the application: for
/// its root the application path itself, as in packages of Visual Studio.
pub(crate) fn access_path(root: &SourcePath, rule: &AccessRule) -> Parameter {
    let entry = Entry {
        kind: Kind::ProviderPath,
        scope: "setAcl".to_owned(),
        matching: format!("^{}$", escape_regex(&root.below(rule.folder.as_ref()))),
        tags: Vec::new(),
    };
    let entries = vec![entry];
    let Some(folder) = &rule.folder else {
        return Parameter { name: APPLICATION.to_owned(), entries, ..Parameter::default() };
    };
    Parameter {
        name: format!("Access to {folder}"),
        default_value: Some(format!("{{{APPLICATION}}}/{folder}")),
        tags: vec!["Hidden".to_owned()],
        entries,
        ..Parameter::default()
    }
}

/// A regular expression of .NET that matches `text` and nothing else, as `Regex.Escape` has it.
pub(super) fn escape_regex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\u{c}' => escaped.push_str("\\f"),
            '\r' => escaped.push_str("\\r"),
            ' ' | '\\' | '.' | '$' | '^' | '*' | '+' | '?' | '(' | ')' | '[' | '{' | '|' | '#' => {
                escaped.extend(['\\', c]);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{Parameter, Parameters, application, escape_regex};
    use crate::SourcePath;

    #[test]
    fn paths_are_escaped_as_dotnet_does() {
        assert_eq!(escape_regex(r"C:\a.b (1)+[x]{2}"), r"C:\\a\.b\ \(1\)\+\[x]\{2}");
        let parameter = application(&SourcePath::default(), None);
        assert_eq!(parameter.entries[0].matching, r"^C:\\app$");
    }

    #[test]
    fn a_second_declaration_fills_what_the_first_left_out() {
        let mut all = Parameters::default();
        all.merge(application(&SourcePath::default(), None));
        all.merge(Parameter {
            name: "iis web application name".to_owned(),
            description: Some("where".to_owned()),
            default_value: Some("Site/Shop".to_owned()),
            tags: vec!["x".to_owned()],
            ..Parameter::default()
        });
        let merged = all.get("IIS WEB APPLICATION NAME").unwrap();
        assert_eq!(merged.own_value(), Some("Site/Shop"));
        assert_eq!(merged.description.as_deref(), Some("where"));
        assert_eq!((merged.tags.join(","), merged.entries.len()), ("IisApp".to_owned(), 1));
        assert_eq!(all.iter().count(), 1);
    }
}
