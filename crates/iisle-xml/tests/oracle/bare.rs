//! A tree that knows no more than it must.

use std::borrow::Cow;
use std::cmp::Reverse;

use iisle_xml::xpath::{ExpandedName, QualifiedName, XNode, XPathAttribute, XPathKind, XPathTree};
use iisle_xml::{Document, NodeId};

/// Which index it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    None,
    /// One that gives all children of the name, whatever their attributes.
    Loose,
}

/// A document without ranks, its handles in reverse.
pub(crate) struct Bare<'a> {
    document: &'a Document,
    index: Index,
}

impl<'a> Bare<'a> {
    pub(crate) fn new(document: &'a Document, index: Index) -> Self {
        Self { document, index }
    }
}

pub(crate) fn into_document(node: XNode<Reverse<NodeId>>) -> XNode<NodeId> {
    match node {
        XNode::Tree(Reverse(n)) => XNode::Tree(n),
        XNode::Attribute(Reverse(n), index) => XNode::Attribute(n, index),
        XNode::Namespace(Reverse(n), prefix) => XNode::Namespace(n, prefix),
    }
}

impl XPathTree for Bare<'_> {
    type Node = Reverse<NodeId>;

    fn document(&self) -> Self::Node {
        Reverse(self.document.document_node())
    }

    fn kind(&self, n: Self::Node) -> XPathKind {
        XPathTree::kind(self.document, n.0)
    }

    fn parent(&self, n: Self::Node) -> Option<Self::Node> {
        self.document.parent(n.0).map(Reverse)
    }

    fn first_child(&self, n: Self::Node) -> Option<Self::Node> {
        self.document.first_child(n.0).map(Reverse)
    }

    fn last_child(&self, n: Self::Node) -> Option<Self::Node> {
        self.document.last_child(n.0).map(Reverse)
    }

    fn next_sibling(&self, n: Self::Node) -> Option<Self::Node> {
        self.document.next_sibling(n.0).map(Reverse)
    }

    fn previous_sibling(&self, n: Self::Node) -> Option<Self::Node> {
        self.document.previous_sibling(n.0).map(Reverse)
    }

    fn name(&self, n: Self::Node) -> QualifiedName<'_> {
        XPathTree::name(self.document, n.0)
    }

    fn attribute(&self, n: Self::Node, index: usize) -> Option<XPathAttribute<'_>> {
        XPathTree::attribute(self.document, n.0, index)
    }

    fn text(&self, n: Self::Node) -> Cow<'_, str> {
        self.document.text(n.0)
    }

    fn children_with(
        &self,
        parent: Self::Node,
        name: &ExpandedName<'_>,
        _attribute: &ExpandedName<'_>,
        _value: &str,
    ) -> Option<Vec<Self::Node>> {
        let is_named = |n: &NodeId| XPathTree::name(self.document, *n).expanded == *name;
        let children = self.document.elements(parent.0).filter(is_named).map(Reverse);
        (self.index == Index::Loose).then(|| children.collect())
    }
}
