use std::borrow::Cow;
use std::fmt;

use strsim::levenshtein;

use super::{Parameter, Parameters};
use crate::NetRegex;

/// A value that the deployer gives to a parameter.
#[derive(Clone, PartialEq, Eq)]
pub struct Setting {
    /// The parameter; names compare without case.
    pub name: String,
    /// Its value, literal.
    pub value: String,
    /// Where the value comes from.
    pub origin: Origin,
}

impl fmt::Debug for Setting {
    /// Without the value, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value: _, origin } = self;
        f.debug_struct("Setting")
            .field("name", name)
            .field("origin", origin)
            .finish_non_exhaustive()
    }
}

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The package.
    Default,
    /// One setting of the command line.
    Set,
    /// A file of settings.
    SetFile,
    /// A variable of the environment.
    Environment,
    /// The standard input.
    Stdin,
    /// The target that the deployment was given.
    Target,
}

impl Origin {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            // A target sets the application path.
            Self::Set | Self::Target => "--set",
            Self::SetFile => "--set-file",
            Self::Environment => "environment",
            Self::Stdin => "stdin",
        }
    }
}

/// A declared parameter with the value it has in a deployment.
#[derive(Clone, PartialEq, Eq)]
pub struct Resolved<'a> {
    /// Its declaration.
    pub parameter: &'a Parameter,
    /// Its value, references to other parameters replaced.
    pub value: String,
    /// Where the value comes from.
    pub origin: Origin,
}

impl fmt::Debug for Resolved<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.parameter.name;
        f.debug_struct("Resolved").field("name", name).finish_non_exhaustive()
    }
}

/// Why parameters have no values to deploy with: everything that is wrong with the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unresolved {
    /// Names that are not declared, with the nearest one that is.
    pub unknown: Vec<(String, Option<String>)>,
    /// Parameters without a value.
    pub missing: Vec<String>,
    /// Values that a validation refuses: the parameter and why, never the value.
    pub invalid: Vec<(String, String)>,
}

impl Unresolved {
    fn is_empty(&self) -> bool {
        let Self { unknown, missing, invalid } = self;
        unknown.is_empty() && missing.is_empty() && invalid.is_empty()
    }
}

/// Bytes that values may come to when references in them are replaced.
const MAX_VALUE: usize = 1 << 20;

impl Parameters {
    /// The value of every parameter, in the order of declaration.
    ///
    /// A later setting of one parameter beats an earlier one, and all of them the package. What is
    /// set is literal; in a default `{Name}` stands for the value of another parameter.
    ///
    /// # Errors
    /// [`Unresolved`] with all that is wrong.
    ///
    /// Source: Web Deploy 7.1, seen.
    pub fn resolve<'a>(&'a self, settings: &[Setting]) -> Result<Vec<Resolved<'a>>, Unresolved> {
        let mut wrong = Unresolved::default();
        for setting in settings {
            match self.get(&setting.name) {
                None => {
                    let nearest = self.nearest(&setting.name).map(str::to_owned);
                    wrong.unknown.push((setting.name.clone(), nearest));
                }
                Some(parameter) => {
                    if let Err(problem) = parameter.accepts(&setting.value) {
                        wrong.invalid.push((parameter.name.clone(), problem));
                    }
                }
            }
        }
        let set = |parameter: &Parameter| {
            settings.iter().rfind(|s| super::declare::same_name(&s.name, &parameter.name))
        };
        let missing = self.iter().filter(|p| p.is_required() && set(p).is_none());
        wrong.missing = missing.map(|parameter| parameter.name.clone()).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let known: Vec<Known<'_>> = self
            .iter()
            .map(|parameter| {
                let set = set(parameter);
                let (text, refers) = match set {
                    Some(setting) => (setting.value.as_str(), false),
                    None => (parameter.own_value().unwrap_or_default(), parameter.value.is_none()),
                };
                let origin = set.map_or(Origin::Default, |setting| setting.origin);
                Known { name: &parameter.name, text, refers, origin }
            })
            .collect();
        let mut resolved = Vec::with_capacity(known.len());
        for (index, (parameter, one)) in self.iter().zip(&known).enumerate() {
            let value = expand(&known, index);
            if value.len() > MAX_VALUE {
                let problem = format!("it would come to more than {MAX_VALUE} bytes");
                wrong.invalid.push((parameter.name.clone(), problem));
                return Err(wrong);
            }
            let (value, origin) = (value.into_owned(), one.origin);
            resolved.push(Resolved { parameter, value, origin });
        }
        Ok(resolved)
    }

    /// The declared name that is nearest to `name`, if one is near.
    fn nearest(&self, name: &str) -> Option<&str> {
        let wanted = name.to_lowercase();
        let limit = wanted.chars().count().max(4) / 2;
        let far = |known: &&Parameter| levenshtein(&wanted, &known.name.to_lowercase());
        let near = self.iter().filter(|known| far(known) <= limit);
        near.min_by_key(far).map(|known| known.name.as_str())
    }
}

struct Known<'a> {
    name: &'a str,
    text: &'a str,
    /// Whether `{Name}` in the text means a parameter.
    refers: bool,
    origin: Origin,
}

/// The value at `index`.
///
/// Parameters replace their references one after the other, in order of declaration, also in what
/// earlier ones brought; each brings its text as declared or set. So a chain is followed as long
/// as it leads to parameters that are declared later.
fn expand<'a>(known: &[Known<'a>], index: usize) -> Cow<'a, str> {
    let own = &known[index];
    let mut value = Cow::Borrowed(own.text);
    if !own.refers {
        return value;
    }
    for referred in known {
        let reference = format!("{{{}}}", referred.name);
        if value.len() <= MAX_VALUE && find(&value, &reference).is_some() {
            value = Cow::Owned(replace(&value, &reference, referred.text));
        }
    }
    value
}

/// The bytes of the first `wanted` in `text`, without regard to case.
fn find(text: &str, wanted: &str) -> Option<std::ops::Range<usize>> {
    let wanted: Vec<char> = wanted.chars().flat_map(char::to_uppercase).collect();
    for (start, _) in text.match_indices('{') {
        let mut expected = wanted.iter().peekable();
        for (at, c) in text[start..].char_indices() {
            if c.to_uppercase().any(|upper| expected.next() != Some(&upper)) {
                break;
            }
            if expected.peek().is_none() {
                return Some(start..start + at + c.len_utf8());
            }
        }
    }
    None
}

/// `text` with every `wanted` replaced once: what is put in is not searched again.
fn replace(text: &str, wanted: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = find(rest, wanted) {
        out.push_str(&rest[..found.start]);
        out.push_str(by);
        rest = &rest[found.end..];
        if out.len() > MAX_VALUE {
            break;
        }
    }
    out.push_str(rest);
    out
}

impl Parameter {
    /// Whether a deployer may set this value; if not, why, in words that do not hold it.
    pub(crate) fn accepts(&self, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return if self.allows_empty() {
                Ok(())
            } else {
                Err("it must not be empty".to_owned())
            };
        }
        // Of several validations only the last one counts.
        let Some(validation) = self.validations.last() else { return Ok(()) };
        let text = validation.text.as_deref().unwrap_or_default();
        for kind in validation.kind.split(',').map(|kind| kind.trim().to_ascii_lowercase()) {
            let accepted = match kind.as_str() {
                "boolean" => {
                    let word = value.trim();
                    let is_boolean =
                        ["true", "false"].iter().any(|known| word.eq_ignore_ascii_case(known));
                    if is_boolean { Ok(()) } else { Err("it must be True or False".to_owned()) }
                }
                "enumeration" => {
                    let mut items = text.split(',');
                    if items.any(|item| item.to_uppercase() == value.to_uppercase()) {
                        Ok(())
                    } else {
                        Err(format!("it must be one of `{text}`"))
                    }
                }
                "regularexpression" => match NetRegex::parse(text) {
                    Err(error) => Err(format!("it cannot be compared: {error}: {}", error.problem)),
                    Ok(regex) => match regex.is_match(value) {
                        Ok(true) => Ok(()),
                        Ok(false) => Err(format!("it must match the expression `{text}`")),
                        Err(error) => Err(format!("it cannot be compared: {}", error.problem)),
                    },
                },
                _ => Ok(()),
            };
            accepted?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Setting, Unresolved};
    use crate::{Parameter, Parameters, Validation};
    use proptest::prelude::*;

    fn declared(all: &[(&str, &str)]) -> Parameters {
        let mut parameters = Parameters::default();
        for (name, default) in all {
            parameters.merge(Parameter {
                name: (*name).to_owned(),
                default_value: Some((*default).to_owned()),
                ..Parameter::default()
            });
        }
        parameters
    }

    fn setting(name: &str, value: &str) -> Setting {
        Setting { name: name.to_owned(), value: value.to_owned(), origin: Origin::Set }
    }

    fn check(parameters: &Parameters, settings: &[Setting]) -> Vec<String> {
        let resolved = parameters.resolve(settings).unwrap();
        resolved.into_iter().map(|resolved| resolved.value).collect()
    }

    #[test]
    fn references_are_replaced_as_the_engine_replaces_them() {
        let values = |all: &[(&str, &str)]| check(&declared(all), &[]).join("|");
        assert_eq!(values(&[("p", "a{p}b")]), "aa{p}bb");
        assert_eq!(values(&[("a", "A{b}"), ("b", "B{a}")]), "AB{a}|BAB{a}");
        assert_eq!(values(&[("a", "A{b}"), ("b", "B{c}"), ("c", "C{a}")]), "ABC{a}|BC{a}|CABC{a}");
        assert_eq!(values(&[("p", "{q}{q}"), ("q", "x{p}y")]), "x{p}yx{p}y|xx{p}yx{p}yy");
        assert_eq!(values(&[("p", "{q}{r}"), ("q", "{r}"), ("r", "{q}")]), "{q}{q}|{q}|{q}");
        assert_eq!(
            values(&[("p", "{Q} { q } {q {{q}} {a{q}b}"), ("q", "x")]),
            "x { q } {q {x} {axb}|x"
        );
        assert_eq!(values(&[("p", "{a b}{none}"), ("a b", "")]), "{none}|");
        assert_eq!(values(&[("c", "C"), ("b", "B{c}"), ("a", "A{b}")]), "C|BC|AB{c}");
        assert_eq!(
            values(&[("b", "{a}"), ("a", "A{z}"), ("x", "{b}"), ("z", "Z{b}")]),
            "AZ{b}|AZ{b}|AZ{b}|ZAZ{b}"
        );
    }

    #[test]
    fn what_is_set_is_literal_where_it_is_set() {
        let parameters = declared(&[("p", "{q}"), ("q", "x"), ("r", "R")]);
        assert_eq!(check(&parameters, &[setting("Q", "{r}")]), ["R", "{r}", "R"]);
        let parameters = declared(&[("r", "R"), ("p", "{q}"), ("q", "x")]);
        assert_eq!(check(&parameters, &[setting("q", "{r}")]), ["R", "{r}", "{r}"]);
        assert_eq!(check(&parameters, &[setting("q", "a"), setting("Q", "b")])[2], "b");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_and_no_value_with_it() {
        let mut parameters = declared(&[("Application Path", ""), ("Mode", "x")]);
        parameters.merge(Parameter { name: "Needed".to_owned(), ..Parameter::default() });
        let settings =
            [setting("Aplication path", "secret"), setting("mode", ""), setting("Zzz", "s")];
        let wrong = parameters.resolve(&settings).unwrap_err();
        let expected = Unresolved {
            unknown: vec![
                ("Aplication path".to_owned(), Some("Application Path".to_owned())),
                ("Zzz".to_owned(), None),
            ],
            missing: vec!["Needed".to_owned()],
            invalid: vec![("Mode".to_owned(), "it must not be empty".to_owned())],
        };
        assert_eq!(wrong, expected);
        assert!(!format!("{settings:?}").contains("secret"));
    }

    fn validated(kind: &str, text: &str, value: &str) -> bool {
        let parameter = Parameter {
            validations: vec![Validation { kind: kind.to_owned(), text: Some(text.to_owned()) }],
            ..Parameter::default()
        };
        parameter.accepts(value).is_ok()
    }

    #[test]
    fn validations_are_those_of_the_engine() {
        for (kind, text, value, good) in [
            ("AllowEmpty,RegularExpression", "^a+$", "", true),
            ("AllowEmpty,RegularExpression", "^a+$", "b", false),
            ("Enumeration", "A, B", "b", false),
            ("Enumeration", "A, B", " b", true),
            ("RegularExpression", "B", "abc", true),
            ("Boolean", "", "TRUE", true),
            ("boolean", "", " true", true),
            ("Boolean", "", "1", false),
            ("AllowEmpty", "", "", true),
            ("Enumeration", "a", "", false),
        ] {
            assert_eq!(validated(kind, text, value), good, "{kind} {text} {value:?}");
        }
    }

    proptest! {
        #[test]
        fn any_declarations_come_to_an_end(defaults in proptest::collection::vec(r"([ab]|\{[abc]\}){0,6}", 3)) {
            let all = declared(&[("a", &defaults[0]), ("b", &defaults[1]), ("c", &defaults[2])]);
            prop_assert_eq!(check(&all, &[]).len(), 3);
        }
    }
}
