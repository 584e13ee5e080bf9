use std::borrow::Cow;
use std::ops::Range;

use crate::reference::{Place, resolve};
use crate::tree::{AttributeData, NONE, Node};
use crate::{Document, NodeId, NodeKind, Position};

/// An attribute as it is now. Namespace declarations are attributes too, in the namespace
/// `http://www.w3.org/2000/xmlns/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Where the name begins; for one that was added, where its element begins.
    pub position: Position,
    /// Where the value begins, behind the quote.
    pub value_position: Position,
}

impl Attribute<'_> {
    /// Whether it declares a namespace.
    pub fn is_namespace(&self) -> bool {
        self.name == "xmlns" || self.prefix == Some("xmlns")
    }
}

impl Document {
    /// The document element.
    pub fn root(&self) -> NodeId {
        NodeId(self.root)
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

    /// The last child.
    pub fn last_child(&self, n: NodeId) -> Option<NodeId> {
        some(self.node(n).last)
    }

    /// Children of every kind, in document order.
    pub fn children(&self, n: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(some(self.node(n).first), |child| self.next_sibling(*child))
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
    fn following(&self, current: NodeId, top: NodeId) -> Option<NodeId> {
        if let Some(child) = some(self.node(current).first) {
            return Some(child);
        }
        let mut at = current;
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
        self.slice(&self.node(n).name)
    }

    /// The name without prefix.
    pub fn local_name(&self, n: NodeId) -> &str {
        let name = self.name(n);
        name.split_once(':').map_or(name, |(_, local)| local)
    }

    /// The prefix, if it has one.
    pub fn prefix(&self, n: NodeId) -> Option<&str> {
        self.name(n).split_once(':').map(|(prefix, _)| prefix)
    }

    /// The namespace of an element.
    pub fn namespace(&self, n: NodeId) -> Option<&str> {
        self.namespace_at(self.node(n).namespace)
    }

    fn namespace_at(&self, index: u32) -> Option<&str> {
        (index != 0).then(|| &*self.namespaces[index as usize]).filter(|uri| !uri.is_empty())
    }

    /// The attributes of an element, namespace declarations included, in document order.
    pub fn attributes(&self, n: NodeId) -> impl Iterator<Item = Attribute<'_>> + '_ {
        let node = self.node(n);
        node.attributes.iter().map(move |index| self.shown(node, &self.attributes[*index as usize]))
    }

    fn shown<'a>(&'a self, node: &Node, data: &'a AttributeData) -> Attribute<'a> {
        let name = self.slice(&data.name);
        let (prefix, local_name) = match name.split_once(':') {
            Some((prefix, local)) => (Some(prefix), local),
            None => (None, name),
        };
        let place = |offset: u32| {
            // What an edit brought lies behind the source and has no place of its own.
            let known = (offset as usize) < self.source_len;
            self.place(if known { offset } else { node.span.start })
        };
        Attribute {
            name,
            local_name,
            prefix,
            namespace: self.namespace_at(data.namespace),
            value: self.value(data),
            position: place(data.name.start),
            value_position: place(data.raw.start),
        }
    }

    pub(crate) fn value<'a>(&'a self, data: &'a AttributeData) -> &'a str {
        data.value.as_deref().unwrap_or_else(|| self.slice(&data.raw))
    }

    /// The value of the attribute of this name (as written, exact case).
    pub fn attribute(&self, n: NodeId, name: &str) -> Option<&str> {
        let found = self.node(n).attributes.iter().map(|index| &self.attributes[*index as usize]);
        found.filter(|data| self.slice(&data.name) == name).map(|data| self.value(data)).next()
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
                let raw = self.slice(&node.span);
                let mut budget = usize::MAX;
                resolve(raw, Place::Content, &self.entities, &mut budget)
                    .unwrap_or(Cow::Borrowed(raw))
            }
            NodeKind::CData => normalized(inside(self.slice(&node.span), "<![CDATA[", "]]>")),
            NodeKind::Comment => normalized(inside(self.slice(&node.span), "<!--", "-->")),
            NodeKind::ProcessingInstruction => {
                let content = inside(self.slice(&node.span), "<?", "?>");
                let data = &content[self.name(n).len()..];
                normalized(data.trim_start_matches(crate::chars::is_space))
            }
            NodeKind::DocType | NodeKind::Declaration => Cow::Borrowed(self.slice(&node.span)),
        }
    }

    /// Where a node begins; of one that an edit brought, where its nearest ancestor from the
    /// source begins.
    pub fn position(&self, n: NodeId) -> Position {
        let mut at = n;
        loop {
            let start = self.node(at).span.start;
            match self.parent(at) {
                _ if (start as usize) < self.source_len => return self.place(start),
                Some(parent) => at = parent,
                None => return self.place(0),
            }
        }
    }

    fn place(&self, offset: u32) -> Position {
        self.lines.position(&self.text[..self.source_len], offset as usize)
    }

    /// The bytes of a node in the decoded source without BOM; empty for what an edit brought.
    pub fn byte_range(&self, n: NodeId) -> Range<usize> {
        let span = &self.node(n).span;
        let end = span.end as usize;
        if end <= self.source_len { span.start as usize..end } else { 0..0 }
    }

    /// The registered name of the encoding, such as `utf-8`.
    pub fn encoding(&self) -> &'static str {
        self.charset.name()
    }

    /// Whether the document begins with a byte order mark.
    pub fn has_bom(&self) -> bool {
        self.bom
    }

    /// The first line end of the source: `\r\n`, `\n` or `\r`; empty when there is none.
    pub fn newline(&self) -> &'static str {
        let source = &self.text[..self.source_len];
        match source.find(['\r', '\n']) {
            None => "",
            Some(at) if source[at..].starts_with("\r\n") => "\r\n",
            Some(at) if source[at..].starts_with('\r') => "\r",
            Some(_) => "\n",
        }
    }
}

fn some(id: u32) -> Option<NodeId> {
    (id != NONE).then_some(NodeId(id))
}

fn inside<'a>(slice: &'a str, start: &str, end: &str) -> &'a str {
    slice.strip_prefix(start).and_then(|s| s.strip_suffix(end)).unwrap_or(slice)
}

/// With every line end as LF.
fn normalized(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
