use std::borrow::Cow;

use iisle_xml::NodeId;
use iisle_xml::xpath::{ExpandedName, QualifiedName, XPathAttribute, XPathKind, XPathTree};

use super::Safe;

/// The document as it is, with an index of attributes.
impl XPathTree for Safe {
    type Node = NodeId;

    fn document(&self) -> NodeId {
        self.document.document_node()
    }

    fn kind(&self, n: NodeId) -> XPathKind {
        XPathTree::kind(&self.document, n)
    }

    fn parent(&self, n: NodeId) -> Option<NodeId> {
        self.document.parent(n)
    }

    fn first_child(&self, n: NodeId) -> Option<NodeId> {
        self.document.first_child(n)
    }

    fn last_child(&self, n: NodeId) -> Option<NodeId> {
        self.document.last_child(n)
    }

    fn next_sibling(&self, n: NodeId) -> Option<NodeId> {
        self.document.next_sibling(n)
    }

    fn previous_sibling(&self, n: NodeId) -> Option<NodeId> {
        self.document.previous_sibling(n)
    }

    fn name(&self, n: NodeId) -> QualifiedName<'_> {
        XPathTree::name(&self.document, n)
    }

    fn attribute(&self, n: NodeId, index: usize) -> Option<XPathAttribute<'_>> {
        XPathTree::attribute(&self.document, n, index)
    }

    fn text(&self, n: NodeId) -> Cow<'_, str> {
        XPathTree::text(&self.document, n)
    }

    fn rank(&self, n: NodeId) -> Option<u64> {
        Some(self.document.rank(n))
    }

    fn children_with(
        &self,
        parent: NodeId,
        name: &ExpandedName<'_>,
        attribute: &ExpandedName<'_>,
        value: &str,
    ) -> Option<Vec<NodeId>> {
        self.lookup.borrow_mut().find(&self.document, parent, name, attribute, value)
    }

    fn element_with_id(&self, id: &str) -> Option<NodeId> {
        self.document.element_with_id(id)
    }
}
