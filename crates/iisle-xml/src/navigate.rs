use std::borrow::Cow;
use std::ops::Range;

use crate::chars::{is_blank, name_length, space_length, split_name};
use crate::lex::local;
use crate::position::LineIndex;
use crate::reference::{Place, resolve};
use crate::tree::{AttributeData, Flags, NONE, XML, range};
use crate::{Document, NodeId, NodeKind, Position, XmlError};

/// An attribute as it is now. Namespace declarations are attributes too, in the namespace
/// `http://www.w3.org/2000/xmlns/`.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    /// The qualified name as written.
    pub name: &'a str,
    /// The name without prefix.
    pub local_name: &'a str,
    /// The prefix, if it has one.
    pub prefix: Option<&'a str>,
    /// The namespace; none without a prefix.
    pub namespace: Option<&'a str>,
    /// The value, references resolved and white space normalized.
    pub value: &'a str,
    /// Between the quotes, as written.
    raw: &'a str,
    document: &'a Document,
    element: NodeId,
    /// Where name and value stand in the source, or [`NONE`].
    origin: (u32, u32),
}

impl Attribute<'_> {
    /// Whether it declares a namespace.
    pub fn is_namespace(&self) -> bool {
        self.name == "xmlns" || self.prefix == Some("xmlns")
    }

    /// The value with references resolved and white space as it is written, for formats whose
    /// readers normalize none.
    pub fn kept_value(&self) -> Cow<'_, str> {
        kept(self.document, self.raw)
    }

    /// Where the name begins; for one that was added, where its element begins.
    pub fn position(&self) -> Position {
        self.place(self.origin.0)
    }

    /// Where the value begins, behind the quote; for one that was added, where its element begins.
    pub fn value_position(&self) -> Position {
        self.place(self.origin.1)
    }

    fn place(&self, offset: u32) -> Position {
        // What an edit brought has no place of its own.
        self.document.place(offset).unwrap_or_else(|| self.document.position(self.element))
    }
}

impl Document {
    /// The document element.
    pub fn root(&self) -> NodeId {
        NodeId(self.arena.root)
    }

    /// The node above all others: declaration, comments and the document element are its children.
    pub fn document_node(&self) -> NodeId {
        NodeId(0)
    }

    /// What a node is.
    pub fn kind(&self, n: NodeId) -> NodeKind {
        self.node(n).kind
    }

    /// The node above; `None` for the document and for what stands in no tree.
    pub fn parent(&self, n: NodeId) -> Option<NodeId> {
        some(self.node(n).parent)
    }

    /// The node before it under the same parent.
    pub fn previous_sibling(&self, n: NodeId) -> Option<NodeId> {
        some(self.node(n).previous)
    }

    /// The node behind it under the same parent.
    pub fn next_sibling(&self, n: NodeId) -> Option<NodeId> {
        some(self.node(n).next)
    }

    /// The first child.
    pub fn first_child(&self, n: NodeId) -> Option<NodeId> {
        self.element(n).and_then(|element| some(element.first))
    }

    /// The last child.
    pub fn last_child(&self, n: NodeId) -> Option<NodeId> {
        self.element(n).and_then(|element| some(element.last))
    }

    /// Children of every kind, in document order.
    pub fn children(&self, n: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = self.first_child(n);
        std::iter::successors(first, |child| self.next_sibling(*child))
    }

    /// Child elements, in document order.
    pub fn elements(&self, n: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(n).filter(|child| self.kind(*child) == NodeKind::Element)
    }

    /// The element itself and all elements below it, in document order.
    pub fn descendants(&self, n: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(n), move |current| self.following(*current, n))
            .filter(|node| self.kind(*node) == NodeKind::Element)
    }

    /// The next node in document order within `top`.
    pub(crate) fn following(&self, current: NodeId, top: NodeId) -> Option<NodeId> {
        if let Some(child) = self.first_child(current) {
            return Some(child);
        }
        self.beyond(current, top)
    }

    /// The next node in document order within `top` that is not within `n`.
    pub(crate) fn beyond(&self, n: NodeId, top: NodeId) -> Option<NodeId> {
        let mut at = n;
        while at != top {
            if let Some(next) = self.next_sibling(at) {
                return Some(next);
            }
            at = self.parent(at)?;
        }
        None
    }

    /// The qualified name of an element as written, or the target of a processing instruction.
    pub fn name(&self, n: NodeId) -> &str {
        let node = self.node(n);
        match (node.kind, self.element(n)) {
            (NodeKind::Element, Some(element)) => self.slice(&element.name),
            (NodeKind::ProcessingInstruction, _) => {
                let content = self.slice(&node.span).trim_start_matches("<?");
                &content[..name_length(content)]
            }
            _ => "",
        }
    }

    /// The name without prefix.
    pub fn local_name(&self, n: NodeId) -> &str {
        local(self.name(n))
    }

    /// The prefix, if it has one.
    pub fn prefix(&self, n: NodeId) -> Option<&str> {
        self.name(n).split_once(':').map(|(prefix, _)| prefix)
    }

    /// The namespace of an element.
    pub fn namespace(&self, n: NodeId) -> Option<&str> {
        self.namespace_at(self.element(n)?.namespace)
    }

    pub(crate) fn namespace_at(&self, index: u32) -> Option<&str> {
        (index != 0).then(|| &*self.arena.namespaces[index as usize])
    }

    /// The attributes of an element, namespace declarations included, in document order.
    pub fn attributes(&self, n: NodeId) -> impl Iterator<Item = Attribute<'_>> + '_ {
        self.attribute_list(n).iter().map(move |data| self.shown(n, data))
    }

    pub(crate) fn attribute_list(&self, n: NodeId) -> &[AttributeData] {
        self.element(n).map_or(&[], |element| &self.arena.attributes[range(&element.attributes)])
    }

    pub(crate) fn shown<'a>(&'a self, n: NodeId, data: &AttributeData) -> Attribute<'a> {
        let name = self.slice(&data.name);
        let prefix = split_name(name).map(|(prefix, _)| prefix);
        Attribute {
            name,
            local_name: local(name),
            prefix,
            namespace: self.namespace_at(data.namespace),
            value: self.value(data),
            raw: self.slice(&data.raw),
            document: self,
            element: n,
            origin: self.origin(data),
        }
    }

    /// Where the name and the value of an attribute stand in the source, or [`NONE`].
    pub(crate) fn origin(&self, data: &AttributeData) -> (u32, u32) {
        match self.arena.known.get(data.known as usize) {
            Some(known) => known.origin,
            None => (data.name.start, data.raw.start),
        }
    }

    pub(crate) fn value(&self, data: &AttributeData) -> &str {
        match self.arena.known.get(data.known as usize) {
            Some(known) => &self.arena.values[range(&known.value)],
            None => self.slice(&data.raw),
        }
    }

    /// The value of the attribute of this name (as written, exact case).
    pub fn attribute(&self, n: NodeId, name: &str) -> Option<&str> {
        let list = self.attribute_list(n);
        list.iter().find(|data| self.slice(&data.name) == name).map(|data| self.value(data))
    }

    /// Whether a node is text that consists of white space, none of it written as a reference.
    pub fn is_white_space(&self, n: NodeId) -> bool {
        self.kind(n) == NodeKind::Text && is_blank(self.written(n))
    }

    /// Whether an `xml:space` around a node says that white space means something.
    pub fn preserves_space(&self, n: NodeId) -> bool {
        let mut above = self.parent(n);
        while let Some(at) = above {
            let space = self
                .attribute_list(at)
                .iter()
                .find(|data| data.namespace == XML && self.slice(&data.name) == "xml:space");
            match space.map(|data| self.value(data)) {
                Some("preserve") => return true,
                Some("default") => return false,
                _ => above = self.parent(at),
            }
        }
        false
    }

    /// Whether [`Document::preserves_space`] may be true of any node.
    pub fn has_preserved_space(&self) -> bool {
        self.source.contains("xml:space") || self.added.contains("xml:space")
    }

    /// Whether a node comes from the value of an entity, and the reference before it is written in
    /// its place.
    pub fn is_expanded(&self, n: NodeId) -> bool {
        self.node(n).flags.has(Flags::EXPANDED)
    }

    /// The markup of a node that is no element, as it is written: of text, references and all.
    pub fn written(&self, n: NodeId) -> &str {
        self.slice(&self.node(n).span)
    }

    /// An element's own text: character data and CDATA of its direct children. Of other nodes
    /// their content, without the marks around it.
    pub fn text(&self, n: NodeId) -> Cow<'_, str> {
        let node = self.node(n);
        match node.kind {
            NodeKind::Element | NodeKind::Document => {
                let mut pieces = self
                    .children(n)
                    .filter(|c| matches!(self.kind(*c), NodeKind::Text | NodeKind::CData));
                match (pieces.next(), pieces.next()) {
                    (None, _) => Cow::Borrowed(""),
                    (Some(only), None) => self.text(only),
                    (Some(first), Some(second)) => {
                        let rest = pieces.map(|piece| self.text(piece));
                        let start = self.text(first).into_owned() + &self.text(second);
                        Cow::Owned(rest.fold(start, |all, piece| all + &piece))
                    }
                }
            }
            NodeKind::Text => {
                // Of a reference, the nodes behind it tell the text.
                if node.flags.has(Flags::REFERENCE) {
                    return Cow::Borrowed("");
                }
                let raw = self.slice(&node.span);
                let mut budget = usize::MAX;
                resolve(raw, Place::Content, &self.entities, &mut budget)
                    .unwrap_or(Cow::Borrowed(raw))
            }
            NodeKind::CData => normalized(inside(self.slice(&node.span), "<![CDATA[", "]]>")),
            NodeKind::Comment => normalized(inside(self.slice(&node.span), "<!--", "-->")),
            NodeKind::ProcessingInstruction => {
                let content = inside(self.slice(&node.span), "<?", "?>");
                let data = &content[name_length(content)..];
                normalized(&data[space_length(data)..])
            }
            NodeKind::DocType | NodeKind::Declaration => Cow::Borrowed(self.slice(&node.span)),
        }
    }

    /// The text of a text or CDATA node with line ends as they are written, for formats whose
    /// readers normalize none; of other nodes what [`text`](Self::text) gives.
    pub fn kept_text(&self, n: NodeId) -> Cow<'_, str> {
        let node = self.node(n);
        match node.kind {
            NodeKind::Text if !node.flags.has(Flags::REFERENCE) => {
                kept(self, self.slice(&node.span))
            }
            NodeKind::CData => Cow::Borrowed(inside(self.slice(&node.span), "<![CDATA[", "]]>")),
            _ => self.text(n),
        }
    }

    /// Where a node begins; of one that an edit or an entity brought, where its nearest ancestor
    /// from the source begins.
    pub fn position(&self, n: NodeId) -> Position {
        let mut at = Some(n);
        while let Some(node) = at {
            if let Some(position) = self.place(self.node(node).span.start) {
                return position;
            }
            at = self.parent(node);
        }
        Position::START
    }

    fn place(&self, offset: u32) -> Option<Position> {
        let lines = || self.lines.get_or_init(|| LineIndex::new(&self.source));
        self.in_source(offset).then(|| lines().position(&self.source, offset as usize))
    }

    /// The bytes of a node in the decoded source without BOM; empty for what an edit or an entity
    /// brought.
    pub fn byte_range(&self, n: NodeId) -> Range<usize> {
        let span = &self.node(n).span;
        if self.in_source(span.start) { range(span) } else { 0..0 }
    }

    /// The registered name of the encoding, such as `utf-8`.
    pub fn encoding(&self) -> &'static str {
        self.encoded.charset.name()
    }

    /// Whether the document begins with a byte order mark.
    pub fn has_bom(&self) -> bool {
        !self.encoded.bom.is_empty()
    }

    /// What is wrong when the declaration names another encoding than the byte order mark shows.
    /// The document was read by its mark; others may misread it, so whoever writes it anew may
    /// want to refuse.
    pub fn encoding_conflict(&self) -> Option<&XmlError> {
        self.encoded.conflict.as_ref()
    }

    /// The first line end of the source: `\r\n`, `\n` or `\r`; empty when there is none.
    pub fn newline(&self) -> &'static str {
        self.newline
    }
}

pub(crate) fn some(id: u32) -> Option<NodeId> {
    (id != NONE).then_some(NodeId(id))
}

pub(crate) fn inside<'a>(slice: &'a str, start: &str, end: &str) -> &'a str {
    slice.strip_prefix(start).and_then(|s| s.strip_suffix(end)).unwrap_or(slice)
}

/// With references resolved and nothing normalized.
fn kept<'a>(document: &Document, raw: &'a str) -> Cow<'a, str> {
    let mut budget = usize::MAX;
    resolve(raw, Place::Kept, &document.entities, &mut budget).unwrap_or(Cow::Borrowed(raw))
}

/// With every line end as LF.
fn normalized(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
