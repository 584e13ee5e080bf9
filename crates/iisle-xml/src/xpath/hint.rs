//! What to write instead of what is wrong.

use strsim::levenshtein;

use super::XPathProblem;
use super::axis::Axis;
use super::functions::SIGNATURES;

/// One line for the person who wrote the expression, imperative; `None` when the problem says it
/// all.
pub(crate) fn hint(problem: &XPathProblem) -> Option<String> {
    match problem {
        XPathProblem::UnknownFunction { name } => {
            let known = SIGNATURES.iter().map(|signature| signature.name);
            match nearest(name, known) {
                Some(likely) => Some(format!("did you mean `{likely}`?")),
                None if LATER_FUNCTIONS.contains(&name.as_str()) => {
                    Some(format!("`{name}()` is of XPath 2.0; this is XPath 1.0"))
                }
                None => None,
            }
        }
        XPathProblem::UnknownAxis { name } => {
            let known = Axis::ALL.iter().map(|(known, _)| *known);
            nearest(name, known).map(|likely| format!("did you mean `{likely}`?"))
        }
        XPathProblem::UnboundPrefix { .. } => {
            Some("declare the prefix, or compare `local-name()`".to_owned())
        }
        XPathProblem::UnboundVariable { .. } => {
            Some("write the value in place of the variable".to_owned())
        }
        XPathProblem::OpenLiteral { quote: '\'' } => {
            Some("put a text with an apostrophe into double quotes".to_owned())
        }
        XPathProblem::OpenLiteral { .. } => {
            Some("put a text with a double quote into apostrophes".to_owned())
        }
        XPathProblem::BadCharacter { text } if text == "&" => {
            Some("write `and` between conditions".to_owned())
        }
        XPathProblem::BadCharacter { text } if text == "!" => {
            Some("write `not(…)`, or `!=` between values".to_owned())
        }
        XPathProblem::Unexpected { found, .. } if found == "`=`" => {
            Some("write one `=` to compare".to_owned())
        }
        XPathProblem::Unexpected { found, .. } if found == "`|`" => {
            Some("write `or` between conditions".to_owned())
        }
        XPathProblem::Unexpected { found, .. } if found == "`[`" => {
            Some("write a name, `*` or `node()` before a predicate".to_owned())
        }
        _ => None,
    }
}

/// Functions of later versions that people expect.
const LATER_FUNCTIONS: [&str; 9] = [
    "ends-with",
    "exists",
    "lower-case",
    "matches",
    "replace",
    "string-join",
    "tokenize",
    "upper-case",
    "empty",
];

/// The known name that is only a few letters away, whatever the case.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let name = name.to_lowercase();
    let with_distance = known.map(|known| (levenshtein(&name, known), known));
    let (distance, likely) = with_distance.min()?;
    (distance <= likely.len().div_ceil(4)).then_some(likely)
}
