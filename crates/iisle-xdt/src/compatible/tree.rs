use std::rc::Rc;

use iisle_xml::Position;

use super::gaps::Gaps;

/// A node of a [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    Declaration,
    DocType,
    Element,
    Text,
    /// Character data that is white space only.
    Whitespace,
    /// The same where `xml:space` is `preserve`: it counts for nothing in layout.
    SignificantWhitespace,
    CData,
    Comment,
    Instruction,
    /// A reference to an entity of the document type; its children are what it stands for.
    EntityReference,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) parent: Option<Id>,
    pub(super) first: Option<Id>,
    pub(super) last: Option<Id>,
    pub(super) previous: Option<Id>,
    pub(super) next: Option<Id>,
    /// The qualified name of an element, the target of an instruction, the name of an entity.
    pub(super) name: Box<str>,
    /// Character data, and what stands between the marks of other nodes.
    pub(super) value: Box<str>,
    pub(super) element: Option<Box<Element>>,
}

/// What an element has besides a [`Node`].
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub(super) namespace: Option<Rc<str>>,
    pub(super) attributes: Vec<Attribute>,
    /// `<a/>` rather than `<a></a>`.
    pub(super) is_empty: bool,
    /// Whether it was in the source, not in the transform.
    pub(super) is_original: bool,
    /// Where its name stands.
    pub(super) position: Position,
    pub(super) gaps: Gaps,
}

#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: Box<str>,
    pub(super) namespace: Option<Rc<str>>,
    pub(super) value: Box<str>,
    /// The value in pieces, when it refers to entities.
    pub(super) pieces: Vec<Piece>,
    pub(super) position: Position,
}

/// A piece of an attribute's value.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Text(Box<str>),
    Entity(Box<str>),
}

impl Attribute {
    pub(super) fn prefix(&self) -> Option<&str> {
        self.name.split_once(':').map(|(prefix, _)| prefix)
    }

    pub(super) fn local(&self) -> &str {
        local(&self.name)
    }
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// A document as the reference engine holds it.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Where the text ended that it was read from.
    pub(super) end: Position,
}

impl Tree {
    pub(super) const DOCUMENT: Id = Id(0);

    /// An empty document.
    pub(super) fn new() -> Self {
        let mut tree = Self { nodes: Vec::new(), end: Position { line: 1, column: 1 } };
        tree.add(Kind::Document, "", "");
        tree
    }

    /// Adds a node that stands nowhere yet.
    pub(super) fn add(&mut self, kind: Kind, name: &str, value: &str) -> Id {
        let id = Id(u32::try_from(self.nodes.len()).expect("documents have fewer nodes"));
        self.nodes.push(Node {
            kind,
            parent: None,
            first: None,
            last: None,
            previous: None,
            next: None,
            name: name.into(),
            value: value.into(),
            element: None,
        });
        id
    }

    pub(super) fn add_element(&mut self, name: &str, element: Element) -> Id {
        let id = self.add(Kind::Element, name, "");
        self.node_mut(id).element = Some(Box::new(element));
        id
    }

    pub(super) fn node(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn node_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id.0 as usize]
    }

    pub(super) fn kind(&self, id: Id) -> Kind {
        self.node(id).kind
    }

    pub(super) fn element(&self, id: Id) -> Option<&Element> {
        self.node(id).element.as_deref()
    }

    pub(super) fn element_mut(&mut self, id: Id) -> Option<&mut Element> {
        self.node_mut(id).element.as_deref_mut()
    }

    pub(super) fn attributes(&self, id: Id) -> &[Attribute] {
        self.element(id).map_or(&[], |element| &element.attributes)
    }

    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.node(id).first, |child| self.node(*child).next)
    }

    /// Puts a node that stands nowhere behind the last child.
    pub(super) fn append(&mut self, parent: Id, child: Id) {
        self.insert(parent, child, None);
    }

    /// Puts a node that stands nowhere before a child, or behind the last one.
    pub(super) fn insert(&mut self, parent: Id, child: Id, before: Option<Id>) {
        let previous = match before {
            Some(before) => self.node(before).previous,
            None => self.node(parent).last,
        };
        let node = self.node_mut(child);
        node.parent = Some(parent);
        node.previous = previous;
        node.next = before;
        match previous {
            Some(previous) => self.node_mut(previous).next = Some(child),
            None => self.node_mut(parent).first = Some(child),
        }
        match before {
            Some(before) => self.node_mut(before).previous = Some(child),
            None => self.node_mut(parent).last = Some(child),
        }
        if let Some(element) = self.element_mut(parent) {
            element.is_empty = false;
        }
    }

    /// Takes a node out of its place.
    pub(super) fn detach(&mut self, child: Id) {
        let Node { parent, previous, next, .. } = *self.node(child);
        let Some(parent) = parent else { return };
        match previous {
            Some(previous) => self.node_mut(previous).next = next,
            None => self.node_mut(parent).first = next,
        }
        match next {
            Some(next) => self.node_mut(next).previous = previous,
            None => self.node_mut(parent).last = previous,
        }
        let node = self.node_mut(child);
        node.parent = None;
        node.previous = None;
        node.next = None;
    }

    /// Whether a node stands, at any depth, for an entity: the reference engine cannot change it.
    pub(super) fn is_in_entity(&self, id: Id) -> bool {
        let mut above = std::iter::successors(Some(id), |at| self.node(*at).parent);
        above.any(|at| self.kind(at) == Kind::EntityReference)
    }

    /// Whether the element that holds a node, itself if it is one, came from the transform.
    pub(super) fn is_new(&self, id: Id) -> bool {
        let mut above = std::iter::successors(Some(id), |at| self.node(*at).parent);
        above.find_map(|at| self.element(at)).is_some_and(|element| !element.is_original)
    }
}
