//! Project files as the engine reads them: XML, checked for what it would refuse at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use iisle_xml::{Attribute, Document, Limits, NodeKind, XmlError, escape_attribute, escape_text};

use crate::condition::{self, Allowed, Condition};
use crate::sdk::Fixed;
use crate::{ConditionError, EvaluateError, Place, Problem};

/// Elements nested deeper are refused; real files stay below ten.
const DEEPEST_ELEMENT: usize = 256;

/// An element of a [`Source`]; means nothing in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NodeId {
    Written(iisle_xml::NodeId),
    Fixed(u32),
}

/// A file that was found well-formed.
#[derive(Debug)]
pub(crate) struct Source {
    /// Absolute, with the separators of the host; `sdk:…` for the built-in model.
    pub(crate) path: String,
    pub(crate) file: Arc<Path>,
    content: Content,
    /// Values of attributes that hold white space other than blanks, by element and name.
    kept: BTreeMap<(iisle_xml::NodeId, String), String>,
    /// Whether it is part of the built-in model.
    pub(crate) is_model: bool,
    /// Conditions that were parsed, by element: a file serves many projects.
    conditions: RwLock<BTreeMap<NodeId, Arc<Condition>>>,
}

#[derive(Debug)]
enum Content {
    Written(Box<Document>),
    Fixed(&'static Fixed),
}

/// An element with what it stands in.
enum Element<'s> {
    Written(&'s Document, iisle_xml::NodeId),
    Fixed(&'static Fixed, u32),
}

impl Source {
    pub(crate) fn parse(path: &str, bytes: &[u8]) -> Result<Self, XmlError> {
        let limits = Limits { max_depth: DEEPEST_ELEMENT, ..Limits::default() };
        // The engine decodes before it parses: a byte order mark is believed.
        let document = match Document::parse_marked(bytes, &limits) {
            // So is UTF-8 where a declaration speaks of another encoding.
            Err(error @ XmlError::EncodingMismatch { .. }) => match std::str::from_utf8(bytes) {
                Ok(text) => Document::parse_text(text, &limits)?,
                Err(_) => return Err(error),
            },
            read => read?,
        };
        Ok(Self {
            path: path.to_owned(),
            file: Path::new(path).into(),
            kept: kept_values(&document),
            content: Content::Written(Box::new(document)),
            is_model: false,
            conditions: RwLock::default(),
        })
    }

    /// A file of the built-in model.
    pub(crate) fn fixed(file: &'static Fixed) -> Self {
        let path = format!("sdk:{}", file.name);
        Self {
            file: Path::new(&path).into(),
            path,
            kept: BTreeMap::new(),
            content: Content::Fixed(file),
            is_model: true,
            conditions: RwLock::default(),
        }
    }

    fn at(&self, node: NodeId) -> Element<'_> {
        match (&self.content, node) {
            (Content::Written(document), NodeId::Written(node)) => Element::Written(document, node),
            (Content::Fixed(file), NodeId::Fixed(node)) => Element::Fixed(file, node),
            _ => unreachable!("an element is asked for in its own file"),
        }
    }

    pub(crate) fn root(&self) -> NodeId {
        match &self.content {
            Content::Written(document) => NodeId::Written(document.root()),
            Content::Fixed(_) => NodeId::Fixed(Fixed::ROOT),
        }
    }

    /// Child elements, in document order.
    pub(crate) fn elements(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(node), |child| self.next_sibling(*child))
    }

    fn first_child(&self, node: NodeId) -> Option<NodeId> {
        match self.at(node) {
            Element::Written(document, node) => document.elements(node).next().map(NodeId::Written),
            Element::Fixed(file, node) => file.first_child(node).map(NodeId::Fixed),
        }
    }

    fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        match self.at(node) {
            Element::Written(document, node) => {
                let behind = std::iter::successors(document.next_sibling(node), |sibling| {
                    document.next_sibling(*sibling)
                });
                let mut elements = behind.filter(|it| document.kind(*it) == NodeKind::Element);
                elements.next().map(NodeId::Written)
            }
            Element::Fixed(file, node) => file.next_sibling(node).map(NodeId::Fixed),
        }
    }

    /// Names and values of the attributes that declare no namespace, in order.
    pub(crate) fn attributes(&self, node: NodeId) -> impl Iterator<Item = (&str, &str)> {
        let (written, fixed) = match self.at(node) {
            Element::Written(document, node) => (Some((document.attributes(node), node)), None),
            Element::Fixed(file, node) => (None, Some(file.attributes(node))),
        };
        let written = written.into_iter().flat_map(move |(attributes, node)| {
            attributes
                .filter(|attribute| !attribute.is_namespace())
                .map(move |found| (found.name, self.kept(node, found.name).unwrap_or(found.value)))
        });
        written.chain(fixed.into_iter().flatten())
    }

    pub(crate) fn place(&self, node: NodeId) -> Place {
        let position = match self.at(node) {
            Element::Written(document, node) => document.position(node),
            Element::Fixed(file, node) => file.position(node),
        };
        Place { file: self.file.clone(), position }
    }

    /// Where the attribute stands whose text this is; of other texts, where the element does.
    pub(crate) fn place_of(&self, node: NodeId, text: &str) -> Place {
        self.found_at(node, |attribute| attribute.kept_value() == text)
    }

    /// Where an attribute stands, or the element when it has none of that name.
    pub(crate) fn attribute_place(&self, node: NodeId, name: &str) -> Place {
        self.found_at(node, |attribute| attribute.name == name)
    }

    fn found_at(&self, node: NodeId, is_it: impl Fn(&Attribute<'_>) -> bool) -> Place {
        match self.at(node) {
            Element::Written(document, written) => match document.attributes(written).find(is_it) {
                Some(found) => Place { file: self.file.clone(), position: found.position() },
                None => self.place(node),
            },
            Element::Fixed(..) => self.place(node),
        }
    }

    /// The condition of an element, parsed once; `None` when it has none.
    pub(crate) fn parsed_condition(
        &self,
        node: NodeId,
    ) -> Option<Result<Arc<Condition>, ConditionError>> {
        let text = self.condition(node)?;
        let held = self.conditions.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(parsed) = held.get(&node) {
            return Some(Ok(parsed.clone()));
        }
        drop(held);
        let parsed = match condition::parse(text, Allowed::Properties) {
            Ok(parsed) => Arc::new(parsed),
            Err(error) => return Some(Err(error)),
        };
        let mut held = self.conditions.write().unwrap_or_else(PoisonError::into_inner);
        held.insert(node, parsed.clone());
        Some(Ok(parsed))
    }

    pub(crate) fn attribute(&self, node: NodeId, name: &str) -> Option<&str> {
        match self.at(node) {
            Element::Written(document, node) => {
                self.kept(node, name).or_else(|| document.attribute(node, name))
            }
            Element::Fixed(file, node) => file.attribute(node, name),
        }
    }

    fn kept(&self, node: iisle_xml::NodeId, name: &str) -> Option<&str> {
        if self.kept.is_empty() {
            return None;
        }
        self.kept.get(&(node, name.to_owned())).map(String::as_str)
    }

    /// The condition of an element; an empty one is none.
    pub(crate) fn condition(&self, node: NodeId) -> Option<&str> {
        self.attribute(node, "Condition").filter(|condition| !condition.is_empty())
    }

    pub(crate) fn name(&self, node: NodeId) -> &str {
        match self.at(node) {
            Element::Written(document, node) => document.local_name(node),
            Element::Fixed(file, node) => file.name(node),
        }
    }

    /// The name as written, with its prefix.
    pub(crate) fn whole_name(&self, node: NodeId) -> &str {
        match self.at(node) {
            Element::Written(document, node) => document.name(node),
            Element::Fixed(file, node) => file.name(node),
        }
    }

    pub(crate) fn error(&self, node: NodeId, problem: Problem) -> EvaluateError {
        EvaluateError::new(problem, Some(self.place(node)))
    }

    /// The text of a property or metadata element: with child elements their XML.
    pub(crate) fn value(&self, node: NodeId) -> Cow<'_, str> {
        let (document, node) = match self.at(node) {
            Element::Written(document, node) => (document, node),
            Element::Fixed(file, node) => {
                let text = file.inner(node);
                return Cow::Borrowed(if is_blank(text) { "" } else { text });
            }
        };
        if document.elements(node).next().is_some() {
            let mut xml = String::new();
            for child in document.children(node) {
                write_xml(document, child, &mut xml);
            }
            return Cow::Owned(xml);
        }
        let mut texts = document.children(node).filter_map(|child| match document.kind(child) {
            NodeKind::Text => Some(document.kept_text(child)).filter(|text| !is_blank(text)),
            NodeKind::CData => Some(document.kept_text(child)),
            _ => None,
        });
        let first = texts.next().unwrap_or_default();
        texts.fold(first, |joined, next| Cow::Owned(joined.into_owned() + &next))
    }

    /// What stands inside of an element, without comments and blank text.
    pub(crate) fn children(&self, node: NodeId) -> Vec<Child> {
        let (document, node) = match self.at(node) {
            Element::Written(document, node) => (document, node),
            Element::Fixed(..) => return self.elements(node).map(Child::Element).collect(),
        };
        let child = |child| match document.kind(child) {
            NodeKind::Element => Some(Child::Element(NodeId::Written(child))),
            NodeKind::Text if is_blank(&document.text(child)) => None,
            NodeKind::Text => Some(Child::Other("#text".to_owned())),
            NodeKind::CData => Some(Child::Other("#cdata-section".to_owned())),
            NodeKind::ProcessingInstruction => Some(Child::Other(document.name(child).to_owned())),
            _ => None,
        };
        document.children(node).filter_map(child).collect()
    }

    /// The names of all attributes as written, those that declare namespaces too, in order.
    pub(crate) fn attribute_names(&self, node: NodeId) -> impl Iterator<Item = &str> {
        let (written, fixed) = match self.at(node) {
            Element::Written(document, node) => (Some(document.attributes(node)), None),
            Element::Fixed(file, node) => (None, Some(file.attributes(node))),
        };
        let written = written.into_iter().flatten().map(|attribute| attribute.name);
        written.chain(fixed.into_iter().flatten().map(|(name, _)| name))
    }

    /// The namespace of an element; empty when it has none.
    pub(crate) fn namespace(&self, node: NodeId) -> &str {
        match self.at(node) {
            Element::Written(document, node) => document.namespace(node).unwrap_or_default(),
            Element::Fixed(..) => "",
        }
    }
}

/// Something inside of an element.
pub(crate) enum Child {
    Element(NodeId),
    /// Text, a CDATA section or a processing instruction, by the name that DOM gives it.
    Other(String),
}

/// Line ends and tabs of attributes: the engine's reader leaves them as they are.
///
/// Source: dotnet/msbuild, `XmlReaderExtension`.
fn kept_values(document: &Document) -> BTreeMap<(iisle_xml::NodeId, String), String> {
    let mut kept = BTreeMap::new();
    for node in document.descendants(document.document_node()) {
        if document.kind(node) != NodeKind::Element {
            continue;
        }
        for attribute in document.attributes(node).filter(|found| found.value.contains(' ')) {
            let value = attribute.kept_value();
            if value != attribute.value {
                kept.insert((node, attribute.name.to_owned()), value.into_owned());
            }
        }
    }
    kept
}

/// Writes escaped text; these white space characters have codes of their own, or none.
fn push_escaped<'t>(
    text: &'t str,
    escape: fn(&'t str) -> Cow<'t, str>,
    codes: &[(char, &str)],
    out: &mut String,
) {
    let is_white = |c: char| matches!(c, '\r' | '\n' | '\t');
    let mut rest = text;
    while let Some(at) = rest.find(is_white) {
        out.push_str(&escape(&rest[..at]));
        let c = char::from(rest.as_bytes()[at]);
        match codes.iter().find(|(known, _)| *known == c) {
            Some((_, code)) => out.push_str(code),
            None => out.push(c),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(&escape(rest));
}

/// Whether the engine's reader drops a text.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
}

/// Writes a node the way the engine's reader shows the XML inside an element.
fn write_xml(document: &Document, node: iisle_xml::NodeId, out: &mut String) {
    match document.kind(node) {
        // The engine's reader drops text that is only white space.
        NodeKind::Text if is_blank(&document.text(node)) => {}
        NodeKind::Text => push_escaped(&document.kept_text(node), escape_text, &[], out),
        NodeKind::CData => {
            out.push_str("<![CDATA[");
            out.push_str(&document.kept_text(node));
            out.push_str("]]>");
        }
        NodeKind::Element => {
            let name = document.name(node);
            out.push('<');
            out.push_str(name);
            for attribute in document.attributes(node) {
                out.push(' ');
                out.push_str(attribute.name);
                out.push_str("=\"");
                let codes = [('\r', "&#xD;"), ('\n', "&#xA;"), ('\t', "&#x9;")];
                push_escaped(&attribute.kept_value(), escape_attribute, &codes, out);
                out.push('"');
            }
            if document.children(node).next().is_none() {
                out.push_str(" />");
                return;
            }
            out.push('>');
            for child in document.children(node) {
                write_xml(document, child, out);
            }
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        _ => {}
    }
}
