use std::borrow::Cow;

use iisle_xml::xpath::{Dialect, QualifiedName, XPathAttribute, XPathKind, XPathTree};
use iisle_xml::{Document, NodeId};

/// A document whose values are what is written: the engine's reader normalizes neither white space
/// in attributes nor line ends.
///
/// Source: Web Deploy 7.1, seen.
pub(super) struct AsWritten<'d>(pub(super) &'d Document);

impl XPathTree for AsWritten<'_> {
    type Node = NodeId;

    fn document(&self) -> NodeId {
        XPathTree::document(self.0)
    }

    fn kind(&self, n: NodeId) -> XPathKind {
        XPathTree::kind(self.0, n)
    }

    fn parent(&self, n: NodeId) -> Option<NodeId> {
        XPathTree::parent(self.0, n)
    }

    fn first_child(&self, n: NodeId) -> Option<NodeId> {
        XPathTree::first_child(self.0, n)
    }

    fn last_child(&self, n: NodeId) -> Option<NodeId> {
        XPathTree::last_child(self.0, n)
    }

    fn next_sibling(&self, n: NodeId) -> Option<NodeId> {
        XPathTree::next_sibling(self.0, n)
    }

    fn previous_sibling(&self, n: NodeId) -> Option<NodeId> {
        XPathTree::previous_sibling(self.0, n)
    }

    fn name(&self, n: NodeId) -> QualifiedName<'_> {
        XPathTree::name(self.0, n)
    }

    fn attribute(&self, n: NodeId, index: usize) -> Option<XPathAttribute<'_>> {
        let XPathAttribute { name, value } = XPathTree::attribute(self.0, n, index)?;
        let written = self.0.attributes(n).nth(index)?.kept_value().into_owned();
        let value = if *value == *written { value } else { Cow::Owned(written) };
        Some(XPathAttribute { name, value })
    }

    fn text(&self, n: NodeId) -> Cow<'_, str> {
        self.0.kept_text(n)
    }

    fn is_there(&self, n: NodeId, dialect: Dialect) -> bool {
        XPathTree::is_there(self.0, n, dialect)
    }

    fn rank(&self, n: NodeId) -> Option<u64> {
        XPathTree::rank(self.0, n)
    }

    fn element_with_id(&self, id: &str) -> Option<NodeId> {
        XPathTree::element_with_id(self.0, id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::xml_file::select;
    use iisle_xml::Document;
    use iisle_xml::xpath::{Dialect, XPath};

    #[test]
    fn expressions_see_white_space_as_it_is_written() {
        let text =
            "<r><a n=\"1\n2\" t='x\ty'/><a n=\"1 2\" t='x y'/><f>a\r\nb</f><x y='&#10;'/></r>";
        let document = Document::parse(text.as_bytes()).unwrap();
        for (path, found) in [
            ("//a[@n='1 2']", 1),
            ("//a[contains(@n,'\n')]", 1),
            ("//a[normalize-space(@n)='1 2']", 2),
            ("//a[@t='x y']", 1),
            ("//f[contains(.,'\r')]/text()", 1),
            ("//x[@y='\n']", 1),
            ("//x[@y=' ']", 0),
        ] {
            let path = XPath::parse_as(path, Dialect::DotNet).unwrap();
            assert_eq!(select(&document, &path).unwrap().len(), found, "{path:?}");
        }
    }
}
