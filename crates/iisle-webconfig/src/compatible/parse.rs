//! From the lossless tree to the SDK's view of a document: white space between tags is dropped,
//! references are expanded.

use iisle_xml::{Document, NodeId, NodeKind};

use crate::Position;
use crate::compatible::tree::{Element, Node, Tree};

/// What the SDK's reader refuses although it is well-formed, in words; `None` when it takes it all.
pub(crate) fn refused(document: &Document) -> Option<(String, Position)> {
    // .NET has no encoding of this name.
    let declared = crate::read::declared_encoding(document);
    if let Some(name) = declared.filter(|name| name.eq_ignore_ascii_case("utf8")) {
        return Some((
            format!("the encoding `{name}` is unknown"),
            Position { line: 1, column: 1 },
        ));
    }
    let spaces = document.descendants(document.root()).flat_map(|node| {
        document.attributes(node).filter(|attribute| attribute.name == "xml:space")
    });
    let mut wrong = spaces.filter(|space| !matches!(space.value.trim(), "default" | "preserve"));
    wrong
        .next()
        .map(|space| (format!("`{}` is not a value of `xml:space`", space.value), space.position()))
}

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
        let space = match document.attribute(node, "xml:space").map(str::trim) {
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
        }
    }
}

/// The parts of a document type declaration as the writer puts them: identifiers in double quotes,
/// a subset in any case.
fn doc_type(declaration: &str) -> Node {
    let inner = declaration.strip_prefix("<!DOCTYPE").unwrap_or(declaration);
    let inner = inner.strip_suffix('>').unwrap_or(inner).trim();
    let name_ends = inner.find(|c: char| c.is_whitespace() || c == '[').unwrap_or(inner.len());
    let (name, mut rest) = inner.split_at(name_ends);
    let mut literals = Vec::new();
    let mut word = "";
    loop {
        rest = rest.trim_start();
        match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let (literal, behind) = rest[1..].split_once(quote).unwrap_or((&rest[1..], ""));
                literals.push(literal);
                rest = behind;
            }
            Some(c) if c != '[' => {
                let ends = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                (word, rest) = rest.split_at(ends.max(c.len_utf8()));
            }
            _ => break,
        }
    }
    let subset = rest.strip_prefix('[').unwrap_or_default().trim_end();
    let subset = subset.strip_suffix(']').unwrap_or(subset);
    // The writer leaves the subset alone; reading it has made its line breaks LF.
    let subset = subset.replace("\r\n", "\n").replace('\r', "\n");
    let identifiers = match (word, literals.as_slice()) {
        ("PUBLIC", [public, system, ..]) => format!("PUBLIC \"{public}\" \"{system}\""),
        ("SYSTEM", [system, ..]) => format!("SYSTEM \"{system}\""),
        _ => String::new(),
    };
    Node::DocType { name: name.to_owned(), rest: format!("{identifiers}[{subset}]") }
}

#[cfg(test)]
mod tests {
    use super::doc_type;
    use crate::compatible::tree::Node;

    #[test]
    fn document_types_are_put_as_the_writer_puts_them() {
        let check = |text: &str| match doc_type(text) {
            Node::DocType { name, rest } => format!("{name} {rest}"),
            other => format!("{other:?}"),
        };
        assert_eq!(check("<!DOCTYPE configuration>"), "configuration []");
        assert_eq!(check("<!DOCTYPE a[<!ENTITY e 'x'>]>"), "a [<!ENTITY e 'x'>]");
        assert_eq!(check("<!DOCTYPE  a\n [ \r\n ] >"), "a [ \n ]");
        assert_eq!(check("<!DOCTYPE a SYSTEM 'x[.dtd'  [ ]>"), "a SYSTEM \"x[.dtd\"[ ]");
        assert_eq!(check("<!DOCTYPE a PUBLIC '-//x'\n\"y\">"), "a PUBLIC \"-//x\" \"y\"[]");
    }
}
