use std::collections::BTreeSet;
use std::ops::Range;

use crate::encoding::Charset;
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

/// A range of bytes in [`Document::text`].
pub(crate) type Span = Range<u32>;

/// No node.
pub(crate) const NONE: u32 = u32::MAX;

/// One node. Spans point into [`Document::text`].
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    /// The element's own tag differs from the source, or the node is new.
    pub(crate) changed: bool,
    /// Something at or below the node differs from the source.
    pub(crate) dirty: bool,
    /// `<a />` rather than `<a></a>`.
    pub(crate) empty_tag: bool,
    pub(crate) parent: u32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) next: u32,
    pub(crate) previous: u32,
    /// The whole node.
    pub(crate) span: Span,
    /// Element: the qualified name. Processing instruction: its target.
    pub(crate) name: Span,
    /// Element: where the start tag ends, behind `>`; and where the end tag begins.
    pub(crate) inner: Span,
    /// Attributes, as indexes into [`Document::attributes`].
    pub(crate) attributes: Vec<u32>,
    /// Index into [`Document::namespaces`]; 0 is none.
    pub(crate) namespace: u32,
}

impl Node {
    pub(crate) fn new(kind: NodeKind, span: Span) -> Self {
        Self {
            kind,
            changed: false,
            dirty: false,
            empty_tag: false,
            parent: NONE,
            first: NONE,
            last: NONE,
            next: NONE,
            previous: NONE,
            name: 0..0,
            inner: span.end..span.end,
            span,
            attributes: Vec::new(),
            namespace: 0,
        }
    }
}

/// One attribute of a start tag.
#[derive(Debug, Clone)]
pub(crate) struct AttributeData {
    /// White space before the name.
    pub(crate) lead: Span,
    pub(crate) name: Span,
    /// Between the quotes, as written.
    pub(crate) raw: Span,
    /// From the name to behind the closing quote.
    pub(crate) span: Span,
    pub(crate) quote: u8,
    /// The value, when it differs from what is written.
    pub(crate) value: Option<Box<str>>,
    /// Index into [`Document::namespaces`]; 0 is none.
    pub(crate) namespace: u32,
}

/// A document that keeps every byte it was read from.
#[derive(Debug, Clone)]
pub struct Document {
    /// The decoded source, and behind it the names and values that edits brought.
    pub(crate) text: String,
    /// Length of the decoded source.
    pub(crate) source_len: usize,
    /// The bytes it was read from.
    pub(crate) original: Vec<u8>,
    pub(crate) charset: Charset,
    pub(crate) bom: bool,
    pub(crate) lines: LineIndex,
    pub(crate) nodes: Vec<Node>,
    pub(crate) attributes: Vec<AttributeData>,
    pub(crate) namespaces: Vec<Box<str>>,
    pub(crate) entities: crate::doctype::Entities,
    pub(crate) root: u32,
    /// Nodes that stand in no tree any more.
    pub(crate) removed: BTreeSet<u32>,
}

impl Document {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    pub(crate) fn slice(&self, span: &Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}
