use std::collections::BTreeSet;

use iisle_xml::xpath::{Dialect, Namespaces, XNode, XPath, XPathError};
use iisle_xml::{Document, NodeId, NodeKind, XmlError};

use super::as_written::AsWritten;
use super::fragment::Fragment;
use super::reach::{Reach, parts};
use super::xml_encoding::encode;
use super::xml_writer::{Changes, declared_encoding, first_piece, raw_attributes, write};

/// Sets what `path` selects in an XML file to `value`: the new bytes and the number of places.
///
/// A file that is XML is always written anew, even when nothing was selected. `None` when it is
/// none, cannot be written, or the value does not fit into what was selected: it stays as it is.
///
/// The first node decides. When it is an attribute or a text, all nodes get the value, and an
/// element among them, or an element for a value, fits nowhere. When it is anything else, an empty
/// value removes all nodes; a value that is one element replaces elements of its name or is put
/// before the first child of others, as the first one decides; any other value does nothing. How
/// many nodes are replaced or removed is [`Reach`]'s question; all others are changed wherever
/// they are.
///
/// Source: Web Deploy 7.1, seen.
pub(crate) fn change_xml(bytes: &[u8], path: &XPath, value: &str) -> Option<(Vec<u8>, u64)> {
    let document = load(bytes)?;
    let source = document.to_text();
    let changes = Changes::default();
    let mut edit = Edit { document: &document, source: &source, changes };
    let places = edit.change(path, value)?;
    let text = write(&document, &source, &edit.changes);
    let bytes = encode(&text, declared_encoding(&document, &source))?;
    Some((bytes, places))
}

/// A document as the engine reads it: by its declaration when that names an encoding whose
/// characters begin at one byte, a byte order mark of UTF-8 notwithstanding; bytes that ASCII does
/// not have are question marks.
pub(super) fn load(bytes: &[u8]) -> Option<Document> {
    match Document::parse(bytes) {
        Ok(document) if document.encoding_conflict().is_none() => Some(document),
        Ok(_) => load(bytes.strip_prefix(b"\xef\xbb\xbf")?),
        Err(XmlError::Decode { encoding, .. }) if encoding == "us-ascii" => {
            let ascii = |byte: &u8| if byte.is_ascii() { *byte } else { b'?' };
            Document::parse(&bytes.iter().map(ascii).collect::<Vec<_>>()).ok()
        }
        Err(_) => None,
    }
}

/// What an expression selects; one that is relative starts at the root element, not above it.
///
/// Source: Web Deploy 7.1, seen.
pub(super) fn select(document: &Document, path: &XPath) -> Result<Vec<Node>, XPathError> {
    path.select(&AsWritten(document), &XNode::Tree(document.root()), &namespaces(document))
}

/// What prefixes mean in an expression: what the root element declares, and nothing that is declared
/// further inside.
///
/// Source: Web Deploy 7.1, seen.
fn namespaces(document: &Document) -> Namespaces {
    let declared = document.attributes(document.root());
    declared
        .filter_map(|attribute| {
            let prefix = attribute.name.strip_prefix("xmlns:")?;
            Some((prefix.to_owned(), attribute.value.to_owned()))
        })
        .collect()
}

struct Edit<'a> {
    document: &'a Document,
    source: &'a str,
    changes: Changes,
}

type Node = XNode<NodeId>;

/// What the engine comes to.
struct Reached {
    /// Nodes of the tree, none inside another.
    nodes: BTreeSet<NodeId>,
    /// Attributes by element and place, for each part of a union.
    attributes: Vec<Vec<(NodeId, usize)>>,
}

impl Edit<'_> {
    fn change(&mut self, path: &XPath, value: &str) -> Option<u64> {
        let selected = select(self.document, path).ok()?;
        let whole = XNode::Tree(self.document.document_node());
        if selected.contains(&whole) {
            // It comes first: no value fits there, and text is for no node.
            return (!value.is_empty() && Fragment::read(value).is_none()).then_some(0);
        }
        let Some(first) = selected.first() else { return Some(0) };
        let fragment = Fragment::read(value);
        let is_value = match first {
            XNode::Attribute(..) | XNode::Namespace(..) => true,
            XNode::Tree(node) => self.is_kind(*node, NodeKind::Text) && !self.is_space(*node),
        };
        match (is_value, fragment) {
            (true, None) => self.set(&selected, value),
            (true, Some(_)) => None,
            (false, _) if value.is_empty() => self.remove(path),
            (false, None) => Some(0),
            (false, Some(fragment)) => self.put(path, &selected, &fragment),
        }
    }

    /// What an expression selects. One with a prefix that the root element does not declare leaves
    /// the file alone, and so does one that selects the document.
    fn select(&self, path: &XPath) -> Option<Vec<Node>> {
        let selected = select(self.document, path).ok()?;
        let whole = XNode::Tree(self.document.document_node());
        (!selected.contains(&whole)).then_some(selected)
    }

    fn is_kind(&self, node: NodeId, kind: NodeKind) -> bool {
        self.document.kind(node) == kind
    }

    /// Whether a text is white space alone; of a text in pieces, the first.
    fn is_space(&self, node: NodeId) -> bool {
        let piece = first_piece(&self.source[self.document.byte_range(node)]);
        // Before a reference at the beginning there is no text.
        !piece.is_empty() && is_space(piece)
    }

    /// Gives all nodes the value.
    fn set(&mut self, selected: &[Node], value: &str) -> Option<u64> {
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
                XNode::Tree(node) => self.set_leaf(*node, value)?,
                XNode::Namespace(element, prefix) => {
                    // `xml` is declared nowhere.
                    let Some(declaration) = self.declaration(*element, prefix) else { continue };
                    self.changes.attributes.insert(declaration, value.to_owned());
                }
            }
            places += 1;
        }
        Some(places)
    }

    /// The attribute that declares a prefix for an element, by element and place.
    fn declaration(&self, element: NodeId, prefix: &str) -> Option<(NodeId, usize)> {
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        let mut up = std::iter::successors(Some(element), |node| self.document.parent(*node));
        up.find_map(|node| {
            let index = self.document.attributes(node).position(|own| own.name == name)?;
            Some((node, index))
        })
    }

    fn set_leaf(&mut self, node: NodeId, value: &str) -> Option<()> {
        let slice = &self.source[self.document.byte_range(node)];
        let markup = match self.document.kind(node) {
            NodeKind::Text if first_piece(slice).is_empty() => return None,
            NodeKind::Text if self.is_space(node) && !is_space(value) => return None,
            NodeKind::Text => {
                self.changes.texts.insert(node, value.to_owned());
                return Some(());
            }
            NodeKind::CData if !value.contains("]]>") => format!("<![CDATA[{value}]]>"),
            NodeKind::Comment if !value.contains("--") && !value.ends_with('-') => {
                format!("<!--{value}-->")
            }
            NodeKind::ProcessingInstruction if !value.contains("?>") => {
                format!("<?{} {value}?>", self.document.name(node))
            }
            _ => return None,
        };
        self.changes.replaced.insert(node, markup);
        Some(())
    }

    fn remove(&mut self, path: &XPath) -> Option<u64> {
        let Reached { nodes, attributes: parts } = self.reached(path)?;
        let removed: BTreeSet<NodeId> =
            nodes.iter().flat_map(|node| self.with_rest(*node)).collect();
        for attributes in parts {
            // The walk ends where the element it stands at is gone.
            let first = attributes.first();
            if first.is_some_and(|(element, _)| self.lies_in(*element, &removed)) {
                continue;
            }
            self.changes.removed_attributes.extend(attributes);
        }
        let places = nodes.len() + self.changes.removed_attributes.len();
        self.changes.removed = removed;
        Some(places as u64)
    }

    /// A node and, after a text, the texts and CDATA that follow it: to the engine they are one.
    fn with_rest(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let is_text = |node: NodeId| {
            self.is_kind(node, NodeKind::Text) || self.is_kind(node, NodeKind::CData)
        };
        std::iter::successors(Some(node), move |at| {
            self.document.next_sibling(*at).filter(|next| is_text(*at) && is_text(*next))
        })
    }

    fn put(&mut self, path: &XPath, selected: &[Node], fragment: &Fragment) -> Option<u64> {
        let nodes = selected.iter().map(|node| match node {
            XNode::Tree(node) => Some(*node),
            XNode::Attribute(..) | XNode::Namespace(..) => None,
        });
        let nodes = nodes.collect::<Option<Vec<_>>>()?;
        let is_element = |node: &NodeId| self.is_kind(*node, NodeKind::Element);
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let first = nodes.first().filter(|node| is_element(node))?;
        if same(fragment.name(), self.document.name(*first)) {
            let replaced = self.reached(path)?.nodes;
            for node in &replaced {
                let markup = fragment.markup(self.default_namespace(self.document.parent(*node)));
                self.changes.replaced.insert(*node, markup);
            }
            return Some(replaced.len() as u64);
        }
        if !nodes.iter().all(is_element) {
            return None;
        }
        for element in &nodes {
            let markup = fragment.markup(self.default_namespace(Some(*element)));
            self.changes.inserted.insert(*element, markup);
        }
        Some(nodes.len() as u64)
    }

    /// The nodes that the engine comes to, those inside of others left out, and the attributes of
    /// each part of a union.
    fn reached(&self, path: &XPath) -> Option<Reached> {
        let mut nodes = BTreeSet::new();
        let mut attributes = Vec::new();
        for part in parts(path.text()) {
            let selected = self.select(&XPath::parse_as(part, Dialect::DotNet).ok()?)?;
            let reach = Reach::of(part);
            let mut parents = BTreeSet::new();
            let tree = selected.iter().filter_map(|node| match node {
                XNode::Tree(node) => Some(*node),
                XNode::Attribute(..) | XNode::Namespace(..) => None,
            });
            nodes.extend(tree.enumerate().filter_map(|(place, node)| {
                let is_reached = match reach {
                    Reach::All => true,
                    Reach::FirstOfParent => parents.insert(self.document.parent(node)),
                    Reach::First => place == 0,
                };
                is_reached.then_some(node)
            }));
            attributes.push(
                selected
                    .iter()
                    .filter_map(|node| match node {
                        XNode::Attribute(element, index) => Some((*element, *index)),
                        XNode::Tree(_) | XNode::Namespace(..) => None,
                    })
                    .collect(),
            );
        }
        let inner = |node: &NodeId| {
            self.document.parent(*node).is_some_and(|parent| self.lies_in(parent, &nodes))
        };
        let outermost = nodes.iter().copied().filter(|node| !inner(node)).collect();
        Some(Reached { nodes: outermost, attributes })
    }

    /// Whether a node or one above it is among `nodes`.
    fn lies_in(&self, node: NodeId, nodes: &BTreeSet<NodeId>) -> bool {
        let mut up = std::iter::successors(Some(node), |node| self.document.parent(*node));
        up.any(|node| nodes.contains(&node))
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

fn is_space(text: &str) -> bool {
    text.trim_matches([' ', '\t', '\r', '\n']).is_empty()
}

#[cfg(test)]
mod tests;
