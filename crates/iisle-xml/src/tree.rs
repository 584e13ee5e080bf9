use std::ops::Range;
use std::sync::OnceLock;

use crate::doctype::{Entities, Ids};
use crate::encoding::Encoded;
use crate::gaps::OpenedTags;
use crate::order::Ranks;
use crate::position::LineIndex;

/// A node of a [`Document`]; means nothing in another document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct NodeId(pub(crate) u32);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// The document itself.
    Document,
    /// An element.
    Element,
    /// Character data and references between tags, white space included.
    Text,
    /// A CDATA section.
    CData,
    /// A comment.
    Comment,
    /// A processing instruction.
    ProcessingInstruction,
    /// The document type declaration.
    DocType,
    /// The XML declaration.
    Declaration,
}

/// A range of bytes in [`Document::source`], or, counted on behind its end, in
/// [`Document::added`].
pub(crate) type Span = Range<u32>;

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

/// Index of the namespace `xml` is bound to in [`Arena::namespaces`].
pub(crate) const XML: u32 = 1;
/// Index of the namespace of namespace declarations.
pub(crate) const XMLNS: u32 = 2;

/// One node: 28 bytes, because documents have many.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) flags: Flags,
    pub(crate) parent: u32,
    pub(crate) next: u32,
    pub(crate) previous: u32,
    /// The whole node. Empty for an element that was created.
    pub(crate) span: Span,
    /// Index into [`Arena::elements`]; [`NONE`] for what has no children.
    pub(crate) element: u32,
}

/// What is known of a node, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Flags(u8);

impl Flags {
    /// The element's own tag differs from the source, or the element is new.
    pub(crate) const CHANGED: Self = Self(1);
    /// Something at or below the node differs from the source.
    pub(crate) const DIRTY: Self = Self(2);
    /// `<a />` rather than `<a></a>`.
    pub(crate) const EMPTY_TAG: Self = Self(4);
    /// Has, or had, text or CDATA among its children that is not white space only.
    pub(crate) const MIXED: Self = Self(8);
    /// Comes from the value of an entity: the reference before it is written instead.
    pub(crate) const EXPANDED: Self = Self(16);
    /// A reference that the expanded nodes behind it stand for.
    pub(crate) const REFERENCE: Self = Self(32);
    /// An added element that is written without a blank before `/>`.
    pub(crate) const TIGHT: Self = Self(64);
    /// A copy whose prefixes are those of another document.
    pub(crate) const UNSETTLED: Self = Self(128);

    pub(crate) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(crate) fn set(&mut self, flag: Self) {
        self.0 |= flag.0;
    }

    pub(crate) fn clear(&mut self, flag: Self) {
        self.0 &= !flag.0;
    }
}

/// What an element (and the document) has besides a [`Node`].
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) name: Span,
    /// Where the start tag ends, behind `>`; and where the end tag begins.
    pub(crate) inner: Span,
    /// Its part of [`Arena::attributes`], no other element's.
    pub(crate) attributes: Span,
    /// Index into [`Arena::namespaces`]; 0 is none.
    pub(crate) namespace: u32,
}

/// One attribute of a start tag. From its name to behind the closing quote its spelling is in one
/// piece, in the source or behind it.
#[derive(Debug, Clone)]
pub(crate) struct AttributeData {
    pub(crate) name: Span,
    /// Between the quotes, as written.
    pub(crate) raw: Span,
    /// Index into [`Arena::namespaces`]; 0 is none.
    pub(crate) namespace: u32,
    /// Index into [`Arena::known`]; [`NONE`] when the value is what is written, in the source.
    pub(crate) known: u32,
}

/// What the spelling of an attribute does not say.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Its value, in [`Arena::values`].
    pub(crate) value: Span,
    /// Where name and value stand in the source; [`NONE`] for an attribute that was added.
    pub(crate) origin: (u32, u32),
}

/// All nodes of a document. Node 0 is the document itself.
#[derive(Debug, Clone)]
pub(crate) struct Arena {
    pub(crate) nodes: Vec<Node>,
    pub(crate) elements: Vec<Element>,
    pub(crate) attributes: Vec<AttributeData>,
    pub(crate) known: Vec<Known>,
    /// The values that differ from their spelling, one behind the other.
    pub(crate) values: String,
    /// Index 0 is none, [`XML`] and [`XMLNS`] are what their names say.
    pub(crate) namespaces: Vec<Box<str>>,
    /// The document element.
    pub(crate) root: u32,
}

impl Arena {
    /// Appends a node that has children to the children of `parent`.
    pub(crate) fn push_element(&mut self, parent: u32, mut node: Node, element: Element) -> u32 {
        node.element = number(self.elements.len());
        self.elements.push(element);
        self.push(parent, node)
    }

    /// Appends a node to the children of `parent`.
    pub(crate) fn push(&mut self, parent: u32, mut node: Node) -> u32 {
        let id = number(self.nodes.len());
        let above = &mut self.elements[self.nodes[parent as usize].element as usize];
        let last = std::mem::replace(&mut above.last, id);
        if last == NONE {
            above.first = id;
        } else {
            self.nodes[last as usize].next = id;
        }
        (node.parent, node.previous) = (parent, last);
        self.nodes.push(node);
        id
    }
}

impl Node {
    pub(crate) fn new(kind: NodeKind, span: Span) -> Self {
        let flags = Flags::default();
        Self { kind, flags, parent: NONE, next: NONE, previous: NONE, span, element: NONE }
    }
}

impl Element {
    pub(crate) fn new(name: Span, inner: Span) -> Self {
        Self { first: NONE, last: NONE, name, inner, attributes: 0..0, namespace: 0 }
    }
}

/// A document that keeps every byte it was read from.
#[derive(Debug, Clone)]
pub struct Document {
    /// The decoded source, without byte order mark.
    pub(crate) source: String,
    /// The values of entities that hold markup, and the spellings that edits brought.
    pub(crate) added: String,
    pub(crate) encoded: Encoded,
    pub(crate) lines: OnceLock<LineIndex>,
    /// The first line end of the source; empty when there is none.
    pub(crate) newline: &'static str,
    /// What a level is indented by, once it was looked for.
    pub(crate) unit: OnceLock<Option<String>>,
    pub(crate) arena: Arena,
    pub(crate) ranks: Ranks,
    pub(crate) entities: Entities,
    /// Which attributes are of type ID.
    pub(crate) ids: Ids,
    pub(crate) opened_tags: OpenedTags,
}

impl Document {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.arena.nodes[id.0 as usize]
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.arena.nodes[id.0 as usize]
    }

    /// What it has as an element; the document counts as one.
    pub(crate) fn element(&self, id: NodeId) -> Option<&Element> {
        self.arena.elements.get(self.node(id).element as usize)
    }

    pub(crate) fn element_mut(&mut self, id: NodeId) -> Option<&mut Element> {
        let index = self.node(id).element as usize;
        self.arena.elements.get_mut(index)
    }

    pub(crate) fn slice(&self, span: &Span) -> &str {
        let place = range(span);
        match place.start.checked_sub(self.source.len()) {
            None => &self.source[place],
            Some(start) => &self.added[start..start + place.len()],
        }
    }

    /// Whether an offset lies in the source.
    pub(crate) fn in_source(&self, offset: u32) -> bool {
        (offset as usize) < self.source.len()
    }
}

/// An offset or an index as it is kept.
pub(crate) fn number(n: usize) -> u32 {
    u32::try_from(n).expect("documents are shorter than 4 GiB")
}

pub(crate) fn range(span: &Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

#[cfg(test)]
mod tests {
    use super::{AttributeData, Element, Node};

    #[test]
    fn nodes_stay_small() {
        let sizes = (size_of::<Node>(), size_of::<Element>(), size_of::<AttributeData>());
        assert_eq!(sizes, (28, 36, 24));
    }
}
