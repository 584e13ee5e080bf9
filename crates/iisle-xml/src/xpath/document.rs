use std::borrow::Cow;

use super::Dialect;
use super::tree::{ExpandedName, QualifiedName, XPathAttribute, XPathKind, XPathTree};
use crate::chars::is_space;
use crate::lex::local;
use crate::{Document, NodeId, NodeKind};

impl XPathTree for Document {
    type Node = NodeId;

    fn document(&self) -> NodeId {
        self.document_node()
    }

    fn kind(&self, n: NodeId) -> XPathKind {
        match self.kind(n) {
            NodeKind::Document => XPathKind::Root,
            NodeKind::Element => XPathKind::Element,
            // White space around the document element is no character data.
            NodeKind::Text if self.parent(n) == Some(self.document_node()) => XPathKind::Nothing,
            NodeKind::Text | NodeKind::CData => XPathKind::Text,
            NodeKind::Comment => XPathKind::Comment,
            NodeKind::ProcessingInstruction => XPathKind::ProcessingInstruction,
            NodeKind::DocType | NodeKind::Declaration => XPathKind::Nothing,
        }
    }

    fn parent(&self, n: NodeId) -> Option<NodeId> {
        self.parent(n)
    }

    fn first_child(&self, n: NodeId) -> Option<NodeId> {
        self.first_child(n)
    }

    fn last_child(&self, n: NodeId) -> Option<NodeId> {
        self.last_child(n)
    }

    fn next_sibling(&self, n: NodeId) -> Option<NodeId> {
        self.next_sibling(n)
    }

    fn previous_sibling(&self, n: NodeId) -> Option<NodeId> {
        self.previous_sibling(n)
    }

    fn name(&self, n: NodeId) -> QualifiedName<'_> {
        let qualified = self.name(n);
        let (namespace, local) = match self.kind(n) {
            NodeKind::Element => (self.namespace(n), local(qualified)),
            _ => (None, qualified),
        };
        QualifiedName { qualified, expanded: ExpandedName { namespace, local } }
    }

    fn attribute(&self, n: NodeId, index: usize) -> Option<XPathAttribute<'_>> {
        let data = self.attribute_list(n).get(index)?;
        let qualified = self.slice(&data.name);
        let expanded =
            ExpandedName { namespace: self.namespace_at(data.namespace), local: local(qualified) };
        let name = QualifiedName { qualified, expanded };
        Some(XPathAttribute { name, value: Cow::Borrowed(self.value(data)) })
    }

    fn text(&self, n: NodeId) -> Cow<'_, str> {
        self.text(n)
    }

    fn is_there(&self, n: NodeId, dialect: Dialect) -> bool {
        let is_section = || self.kind(n) == NodeKind::CData;
        !self.text(n).is_empty() || (dialect == Dialect::DotNet && is_section())
    }

    /// By the attributes that the document type declares to be of type ID. Every element is looked
    /// at.
    fn element_with_id(&self, id: &str) -> Option<NodeId> {
        let has_id = |n: &NodeId| {
            let name = self.ids.get(self.name(*n));
            let value = name.and_then(|name| self.attribute(*n, name));
            value.is_some_and(|value| value.trim_matches(is_space) == id)
        };
        if self.ids.is_empty() { None } else { self.descendants(self.root()).find(has_id) }
    }

    fn rank(&self, n: NodeId) -> Option<u64> {
        Some(self.rank(n))
    }
}
