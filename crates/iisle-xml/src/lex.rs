//! From bytes to a tree: quick-xml cuts the document into pieces, everything it does not check is
//! checked here.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::chars::{is_char, is_qname, is_space, name_length};
use crate::position::LineIndex;
use crate::reference::{Place, Reason, ReferenceError, resolve};
use crate::tree::{AttributeData, NONE, Node, Span};
use crate::{Document, NodeKind, XmlError, doctype, encoding, start_tag};

/// Bounds on what is read, against hostile documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document.
    pub max_bytes: usize,
    /// Depth of nested elements.
    pub max_depth: usize,
    /// Bytes that entities may expand to, all in all.
    pub max_expansion: usize,
}

impl Default for Limits {
    /// 256 MiB, 4096 levels, 1 MiB.
    fn default() -> Self {
        Self { max_bytes: 256 << 20, max_depth: 4096, max_expansion: 1 << 20 }
    }
}

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

impl Document {
    /// Reads a document with the default [`Limits`].
    pub fn parse(bytes: &[u8]) -> Result<Self, XmlError> {
        Self::parse_with(bytes, &Limits::default())
    }

    /// Reads a document.
    pub fn parse_with(bytes: &[u8], limits: &Limits) -> Result<Self, XmlError> {
        if bytes.len() > limits.max_bytes.min(u32::MAX as usize / 2) {
            return Err(XmlError::TooLarge { found: bytes.len(), limit: limits.max_bytes });
        }
        let decoded = encoding::decode(bytes)?;
        let lines = LineIndex::new(&decoded.text);
        if decoded.text.is_empty() {
            return Err(XmlError::Empty);
        }
        let document = Self {
            source_len: decoded.text.len(),
            text: decoded.text,
            original: bytes.to_vec(),
            charset: decoded.charset,
            bom: decoded.bom,
            lines,
            nodes: vec![Node::new(NodeKind::Document, 0..0)],
            attributes: Vec::new(),
            namespaces: vec!["".into(), XML_NAMESPACE.into(), XMLNS_NAMESPACE.into()],
            entities: doctype::Entities::new(),
            root: NONE,
            removed: BTreeSet::new(),
        };
        Lexer {
            document,
            limits,
            open: 0,
            depth: 0,
            bindings: Vec::new(),
            budget: limits.max_expansion,
        }
        .run()
    }
}

/// A namespace declaration in scope: prefix (empty for the default), namespace, depth.
struct Binding {
    prefix: String,
    namespace: u32,
    depth: usize,
}

struct Lexer<'a> {
    document: Document,
    limits: &'a Limits,
    /// The open element, or the document.
    open: u32,
    depth: usize,
    bindings: Vec<Binding>,
    budget: usize,
}

impl Lexer<'_> {
    fn run(mut self) -> Result<Document, XmlError> {
        // The reader borrows the text while nodes are added: it works on a copy that moves back.
        let text = std::mem::take(&mut self.document.text);
        self.characters(&text)?;
        let result = self.read(&text);
        self.document.text = text;
        result?;
        let length = span(0, self.document.source_len);
        self.document.nodes[0].span = length.clone();
        self.document.nodes[0].inner = length;
        Ok(self.document)
    }

    fn read(&mut self, text: &str) -> Result<(), XmlError> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let mut start = 0;
        loop {
            let event = reader.read_event();
            let end = usize::try_from(reader.buffer_position()).expect("positions lie in the text");
            let slice = text.get(start..end).unwrap_or_default();
            match event {
                Err(error) => {
                    let at = usize::try_from(reader.error_position()).unwrap_or(start);
                    return Err(self.not_well_formed(text, at, unlexed(&error)));
                }
                Ok(Event::Eof) => break,
                Ok(Event::Start(_) | Event::Empty(_)) => self.start(text, start, slice)?,
                Ok(Event::End(_)) => self.end(text, start, slice)?,
                Ok(Event::Text(_) | Event::GeneralRef(_)) => self.text(text, start, slice)?,
                Ok(Event::CData(_)) => self.cdata(text, start, slice)?,
                Ok(Event::Comment(_)) => self.comment(text, start, slice)?,
                Ok(Event::Decl(_)) => self.declaration(text, start, slice)?,
                Ok(Event::PI(_)) => self.instruction(text, start, slice)?,
                Ok(Event::DocType(_)) => self.doctype(text, start, slice)?,
            }
            start = end;
        }
        if self.open != 0 {
            let node = &self.document.nodes[self.open as usize];
            let (at, name) = (node.span.start as usize, &text[range(&node.name)]);
            let problem = format!("the element `{name}` is not closed");
            return Err(self.not_well_formed(text, at, problem));
        }
        if self.document.root == NONE {
            return Err(self.not_well_formed(text, text.len(), "there is no root element"));
        }
        Ok(())
    }

    fn not_well_formed(&self, text: &str, at: usize, problem: impl Into<String>) -> XmlError {
        XmlError::NotWellFormed {
            problem: problem.into(),
            position: self.document.lines.position(text, at),
        }
    }

    fn characters(&self, text: &str) -> Result<(), XmlError> {
        if text.starts_with('\u{feff}') {
            return Err(self.not_well_formed(text, 0, "a second byte order mark"));
        }
        // A byte scan finds nearly all documents good without decoding characters.
        if text
            .bytes()
            .all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x80..=0xee | 0xf0..))
        {
            return Ok(());
        }
        match text.char_indices().find(|(_, c)| !is_char(*c)) {
            None => Ok(()),
            Some((at, c)) => {
                let problem = format!("the character U+{:04X} is not allowed in XML", u32::from(c));
                Err(self.not_well_formed(text, at, problem))
            }
        }
    }

    fn push(&mut self, mut node: Node) -> u32 {
        let id = number(self.document.nodes.len());
        let parent = &mut self.document.nodes[self.open as usize];
        node.parent = self.open;
        node.previous = parent.last;
        if parent.first == NONE {
            parent.first = id;
        }
        let last = std::mem::replace(&mut parent.last, id);
        if last != NONE {
            self.document.nodes[last as usize].next = id;
        }
        self.document.nodes.push(node);
        id
    }

    fn start(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        if self.open == 0 && self.document.root != NONE {
            return Err(self.not_well_formed(text, at, "there is a second root element"));
        }
        if self.depth >= self.limits.max_depth {
            let position = self.document.lines.position(text, at);
            return Err(XmlError::TooDeep { limit: self.limits.max_depth, position });
        }
        let tag = start_tag::read(slice)
            .map_err(|e| self.not_well_formed(text, at + e.offset, e.problem))?;
        let mut node = Node::new(NodeKind::Element, span(at, at + slice.len()));
        node.name = span(at + 1, at + tag.name_end);
        node.empty_tag = tag.empty;
        let first = self.document.attributes.len();
        for piece in &tag.attributes {
            let raw = &slice[piece.value..piece.value_end];
            let value = resolve(raw, Place::Attribute, &self.document.entities, &mut self.budget)
                .map_err(|e| self.reference(text, at + piece.value, e))?;
            let value = (value != raw).then(|| value.into());
            node.attributes.push(number(self.document.attributes.len()));
            self.document.attributes.push(AttributeData {
                lead: span(at + piece.lead, at + piece.name),
                name: span(at + piece.name, at + piece.name_end),
                raw: span(at + piece.value, at + piece.value_end),
                span: span(at + piece.name, at + piece.value_end + 1),
                quote: piece.quote,
                value,
                namespace: 0,
            });
        }
        self.bind(text, first)?;
        node.namespace = self.element_namespace(text, &node)?;
        self.unique(text, first)?;
        let id = self.push(node);
        if self.open == 0 {
            self.document.root = id;
        }
        if tag.empty {
            self.unbind();
        } else {
            self.open = id;
            self.depth += 1;
        }
        Ok(())
    }

    fn reference(&self, text: &str, at: usize, error: ReferenceError) -> XmlError {
        let position = self.document.lines.position(text, at + error.offset);
        match error.reason {
            Reason::Bad(problem) => XmlError::NotWellFormed { problem, position },
            Reason::Recursive(name) => XmlError::NotWellFormed {
                problem: format!("the entity `&{name};` refers to itself"),
                position,
            },
            Reason::Unknown(name) => XmlError::UnknownEntity { name, position },
            Reason::External(name) => XmlError::ExternalEntity { name, position },
            Reason::Markup(name) => XmlError::EntityWithMarkup { name, position },
            Reason::TooLarge => {
                XmlError::ExpansionTooLarge { limit: self.limits.max_expansion, position }
            }
        }
    }

    /// Takes in the namespace declarations among the attributes from `first` on.
    fn bind(&mut self, text: &str, first: usize) -> Result<(), XmlError> {
        for index in first..self.document.attributes.len() {
            let attribute = &self.document.attributes[index];
            let name = &text[range(&attribute.name)];
            let prefix = match name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => &rest[1..],
                _ => continue,
            };
            let at = attribute.name.start as usize;
            let uri = attribute.value.as_deref().unwrap_or(&text[range(&attribute.raw)]);
            let fits = match prefix {
                "xml" => uri == XML_NAMESPACE,
                "xmlns" => false,
                "" => uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
                _ => !uri.is_empty() && uri != XML_NAMESPACE && uri != XMLNS_NAMESPACE,
            };
            if !fits {
                let problem =
                    format!("the namespace declaration `{name}=\"{uri}\"` is not allowed");
                return Err(self.not_well_formed(text, at, problem));
            }
            let (prefix, uri) = (prefix.to_owned(), uri.to_owned());
            let namespace = self.intern(&uri);
            self.document.attributes[index].namespace = 2;
            self.bindings.push(Binding { prefix, namespace, depth: self.depth });
        }
        Ok(())
    }

    fn unbind(&mut self) {
        while self.bindings.last().is_some_and(|b| b.depth >= self.depth) {
            self.bindings.pop();
        }
    }

    fn intern(&mut self, uri: &str) -> u32 {
        let known = self.document.namespaces.iter().position(|n| **n == *uri);
        let index = known.unwrap_or_else(|| {
            self.document.namespaces.push(uri.into());
            self.document.namespaces.len() - 1
        });
        number(index)
    }

    fn lookup(&self, prefix: &str) -> Option<u32> {
        if prefix == "xml" {
            return Some(1);
        }
        self.bindings.iter().rev().find(|b| b.prefix == prefix).map(|b| b.namespace)
    }

    fn element_namespace(&self, text: &str, node: &Node) -> Result<u32, XmlError> {
        let name = &text[range(&node.name)];
        let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix);
        match self.lookup(prefix) {
            Some(namespace) => Ok(namespace),
            None if prefix.is_empty() => Ok(0),
            None => Err(self.unbound(text, prefix, node.name.start)),
        }
    }

    fn unbound(&self, text: &str, prefix: &str, at: u32) -> XmlError {
        XmlError::UnboundPrefix {
            prefix: prefix.to_owned(),
            position: self.document.lines.position(text, at as usize),
        }
    }

    /// Resolves the prefixes of attributes and refuses two of one name.
    fn unique(&mut self, text: &str, first: usize) -> Result<(), XmlError> {
        let mut seen = BTreeSet::new();
        for index in first..self.document.attributes.len() {
            let attribute = &self.document.attributes[index];
            let name = &text[range(&attribute.name)];
            let (prefix, local) = name.split_once(':').unwrap_or(("", name));
            let namespace = match prefix {
                _ if attribute.namespace == 2 => 2,
                "" => 0,
                _ => match self.lookup(prefix) {
                    Some(namespace) => namespace,
                    None => return Err(self.unbound(text, prefix, attribute.name.start)),
                },
            };
            // `xmlns` and `xmlns:xmlns` cannot meet: the second is refused before.
            if !seen.insert((namespace, local)) {
                let problem = format!("the attribute `{name}` stands twice");
                return Err(self.not_well_formed(text, attribute.name.start as usize, problem));
            }
            self.document.attributes[index].namespace = namespace;
        }
        Ok(())
    }

    fn end(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        let name = slice[2..slice.len() - 1].trim_end_matches(is_space);
        if self.open == 0 {
            return Err(self.not_well_formed(text, at, format!("`</{name}>` closes no element")));
        }
        let open = &text[range(&self.document.nodes[self.open as usize].name)];
        if name != open {
            let begun = self.document.nodes[self.open as usize].span.start as usize;
            let line = self.document.lines.position(text, begun).line;
            let problem = format!("`</{name}>` does not close `<{open}>` of line {line}");
            return Err(self.not_well_formed(text, at, problem));
        }
        let node = &mut self.document.nodes[self.open as usize];
        node.inner = node.inner.start..number(at);
        node.span.end = number(at + slice.len());
        self.open = node.parent;
        self.depth -= 1;
        self.unbind();
        Ok(())
    }

    fn text(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        if slice.is_empty() {
            return Ok(());
        }
        if self.open == 0 {
            if let Some(bad) = slice.find(|c| !is_space(c)) {
                let place = if self.document.root == NONE { "before" } else { "behind" };
                let problem = format!("text {place} the root element");
                return Err(self.not_well_formed(text, at + bad, problem));
            }
        } else if let Some(bad) = slice.find("]]>") {
            return Err(self.not_well_formed(text, at + bad, "`]]>` in text; write `]]&gt;`"));
        } else {
            resolve(slice, Place::Content, &self.document.entities, &mut self.budget)
                .map_err(|e| self.reference(text, at, e))?;
        }
        // Text and references that follow each other are one node.
        let last = self.document.nodes[self.open as usize].last;
        if last != NONE && self.document.nodes[last as usize].kind == NodeKind::Text {
            let node = &mut self.document.nodes[last as usize];
            node.span.end = number(at + slice.len());
            // `]]` and `>` may have met only now.
            let whole = &text[range(&node.span)];
            if slice.starts_with(['>', ']']) && whole.contains("]]>") {
                return Err(self.not_well_formed(text, at, "`]]>` in text; write `]]&gt;`"));
            }
            return Ok(());
        }
        self.push(Node::new(NodeKind::Text, span(at, at + slice.len())));
        Ok(())
    }

    fn cdata(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        if self.open == 0 {
            return Err(self.not_well_formed(text, at, "a CDATA section outside the root element"));
        }
        self.push(Node::new(NodeKind::CData, span(at, at + slice.len())));
        Ok(())
    }

    fn comment(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        let content =
            slice.strip_prefix("<!--").and_then(|s| s.strip_suffix("-->")).unwrap_or("--");
        let bad = content.find("--").or_else(|| content.ends_with('-').then(|| content.len() - 1));
        if let Some(bad) = bad {
            return Err(self.not_well_formed(
                text,
                at + 4 + bad,
                "`--` is not allowed inside a comment",
            ));
        }
        self.push(Node::new(NodeKind::Comment, span(at, at + slice.len())));
        Ok(())
    }

    fn instruction(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        let content =
            slice.strip_prefix("<?").and_then(|s| s.strip_suffix("?>")).unwrap_or_default();
        let length = name_length(content);
        let target = &content[..length];
        let problem = if target.eq_ignore_ascii_case("xml") {
            "the XML declaration must stand once, at the very start"
        } else if !is_qname(target) || target.contains(':') {
            "expected a name behind `<?`"
        } else if content[length..].chars().next().is_some_and(|c| !is_space(c)) {
            "expected white space behind the target of the processing instruction"
        } else {
            let mut node = Node::new(NodeKind::ProcessingInstruction, span(at, at + slice.len()));
            node.name = span(at + 2, at + 2 + length);
            self.push(node);
            return Ok(());
        };
        Err(self.not_well_formed(text, at, problem))
    }

    fn declaration(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        if at != 0 {
            let problem = "the XML declaration must stand once, at the very start";
            return Err(self.not_well_formed(text, at, problem));
        }
        if let Err((offset, problem)) = check_declaration(slice) {
            return Err(self.not_well_formed(text, offset, problem));
        }
        self.push(Node::new(NodeKind::Declaration, span(at, at + slice.len())));
        Ok(())
    }

    fn doctype(&mut self, text: &str, at: usize, slice: &str) -> Result<(), XmlError> {
        let second = self.document.nodes.iter().any(|n| n.kind == NodeKind::DocType);
        if self.open != 0 || self.document.root != NONE || second {
            return Err(self.not_well_formed(
                text,
                at,
                "DOCTYPE must stand once, before the root element",
            ));
        }
        let (_, entities) = doctype::read(slice)
            .map_err(|e| self.not_well_formed(text, at + e.offset, e.problem))?;
        self.document.entities = entities;
        self.push(Node::new(NodeKind::DocType, span(at, at + slice.len())));
        Ok(())
    }
}

/// Version, then encoding, then standalone, each at most once and in this order.
fn check_declaration(slice: &str) -> Result<(), (usize, String)> {
    let as_tag = slice.replacen("<?xml", "<xml", 1).replace("?>", "/>");
    let tag = start_tag::read(&as_tag).map_err(|e| (e.offset + 1, e.problem))?;
    let pairs: Vec<_> = tag
        .attributes
        .iter()
        .map(|p| (&as_tag[p.name..p.name_end], &as_tag[p.value..p.value_end], p.name + 1))
        .collect();
    let encoding = |v: &str| {
        v.starts_with(|c: char| c.is_ascii_alphabetic())
            && v.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
    };
    let mut expected = ["version", "encoding", "standalone"].iter();
    for (index, (name, value, at)) in pairs.iter().enumerate() {
        if (index == 0 && *name != "version") || !expected.any(|e| e == name) {
            return Err((*at, format!("`{name}` is out of place in the XML declaration")));
        }
        let fits = match *name {
            "version" => *value == "1.0",
            "encoding" => encoding(value),
            _ => matches!(*value, "yes" | "no"),
        };
        if !fits {
            return Err((
                *at,
                format!("the XML declaration says `{name}=\"{value}\"`, which is not supported"),
            ));
        }
    }
    if pairs.is_empty() { Err((0, "the XML declaration has no version".into())) } else { Ok(()) }
}

fn unlexed(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Syntax(e) => e.to_string(),
        quick_xml::Error::IllFormed(e) => e.to_string(),
        other => other.to_string(),
    }
}

pub(crate) fn number(n: usize) -> u32 {
    u32::try_from(n).expect("documents are shorter than 4 GiB")
}

fn span(start: usize, end: usize) -> Span {
    number(start)..number(end)
}

fn range(span: &Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}
