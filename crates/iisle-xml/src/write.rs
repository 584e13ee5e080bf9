use crate::gaps::{EmptyTag, Placed};
use crate::tree::{Flags, NONE, Node, Span};
use crate::{Document, NodeId, NodeKind};

impl Document {
    /// The document as bytes, in the encoding and with the BOM it was read with.
    ///
    /// Unedited, these are the very bytes that were read. Characters that the encoding lacks are
    /// written as references; [`Document::unencodable`] finds those that no reference can stand for.
    pub fn to_bytes(&self) -> Vec<u8> {
        let encoded = &self.encoded;
        let mut out = Output { document: self, text: String::new(), kept: Vec::new() };
        out.text.reserve_exact(self.source.len() + self.added.len() + encoded.bom.len());
        if encoded.is_utf8() {
            if !encoded.bom.is_empty() {
                out.text.push('\u{feff}');
            }
            out.document();
            return out.text.into_bytes();
        }
        out.document();
        let mut bytes = encoded.bom.to_vec();
        bytes.reserve(out.text.len());
        let mut at = 0;
        for (start, end, stored) in &out.kept {
            encoded.charset.encode(&out.text[at..*start], &mut bytes);
            bytes.extend_from_slice(stored);
            at = *end;
        }
        encoded.charset.encode(&out.text[at..], &mut bytes);
        bytes
    }

    /// The document as text, without BOM.
    pub fn to_text(&self) -> String {
        let text = String::with_capacity(self.source.len() + self.added.len());
        let mut out = Output { document: self, text, kept: Vec::new() };
        out.document();
        out.text
    }

    /// The first character that edits brought into a name or a processing instruction, where the
    /// document's encoding lacks it and no reference is possible.
    pub fn unencodable(&self) -> Option<char> {
        if self.encoded.is_utf8() || !self.is_edited() {
            return None;
        }
        // Whatever is not in the source was brought by an edit.
        let lacking = |span: &Span| {
            let mut chars = self.slice(span).chars();
            chars.find(|c| !self.in_source(span.start) && !self.encoded.charset.has(*c))
        };
        self.arena.nodes.iter().zip(0..).find_map(|(node, id)| match node.kind {
            NodeKind::Element => {
                let names = self.attribute_list(NodeId(id)).iter().map(|data| &data.name);
                let name = self.element(NodeId(id)).map(|element| &element.name);
                name.into_iter().chain(names).find_map(lacking)
            }
            NodeKind::ProcessingInstruction => lacking(&node.span),
            _ => None,
        })
    }
}

/// What is being written.
struct Output<'a> {
    document: &'a Document,
    text: String,
    /// Parts of `text` that keep the bytes they were read from.
    kept: Vec<(usize, usize, &'a [u8])>,
}

impl Output<'_> {
    fn document(&mut self) {
        let document = self.document;
        let mut at = document.document_node();
        // Iterative, because documents may be deep: down to the first child, along, and up.
        loop {
            if self.open(at) {
                at = document.first_child(at).unwrap_or(at);
                continue;
            }
            loop {
                if let Some(next) = document.next_sibling(at) {
                    at = next;
                    break;
                }
                let Some(parent) = document.parent(at) else { return };
                at = parent;
                self.close(at);
            }
        }
    }

    /// Writes a node up to its first child; whether there is one to write next.
    fn open(&mut self, at: NodeId) -> bool {
        let node = self.document.node(at);
        if node.flags.has(Flags::EXPANDED) {
            return false;
        }
        if !node.flags.has(Flags::DIRTY) || node.kind == NodeKind::Text {
            self.copy(&node.span);
            return false;
        }
        let Some(element) = self.document.element(at) else {
            self.copy(&node.span);
            return false;
        };
        if node.kind == NodeKind::Element {
            self.start_tag(at, node);
            if node.flags.has(Flags::EMPTY_TAG) {
                return false;
            }
            if element.first == NONE {
                self.close(at);
                return false;
            }
        }
        element.first != NONE
    }

    fn start_tag(&mut self, at: NodeId, node: &Node) {
        let document = self.document;
        let Some(element) = document.element(at) else { return };
        if !node.flags.has(Flags::CHANGED) {
            self.copy(&(node.span.start..element.inner.start));
            return;
        }
        self.text.push('<');
        self.copy(&element.name);
        for Placed { gap, data } in document.placed(at) {
            match gap {
                Some(gap) => self.copy(&gap),
                None => self.text.push(' '),
            }
            self.copy(&(data.name.start..data.raw.end + 1));
        }
        let is_empty = EmptyTag::of(node);
        self.text.push_str(document.tail_gap(at, is_empty));
        self.text.push_str(if is_empty == EmptyTag::Yes { "/>" } else { ">" });
    }

    fn close(&mut self, at: NodeId) {
        let node = self.document.node(at);
        if node.kind != NodeKind::Element || node.flags.has(Flags::EMPTY_TAG) {
            return;
        }
        let Some(element) = self.document.element(at) else { return };
        let end = element.inner.end..node.span.end;
        if end.is_empty() {
            self.text.push_str("</");
            self.copy(&element.name);
            self.text.push('>');
        } else {
            self.copy(&end);
        }
    }

    /// Copies a part of the source, or what was added.
    fn copy(&mut self, span: &Span) {
        let start = self.text.len();
        self.text.push_str(self.document.slice(span));
        for (place, stored) in self.document.encoded.spellings.within(span.clone()) {
            let moved = |offset: u32| start + (offset - span.start) as usize;
            self.kept.push((moved(place.start), moved(place.end), stored));
        }
    }
}
