//! From the lossless tree to the SDK's view of a document: white space between tags is dropped,
//! references are expanded.

use iisle_xml::{Document, NodeId, NodeKind};

use crate::compatible::tree::{Element, Node, Tree};

/// What the SDK's code sees of a document.
pub(crate) fn tree(document: &Document) -> Tree {
    let view = View { document, text: document.to_text() };
    let top: Vec<_> = document.children(document.document_node()).collect();
    let declaration = top.iter().find(|&&node| document.kind(node) == NodeKind::Declaration);
    let standalone = declaration.and_then(|&node| pseudo(&document.text(node), "standalone"));
    let nodes = top.iter().filter_map(|&node| view.node(node, Space::Default)).collect();
    Tree { standalone, nodes }
}

/// The value of a pseudo-attribute of the XML declaration.
pub(crate) fn pseudo(declaration: &str, name: &str) -> Option<String> {
    let (_, behind) = declaration.split_once(name)?;
    let quoted = behind.trim_start().strip_prefix('=')?.trim_start();
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    quoted[1..].split(quote).next().map(str::to_owned)
}

/// What `xml:space` says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Default,
    Preserve,
}

struct View<'a> {
    document: &'a Document,
    /// The decoded source.
    text: String,
}

impl View<'_> {
    fn node(&self, node: NodeId, space: Space) -> Option<Node> {
        let document = self.document;
        let text = || document.text(node).into_owned();
        Some(match document.kind(node) {
            NodeKind::Element => Node::Element(self.element(node, space)),
            NodeKind::Text => {
                let text = text();
                let is_white = text.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
                if is_white && space == Space::Default {
                    return None;
                }
                Node::Text(text)
            }
            NodeKind::CData => Node::CData(text()),
            NodeKind::Comment => Node::Comment(text()),
            NodeKind::ProcessingInstruction => {
                Node::Instruction { target: document.name(node).to_owned(), data: text() }
            }
            NodeKind::DocType => doc_type(&text()),
            NodeKind::Document | NodeKind::Declaration => return None,
        })
    }

    fn element(&self, node: NodeId, space: Space) -> Element {
        let document = self.document;
        let space = match document.attribute(node, "xml:space") {
            Some("preserve") => Space::Preserve,
            Some("default") => Space::Default,
            _ => space,
        };
        let attributes = document.attributes(node);
        let attributes = attributes.map(|a| (a.name.to_owned(), a.value.to_owned())).collect();
        let source = &self.text[document.byte_range(node)];
        Element {
            name: document.name(node).to_owned(),
            namespace: document.namespace(node).unwrap_or_default().to_owned(),
            attributes,
            children: document.children(node).filter_map(|n| self.node(n, space)).collect(),
            has_end_tag: !source.ends_with("/>"),
            preserves_space: space == Space::Preserve,
        }
    }
}

/// The parts of a document type declaration as the writer puts them.
fn doc_type(declaration: &str) -> Node {
    let inner = declaration.strip_prefix("<!DOCTYPE").unwrap_or(declaration);
    let inner = inner.strip_suffix('>').unwrap_or(inner).trim();
    let (head, subset) = match inner.split_once('[') {
        Some((head, subset)) => (head, subset.trim_end().strip_suffix(']').unwrap_or(subset)),
        None => (inner, ""),
    };
    let mut words = head.trim().splitn(2, char::is_whitespace);
    let name = words.next().unwrap_or_default().to_owned();
    let identifiers = words.next().unwrap_or_default().trim();
    let rest = format!("{identifiers}[{subset}]");
    Node::DocType { name, rest }
}
