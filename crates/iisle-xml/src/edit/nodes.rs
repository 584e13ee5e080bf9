use crate::chars::{is_blank, is_qname};
use crate::escape::escape_text;
use crate::tree::{Element, Flags, NONE, Node, number};
use crate::{Document, NodeId, NodeKind};

impl Document {
    /// Whether anything differs from the source.
    pub fn is_edited(&self) -> bool {
        self.node(self.document_node()).flags.has(Flags::DIRTY)
    }

    /// A new element that stands in no tree yet. A prefix is taken as bound where it will stand.
    ///
    /// # Panics
    /// When `name` is no qualified name.
    pub fn create_element(&mut self, name: &str) -> NodeId {
        assert!(is_qname(name), "`{name}` is no name of an element");
        let name = self.add(name);
        let mut node = Node::new(NodeKind::Element, name.end..name.end);
        node.element = number(self.arena.elements.len());
        node.flags.set(Flags::EMPTY_TAG);
        node.flags.set(Flags::CHANGED);
        let inner = name.end..name.end;
        self.arena.elements.push(Element::new(name, inner));
        self.create(node)
    }

    /// New character data that stands in no tree yet. Characters that XML cannot hold become
    /// U+FFFD.
    pub fn create_text(&mut self, value: &str) -> NodeId {
        let raw = escape_text(value).into_owned();
        self.create_raw(&raw)
    }

    /// A new comment that stands in no tree yet. A comment cannot hold `--`: it becomes `- -`, and
    /// a `-` at the end gets a blank behind it. Characters that XML cannot hold become U+FFFD.
    pub fn create_comment(&mut self, content: &str) -> NodeId {
        let mut raw = String::from("<!--");
        for c in content.chars() {
            if c == '-' && raw.len() > 4 && raw.ends_with('-') {
                raw.push(' ');
            }
            raw.push(if crate::chars::is_char(c) { c } else { char::REPLACEMENT_CHARACTER });
        }
        if raw.len() > 4 && raw.ends_with('-') {
            raw.push(' ');
        }
        raw += "-->";
        let span = self.add(&raw);
        self.create(Node::new(NodeKind::Comment, span))
    }

    /// New white space that stands in no tree yet, line ends as given.
    ///
    /// # Panics
    /// When `space` is anything but white space.
    pub fn create_space(&mut self, space: &str) -> NodeId {
        assert!(is_blank(space), "white space is expected");
        self.create_raw(space)
    }

    /// Text as it is to be written.
    pub(crate) fn create_raw(&mut self, raw: &str) -> NodeId {
        let span = self.add(raw);
        self.create(Node::new(NodeKind::Text, span))
    }

    pub(crate) fn create(&mut self, mut node: Node) -> NodeId {
        node.flags.set(Flags::DIRTY);
        self.arena.nodes.push(node);
        NodeId(number(self.arena.nodes.len() - 1))
    }

    /// Takes a node out of the tree, with its line when it stands alone on it. It may be put back
    /// elsewhere.
    ///
    /// # Panics
    /// When `n` is the document element or the document: a document keeps its root.
    pub fn remove(&mut self, n: NodeId) {
        assert!(n != self.root() && n != self.document_node(), "a document keeps its root");
        self.remove_line_of(n);
        self.detach(n);
    }

    /// Puts `new` in the place of `old`, which then stands in no tree; no white space is added.
    /// A new document element takes the place of the old one in this way, and only so.
    ///
    /// # Panics
    /// When `old` stands in no tree, when `new` is above it, or when something else than an
    /// element is to be the document element.
    pub fn replace(&mut self, old: NodeId, new: NodeId) {
        self.unfold(old);
        let parent = self.parent(old).expect("what is replaced stands in a tree");
        if let Some(value) = self.value_of_reference(old) {
            self.unfold(value);
            self.link(parent, self.previous_sibling(value), new);
            return;
        }
        let is_root = old == self.root();
        assert!(!is_root || self.kind(new) == NodeKind::Element, "a document keeps its root");
        self.link(parent, Some(old), new);
        if is_root {
            self.arena.root = new.0;
        }
        self.detach(old);
    }

    /// Whether an edit brought an element.
    pub fn is_new(&self, n: NodeId) -> bool {
        let node = self.node(n);
        node.kind == NodeKind::Element && node.span.is_empty()
    }

    /// Whether anything at or below a node differs from the source.
    pub fn is_touched(&self, n: NodeId) -> bool {
        self.node(n).flags.has(Flags::DIRTY)
    }

    /// Whether a node stands in the tree of the document.
    pub(crate) fn is_attached(&self, n: NodeId) -> bool {
        let mut at = n;
        while let Some(parent) = self.parent(at) {
            at = parent;
        }
        at == self.document_node()
    }

    pub(crate) fn mark_dirty(&mut self, n: NodeId) {
        let mut at = Some(n);
        while let Some(node) = at {
            self.unfold(node);
            let flags = &mut self.node_mut(node).flags;
            // What stands above something dirty is dirty.
            if flags.has(Flags::DIRTY) {
                return;
            }
            flags.set(Flags::DIRTY);
            at = self.parent(node);
        }
    }

    /// Makes `node` a child of `parent`, behind its child `previous` or first; no white space is
    /// added. A node that stands elsewhere is taken from there.
    ///
    /// # Panics
    /// When `parent` has no children, or stands in `node`.
    pub fn link(&mut self, parent: NodeId, previous: Option<NodeId>, node: NodeId) {
        let mut above = Some(parent);
        while let Some(at) = above {
            assert!(at != node, "a node cannot stand in itself");
            above = self.parent(at);
        }
        self.detach(node);
        let next = match previous {
            Some(previous) => self.next_sibling(previous),
            None => self.first_child(parent),
        };
        // The reference that `previous` may be goes when what it stands for is taken apart.
        let previous = match next {
            Some(next) => {
                self.unfold(next);
                self.previous_sibling(next)
            }
            None => previous,
        };
        let id = |node: Option<NodeId>| node.map_or(NONE, |node| node.0);
        let inserted = self.node_mut(node);
        (inserted.parent, inserted.previous, inserted.next) = (parent.0, id(previous), id(next));
        self.join(parent, previous, Some(node));
        self.join(parent, Some(node), next);
        let is_mixed = match self.kind(node) {
            NodeKind::Text => !is_blank(self.written(node)),
            kind => kind == NodeKind::CData,
        };
        let above = &mut self.node_mut(parent).flags;
        if is_mixed {
            above.set(Flags::MIXED);
        }
        if above.has(Flags::EMPTY_TAG) {
            above.clear(Flags::EMPTY_TAG);
            above.set(Flags::CHANGED);
        }
        self.mark_dirty(parent);
        if !self.is_attached(node) {
            return;
        }
        self.rank_anew(node);
        if self.kind(node) == NodeKind::Element {
            self.rebind(node);
        }
    }

    /// Takes a node out of the tree; white space around it stays. It may be put back elsewhere.
    ///
    /// # Panics
    /// When `n` is the document element or the document: a document keeps its root.
    pub fn detach(&mut self, n: NodeId) {
        assert!(n != self.root() && n != self.document_node(), "a document keeps its root");
        self.unfold(n);
        if let Some(value) = self.value_of_reference(n) {
            self.unfold(value);
        }
        let Some(parent) = self.parent(n) else { return };
        let (previous, next) = (self.previous_sibling(n), self.next_sibling(n));
        self.join(parent, previous, next);
        let node = self.node_mut(n);
        (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
        self.mark_dirty(parent);
    }

    /// Makes two children of `parent` neighbors; `None` is the end.
    fn join(&mut self, parent: NodeId, left: Option<NodeId>, right: Option<NodeId>) {
        let id = |node: Option<NodeId>| node.map_or(NONE, |node| node.0);
        match (left, self.element_mut(parent)) {
            (Some(left), _) => self.node_mut(left).next = id(right),
            (None, Some(element)) => element.first = id(right),
            (None, None) => {}
        }
        match (right, self.element_mut(parent)) {
            (Some(right), _) => self.node_mut(right).previous = id(left),
            (None, Some(element)) => element.last = id(left),
            (None, None) => {}
        }
    }

    /// The first node that an entity brought, when `n` is the reference that it stands behind. As
    /// a node of its own the reference is an empty text: without it, the value stays.
    fn value_of_reference(&self, n: NodeId) -> Option<NodeId> {
        let is_reference = self.node(n).flags.has(Flags::REFERENCE);
        self.next_sibling(n).filter(|_| is_reference)
    }

    /// Puts the value of an entity in the place of the reference to it, when `n` comes from one:
    /// only there it can be edited.
    fn unfold(&mut self, n: NodeId) {
        // Values may hold references themselves: once for each.
        while self.node(n).flags.has(Flags::EXPANDED) {
            let mut at = n;
            while self.node(at).flags.has(Flags::EXPANDED) {
                at = self.previous_sibling(at).expect("a reference stands before what it brought");
            }
            let (reference, mut end) = (at, None);
            let mut behind = self.next_sibling(reference);
            while let Some(node) = behind.map(|node| self.node_mut(node))
                && node.flags.has(Flags::EXPANDED)
            {
                // What a reference within the value brought does not follow in the text.
                if end.is_none_or(|end| end == node.span.start) {
                    node.flags.clear(Flags::EXPANDED);
                    end = Some(node.span.end);
                }
                behind = behind.and_then(|node| self.next_sibling(node));
            }
            let before = self.previous_sibling(reference);
            let (parent, next) = (self.parent(reference), self.next_sibling(reference));
            if let Some(parent) = parent {
                self.join(parent, before, next);
                self.mark_dirty(parent);
            }
            let node = self.node_mut(reference);
            (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
        }
    }
}
