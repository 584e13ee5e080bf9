//! Copies of parts of other documents.

use crate::bindings::Bindings;
use crate::chars::is_blank;
use crate::escape::{escape_attribute, escape_text};
use crate::lex::local;
use crate::navigate::inside;
use crate::reference::{Place, resolve};
use crate::scope::XML_NAMESPACE;
use crate::tree::{AttributeData, Flags, NONE, Node, number};
use crate::{Attribute, Document, NodeId, NodeKind};

impl Document {
    /// Copies an element of another document with what is in it. The copy stands in no tree yet;
    /// it is made for `place`, the element (or the document) that it is to be put in.
    ///
    /// Names mean what they meant. An element takes the prefix that its namespace has at `place`;
    /// attributes keep theirs; what is not bound there is declared, behind the attributes, and
    /// declarations of the other document are not copied otherwise. Of the other attributes, those
    /// that `keeps` refuses are left out.
    ///
    /// The spelling is plain: double quotes, one blank before an attribute, none before `/>`;
    /// references and entities are resolved. A line break in a value becomes a reference, a tab
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
        place: NodeId,
        keeps: &dyn Fn(&Attribute<'_>) -> bool,
    ) -> NodeId {
        assert!(other.kind(node) == NodeKind::Element, "only elements are copied");
        let mut bindings = self.bindings(place);
        let top = self.import_element(other, node, &mut bindings, keeps);
        // Iterative, because documents may be deep: (of the other, its copy, bindings around it).
        let mut open = vec![(other.first_child(node), top, bindings.mark())];
        while let Some((next, copy, mark)) = open.last_mut() {
            let Some(child) = *next else {
                open.pop();
                continue;
            };
            *next = other.next_sibling(child);
            bindings.forget(*mark);
            let copy = *copy;
            if other.kind(child) == NodeKind::Element {
                let element = self.import_element(other, child, &mut bindings, keeps);
                self.link(copy, self.last_child(copy), element);
                open.push((other.first_child(child), element, bindings.mark()));
            } else {
                self.import_leaf(other, child, copy);
            }
        }
        top
    }

    fn import_element(
        &mut self,
        other: &Self,
        node: NodeId,
        bindings: &mut Bindings,
        keeps: &dyn Fn(&Attribute<'_>) -> bool,
    ) -> NodeId {
        let mut declared: Vec<(String, String)> = Vec::new();
        let mut attributes = String::new();
        for data in other.attribute_list(node) {
            let shown = other.shown(node, data);
            if shown.is_namespace() || !keeps(&shown) {
                continue;
            }
            if let (Some(prefix), Some(uri)) = (shown.prefix, shown.namespace)
                && bindings.namespace(prefix) != Some(uri)
                && !declared.iter().any(|(known, _)| known == prefix)
            {
                declared.push((prefix.to_owned(), uri.to_owned()));
            }
            let value = respelled_value(other, other.slice(&data.raw));
            attributes += &[" ", shown.name, "=\"", &value, "\""].concat();
        }
        let own = other.name(node);
        let uri = other.namespace(node).unwrap_or_default();
        let hidden = |prefix: &str| declared.iter().any(|(known, _)| known == prefix);
        let prefix = bindings.prefix(uri, &hidden).map(str::to_owned);
        let prefix = prefix.unwrap_or_else(|| {
            let prefix = other.prefix(node).unwrap_or_default();
            if !declared.iter().any(|(known, _)| known == prefix) {
                declared.insert(0, (prefix.to_owned(), uri.to_owned()));
            }
            prefix.to_owned()
        });
        let name = if prefix.is_empty() { local(own).into() } else { prefix + ":" + local(own) };
        for (prefix, uri) in declared {
            let name = if prefix.is_empty() { "xmlns".into() } else { format!("xmlns:{prefix}") };
            attributes += &[" ", &*name, "=\"", &escape_attribute(&uri), "\""].concat();
            bindings.declare(prefix, uri);
        }
        let copy = self.create_element(&name);
        self.node_mut(copy).flags.set(Flags::TIGHT);
        if !other.node(node).flags.has(Flags::EMPTY_TAG) {
            self.node_mut(copy).flags.clear(Flags::EMPTY_TAG);
        }
        self.spell_attributes(copy, &attributes);
        copy
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
        let raw = other.raw(node);
        let copy = match other.kind(node) {
            NodeKind::Text if other.node(node).flags.has(Flags::REFERENCE) => return,
            NodeKind::Text if is_blank(raw) && !other.is_significant(node) => return,
            NodeKind::Text => self.create_raw(&respelled_text(other, raw)),
            NodeKind::CData => return self.import_cdata(raw, parent),
            NodeKind::ProcessingInstruction => {
                let blank = if other.text(node).is_empty() { "" } else { " " };
                let raw = ["<?", other.name(node), blank, &other.text(node), "?>"].concat();
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
        let mut above = self.parent(blank);
        while let Some(at) = above {
            let space = self.attribute_list(at).iter().find(|data| {
                self.slice(&data.name) == "xml:space"
                    && self.namespace_at(data.namespace) == Some(XML_NAMESPACE)
            });
            match space.map(|data| self.value(data)) {
                Some("preserve") => return true,
                Some("default") => break,
                _ => above = self.parent(at),
            }
        }
        let is_text = |n: NodeId| self.kind(n) == NodeKind::Text && !is_blank(self.raw(n));
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
    respelled(
        raw,
        |plain, out| {
            for c in plain.chars() {
                match c {
                    '\t' => out.push('\t'),
                    _ => *out += &escape_attribute(c.encode_utf8(&mut [0; 4])),
                }
            }
        },
        |reference| escape_attribute(&resolved(other, reference, Place::Attribute)).into_owned(),
    )
}

/// Text as it is written in a copy.
fn respelled_text(other: &Document, raw: &str) -> String {
    respelled(
        raw,
        |plain, out| *out += &plain.replace('>', "&gt;"),
        |reference| escape_text(&resolved(other, reference, Place::Content)).into_owned(),
    )
}

fn respelled(
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
