//! The markup of a part of a document, written anew.

use crate::bindings::Bindings;
use crate::doctype::Entities;
use crate::edit::{plain_text, plain_value, respelled};
use crate::escape::{escape_attribute, escape_text};
use crate::lex::local;
use crate::reference::{Place, resolve};
use crate::scope::declared_prefix;
use crate::tree::{Flags, NONE};
use crate::{Document, NodeId, NodeKind};

impl Document {
    /// The markup of a node that would stand alone, spelled plainly: double quotes, one blank
    /// before each attribute and before `/>`; references to characters are resolved, those to
    /// entities kept. Namespaces that are declared around the node are declared on it, and
    /// elements take a prefix of their namespace before the default.
    ///
    /// This is what .NET gives as the outer XML of a node, except that tabs and line ends that
    /// came from references stay references.
    pub fn outer_markup(&self, n: NodeId) -> String {
        let mut writer =
            Writer { document: self, out: String::new(), bindings: Bindings::default() };
        // Iterative, because documents may be deep: the open elements, the name that closes each,
        // and what was bound around them.
        let mut open: Vec<(NodeId, String, usize)> = Vec::new();
        let mut at = Some(n);
        while let Some(node) = at {
            while let Some((_, name, mark)) =
                open.pop_if(|(above, _, _)| node == n || Some(*above) != self.parent(node))
            {
                writer.close(&name, mark);
            }
            if self.kind(node) == NodeKind::Element && !self.node(node).flags.has(Flags::EXPANDED) {
                let mark = writer.bindings.mark();
                if let Some(name) = writer.open(node) {
                    open.push((node, name, mark));
                } else {
                    writer.bindings.forget(mark);
                }
                at = self.following(node, n);
            } else {
                writer.leaf(node);
                at = self.beyond(node, n);
            }
        }
        while let Some((_, name, mark)) = open.pop() {
            writer.close(&name, mark);
        }
        writer.out
    }
}

struct Writer<'a> {
    document: &'a Document,
    out: String,
    bindings: Bindings,
}

impl Writer<'_> {
    /// Writes a start tag; the name that is to be closed, unless the tag was empty.
    fn open(&mut self, n: NodeId) -> Option<String> {
        let document = self.document;
        let own = document.name(n);
        let uri = document.namespace(n).unwrap_or_default();
        // What was bound for a name, and whether it is declared yet.
        let mut bound: Vec<(String, String, bool)> = Vec::new();
        let known = self.bindings.prefix(uri, &|_| false).map(str::to_owned);
        let prefix = known.unwrap_or_else(|| {
            let prefix = document.prefix(n).unwrap_or_default();
            bound.push((prefix.to_owned(), uri.to_owned(), false));
            prefix.to_owned()
        });
        let name = match prefix.as_str() {
            "" => local(own).to_owned(),
            prefix => format!("{prefix}:{}", local(own)),
        };
        self.out.push('<');
        self.out += &name;
        for data in document.attribute_list(n) {
            let qualified = document.slice(&data.name);
            if let Some(prefix) = declared_prefix(qualified) {
                let uri = document.value(data);
                match bound.iter_mut().find(|(known, _, _)| known == prefix) {
                    Some((_, _, is_declared)) => *is_declared = true,
                    None => bound.push((prefix.to_owned(), uri.to_owned(), true)),
                }
            } else if let Some((prefix, _)) = qualified.split_once(':')
                && let Some(uri) = document.namespace_at(data.namespace)
                && self.bindings.namespace(prefix) != Some(uri)
                && !bound.iter().any(|(known, _, _)| known == prefix)
            {
                bound.push((prefix.to_owned(), uri.to_owned(), false));
            }
            let value = spelled_plainly(document.slice(&data.raw), Place::Attribute);
            self.out += &[" ", qualified, "=\"", &value, "\""].concat();
        }
        for (prefix, uri, is_declared) in bound {
            if !is_declared {
                let colon = if prefix.is_empty() { "" } else { ":" };
                let uri = escape_attribute(&uri);
                self.out += &[" xmlns", colon, &prefix, "=\"", &uri, "\""].concat();
            }
            self.bindings.declare(prefix, uri);
        }
        let is_empty = document.node(n).flags.has(Flags::EMPTY_TAG);
        self.out.push_str(if is_empty { " />" } else { ">" });
        if is_empty {
            return None;
        }
        if document.element(n).is_none_or(|element| element.first == NONE) {
            self.out += &["</", &name, ">"].concat();
            return None;
        }
        Some(name)
    }

    fn close(&mut self, name: &str, mark: usize) {
        self.out += &["</", name, ">"].concat();
        self.bindings.forget(mark);
    }

    fn leaf(&mut self, n: NodeId) {
        let document = self.document;
        let node = document.node(n);
        // The reference before them is written instead.
        if node.flags.has(Flags::EXPANDED) {
            return;
        }
        match node.kind {
            NodeKind::Text => self.out += &spelled_plainly(document.written(n), Place::Content),
            NodeKind::ProcessingInstruction => {
                let data = document.text(n);
                self.out += &["<?", document.name(n), " ", &data, "?>"].concat();
            }
            _ => self.out.push_str(document.written(n)),
        }
    }
}

/// References to characters are resolved, those to entities stay.
fn spelled_plainly(raw: &str, place: Place) -> String {
    let no_entities = Entities::new();
    let reference = |reference: &str| {
        let mut budget = usize::MAX;
        match (resolve(reference, place, &no_entities, &mut budget), place) {
            (Ok(value), Place::Attribute) => escape_attribute(&value).into_owned(),
            (Ok(value), Place::Content | Place::Kept) => escape_text(&value).into_owned(),
            (Err(_), _) => reference.to_owned(),
        }
    };
    match place {
        Place::Attribute => respelled(raw, plain_value, reference),
        Place::Content | Place::Kept => respelled(raw, plain_text, reference),
    }
}
