use crate::tree::{NONE, Node};
use crate::{Document, NodeId, NodeKind};

impl Document {
    /// The document as bytes, in the encoding and with the BOM it was read with.
    ///
    /// Unedited, these are the very bytes that were read.
    pub fn to_bytes(&self) -> Vec<u8> {
        if !self.is_edited() {
            return self.original.clone();
        }
        self.charset.encode(&self.to_text(), self.bom)
    }

    /// The document as text, without BOM.
    pub fn to_text(&self) -> String {
        let mut out = String::with_capacity(self.source_len + 256);
        let mut at = self.document_node();
        // Iterative, because documents may be deep: down to the first child, along, and up.
        loop {
            let node = self.node(at);
            if self.open(node, &mut out) {
                at = NodeId(node.first);
                continue;
            }
            loop {
                let node = self.node(at);
                if node.next != NONE {
                    at = NodeId(node.next);
                    break;
                }
                if node.parent == NONE {
                    return out;
                }
                at = NodeId(node.parent);
                self.close(self.node(at), &mut out);
            }
        }
    }

    /// Writes a node up to its first child; whether there is one to write next.
    fn open(&self, node: &Node, out: &mut String) -> bool {
        if !node.dirty || matches!(node.kind, NodeKind::Text) {
            out.push_str(self.slice(&node.span));
            return false;
        }
        if node.kind == NodeKind::Element {
            self.start_tag(node, out);
            if node.empty_tag {
                return false;
            }
            if node.first == NONE {
                self.close(node, out);
                return false;
            }
        }
        node.first != NONE
    }

    fn start_tag(&self, node: &Node, out: &mut String) {
        if !node.changed {
            out.push_str(&self.text[node.span.start as usize..node.inner.start as usize]);
            return;
        }
        out.push('<');
        out.push_str(self.slice(&node.name));
        for index in &node.attributes {
            let data = &self.attributes[*index as usize];
            let quote = char::from(data.quote);
            out.push_str(self.slice(&data.lead));
            // The name, the equals sign and the blanks around it, as written.
            let head = &self.text[data.span.start as usize..data.span.end as usize];
            if let Some(at) = head.find(quote) {
                out.push_str(&head[..=at]);
            } else {
                out.push_str(self.slice(&data.name));
                out.push('=');
                out.push(quote);
            }
            out.push_str(self.slice(&data.raw));
            out.push(quote);
        }
        out.push_str(&self.tag_tail(node));
    }

    /// What stands between the last attribute and the end of the tag, with the mark of an empty
    /// element as it is now.
    fn tag_tail(&self, node: &Node) -> String {
        let from_source = (node.span.start as usize) < self.source_len && !node.span.is_empty();
        let mark = if node.empty_tag { "/>" } else { ">" };
        if !from_source {
            return if node.empty_tag { " />".to_owned() } else { mark.to_owned() };
        }
        let tag = &self.text[node.span.start as usize..node.inner.start as usize];
        let was_empty = tag.ends_with("/>");
        let body = tag.strip_suffix("/>").or_else(|| tag.strip_suffix('>')).unwrap_or(tag);
        let gap = &body[body.trim_end_matches(crate::chars::is_space).len()..];
        // A blank before `/>` belongs to the mark and goes with it.
        if was_empty && !node.empty_tag { mark.to_owned() } else { format!("{gap}{mark}") }
    }

    fn close(&self, node: &Node, out: &mut String) {
        if node.kind != NodeKind::Element || node.empty_tag {
            return;
        }
        let end = &self.text[node.inner.end as usize..node.span.end as usize];
        if end.is_empty() {
            out.push_str("</");
            out.push_str(self.slice(&node.name));
            out.push('>');
        } else {
            out.push_str(end);
        }
    }
}
