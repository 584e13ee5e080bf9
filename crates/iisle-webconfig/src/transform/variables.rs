//! Rule E: which environment variables are set, from properties and the command line.

use crate::transform::outcome::TransformError;

/// The entries of `WebConfigEnvironmentVariables`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Variables {
    /// Name and value in order, names repeated where the property repeats them.
    pub(crate) entries: Vec<(String, String)>,
    /// Names of entries without `=`, which get an empty value.
    pub(crate) without_value: Vec<String>,
}

/// Splits the property: at every `;`, blank pieces dropped; the name is the trimmed text before
/// the first `=`, the value all text behind it as it stands.
pub(crate) fn parse(property: &str) -> Result<Variables, TransformError> {
    let mut variables = Variables::default();
    let pieces = property.split(';').filter(|piece| !piece.trim().is_empty());
    for (at, piece) in pieces.enumerate() {
        let (name, value) = match piece.split_once('=') {
            Some((name, value)) => (name.trim(), value),
            None => (piece.trim(), ""),
        };
        if name.is_empty() {
            return Err(TransformError::VariableNameMissing { entry: at + 1 });
        }
        if !piece.contains('=') {
            variables.without_value.push(name.to_owned());
        }
        variables.entries.push((name.to_owned(), value.to_owned()));
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn check(property: &str) -> String {
        match parse(property) {
            Ok(variables) => {
                let entries = variables.entries.iter();
                let mut text: Vec<_> = entries.map(|(n, v)| format!("{n}:{v}|")).collect();
                text.extend(variables.without_value.iter().map(|name| format!("no value {name}")));
                text.join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn values_keep_their_equals_signs_and_blanks() {
        let property = "Conn=Server=.;Database=App;Url=http://x/?a=1&b=2";
        assert_eq!(check(property), "Conn:Server=.| Database:App| Url:http://x/?a=1&b=2|");
        assert_eq!(check(" A = v ;; ;B="), "A: v | B:|");
    }

    #[test]
    fn an_entry_without_equals_sign_is_empty_and_reported() {
        assert_eq!(check("NOVALUE;A=1"), "NOVALUE:| A:1| no value NOVALUE");
    }

    #[test]
    fn an_entry_without_name_is_an_error_that_does_not_show_its_value() {
        assert_eq!(check("A=1;=secret"), "entry 2 of the environment variables has no name");
        assert_eq!(check("="), "entry 1 of the environment variables has no name");
    }
}
