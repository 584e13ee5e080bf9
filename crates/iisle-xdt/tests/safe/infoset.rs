//! What two documents have in common when they differ in spelling only.

use std::fmt::Write as _;

use iisle_xml::{Document, NodeId, NodeKind};

/// A document without its spelling: elements by namespace and name, attributes as a set without
/// declarations, comments and instructions by content, texts that are more than white space.
pub(crate) fn infoset(bytes: &[u8]) -> String {
    let document = Document::parse(bytes).unwrap();
    let mut out = String::new();
    for node in document.children(document.document_node()) {
        write(&document, node, &mut out);
    }
    out
}

fn write(document: &Document, node: NodeId, out: &mut String) {
    match document.kind(node) {
        NodeKind::Element => {
            let mut attributes: Vec<_> = document
                .attributes(node)
                .filter(|attribute| !attribute.is_namespace())
                .map(|a| format!("{:?} {} = {:?}", a.namespace, a.local_name, a.value))
                .collect();
            attributes.sort();
            let name = (document.namespace(node), document.local_name(node));
            writeln!(out, "<{name:?} {attributes:?}>").unwrap();
            let mut text = String::new();
            let tell = |text: &mut String, out: &mut String| {
                if !text.trim().is_empty() {
                    writeln!(out, "{text:?}").unwrap();
                }
                text.clear();
            };
            for child in document.children(node) {
                match document.kind(child) {
                    NodeKind::Text | NodeKind::CData => text += &document.text(child),
                    _ => {
                        tell(&mut text, out);
                        write(document, child, out);
                    }
                }
            }
            tell(&mut text, out);
            *out += "</>\n";
        }
        NodeKind::Comment => writeln!(out, "<!--{}-->", document.text(node)).unwrap(),
        NodeKind::ProcessingInstruction => {
            let (target, data) = (document.name(node), document.text(node));
            writeln!(out, "<?{target} {:?}?>", data.trim()).unwrap();
        }
        _ => {}
    }
}
