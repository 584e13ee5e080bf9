use iisle_xml::Document;

use super::{Parameters, ParametersError};

/// What a `SetParameters.xml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetParameters {
    /// Names and values in the order of the file.
    pub values: Vec<(String, String)>,
    /// Parameters that the file declares beside those of the package.
    pub declared: Parameters,
}

impl SetParameters {
    /// Reads a `SetParameters.xml`.
    ///
    /// # Errors
    /// [`ParametersError`] for everything that is not in the format, with its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParametersError> {
        let document = Document::parse(bytes)?;
        let root = document.root();
        let position = |node| document.position(node);
        if document.name(root) != "parameters" {
            let found = document.name(root).to_owned();
            return Err(ParametersError::Root { found, position: position(root) });
        }
        let mut read = Self::default();
        for node in document.elements(root) {
            let element = || document.name(node).to_owned();
            if document.local_name(node) == "parameter" {
                let parameter = Parameters::read_one(&document, node)?;
                if read.declared.get(&parameter.name).is_some() {
                    let (name, position) = (parameter.name, position(node));
                    return Err(ParametersError::Duplicate { name, position });
                }
                read.declared.merge(parameter);
                continue;
            }
            if document.local_name(node) != "setParameter" {
                let parent = document.name(root).to_owned();
                let found = element();
                return Err(ParametersError::Element { found, parent, position: position(node) });
            }
            let attribute = |name: &'static str| {
                let missing = || ParametersError::Missing {
                    element: element(),
                    missing: name,
                    position: position(node),
                };
                let mut all = document.attributes(node);
                // What is no reference is taken as it is written, line ends and tabs as well.
                let found = all.find(|attribute| attribute.name == name);
                found.map(|found| found.kept_value().into_owned()).ok_or_else(missing)
            };
            read.values.push((attribute("name")?, attribute("value")?));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::SetParameters;

    fn check(inner: &str) -> String {
        match SetParameters::parse(format!("<parameters>{inner}</parameters>").as_bytes()) {
            Ok(read) => format!("{:?} and {}", read.values, read.declared.iter().count()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn names_and_values_are_read_in_order() {
        assert_eq!(
            check(
                r#"<setParameter name="a" value="1 &amp;"/><setParameter name="A" value=""><parameterEntry/></setParameter>"#
            ),
            r#"[("a", "1 &"), ("A", "")] and 0"#
        );
        assert_eq!(check(r#"<parameter name="new" defaultValue="x"/>"#), "[] and 1");
        assert_eq!(
            check(r#"<setParameter name="a" defaultValue="1"/>"#),
            "`setParameter` has no attribute `value`"
        );
        assert_eq!(check("<set/>"), "the element `set` is not known in `parameters`");
        assert!(SetParameters::parse(b"<other/>").is_err());
        assert!(SetParameters::parse(b"<p:parameters xmlns:p='urn:p'/>").is_err());
    }

    #[test]
    fn line_ends_and_tabs_of_a_value_stay() {
        assert_eq!(
            check("<setParameter name=\"a\" value=\"1\n2\t&#9;3\"/>"),
            r#"[("a", "1\n2\t\t3")] and 0"#
        );
    }
}
