//! Markup as `XmlTextWriter` writes it: it keeps book of namespaces, chooses prefixes and declares
//! what is missing.

use std::rc::Rc;

use super::layout::{Layout, Sink};
use super::tree::{Attribute, Element, Id, Kind, Piece, Tree, local};

const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The writer refuses an argument: the class of the exception is always `ArgumentException`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

/// The markup of a node as `OuterXml` gives it: gaps of attributes are single blanks.
pub(super) fn outer_xml(tree: &Tree, node: Id) -> Result<String, Refused> {
    let mut writer = Writer::new(String::new());
    writer.node(tree, node)?;
    Ok(writer.sink)
}

/// A document with the gaps of its attributes. What was written so far comes in every case.
pub(super) fn document(tree: &Tree) -> (String, Result<(), Refused>) {
    let mut writer = Writer::new(Layout::new());
    let done = tree.children(Tree::DOCUMENT).try_for_each(|child| writer.node(tree, child));
    (writer.sink.into_text(), done)
}

struct Writer<S> {
    sink: S,
    /// The open elements, and one for the document around them.
    open: Vec<Open>,
    bound: Vec<Bound>,
    /// Whether a start tag waits for its end.
    is_in_tag: bool,
}

struct Open {
    name: Box<str>,
    default: Rc<str>,
    default_state: Default,
    /// How many prefixes are bound outside of it.
    outside: usize,
    made_prefixes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Default {
    /// No element so far said anything.
    Unknown,
    InScope,
    /// To be declared at the end of the tag.
    Wanted,
    Declared,
}

struct Bound {
    prefix: Box<str>,
    namespace: Rc<str>,
    is_declared: bool,
}

/// Sinks that can put gaps back.
trait Gapped: Sink {
    fn layout(&mut self) -> Option<&mut Layout>;
}

impl Gapped for String {
    fn layout(&mut self) -> Option<&mut Layout> {
        None
    }
}

impl Gapped for Layout {
    fn layout(&mut self) -> Option<&mut Layout> {
        Some(self)
    }
}

impl<S: Gapped> Writer<S> {
    fn new(sink: S) -> Self {
        let around = Open {
            name: "".into(),
            default: "".into(),
            default_state: Default::Unknown,
            outside: 0,
            made_prefixes: 0,
        };
        Self { sink, open: vec![around], bound: Vec::new(), is_in_tag: false }
    }

    fn top(&mut self) -> &mut Open {
        self.open.last_mut().expect("the document is always open")
    }

    fn node(&mut self, tree: &Tree, id: Id) -> Result<(), Refused> {
        let node = tree.node(id);
        match node.kind {
            Kind::Document => tree.children(id).try_for_each(|child| self.node(tree, child))?,
            Kind::Element => {
                if let Some(element) = tree.element(id) {
                    self.element(tree, id, element)?;
                }
            }
            Kind::Comment => {
                self.sink.start_comment();
                if node.value.contains("--") || node.value.ends_with('-') {
                    return Err(Refused);
                }
                self.end_tag();
                for part in ["<!--", &node.value, "-->"] {
                    self.sink.text(part);
                }
                self.sink.end_comment();
            }
            Kind::Text => {
                self.end_tag();
                escaped(&mut self.sink, &node.value, Place::Content);
            }
            Kind::Whitespace | Kind::SignificantWhitespace => {
                self.end_tag();
                self.sink.text(&node.value);
            }
            Kind::CData => self.parts(["<![CDATA[", &node.value, "]]>"]),
            Kind::Instruction => self.parts(["<?", &node.name, " ", &node.value, "?>"]),
            Kind::Declaration => self.parts(["<?xml ", &node.value, "?>"]),
            Kind::DocType => self.parts([&*node.value]),
            Kind::EntityReference => self.parts(["&", &node.name, ";"]),
        }
        Ok(())
    }

    fn parts<const N: usize>(&mut self, parts: [&str; N]) {
        self.end_tag();
        for part in parts {
            self.sink.text(part);
        }
    }

    fn element(&mut self, tree: &Tree, id: Id, element: &Element) -> Result<(), Refused> {
        let name = &*tree.node(id).name;
        let own = name.split_once(':').map_or("", |(prefix, _)| prefix);
        let namespace = element.namespace.clone().unwrap_or_else(|| "".into());
        let prefix = if namespace.is_empty() {
            own.to_owned()
        } else {
            self.prefix_in_scope(&namespace).unwrap_or_else(|| own.to_owned())
        };
        self.start_element(&prefix, local(name), &namespace)?;
        if self.sink.layout().is_some() {
            self.attributes_with_gaps(element)?;
        } else {
            for attribute in &element.attributes {
                self.attribute(attribute)?;
            }
        }
        if element.is_empty {
            self.end_tag_with(" />");
        } else {
            for child in tree.children(id) {
                self.node(tree, child)?;
            }
            self.end_tag();
            let name = self.top().name.clone();
            for part in ["</", &name, ">"] {
                self.sink.text(part);
            }
        }
        let outside = self.top().outside;
        self.bound.truncate(outside);
        self.open.pop();
        Ok(())
    }

    fn attributes_with_gaps(&mut self, element: &Element) -> Result<(), Refused> {
        let gaps = &element.gaps;
        let before = gaps.line_break.as_deref().and_then(|line_break| {
            self.sink.layout().map(|layout| layout.set_line_break(line_break))
        });
        for name in &gaps.order {
            let mut all = element.attributes.iter();
            let Some(attribute) = all.find(|attribute| attribute.name == *name) else { continue };
            if let (Some(gap), Some(layout)) = (gaps.before.get(name), self.sink.layout()) {
                layout.set_lead(gap);
            }
            self.attribute(attribute)?;
        }
        if let Some(gap) = gaps.before.get("") {
            self.sink.text(gap);
        }
        if let (Some(before), Some(layout)) = (before, self.sink.layout()) {
            layout.set_line_break(&before);
        }
        Ok(())
    }

    fn start_element(
        &mut self,
        prefix: &str,
        local: &str,
        namespace: &Rc<str>,
    ) -> Result<(), Refused> {
        self.end_tag();
        self.sink.text("<");
        let outer = self.top();
        let default = Rc::clone(&outer.default);
        let default_state = match outer.default_state {
            Default::Unknown => Default::Unknown,
            _ => Default::InScope,
        };
        let outside = self.bound.len();
        self.open.push(Open { name: "".into(), default, default_state, outside, made_prefixes: 0 });
        let prefix = if namespace.is_empty() { "" } else { prefix };
        let name: Box<str> = if prefix.is_empty() {
            self.bind_default(namespace, false)?;
            local.into()
        } else {
            self.bind(prefix, namespace, false)?;
            format!("{prefix}:{local}").into()
        };
        self.sink.text(&name);
        self.top().name = name;
        self.is_in_tag = true;
        Ok(())
    }

    fn attribute(&mut self, attribute: &Attribute) -> Result<(), Refused> {
        self.sink.start_attribute();
        let name: Box<str> = match attribute.namespace.as_ref() {
            Some(namespace) if **namespace == *XMLNS => attribute.name.clone(),
            Some(_) if attribute.prefix() == Some("xml") => attribute.name.clone(),
            None => attribute.local().into(),
            Some(namespace) => {
                let prefix = self.attribute_prefix(attribute.prefix(), namespace)?;
                if prefix.is_empty() {
                    attribute.local().into()
                } else {
                    format!("{prefix}:{}", attribute.local()).into()
                }
            }
        };
        for part in [" ", &name, "=\""] {
            self.sink.text(part);
        }
        if attribute.pieces.is_empty() {
            escaped(&mut self.sink, &attribute.value, Place::Value);
        } else {
            for piece in &attribute.pieces {
                match piece {
                    Piece::Text(text) => escaped(&mut self.sink, text, Place::Value),
                    Piece::Entity(name) => {
                        for part in ["&", name, ";"] {
                            self.sink.text(part);
                        }
                    }
                }
            }
        }
        self.sink.text("\"");
        if attribute.namespace.as_deref() == Some(XMLNS) {
            let value: Rc<str> = attribute.value.as_ref().into();
            match attribute.prefix() {
                Some(_) => self.bind(attribute.local(), &value, true)?,
                None => self.bind_default(&value, true)?,
            }
        }
        self.sink.end_attribute();
        Ok(())
    }

    /// The prefix of an attribute: one that is bound already, its own, or a made one.
    fn attribute_prefix(
        &mut self,
        own: Option<&str>,
        namespace: &Rc<str>,
    ) -> Result<Box<str>, Refused> {
        let outside = self.top().outside;
        let is_taken = |prefix: &&str| self.bound[outside..].iter().any(|b| *b.prefix == **prefix);
        let own = own.filter(|prefix| !is_taken(prefix));
        let found = self.bound_prefix(namespace);
        match (found, own) {
            (Some(found), None) => Ok(found),
            (Some(found), Some(own)) if *found == *own => Ok(found),
            (_, Some(own)) => {
                self.bind(own, namespace, false)?;
                Ok(own.into())
            }
            (None, None) => {
                let depth = self.open.len() - 1;
                let top = self.top();
                top.made_prefixes += 1;
                let made: Box<str> = format!("d{depth}p{}", top.made_prefixes).into();
                self.bind(&made, namespace, false)?;
                Ok(made)
            }
        }
    }

    /// The prefix that is bound to a namespace, the empty one if it is the default.
    fn prefix_in_scope(&mut self, namespace: &str) -> Option<String> {
        match self.bound_prefix(namespace) {
            Some(prefix) => Some(prefix.into()),
            None => (*self.top().default == *namespace).then(String::new),
        }
    }

    fn bound_prefix(&self, namespace: &str) -> Option<Box<str>> {
        let mut candidates = self.bound.iter().enumerate().rev();
        let (_, bound) = candidates.find(|(index, bound)| {
            *bound.namespace == *namespace && self.index_of(&bound.prefix) == Some(*index)
        })?;
        Some(bound.prefix.clone())
    }

    fn index_of(&self, prefix: &str) -> Option<usize> {
        self.bound.iter().rposition(|bound| *bound.prefix == *prefix)
    }

    fn bind_default(&mut self, namespace: &Rc<str>, is_declared: bool) -> Result<(), Refused> {
        if **namespace == *XMLNS {
            return Err(Refused);
        }
        let top = self.top();
        match top.default_state {
            Default::Wanted => {}
            Default::Unknown | Default::InScope => top.default = Rc::clone(namespace),
            Default::Declared => return Ok(()),
        }
        top.default_state = if is_declared { Default::Declared } else { Default::Wanted };
        Ok(())
    }

    fn bind(
        &mut self,
        prefix: &str,
        namespace: &Rc<str>,
        is_declared: bool,
    ) -> Result<(), Refused> {
        if **namespace == *XMLNS || namespace.is_empty() {
            return Err(Refused);
        }
        let outside = self.top().outside;
        let existing = self.index_of(prefix);
        match existing {
            Some(index) if self.bound[index].namespace == *namespace => {
                self.bound[index].is_declared |= is_declared;
            }
            _ => {
                // The one before is silenced by it.
                if let Some(index) = existing.filter(|index| is_declared && *index >= outside) {
                    self.bound[index].is_declared = true;
                }
                self.bound.push(Bound {
                    prefix: prefix.into(),
                    namespace: Rc::clone(namespace),
                    is_declared,
                });
            }
        }
        Ok(())
    }

    /// Ends the start tag that is open, if one is.
    fn end_tag(&mut self) {
        self.end_tag_with(">");
    }

    fn end_tag_with(&mut self, mark: &str) {
        if !self.is_in_tag {
            return;
        }
        self.is_in_tag = false;
        let outside = self.top().outside;
        for bound in self.bound[outside..].iter().rev().filter(|bound| !bound.is_declared) {
            for part in [" xmlns:", &bound.prefix, "=\""] {
                self.sink.text(part);
            }
            escaped(&mut self.sink, &bound.namespace, Place::Value);
            self.sink.text("\"");
        }
        let [.., outer, top] = self.open.as_mut_slice() else { return };
        if top.default_state == Default::Wanted && top.default != outer.default {
            self.sink.text(" xmlns=\"");
            escaped(&mut self.sink, &top.default, Place::Value);
            self.sink.text("\"");
            top.default_state = Default::Declared;
        }
        self.sink.text(mark);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Content,
    /// Between double quotes.
    Value,
}

fn escaped(sink: &mut impl Sink, text: &str, place: Place) {
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let number;
        let reference = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if place == Place::Value => "&quot;",
            '\t' => continue,
            '\r' | '\n' if place == Place::Content => continue,
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => {
                number = format!("&#x{:X};", u32::from(c));
                &number
            }
            _ => continue,
        };
        sink.text(&text[start..at]);
        sink.text(reference);
        start = at + c.len_utf8();
    }
    sink.text(&text[start..]);
}
