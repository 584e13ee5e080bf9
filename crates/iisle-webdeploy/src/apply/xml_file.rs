use std::collections::BTreeSet;

use iisle_xml::xpath::{Namespaces, XNode, XPath};
use iisle_xml::{Document, NodeId, NodeKind};

use super::fragment::Fragment;
use super::reach::Reach;
use super::xml_encoding::encode;
use super::xml_writer::{Changes, declared_encoding, raw_attributes, write};

/// Sets what `path` selects in an XML file to `value`: the new bytes and the number of places.
///
/// A file that is XML is always written anew, even when nothing was selected. `None` when it is
/// none, cannot be written, or the value is an element and something else was selected: it stays
/// as it is.
///
/// Attributes and texts get the value. An empty value removes elements; a value that is one
/// element replaces those of its name or is put before their first child, as the first selected
/// element decides; any other value does nothing to elements. How many elements are replaced or
/// removed is [`Reach`]'s question; all other nodes are changed wherever they are.
///
/// Source: Web Deploy 7.1, seen.
pub(crate) fn change_xml(bytes: &[u8], path: &XPath, value: &str) -> Option<(Vec<u8>, u64)> {
    let document = Document::parse(bytes).ok()?;
    // The engine cannot read a document whose declaration contradicts its bytes.
    if document.encoding_conflict().is_some() {
        return None;
    }
    let source = document.to_text();
    // Prefixes are bound to nothing, and an expression that needs one leaves the file alone.
    let root = XNode::Tree(document.document_node());
    let selected = path.select(&document, &root, &Namespaces::new()).ok()?;
    if selected.contains(&root) {
        return None;
    }
    let fragment = Fragment::read(value);
    let is_element = |node: &XNode<NodeId>| match node {
        XNode::Tree(node) => document.kind(*node) == NodeKind::Element,
        XNode::Attribute(..) | XNode::Namespace(..) => false,
    };
    // An element fits into nothing but elements.
    if fragment.is_some() && !selected.iter().all(is_element) {
        return None;
    }
    let reach = Reach::of(path.text());
    let changes = Changes::default();
    let mut edit = Edit { document: &document, source: &source, changes, reach };
    let mut places = edit.values(&selected, value);
    places += edit.elements(&selected, value, fragment.as_ref());
    let text = write(&document, &source, &edit.changes);
    let bytes = encode(&text, declared_encoding(&document, &source))?;
    Some((bytes, places))
}

struct Edit<'a> {
    document: &'a Document,
    source: &'a str,
    changes: Changes,
    reach: Reach,
}

impl Edit<'_> {
    /// Attributes and texts.
    fn values(&mut self, selected: &[XNode<NodeId>], value: &str) -> u64 {
        let mut places = 0;
        for node in selected {
            match node {
                XNode::Attribute(element, index) => {
                    // What a document type declares but the element does not have cannot be set.
                    let range = self.document.byte_range(*element);
                    if raw_attributes(&self.source[range]).nth(*index).is_none() {
                        continue;
                    }
                    self.changes.attributes.insert((*element, *index), value.to_owned());
                }
                XNode::Tree(text) if self.is_settable_text(*text) => {
                    self.changes.texts.insert(*text, value.to_owned());
                }
                XNode::Tree(_) | XNode::Namespace(..) => continue,
            }
            places += 1;
        }
        places
    }

    /// Whether a node is text that is not white space alone; of a text in pieces, the first.
    fn is_settable_text(&self, node: NodeId) -> bool {
        let slice = &self.source[self.document.byte_range(node)];
        self.document.kind(node) == NodeKind::Text
            && !slice.trim_matches([' ', '\t', '\r', '\n']).is_empty()
    }

    fn elements(
        &mut self,
        selected: &[XNode<NodeId>],
        value: &str,
        fragment: Option<&Fragment>,
    ) -> u64 {
        let is_element = |node: &NodeId| self.document.kind(*node) == NodeKind::Element;
        let elements: Vec<NodeId> = selected
            .iter()
            .filter_map(|node| match node {
                XNode::Tree(node) if is_element(node) => Some(*node),
                _ => None,
            })
            .collect();
        let Some(first) = elements.first() else { return 0 };
        if value.is_empty() {
            self.changes.removed = self.outermost(&elements);
            return self.changes.removed.len() as u64;
        }
        let Some(fragment) = fragment else { return 0 };
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        if same(fragment.name(), self.document.name(*first)) {
            let outermost = self.outermost(&elements);
            let places = outermost.len() as u64;
            for element in outermost {
                let markup = fragment.markup(self.default_namespace(self.document.parent(element)));
                self.changes.replaced.insert(element, markup);
            }
            return places;
        }
        for element in &elements {
            let markup = fragment.markup(self.default_namespace(Some(*element)));
            self.changes.inserted.insert(*element, markup);
        }
        elements.len() as u64
    }

    /// Those of `elements` that are reached and lie in no other of them.
    fn outermost(&self, elements: &[NodeId]) -> Vec<NodeId> {
        let mut parents = BTreeSet::new();
        let reached = |(place, element): (usize, &NodeId)| {
            let reached = match self.reach {
                Reach::All => true,
                Reach::FirstOfParent => parents.insert(self.document.parent(*element)),
                Reach::First => place == 0,
            };
            reached.then_some(*element)
        };
        let elements: Vec<NodeId> = elements.iter().enumerate().filter_map(reached).collect();
        let all: BTreeSet<NodeId> = elements.iter().copied().collect();
        let above = |node: NodeId| {
            std::iter::successors(self.document.parent(node), |node| self.document.parent(*node))
        };
        let free = elements.iter().filter(|node| !above(**node).any(|up| all.contains(&up)));
        free.copied().collect()
    }

    /// The default namespace in scope of the children of an element.
    fn default_namespace(&self, element: Option<NodeId>) -> Option<&str> {
        let mut at = element;
        while let Some(node) = at {
            if let Some(uri) = self.document.attribute(node, "xmlns") {
                return Some(uri);
            }
            at = self.document.parent(node);
        }
        None
    }
}

#[cfg(test)]
mod tests;
