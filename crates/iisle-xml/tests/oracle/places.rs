//! Where a node stands, found out without any axis.

use iisle_xml::xpath::{XNode, XPathKind, XPathTree};
use iisle_xml::{Document, NodeId, NodeKind};

/// Children as XPath has them, counted from what the document shows: texts side by side are one.
fn children(document: &Document, n: NodeId) -> Vec<Vec<NodeId>> {
    let mut all: Vec<Vec<NodeId>> = Vec::new();
    let mut in_text = false;
    for child in document.children(n) {
        let kind = XPathTree::kind(document, child);
        match (kind, all.last_mut()) {
            (XPathKind::Nothing, _) => {}
            (XPathKind::Text, Some(text)) if in_text => text.push(child),
            _ => all.push(vec![child]),
        }
        in_text = kind == XPathKind::Text;
    }
    all.retain(|pieces| {
        XPathTree::kind(document, pieces[0]) != XPathKind::Text
            || pieces.iter().any(|piece| !document.text(*piece).is_empty())
    });
    all
}

/// Where a node stands in document order: its place among the children of each node above it,
/// from 1; behind that, 0 and what puts namespaces before attributes.
pub(crate) fn order(document: &Document, node: &XNode<NodeId>) -> Vec<usize> {
    let mut path = Vec::new();
    let mut at = node.tree_node();
    while let Some(parent) = document.parent(at) {
        let children = children(document, parent);
        let index = children.iter().position(|pieces| pieces[0] == at);
        path.insert(0, index.expect("a text is told by its first piece") + 1);
        at = parent;
    }
    match node {
        XNode::Tree(_) => {}
        XNode::Attribute(_, index) => path.extend([0, 2, *index]),
        XNode::Namespace(_, prefix) => {
            path.extend([0, 1]);
            path.extend(prefix.bytes().map(usize::from));
        }
    }
    path
}

/// The path that libxml2 tells: names, with places among siblings of that name where there are
/// more.
pub(crate) fn as_libxml2(document: &Document, node: &XNode<NodeId>) -> String {
    let mut path = String::new();
    let mut at = node.tree_node();
    while let Some(parent) = document.parent(at) {
        let siblings = children(document, parent);
        let name = step(document, at);
        let same: Vec<_> = siblings
            .iter()
            .filter(|pieces| {
                let is_element = document.kind(pieces[0]) == NodeKind::Element;
                name == "*" && is_element || step(document, pieces[0]) == name
            })
            .collect();
        let index = same.iter().position(|pieces| pieces.contains(&at)).map_or(0, |i| i + 1);
        let index = if same.len() > 1 { format!("[{index}]") } else { String::new() };
        path = format!("/{name}{index}{path}");
        at = parent;
    }
    if let XNode::Attribute(element, index) = node {
        let attribute = document.attributes(*element).nth(*index);
        path += "/@";
        path += attribute.map_or("", |attribute| attribute.name);
    }
    if path.is_empty() { "/".to_owned() } else { path }
}

fn step(document: &Document, n: NodeId) -> String {
    match document.kind(n) {
        // Without prefix there is no name for it in a path.
        NodeKind::Element if document.prefix(n).is_none() && document.namespace(n).is_some() => {
            "*".to_owned()
        }
        NodeKind::Element => document.name(n).to_owned(),
        NodeKind::Comment => "comment()".to_owned(),
        NodeKind::ProcessingInstruction => {
            format!("processing-instruction('{}')", document.name(n))
        }
        _ => "text()".to_owned(),
    }
}
