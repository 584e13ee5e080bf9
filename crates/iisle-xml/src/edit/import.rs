//! Copies of parts of other documents.

use crate::bindings::Bindings;
use crate::chars::is_blank;
use crate::escape::{escape_attribute, escape_text};
use crate::navigate::inside;
use crate::reference::{Place, resolve};
use crate::tree::{AttributeData, Flags, NONE, Node, number, range};
use crate::{Attribute, Document, NodeId, NodeKind};

impl Document {
    /// Copies an element of another document with what is in it. The copy stands in no tree yet.
    ///
    /// Names mean what they meant, wherever the copy is put: an element then takes the prefix that
    /// its namespace has there, attributes keep theirs, and what is not bound there is declared,
    /// behind the attributes. Declarations of the other document are not copied otherwise. Of the
    /// other attributes, those that `keeps` refuses are left out.
    ///
    /// The spelling is plain: double quotes, one blank before an attribute, none before `/>` and one
    /// before the data of a processing instruction; references and entities are resolved. A line break in a value becomes a reference, a tab
    /// stays one. White space between elements is left out, unless `xml:space` or text around it
    /// says that it means something. CDATA sections are split where the encoding of this document
    /// lacks a character.
    ///
    /// # Panics
    /// When `node` is no element.
    pub fn import(
        &mut self,
        other: &Self,
        node: NodeId,
        keeps: &dyn Fn(&Attribute<'_>) -> bool,
    ) -> NodeId {
        assert!(other.kind(node) == NodeKind::Element, "only elements are copied");
        let top = self.import_element(other, node, keeps);
        self.node_mut(top).flags.set(Flags::UNSETTLED);
        // Iterative, because documents may be deep: (what is next in the other, where it goes).
        let mut open = vec![(other.first_child(node), top)];
        while let Some((next, copy)) = open.last_mut() {
            let Some(child) = *next else {
                open.pop();
                continue;
            };
            *next = other.next_sibling(child);
            let copy = *copy;
            if other.kind(child) == NodeKind::Element {
                let element = self.import_element(other, child, keeps);
                self.link(copy, self.last_child(copy), element);
                open.push((other.first_child(child), element));
            } else {
                self.import_leaf(other, child, copy);
            }
        }
        top
    }

    /// Copies the tag of an element; prefixes stay as they are for now.
    fn import_element(
        &mut self,
        other: &Self,
        node: NodeId,
        keeps: &dyn Fn(&Attribute<'_>) -> bool,
    ) -> NodeId {
        let mut attributes = String::new();
        let mut namespaces = Vec::new();
        for data in other.attribute_list(node) {
            let shown = other.shown(node, data);
            if !shown.is_namespace() && keeps(&shown) {
                let value = respelled_value(other, other.slice(&data.raw));
                attributes += &[" ", shown.name, "=\"", &value, "\""].concat();
                namespaces.push(self.namespace_index(shown.namespace));
            }
        }
        let copy = self.create_element(other.name(node));
        let namespace = self.namespace_index(other.namespace(node));
        let flags = &mut self.node_mut(copy).flags;
        flags.set(Flags::TIGHT);
        if !other.node(node).flags.has(Flags::EMPTY_TAG) {
            flags.clear(Flags::EMPTY_TAG);
        }
        self.spell_attributes(copy, &attributes);
        if let Some(element) = self.element_mut(copy) {
            element.namespace = namespace;
            let list = range(&element.attributes);
            for (data, namespace) in self.arena.attributes[list].iter_mut().zip(namespaces) {
                data.namespace = namespace;
            }
        }
        copy
    }

    /// Gives a copy the prefixes of the place that it was put in, and declares what is not bound
    /// there.
    pub(crate) fn settle(&mut self, top: NodeId) {
        self.node_mut(top).flags.clear(Flags::UNSETTLED);
        let mut bindings = self.parent(top).map(|place| self.bindings(place)).unwrap_or_default();
        // The open elements, with what was bound around them.
        let mut open: Vec<(NodeId, usize)> = Vec::new();
        let mut at = Some(top);
        while let Some(n) = at {
            while open.last().is_some_and(|(above, _)| Some(*above) != self.parent(n)) {
                open.pop();
            }
            bindings.forget(open.last().map_or(bindings.mark(), |(_, mark)| *mark));
            if self.kind(n) == NodeKind::Element {
                self.settle_own(n, &mut bindings);
                open.push((n, bindings.mark()));
            }
            at = self.following(n, top);
        }
    }

    fn settle_own(&mut self, n: NodeId, bindings: &mut Bindings) {
        let namespace = |data: &AttributeData| self.namespace_at(data.namespace);
        let mut declared: Vec<(String, String)> = Vec::new();
        for data in self.attribute_list(n) {
            if let Some((prefix, _)) = self.slice(&data.name).split_once(':')
                && let Some(uri) = namespace(data)
                && bindings.namespace(prefix) != Some(uri)
                && !declared.iter().any(|(known, _)| known == prefix)
            {
                declared.push((prefix.to_owned(), uri.to_owned()));
            }
        }
        let uri = self.namespace(n).unwrap_or_default();
        let hidden = |prefix: &str| declared.iter().any(|(known, _)| known == prefix);
        let own = self.prefix(n).unwrap_or_default();
        let prefix = bindings.prefix(uri, &hidden).unwrap_or(own).to_owned();
        let is_bound = bindings.namespace(&prefix).unwrap_or_default() == uri;
        if !hidden(&prefix) && !is_bound {
            declared.insert(0, (prefix.clone(), uri.to_owned()));
        }
        if prefix != own {
            let local = self.local_name(n);
            let name = if prefix.is_empty() { local.to_owned() } else { prefix + ":" + local };
            let name = self.add(&name);
            if let Some(element) = self.element_mut(n) {
                element.name = name;
            }
        }
        for (prefix, uri) in declared {
            self.declare(n, &prefix, &uri);
            bindings.declare(prefix, uri);
        }
    }

    /// Gives an element that has none the attributes of a tag.
    fn spell_attributes(&mut self, n: NodeId, spelled: &str) {
        let tag = ["<a", spelled, ">"].concat();
        let mut pieces = Vec::new();
        let _known = crate::start_tag::read(&tag, &mut pieces).is_ok();
        let base = self.add(&tag).start;
        let first = number(self.arena.attributes.len());
        for piece in &pieces {
            let raw = &tag[piece.value..piece.value_end];
            let mut budget = usize::MAX;
            let value = resolve(raw, Place::Attribute, &self.entities, &mut budget);
            let value = value.map_or_else(|_| raw.to_owned(), std::borrow::Cow::into_owned);
            let place = |from: usize, to: usize| base + number(from)..base + number(to);
            let data = AttributeData {
                name: place(piece.name, piece.name_end),
                raw: place(piece.value, piece.value_end),
                namespace: 0,
                known: self.know(&value, (NONE, NONE)),
            };
            self.arena.attributes.push(data);
        }
        let end = number(self.arena.attributes.len());
        if let Some(element) = self.element_mut(n) {
            element.attributes = first..end;
        }
    }

    /// Copies what is no element to the end of `parent`.
    fn import_leaf(&mut self, other: &Self, node: NodeId, parent: NodeId) {
        let raw = other.written(node);
        let copy = match other.kind(node) {
            NodeKind::Text if other.node(node).flags.has(Flags::REFERENCE) => return,
            NodeKind::Text if is_blank(raw) && !other.is_significant(node) => return,
            NodeKind::Text => self.create_raw(&respelled_text(other, raw)),
            NodeKind::CData => return self.import_cdata(raw, parent),
            NodeKind::ProcessingInstruction => {
                let raw = ["<?", other.name(node), " ", &other.text(node), "?>"].concat();
                let span = self.add(&raw);
                self.create(Node::new(NodeKind::ProcessingInstruction, span))
            }
            NodeKind::Comment => {
                let span = self.add(raw);
                self.create(Node::new(NodeKind::Comment, span))
            }
            _ => return,
        };
        self.link(parent, self.last_child(parent), copy);
    }

    /// Whether white space means something: the element says so, or it stands in text, but not
    /// beside CDATA, where it is layout.
    fn is_significant(&self, blank: NodeId) -> bool {
        if self.preserves_space(blank) {
            return true;
        }
        let is_text = |n: NodeId| self.kind(n) == NodeKind::Text && !is_blank(self.written(n));
        let is_cdata = |n: Option<NodeId>| n.is_some_and(|n| self.kind(n) == NodeKind::CData);
        let beside = is_cdata(self.previous_sibling(blank)) || is_cdata(self.next_sibling(blank));
        let parent = self.parent(blank).filter(|parent| self.is_mixed(*parent) && !beside);
        parent.is_some_and(|parent| self.children(parent).any(is_text))
    }

    /// Copies a CDATA section, interrupted by text for characters that the encoding lacks.
    fn import_cdata(&mut self, raw: &str, parent: NodeId) {
        let charset = self.encoded.charset;
        let lacks = |c: char| !charset.has(c);
        let mut content = inside(raw, "<![CDATA[", "]]>");
        loop {
            let section = &content[..content.find(lacks).unwrap_or(content.len())];
            if !section.is_empty() || content.is_empty() {
                let span = self.add(&["<![CDATA[", section, "]]>"].concat());
                let copy = self.create(Node::new(NodeKind::CData, span));
                self.link(parent, self.last_child(parent), copy);
            }
            let rest = &content[section.len()..];
            let text = &rest[..rest.find(|c| !lacks(c)).unwrap_or(rest.len())];
            if !text.is_empty() {
                let copy = self.create_text(text);
                self.link(parent, self.last_child(parent), copy);
            }
            content = &rest[text.len()..];
            if content.is_empty() {
                return;
            }
        }
    }
}

/// The value of an attribute as it is written in a copy.
fn respelled_value(other: &Document, raw: &str) -> String {
    respelled(raw, plain_value, |reference| {
        escape_attribute(&resolved(other, reference, Place::Attribute)).into_owned()
    })
}

/// Text as it is written in a copy.
fn respelled_text(other: &Document, raw: &str) -> String {
    respelled(raw, plain_text, |reference| {
        escape_text(&resolved(other, reference, Place::Content)).into_owned()
    })
}

/// Writes the part of a value between references for double quotes: line breaks become
/// references, tabs stay.
pub(crate) fn plain_value(plain: &str, out: &mut String) {
    for (index, piece) in plain.split('\t').enumerate() {
        if index > 0 {
            out.push('\t');
        }
        *out += &escape_attribute(piece);
    }
}

/// Writes the part of a text between references: line ends stay.
pub(crate) fn plain_text(plain: &str, out: &mut String) {
    *out += &plain.replace('>', "&gt;");
}

/// Spells a text anew, piece by piece: what stands between references, and the references.
pub(crate) fn respelled(
    raw: &str,
    plain: impl Fn(&str, &mut String),
    reference: impl Fn(&str) -> String,
) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        plain(&rest[..at], &mut out);
        let end = rest[at..].find(';').map_or(rest.len(), |length| at + length + 1);
        out += &reference(&rest[at..end]);
        rest = &rest[end..];
    }
    plain(rest, &mut out);
    out
}

fn resolved(other: &Document, reference: &str, place: Place) -> String {
    let mut budget = usize::MAX;
    resolve(reference, place, &other.entities, &mut budget)
        .map_or_else(|_| reference.to_owned(), std::borrow::Cow::into_owned)
}
