use crate::escape::{escape_attribute, escape_single_quoted};
use crate::lex::number;
use crate::tree::{AttributeData, NONE, Node, Span};
use crate::{Document, NodeId, NodeKind};

/// Changes. Each touches only the tag or the place it names; all else keeps its bytes.
impl Document {
    /// Whether anything differs from the source.
    pub fn is_edited(&self) -> bool {
        self.nodes[0].dirty
    }

    /// Sets an attribute: an existing one keeps its place and its quotes, a new one comes last.
    ///
    /// Setting the value it has changes nothing.
    pub fn set_attribute(&mut self, n: NodeId, name: &str, value: &str) {
        match self.find(n, name) {
            Some(slot) => self.replace_value(n, slot, value),
            None => self.insert_attribute(n, self.node(n).attributes.len(), name, value),
        }
    }

    /// Sets an attribute; a new one comes directly behind the attribute `after`, or last when
    /// there is no such.
    pub fn insert_attribute_after(&mut self, n: NodeId, after: &str, name: &str, value: &str) {
        match (self.find(n, name), self.find(n, after)) {
            (Some(slot), _) => self.replace_value(n, slot, value),
            (None, Some(slot)) => self.insert_attribute(n, slot + 1, name, value),
            (None, None) => self.insert_attribute(n, self.node(n).attributes.len(), name, value),
        }
    }

    /// Takes an attribute away, with the white space before it.
    pub fn remove_attribute(&mut self, n: NodeId, name: &str) {
        if let Some(slot) = self.find(n, name) {
            self.node_mut(n).attributes.remove(slot);
            self.mark_changed(n);
        }
    }

    /// A new element that stands in no tree yet. A prefix is taken as bound where it will stand.
    ///
    /// # Panics
    /// When `name` is no qualified name.
    pub fn create_element(&mut self, name: &str) -> NodeId {
        assert!(crate::chars::is_qname(name), "`{name}` is no name of an element");
        let name = self.store(name);
        let end = number(self.text.len());
        let mut node = Node::new(NodeKind::Element, end..end);
        (node.name, node.empty_tag, node.changed, node.dirty) = (name, true, true, true);
        self.nodes.push(node);
        NodeId(number(self.nodes.len() - 1))
    }

    /// New character data that stands in no tree yet.
    pub(crate) fn create_text(&mut self, raw: &str) -> NodeId {
        let span = self.store(raw);
        let mut node = Node::new(NodeKind::Text, span);
        (node.changed, node.dirty) = (true, true);
        self.nodes.push(node);
        NodeId(number(self.nodes.len() - 1))
    }

    /// Takes a node out of the tree, with its line when it stands alone on it.
    pub fn remove(&mut self, n: NodeId) {
        self.remove_line_of(n);
        self.detach(n);
        self.removed.insert(n.0);
    }

    fn find(&self, n: NodeId, name: &str) -> Option<usize> {
        let named = |index: &u32| self.slice(&self.attributes[*index as usize].name) == name;
        self.node(n).attributes.iter().position(named)
    }

    fn replace_value(&mut self, n: NodeId, slot: usize, value: &str) {
        let index = self.node(n).attributes[slot] as usize;
        if self.value(&self.attributes[index]) == value {
            return;
        }
        let raw = match self.attributes[index].quote {
            b'\'' => escape_single_quoted(value),
            _ => escape_attribute(value).into_owned(),
        };
        let span = self.store(&raw);
        let data = &mut self.attributes[index];
        (data.raw, data.value) = (span, Some(value.into()));
        self.mark_changed(n);
    }

    fn insert_attribute(&mut self, n: NodeId, slot: usize, name: &str, value: &str) {
        assert!(crate::chars::is_qname(name), "`{name}` is no name of an attribute");
        let lead = self.attribute_lead(n);
        let lead = self.store(&lead);
        let raw = self.store(&escape_attribute(value));
        let name = self.store(name);
        let span = name.start..name.end;
        let data = AttributeData {
            lead,
            name,
            raw,
            span,
            quote: b'"',
            value: Some(value.into()),
            namespace: 0,
        };
        self.attributes.push(data);
        let index = number(self.attributes.len() - 1);
        self.node_mut(n).attributes.insert(slot, index);
        self.mark_changed(n);
    }

    /// One blank, unless at least two attributes stand on lines of their own: then their gap.
    fn attribute_lead(&self, n: NodeId) -> String {
        let leads =
            self.node(n).attributes.iter().map(|i| self.slice(&self.attributes[*i as usize].lead));
        let mut own_lines = leads.filter(|lead| lead.contains(['\n', '\r']));
        match (own_lines.next(), own_lines.next()) {
            (Some(_), Some(gap)) => gap.to_owned(),
            _ => " ".to_owned(),
        }
    }

    fn store(&mut self, text: &str) -> Span {
        let start = number(self.text.len());
        self.text.push_str(text);
        start..number(self.text.len())
    }

    pub(crate) fn mark_changed(&mut self, n: NodeId) {
        self.node_mut(n).changed = true;
        self.mark_dirty(n);
    }

    pub(crate) fn mark_dirty(&mut self, n: NodeId) {
        let mut at = n.0;
        while at != NONE {
            let node = &mut self.nodes[at as usize];
            node.dirty = true;
            at = node.parent;
        }
    }

    /// Puts `node` between `previous` and its next sibling, or first; no white space is added.
    pub(crate) fn link(&mut self, parent: NodeId, previous: Option<NodeId>, node: NodeId) {
        let before = previous.map_or(NONE, |p| p.0);
        let next = match previous {
            Some(previous) => self.node(previous).next,
            None => self.node(parent).first,
        };
        let inserted = self.node_mut(node);
        (inserted.parent, inserted.previous, inserted.next) = (parent.0, before, next);
        match previous {
            Some(previous) => self.node_mut(previous).next = node.0,
            None => self.node_mut(parent).first = node.0,
        }
        match next {
            NONE => self.node_mut(parent).last = node.0,
            next => self.nodes[next as usize].previous = node.0,
        }
        if self.node(parent).empty_tag {
            let parent = self.node_mut(parent);
            (parent.empty_tag, parent.changed) = (false, true);
        }
        if self.node(node).kind == NodeKind::Element
            && self.node(node).span.start as usize >= self.source_len
        {
            self.node_mut(node).namespace = self.bound(node);
        }
        self.mark_dirty(parent);
    }

    /// The namespace that the prefix of an element is bound to where it stands.
    fn bound(&self, n: NodeId) -> u32 {
        let declaration =
            self.prefix(n).map_or("xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
        let uri = std::iter::successors(Some(n), |at| self.parent(*at))
            .filter(|at| self.kind(*at) == NodeKind::Element)
            .find_map(|at| self.attribute(at, &declaration));
        uri.and_then(|uri| self.namespaces.iter().position(|known| **known == *uri))
            .map_or(0, number)
    }

    pub(crate) fn detach(&mut self, n: NodeId) {
        let (parent, previous, next) = {
            let node = self.node_mut(n);
            let links = (node.parent, node.previous, node.next);
            (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
            links
        };
        match previous {
            NONE if parent != NONE => self.nodes[parent as usize].first = next,
            NONE => {}
            previous => self.nodes[previous as usize].next = next,
        }
        match next {
            NONE if parent != NONE => self.nodes[parent as usize].last = previous,
            NONE => {}
            next => self.nodes[next as usize].previous = previous,
        }
        if parent != NONE {
            self.mark_dirty(NodeId(parent));
        }
    }
}
