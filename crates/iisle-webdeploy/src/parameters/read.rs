use iisle_xml::{Document, NodeId, Position, XmlError};
use thiserror::Error;

use super::declare::APPLICATION;
use super::{Entry, Kind, Parameter, Parameters, Validation};

/// Why bytes are no `parameters.xml`.
///
/// The format is strict: a package with an attribute it does not know is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum ParametersError {
    #[error(transparent)]
    Xml(#[from] XmlError),
    #[error("the root element is `{found}`, expected `parameters`")]
    Root { found: String, position: Position },
    #[error("the element `{found}` is not known in `{parent}`")]
    Element { found: String, parent: String, position: Position },
    #[error("the attribute `{found}` is not known on `{element}`")]
    Attribute { found: String, element: String, position: Position },
    #[error("`{element}` has no attribute `{missing}`")]
    Missing { element: String, missing: &'static str, position: Position },
    #[error("`{element}` has an empty attribute `{attribute}`")]
    Empty { element: String, attribute: &'static str, position: Position },
    #[error("`{kind}` is no kind of `{element}`")]
    Kind { kind: String, element: String, position: Position },
    #[error("the parameter `{name}` has already been declared")]
    Duplicate { name: String, position: Position },
}

impl ParametersError {
    /// Where it is, when it has a place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Xml(error) => error.position(),
            Self::Root { position, .. }
            | Self::Element { position, .. }
            | Self::Attribute { position, .. }
            | Self::Missing { position, .. }
            | Self::Empty { position, .. }
            | Self::Kind { position, .. }
            | Self::Duplicate { position, .. } => Some(*position),
        }
    }
}

const VALIDATIONS: [&str; 4] = ["AllowEmpty", "Boolean", "Enumeration", "RegularExpression"];

impl Parameters {
    /// Reads a `parameters.xml`: that of a package, or the one a user keeps beside a project.
    ///
    /// Names of elements and attributes are case sensitive; a default namespace is tolerated.
    ///
    /// # Errors
    /// [`ParametersError`] for everything that Web Deploy refuses and that can be seen without
    /// reading regular expressions and XPath.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParametersError> {
        let document = Document::parse(bytes)?;
        let root = document.root();
        let reader = Reader { document: &document };
        if document.local_name(root) != "parameters" {
            let (found, position) = (document.name(root).to_owned(), document.position(root));
            return Err(ParametersError::Root { found, position });
        }
        reader.known_attributes(root, &[])?;
        let mut parameters = Self::default();
        for element in document.elements(root) {
            let parameter = reader.parameter(root, element)?;
            if parameters.get(&parameter.name).is_some() {
                let (name, position) = (parameter.name, document.position(element));
                return Err(ParametersError::Duplicate { name, position });
            }
            parameters.merge(parameter);
        }
        Ok(parameters)
    }

    /// Whether the parameter that carries the application path is among them.
    pub fn declares_application(&self) -> bool {
        self.get(APPLICATION).is_some()
    }
}

struct Reader<'a> {
    document: &'a Document,
}

impl Reader<'_> {
    fn parameter(&self, root: NodeId, node: NodeId) -> Result<Parameter, ParametersError> {
        let document = self.document;
        if document.local_name(node) != "parameter" {
            return Err(self.unknown_element(node, root));
        }
        let known = ["name", "friendlyName", "description", "defaultValue", "value", "tags"];
        self.known_attributes(node, &known)?;
        let optional = |name| document.attribute(node, name).map(str::to_owned);
        let mut parameter = Parameter {
            name: self.required(node, "name")?.to_owned(),
            friendly_name: optional("friendlyName"),
            description: optional("description"),
            default_value: optional("defaultValue"),
            value: optional("value"),
            tags: tags(document.attribute(node, "tags")),
            ..Parameter::default()
        };
        if parameter.name.is_empty() {
            return Err(self.empty(node, "name"));
        }
        for child in document.elements(node) {
            match document.local_name(child) {
                "parameterEntry" => parameter.entries.push(self.entry(child)?),
                "parameterValidation" => parameter.validations.push(self.validation(child)?),
                // Texts in other languages: accepted, never used.
                "description" | "friendlyName" => {
                    self.known_attributes(child, &["language"])?;
                    self.no_elements(child)?;
                }
                _ => return Err(self.unknown_element(child, node)),
            }
        }
        Ok(parameter)
    }

    fn entry(&self, node: NodeId) -> Result<Entry, ParametersError> {
        self.known_attributes(node, &["kind", "type", "scope", "match", "tags"])?;
        self.no_elements(node)?;
        let text = self.kind(node)?;
        let kind = Kind::parse(text.trim()).ok_or_else(|| self.unknown_kind(node, text))?;
        let scope = self.required(node, "scope")?.to_owned();
        let matching = self.required(node, "match")?.to_owned();
        if matching.is_empty() && matches!(kind, Kind::TextFile | Kind::XmlFile) {
            return Err(self.empty(node, "match"));
        }
        Ok(Entry { kind, scope, matching, tags: tags(self.document.attribute(node, "tags")) })
    }

    fn validation(&self, node: NodeId) -> Result<Validation, ParametersError> {
        self.known_attributes(node, &["kind", "type", "validationString"])?;
        self.no_elements(node)?;
        let kind = self.kind(node)?;
        let known = |word: &str| VALIDATIONS.iter().any(|v| v.eq_ignore_ascii_case(word.trim()));
        if !kind.split(',').all(known) {
            return Err(self.unknown_kind(node, kind));
        }
        let text = self.document.attribute(node, "validationString").map(str::to_owned);
        Ok(Validation { kind: kind.to_owned(), text })
    }

    /// The attribute `kind`, which older files call `type`.
    fn kind(&self, node: NodeId) -> Result<&str, ParametersError> {
        match self.document.attribute(node, "type") {
            Some(kind) => Ok(kind),
            None => self.required(node, "kind"),
        }
    }

    fn required(&self, node: NodeId, name: &'static str) -> Result<&str, ParametersError> {
        let element = || self.document.name(node).to_owned();
        self.document.attribute(node, name).ok_or_else(|| ParametersError::Missing {
            element: element(),
            missing: name,
            position: self.document.position(node),
        })
    }

    fn known_attributes(&self, node: NodeId, known: &[&str]) -> Result<(), ParametersError> {
        let mut attributes = self.document.attributes(node).filter(|a| !a.is_namespace());
        match attributes.find(|attribute| !known.contains(&attribute.name)) {
            None => Ok(()),
            Some(attribute) => Err(ParametersError::Attribute {
                found: attribute.name.to_owned(),
                element: self.document.name(node).to_owned(),
                position: attribute.position,
            }),
        }
    }

    fn no_elements(&self, node: NodeId) -> Result<(), ParametersError> {
        match self.document.elements(node).next() {
            None => Ok(()),
            Some(child) => Err(self.unknown_element(child, node)),
        }
    }

    fn unknown_element(&self, node: NodeId, parent: NodeId) -> ParametersError {
        ParametersError::Element {
            found: self.document.name(node).to_owned(),
            parent: self.document.name(parent).to_owned(),
            position: self.document.position(node),
        }
    }

    fn unknown_kind(&self, node: NodeId, kind: &str) -> ParametersError {
        ParametersError::Kind {
            kind: kind.to_owned(),
            element: self.document.name(node).to_owned(),
            position: self.document.position(node),
        }
    }

    fn empty(&self, node: NodeId, attribute: &'static str) -> ParametersError {
        ParametersError::Empty {
            element: self.document.name(node).to_owned(),
            attribute,
            position: self.document.position(node),
        }
    }
}

fn tags(text: Option<&str>) -> Vec<String> {
    let words = text.unwrap_or_default().split(',').map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Parameters;
    use proptest::prelude::*;

    fn check(inner: &str) -> String {
        let text = format!("<parameters>\n{inner}\n</parameters>");
        match Parameters::parse(text.as_bytes()) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => format!("{}: {error}", error.position().unwrap()),
        }
    }

    #[test]
    fn what_the_engine_refuses_is_refused_with_its_place() {
        let refused = [
            r#"<parameter name="a" bogus="1" />"#,
            r#"<parameter name="a" Value="1" />"#,
            "<parameter />",
            r#"<parameter name="" />"#,
            r#"<parameter name="a" /><parameter name="A" />"#,
            r#"<parameter name="a"><other /></parameter>"#,
            r#"<Parameter name="a" />"#,
            r#"<parameter name="a"><parameterEntry scope="" match="x" /></parameter>"#,
            r#"<parameter name="a"><parameterEntry kind="JsonFile" scope="" match="x" /></parameter>"#,
            r#"<parameter name="a"><parameterEntry kind="TextFile" scope="" match="" /></parameter>"#,
            r#"<parameter name="a"><parameterEntry kind="TextFile" match="x" /></parameter>"#,
            r#"<parameter name="a"><parameterEntry kind="TextFile" scope="x" /></parameter>"#,
            r#"<parameter name="a"><parameterValidation kind="AllowEmpty,Odd" /></parameter>"#,
            r#"<parameter name="a"><description color="red" /></parameter>"#,
        ];
        let messages: Vec<_> = refused.iter().map(|inner| check(inner)).collect();
        insta::assert_snapshot!(messages.join("\n"));
        assert!(Parameters::parse(b"<parameter />").is_err());
        assert!(Parameters::parse(b"<parameters x='1' />").is_err());
        assert!(Parameters::parse(b"").is_err());
    }

    #[test]
    fn what_the_engine_accepts_is_accepted() {
        for inner in [
            "",
            "text",
            r#"<parameter name="a" friendlyName="f" description="" defaultValue="" value="" tags="x,,y" />"#,
            r#"<parameter name="a">text<parameterEntry type="textfile" scope="" match="x" tags="t" /></parameter>"#,
            r#"<parameter name="a"><parameterEntry kind="ProviderPath" scope="" match="" /></parameter>"#,
            r#"<parameter name="a"><parameterValidation kind="AllowEmpty, regularexpression" validationString="x" /></parameter>"#,
            r#"<parameter name="a"><friendlyName language="en">x</friendlyName></parameter>"#,
        ] {
            assert_eq!(check(inner), "accepted", "{inner}");
        }
        assert!(
            Parameters::parse(b"<parameters xmlns='urn:x'><parameter name='a'/></parameters>")
                .is_ok()
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            texts in proptest::collection::vec("[ -~\u{e4}\u{4e00}\t\n]{1,12}", 7),
            empty_default: bool,
        ) {
            let parameter = super::Parameter {
                name: texts[0].clone(),
                description: Some(texts[1].clone()),
                default_value: Some(if empty_default { String::new() } else { texts[2].clone() }),
                entries: vec![super::Entry {
                    kind: super::Kind::XmlFile,
                    scope: texts[3].clone(),
                    matching: texts[4].clone(),
                    tags: vec!["a".to_owned(), "b c".to_owned()],
                }],
                validations: vec![super::Validation {
                    kind: "Enumeration".to_owned(),
                    text: Some(texts[5].clone()),
                }],
                ..super::Parameter::default()
            };
            let mut parameters = Parameters::default();
            parameters.merge(parameter);
            let text = super::super::parameters_xml(&parameters);
            prop_assert_eq!(Parameters::parse(text.as_bytes()).unwrap(), parameters);
        }

        #[test]
        fn no_bytes_break_the_reader(bytes: Vec<u8>) {
            drop(Parameters::parse(&bytes));
        }
    }
}
