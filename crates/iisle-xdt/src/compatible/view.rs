//! The tree as XPath sees it: what an entity stands for is where its reference is.

use std::borrow::Cow;

use iisle_xml::xpath::{
    Dialect, ExpandedName, QualifiedName, XPathAttribute, XPathKind, XPathTree,
};

use super::document::CompatibleTarget;
use super::tree::{Id, Kind, Tree, local};

impl Tree {
    /// The first node at or behind one among its siblings that is no reference to an entity, or in
    /// one.
    fn visible(
        &self,
        at: Option<Id>,
        step: fn(&Self, Id) -> Option<Id>,
        enter: fn(&Self, Id) -> Option<Id>,
    ) -> Option<Id> {
        let mut at = at?;
        loop {
            if self.kind(at) != Kind::EntityReference {
                return Some(at);
            }
            if let Some(inner) = enter(self, at) {
                at = inner;
                continue;
            }
            at = self.beyond(at, step)?;
        }
    }

    /// The raw neighbor of a node; of the last one in an entity, that of the reference.
    fn beyond(&self, mut at: Id, step: fn(&Self, Id) -> Option<Id>) -> Option<Id> {
        loop {
            if let Some(next) = step(self, at) {
                return Some(next);
            }
            at = self.node(at).parent.filter(|up| self.kind(*up) == Kind::EntityReference)?;
        }
    }

    fn raw_next(&self, id: Id) -> Option<Id> {
        self.node(id).next
    }

    fn raw_previous(&self, id: Id) -> Option<Id> {
        self.node(id).previous
    }

    fn raw_first(&self, id: Id) -> Option<Id> {
        self.node(id).first
    }

    fn raw_last(&self, id: Id) -> Option<Id> {
        self.node(id).last
    }
}

impl XPathTree for CompatibleTarget {
    type Node = Id;

    fn document(&self) -> Id {
        Tree::DOCUMENT
    }

    fn kind(&self, n: Id) -> XPathKind {
        match self.tree.kind(n) {
            Kind::Document => XPathKind::Root,
            Kind::Element => XPathKind::Element,
            Kind::Text | Kind::Whitespace | Kind::SignificantWhitespace | Kind::CData => {
                // White space around the document element is not looked at.
                let is_inside = self.tree.node(n).parent != Some(Tree::DOCUMENT);
                if is_inside { XPathKind::Text } else { XPathKind::Nothing }
            }
            Kind::Comment => XPathKind::Comment,
            Kind::Instruction => XPathKind::ProcessingInstruction,
            Kind::Declaration | Kind::DocType | Kind::EntityReference => XPathKind::Nothing,
        }
    }

    fn parent(&self, n: Id) -> Option<Id> {
        let mut parent = self.tree.node(n).parent;
        while let Some(up) = parent.filter(|up| self.tree.kind(*up) == Kind::EntityReference) {
            parent = self.tree.node(up).parent;
        }
        parent
    }

    fn first_child(&self, n: Id) -> Option<Id> {
        self.tree.visible(self.tree.raw_first(n), Tree::raw_next, Tree::raw_first)
    }

    fn last_child(&self, n: Id) -> Option<Id> {
        self.tree.visible(self.tree.raw_last(n), Tree::raw_previous, Tree::raw_last)
    }

    fn next_sibling(&self, n: Id) -> Option<Id> {
        let next = self.tree.beyond(n, Tree::raw_next);
        self.tree.visible(next, Tree::raw_next, Tree::raw_first)
    }

    fn previous_sibling(&self, n: Id) -> Option<Id> {
        let previous = self.tree.beyond(n, Tree::raw_previous);
        self.tree.visible(previous, Tree::raw_previous, Tree::raw_last)
    }

    fn name(&self, n: Id) -> QualifiedName<'_> {
        let node = self.tree.node(n);
        let namespace = node.element.as_deref().and_then(|element| element.namespace.as_deref());
        let expanded = ExpandedName { namespace, local: local(&node.name) };
        QualifiedName { qualified: &node.name, expanded }
    }

    fn attribute(&self, n: Id, index: usize) -> Option<XPathAttribute<'_>> {
        let attribute = self.tree.attributes(n).get(index)?;
        let expanded =
            ExpandedName { namespace: attribute.namespace.as_deref(), local: attribute.local() };
        let name = QualifiedName { qualified: &attribute.name, expanded };
        Some(XPathAttribute { name, value: Cow::Borrowed(&attribute.value) })
    }

    fn is_there(&self, n: Id, _: Dialect) -> bool {
        // An empty section is text, too.
        let node = self.tree.node(n);
        node.kind == Kind::CData || !node.value.is_empty()
    }

    fn text(&self, n: Id) -> Cow<'_, str> {
        Cow::Borrowed(&self.tree.node(n).value)
    }
}
