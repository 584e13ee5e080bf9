use std::collections::BTreeSet;

use iisle_xml::xpath::{Dialect, XPath, XPathError};
use iisle_xml::{Document, NodeId, NodeKind, Position, XmlError};
use thiserror::Error;

use super::declare::APPLICATION;
use super::{Entry, Kind, Parameter, Parameters, Validation};
use crate::{NetRegex, PositionError, RegexError, RegexProblem, TextPosition};

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
    #[error("it has a document type, with which Web Deploy does not read it")]
    DocType { position: Position },
    #[error("there is a second `{element}` for the culture `{culture}`")]
    Culture { element: String, culture: String, position: Position },
    #[error("the element `{found}` is not known in `{parent}`")]
    Element { found: String, parent: String, position: Position },
    #[error("the attribute `{found}` is not known on `{element}`")]
    Attribute { found: String, element: String, position: Position },
    #[error("`{element}` has no attribute `{missing}`")]
    Missing { element: String, missing: &'static str, position: Position },
    #[error("`{element}` has an empty attribute `{attribute}`")]
    Empty { element: String, attribute: &'static str, position: Position },
    #[error("`{element}` has a `validationString` and no condition that reads it")]
    Useless { element: String, position: Position },
    #[error("the value set for the parameter `{name}` is refused: {problem}")]
    Value { name: String, problem: String, position: Position },
    #[error("a value is set for the parameter `{name}`, which is not declared before")]
    Undeclared { name: String, position: Position },
    #[error("`{kind}` is no kind of `{element}`")]
    Kind { kind: String, element: String, position: Position },
    #[error("the parameter `{name}` has already been declared")]
    Duplicate { name: String, position: Position },
    #[error("the name `{name}` holds a brace, which stands for references to parameters")]
    Brace { name: String, position: Position },
    #[error("the {what} of `{element}` cannot be read")]
    Regex { what: &'static str, element: String, position: Position, source: RegexError },
    #[error("the match of `{element}` is no XPath")]
    XPath { element: String, position: Position, source: XPathError },
    #[error("the match of `{element}` is no XPath that selects nodes")]
    NoNodes { element: String, position: Position },
    #[error("the match of `{element}` cannot be read")]
    TextPosition { element: String, position: Position, source: PositionError },
}

impl ParametersError {
    /// Where it is, when it has a place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Xml(error) => error.position(),
            Self::Root { position, .. }
            | Self::DocType { position }
            | Self::Culture { position, .. }
            | Self::Element { position, .. }
            | Self::Attribute { position, .. }
            | Self::Missing { position, .. }
            | Self::Empty { position, .. }
            | Self::Kind { position, .. }
            | Self::Duplicate { position, .. }
            | Self::Brace { position, .. }
            | Self::Regex { position, .. }
            | Self::XPath { position, .. }
            | Self::NoNodes { position, .. }
            | Self::Useless { position, .. }
            | Self::Value { position, .. }
            | Self::Undeclared { position, .. }
            | Self::TextPosition { position, .. } => Some(*position),
        }
    }
}

const VALIDATIONS: [&str; 5] =
    ["None", "AllowEmpty", "Boolean", "Enumeration", "RegularExpression"];

impl Parameters {
    /// Reads a `parameters.xml`: that of a package, or the one a user keeps beside a project.
    ///
    /// Names of elements and attributes are case sensitive; a default namespace is tolerated.
    ///
    /// # Errors
    /// [`ParametersError`] for everything that Web Deploy refuses. A regular expression that it
    /// accepts and that cannot be translated is none: it is met where it is used.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParametersError> {
        let document = Document::parse(bytes)?;
        let root = document.root();
        let reader = Reader { document: &document };
        let mut top = document.children(document.document_node());
        if let Some(node) = top.find(|node| document.kind(*node) == NodeKind::DocType) {
            return Err(ParametersError::DocType { position: document.position(node) });
        }
        if document.name(root) != "parameters" {
            let (found, position) = (document.name(root).to_owned(), document.position(root));
            return Err(ParametersError::Root { found, position });
        }
        let mut parameters = Self::default();
        for element in document.elements(root) {
            // As in a file of settings; Web Deploy reads both kinds of files in one way.
            if document.local_name(element) == "setParameter" {
                reader.set(element, &mut parameters)?;
                continue;
            }
            let parameter = reader.parameter(root, element)?;
            if parameters.get(&parameter.name).is_some() {
                let (name, position) = (parameter.name, document.position(element));
                return Err(ParametersError::Duplicate { name, position });
            }
            parameters.merge(parameter);
        }
        Ok(parameters)
    }

    /// Reads one `parameter` element.
    pub(super) fn read_one(
        document: &Document,
        node: NodeId,
    ) -> Result<Parameter, ParametersError> {
        let parent = document.parent(node).expect("an element that is read has a parent");
        Reader { document }.parameter(parent, node)
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
        if parameter.name.contains(['{', '}']) {
            let (name, position) = (parameter.name, document.position(node));
            return Err(ParametersError::Brace { name, position });
        }
        let mut texts = BTreeSet::new();
        for child in document.elements(node) {
            match document.local_name(child) {
                "parameterEntry" => parameter.entries.push(self.entry(child)?),
                "parameterValidation" => parameter.validations.push(self.validation(child)?),
                // Texts in other languages: accepted, never used. Web Deploy itself writes `culture`.
                element @ ("description" | "friendlyName") => {
                    let culture = document.attribute(child, "culture").unwrap_or_default();
                    if !texts.insert((element, culture)) {
                        let (element, culture) = (element.to_owned(), culture.to_owned());
                        let position = document.position(child);
                        return Err(ParametersError::Culture { element, culture, position });
                    }
                }
                _ => return Err(self.unknown_element(child, node)),
            }
        }
        Ok(parameter)
    }

    /// Gives a parameter that is declared already the value of a `setParameter`.
    fn set(&self, node: NodeId, parameters: &mut Parameters) -> Result<(), ParametersError> {
        let position = self.document.position(node);
        let mut attributes = self.document.attributes(node);
        let value = attributes.find(|attribute| attribute.name == "value");
        let value = value.map(|value| value.kept_value().into_owned()).unwrap_or_default();
        let name = self.required(node, "name")?.to_owned();
        let Some(parameter) = parameters.get_mut(&name) else {
            return Err(ParametersError::Undeclared { name, position });
        };
        if let Err(problem) = parameter.accepts(&value) {
            return Err(ParametersError::Value { name, problem, position });
        }
        parameter.value = Some(value);
        Ok(())
    }

    fn entry(&self, node: NodeId) -> Result<Entry, ParametersError> {
        self.known_attributes(node, &["kind", "type", "scope", "match", "tags"])?;
        let text = self.kind(node)?;
        let kind = Kind::parse(text.trim()).ok_or_else(|| self.unknown_kind(node, text))?;
        let scope = self.required(node, "scope")?.to_owned();
        let matching = self.required(node, "match")?.to_owned();
        if matching.is_empty() && matches!(kind, Kind::TextFile | Kind::XmlFile) {
            return Err(self.empty(node, "match"));
        }
        self.regex(node, "scope", &scope)?;
        match kind {
            Kind::TextFile | Kind::ProviderPath => self.regex(node, "match", &matching)?,
            Kind::XmlFile | Kind::DeploymentObjectAttribute => self.xpath(node, &matching)?,
            Kind::TextFilePosition => {
                TextPosition::parse(&matching).map_err(|source| ParametersError::TextPosition {
                    element: self.document.name(node).to_owned(),
                    position: self.document.position(node),
                    source,
                })?;
            }
            Kind::DestinationVirtualDirectory
            | Kind::DestinationBinding
            | Kind::SqlCommandVariable => {}
        }
        Ok(Entry { kind, scope, matching, tags: tags(self.document.attribute(node, "tags")) })
    }

    fn validation(&self, node: NodeId) -> Result<Validation, ParametersError> {
        self.known_attributes(node, &["kind", "type", "validationString"])?;
        let has_kind =
            ["kind", "type"].iter().any(|it| self.document.attribute(node, it).is_some());
        let kind = if has_kind { self.kind(node)? } else { "None" };
        let known = |word: &str| VALIDATIONS.iter().any(|v| v.eq_ignore_ascii_case(word.trim()));
        // One condition, and beside it only that an empty value is allowed.
        let is_empty = |word: &&str| word.trim().eq_ignore_ascii_case("AllowEmpty");
        let conditions = kind.split(',').filter(|word| !is_empty(word)).count();
        if !kind.split(',').all(known) || conditions > 1 {
            return Err(self.unknown_kind(node, kind));
        }
        let text = self.document.attribute(node, "validationString").map(str::to_owned);
        let has = |name: &str| kind.split(',').any(|word| word.trim().eq_ignore_ascii_case(name));
        if text.as_deref().unwrap_or_default().is_empty()
            && (has("Enumeration") || has("RegularExpression"))
        {
            return Err(self.empty(node, "validationString"));
        }
        let is_condition = |word: &str| {
            !["None", "AllowEmpty"].iter().any(|it| it.eq_ignore_ascii_case(word.trim()))
        };
        if text.as_deref().is_some_and(|text| !text.is_empty())
            && !kind.split(',').any(is_condition)
        {
            let (element, position) = self.place(node);
            return Err(ParametersError::Useless { element, position });
        }
        if has("RegularExpression") {
            self.regex(node, "validationString", text.as_deref().unwrap_or_default())?;
        }
        Ok(Validation { kind: kind.to_owned(), text })
    }

    /// Whether .NET would read a regular expression.
    fn regex(&self, node: NodeId, what: &'static str, text: &str) -> Result<(), ParametersError> {
        match NetRegex::parse(text) {
            Err(RegexError {
                problem: RegexProblem::Untranslatable { .. } | RegexProblem::TooComplex { .. },
                ..
            })
            | Ok(_) => Ok(()),
            Err(source) => Err(ParametersError::Regex {
                what,
                element: self.document.name(node).to_owned(),
                position: self.document.position(node),
                source,
            }),
        }
    }

    fn xpath(&self, node: NodeId, text: &str) -> Result<(), ParametersError> {
        let element = || self.document.name(node).to_owned();
        let position = self.document.position(node);
        match XPath::parse_as(text, Dialect::DotNet) {
            Err(source) => Err(ParametersError::XPath { element: element(), position, source }),
            Ok(path) if path.is_node_set() => Ok(()),
            Ok(_) => Err(ParametersError::NoNodes { element: element(), position }),
        }
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
                position: attribute.position(),
            }),
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

    fn place(&self, node: NodeId) -> (String, Position) {
        (self.document.name(node).to_owned(), self.document.position(node))
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
    use super::super::declare::escape_regex;
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
            r#"<parameter name="a"><description /><description language="de" /></parameter>"#,
            r#"<parameter name="a"><parameterEntry kind="DeploymentObjectAttribute" scope="" match=")(" /></parameter>"#,
        ];
        let messages: Vec<_> = refused.iter().map(|inner| check(inner)).collect();
        insta::assert_snapshot!(messages.join("\n"));
        assert!(Parameters::parse(b"<parameter />").is_err());
        assert!(Parameters::parse(b"<p:parameters xmlns:p='urn:p' />").is_err());
        assert!(Parameters::parse(b"<!DOCTYPE parameters><parameters />").is_err());
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
            r#"<parameter name="a"><description color="red"><b/></description></parameter>"#,
            r#"<parameter name="a"><description/><description culture="de"/></parameter>"#,
            r#"<parameter name="a"><parameterEntry kind="TextFile" scope="" match="x"><b/></parameterEntry></parameter>"#,
            r#"<parameter name="a"><parameterValidation><b/></parameterValidation></parameter>"#,
        ] {
            assert_eq!(check(inner), "accepted", "{inner}");
        }
        assert!(
            Parameters::parse(b"<parameters xmlns='urn:x'><parameter name='a'/></parameters>")
                .is_ok()
        );
        assert!(Parameters::parse(b"<parameters x='1' />").is_ok());
    }

    #[test]
    fn a_validation_string_is_for_a_condition() {
        let validation = |kind: &str| {
            check(&format!(
                r#"<parameter name="a"><parameterValidation {kind} validationString="x" /></parameter>"#
            ))
        };
        for kind in ["", "kind='None'", "kind='allowEmpty'", "kind='None, AllowEmpty'"] {
            let answer = validation(kind);
            assert!(answer.ends_with("no condition that reads it"), "{kind}: {answer}");
        }
        assert_eq!(validation("kind='Boolean'"), "accepted");
        assert_eq!(validation("kind='AllowEmpty,Enumeration'"), "accepted");
        let empty = r#"<parameter name="a"><parameterValidation kind="AllowEmpty" validationString="" /></parameter>"#;
        assert_eq!(check(empty), "accepted");
    }

    #[test]
    fn values_are_set_beside_the_declarations() {
        let boolean =
            r#"<parameter name="a" value="v"><parameterValidation kind="Boolean" /></parameter>"#;
        let set = |element: &str| {
            let text = format!("<parameters>{boolean}{element}</parameters>");
            match Parameters::parse(text.as_bytes()) {
                Ok(read) => read.get("a").unwrap().own_value().unwrap().to_owned(),
                Err(error) => error.to_string(),
            }
        };
        assert_eq!(set(r#"<setParameter name="A" value="True" x="1"><b/></setParameter>"#), "True");
        assert_eq!(
            set(r#"<setParameter name="a" value="x" />"#),
            "the value set for the parameter `a` is refused: it must be True or False"
        );
        assert_eq!(
            set(r#"<setParameter name="a" />"#),
            "the value set for the parameter `a` is refused: it must not be empty"
        );
        assert_eq!(
            set(r#"<setParameter name="b" value="x" />"#),
            "a value is set for the parameter `b`, which is not declared before"
        );
    }

    #[test]
    fn names_compare_by_simple_upper_case() {
        assert_eq!(check("<parameter name='ma\u{df}'/><parameter name='MASS'/>"), "accepted");
        let twice = check("<parameter name='\u{e4}'/><parameter name='\u{c4}'/>");
        assert!(twice.ends_with("has already been declared"), "{twice}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            texts in proptest::collection::vec("[ -~\u{e4}\u{4e00}\t\n]{1,12}", 7),
            empty_default: bool,
        ) {
            let parameter = super::Parameter {
                name: texts[0].replace(['{', '}'], "-"),
                description: Some(texts[1].clone()),
                default_value: Some(if empty_default { String::new() } else { texts[2].clone() }),
                entries: vec![super::Entry {
                    kind: super::Kind::TextFile,
                    scope: escape_regex(&texts[3]),
                    matching: escape_regex(&texts[4]),
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
