use strsim::levenshtein;

use crate::Code;
use crate::fault::Fault;

/// The value of a `Transform` or `Locator` attribute: a name, and what stands in the parentheses
/// behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directive {
    pub(crate) name: String,
    /// From the first parenthesis to the last; empty ones are none.
    pub(crate) arguments: Option<String>,
}

impl Directive {
    /// Reads an attribute's value.
    ///
    /// # Errors
    /// [`Code::BadDirective`] for anything but one name and, optionally, one pair of parentheses.
    pub(crate) fn parse(value: &str) -> Result<Self, Fault> {
        let text = value.trim();
        let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let rest = rest.trim_start();
        let arguments = if rest.is_empty() {
            Some("")
        } else {
            rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        };
        match arguments {
            Some(arguments) if !name.is_empty() => Ok(Self {
                name: name.to_owned(),
                arguments: (!arguments.is_empty()).then(|| arguments.to_owned()),
            }),
            _ => Err(Fault::new(Code::BadDirective, [])),
        }
    }
}

/// Whether a character belongs into names: letters, digits, connectors.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{203F}' | '\u{2040}' | '\u{2054}')
}

/// The name of `names` that is most like a misspelled one, if any is like it.
pub(crate) fn likely<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let distances = names.into_iter().map(|name| (levenshtein(&wrong, &name.to_lowercase()), name));
    let (distance, name) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.max(name.len() / 4) && distance < wrong.len()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Directive, likely};

    fn check(value: &str) -> String {
        match Directive::parse(value) {
            Ok(Directive { name, arguments: None }) => name,
            Ok(Directive { name, arguments: Some(arguments) }) => format!("{name}|{arguments}"),
            Err(_) => "bad".to_owned(),
        }
    }

    #[test]
    fn a_name_and_what_stands_between_the_first_parenthesis_and_the_last() {
        assert_eq!(check("Remove"), "Remove");
        assert_eq!(check(" \n Remove\t"), "Remove");
        assert_eq!(check("Match (a, b) "), "Match|a, b");
        assert_eq!(check("Match( key )"), "Match| key ");
        assert_eq!(check("XPath(a[f(1)]\n/b(2))"), "XPath|a[f(1)]\n/b(2)");
        assert_eq!(check("X(a)(b)"), "X|a)(b");
        assert_eq!(check("X()"), "X");
    }

    #[test]
    fn anything_else_is_refused() {
        for value in ["", "  ", "(a)", "A B", "A(b", "A)", "A(b) c", "A;", "A-B", "A(b);"] {
            assert_eq!(check(value), "bad", "{value}");
        }
    }

    #[test]
    fn the_likely_name_is_near() {
        let names = ["SetAttributes", "Remove", "RemoveAll", "Insert"];
        assert_eq!(likely("SetAttribute", names), Some("SetAttributes"));
        assert_eq!(likely("insert", names), Some("Insert"));
        assert_eq!(likely("Rmove", names), Some("Remove"));
        assert_eq!(likely("Nope", names), None);
        assert_eq!(likely("X", names), None);
    }
}
