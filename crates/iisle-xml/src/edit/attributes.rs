use crate::chars::is_qname;
use crate::escape::{escape_attribute, escape_single_quoted};
use crate::scope::declared_prefix;
use crate::tree::{AttributeData, Flags, Known, NONE, Span, XMLNS, number, range};
use crate::{Document, NodeId};

impl Document {
    /// Sets an attribute: an existing one keeps its place and its quotes, a new one comes last, on
    /// a line of its own when the attributes of the element stand on several lines.
    ///
    /// Setting the value it has changes nothing. Characters that XML cannot hold become U+FFFD.
    ///
    /// # Panics
    /// When `n` is no element or `name` no qualified name.
    pub fn set_attribute(&mut self, n: NodeId, name: &str, value: &str) {
        match self.find(n, name) {
            Some(slot) => self.replace_value(n, slot, value),
            None => self.insert_attribute(n, self.attribute_list(n).len(), name, value),
        }
    }

    /// Sets an attribute; a new one comes directly behind the attribute `after`, or last when
    /// there is no such.
    ///
    /// # Panics
    /// When `n` is no element or `name` no qualified name.
    pub fn insert_attribute_after(&mut self, n: NodeId, after: &str, name: &str, value: &str) {
        match (self.find(n, name), self.find(n, after)) {
            (Some(slot), _) => self.replace_value(n, slot, value),
            (None, Some(slot)) => self.insert_attribute(n, slot + 1, name, value),
            (None, None) => self.insert_attribute(n, self.attribute_list(n).len(), name, value),
        }
    }

    /// Sets an attribute as [`Document::set_attribute`] does, to the value of the attribute at
    /// `index` of the element `from`, and to its spelling where the quotes allow.
    ///
    /// # Panics
    /// When `n` is no element, `name` no qualified name, or there is no attribute at `index`.
    pub fn set_attribute_as(&mut self, n: NodeId, name: &str, from: NodeId, index: usize) {
        let model = &self.attribute_list(from)[index];
        let quote = |data: &AttributeData| self.slice(&(data.raw.end..data.raw.end + 1));
        let (raw, value) = (self.slice(&model.raw).to_owned(), self.value(model).to_owned());
        match self.find(n, name) {
            None => self.insert_spelled(n, self.attribute_list(n).len(), name, &raw, &value),
            Some(slot) if quote(&self.attribute_list(n)[slot]) == quote(model) => {
                self.respell_value(n, slot, &raw, &value);
            }
            Some(slot) => self.replace_value(n, slot, &value),
        }
    }

    /// Takes an attribute away, with the white space before it.
    ///
    /// When it was the first of the tag, or the first of a line, what follows takes its place.
    pub fn remove_attribute(&mut self, n: NodeId, name: &str) {
        let Some(slot) = self.find(n, name) else { return };
        if let Some(element) = self.element_mut(n) {
            element.attributes.end -= 1;
            let (first, last) =
                (element.attributes.start as usize, element.attributes.end as usize);
            self.arena.attributes[first + slot..=last].rotate_left(1);
        }
        self.mark_changed(n);
        if declared_prefix(name).is_some() {
            self.rebind(n);
        }
    }

    fn find(&self, n: NodeId, name: &str) -> Option<usize> {
        self.attribute_list(n).iter().position(|data| self.slice(&data.name) == name)
    }

    fn first_attribute(&self, n: NodeId) -> usize {
        self.element(n).map_or(0, |element| element.attributes.start as usize)
    }

    fn replace_value(&mut self, n: NodeId, slot: usize, value: &str) {
        let data = &self.attribute_list(n)[slot];
        let is_single = self.slice(&(data.raw.end..data.raw.end + 1)) == "'";
        let raw = if is_single { escape_single_quoted(value) } else { escape_attribute(value) };
        self.respell_value(n, slot, &raw, value);
    }

    fn respell_value(&mut self, n: NodeId, slot: usize, raw: &str, value: &str) {
        let index = self.first_attribute(n) + slot;
        let data = &self.arena.attributes[index];
        if self.value(data) == value {
            return;
        }
        let is_declaration = declared_prefix(self.slice(&data.name)).is_some();
        self.respell(index, raw, value);
        self.mark_changed(n);
        if is_declaration {
            self.rebind(n);
        }
    }

    /// Writes an attribute anew; name, equals sign and quotes stay as they are.
    fn respell(&mut self, index: usize, raw: &str, value: &str) {
        let old = self.arena.attributes[index].clone();
        let head = self.slice(&(old.name.start..old.raw.start));
        let quote = self.slice(&(old.raw.end..old.raw.end + 1));
        let spelling = [head, raw, quote].concat();
        let (head_length, origin) = (number(head.len()), self.origin(&old));
        let start = self.add(&spelling).start;
        let raw_start = start + head_length;
        self.arena.attributes[index] = AttributeData {
            name: start..start + number(old.name.len()),
            raw: raw_start..raw_start + number(raw.len()),
            namespace: old.namespace,
            known: self.know(value, origin),
        };
    }

    fn insert_attribute(&mut self, n: NodeId, slot: usize, name: &str, value: &str) {
        self.insert_spelled(n, slot, name, &escape_attribute(value), value);
    }

    fn insert_spelled(&mut self, n: NodeId, slot: usize, name: &str, raw: &str, value: &str) {
        assert!(is_qname(name), "`{name}` is no name of an attribute");
        let data = self.spelled(name, raw, value);
        self.put(n, slot, data);
        self.mark_changed(n);
        if declared_prefix(name).is_some() {
            self.rebind(n);
        } else if name.contains(':') {
            self.rebind_own(n);
        }
    }

    /// A new attribute, spelled.
    fn spelled(&mut self, name: &str, raw: &str, value: &str) -> AttributeData {
        let start = self.add(&[name, "=\"", raw, "\""].concat()).start;
        let name_end = start + number(name.len());
        AttributeData {
            name: start..name_end,
            raw: name_end + 2..name_end + 2 + number(raw.len()),
            namespace: 0,
            known: self.know(value, (NONE, NONE)),
        }
    }

    /// Puts an attribute into the list of an element.
    fn put(&mut self, n: NodeId, slot: usize, data: AttributeData) {
        let attributes = &mut self.arena.attributes;
        let element = self.arena.nodes[n.0 as usize].element as usize;
        let element = self.arena.elements.get_mut(element).expect("only elements have attributes");
        let list = range(&element.attributes);
        if list.end == attributes.len() {
            attributes.insert(list.start + slot, data);
            element.attributes.end += 1;
        } else {
            // Lists do not share memory: one that grows moves to the end.
            let start = attributes.len();
            attributes.extend_from_within(list);
            attributes.insert(start + slot, data);
            element.attributes = number(start)..number(attributes.len());
        }
    }

    /// Declares a namespace (empty: none) at the end of an element's attributes; names are not
    /// resolved anew.
    pub(crate) fn declare(&mut self, n: NodeId, prefix: &str, uri: &str) {
        let name = if prefix.is_empty() { "xmlns".into() } else { format!("xmlns:{prefix}") };
        let mut data = self.spelled(&name, &escape_attribute(uri), uri);
        data.namespace = XMLNS;
        self.put(n, self.attribute_list(n).len(), data);
    }

    /// Keeps a value that the spelling alone does not tell.
    pub(crate) fn know(&mut self, value: &str, origin: (u32, u32)) -> u32 {
        let start = number(self.arena.values.len());
        self.arena.values.push_str(value);
        let value = start..number(self.arena.values.len());
        self.arena.known.push(Known { value, origin });
        number(self.arena.known.len() - 1)
    }

    /// Stores a new spelling behind the source.
    pub(crate) fn add(&mut self, text: &str) -> Span {
        let start = self.source.len() + self.added.len();
        self.added.push_str(text);
        number(start)..number(start + text.len())
    }

    pub(crate) fn mark_changed(&mut self, n: NodeId) {
        self.node_mut(n).flags.set(Flags::CHANGED);
        self.mark_dirty(n);
    }
}
