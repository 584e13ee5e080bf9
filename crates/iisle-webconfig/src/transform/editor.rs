use std::collections::BTreeSet;

use iisle_xml::{Document, NodeId, NodeKind};

use crate::Position;
use crate::transform::arguments::equal_ignoring_case;
use crate::transform::outcome::{Change, Notice, TransformError};

/// A document under edit, with a log of what was done.
pub(crate) struct Editor {
    pub(crate) document: Document,
    pub(crate) changes: Vec<Change>,
    pub(crate) warnings: Vec<Notice>,
    pub(crate) notes: Vec<Notice>,
    /// Elements that were not in the source and have no place there.
    new: BTreeSet<NodeId>,
}

impl Editor {
    pub(crate) fn new(document: Document) -> Self {
        Self {
            document,
            changes: Vec::new(),
            warnings: Vec::new(),
            notes: Vec::new(),
            new: BTreeSet::new(),
        }
    }

    /// Goes on with another document that somebody made of this one; the log stays.
    pub(crate) fn replace(&mut self, document: Document) {
        self.document = document;
        self.new.clear();
    }

    pub(crate) fn warn(&mut self, code: &'static str, message: String, position: Option<Position>) {
        self.warnings.push(Notice { code, message, position });
    }

    pub(crate) fn note(&mut self, code: &'static str, message: String, position: Option<Position>) {
        self.notes.push(Notice { code, message, position });
    }

    /// Whether an element has this local name in the namespace of the root element.
    pub(crate) fn is(&self, node: NodeId, name: &str) -> bool {
        let document = &self.document;
        document.local_name(node) == name
            && document.namespace(node) == document.namespace(document.root())
    }

    /// Child elements of this local name in the namespace of the root element.
    pub(crate) fn named(&self, parent: NodeId, name: &str) -> Vec<NodeId> {
        self.document.elements(parent).filter(|&node| self.is(node, name)).collect()
    }

    /// The only child of this name.
    pub(crate) fn only(
        &self,
        parent: NodeId,
        name: &str,
    ) -> Result<Option<NodeId>, TransformError> {
        match self.named(parent, name).as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            [first, second, ..] => Err(self.duplicate(name, *first, *second)),
        }
    }

    pub(crate) fn duplicate(&self, name: &str, first: NodeId, second: NodeId) -> TransformError {
        let position = |node| self.document.position(node);
        let (first, second) = (position(first), position(second));
        TransformError::DuplicateElement { name: name.to_owned(), first, second }
    }

    /// Where an element stands in the source.
    pub(crate) fn position(&self, node: NodeId) -> Option<Position> {
        (!self.new.contains(&node)).then(|| self.document.position(node))
    }

    /// Where an attribute stands in the source, else its element.
    pub(crate) fn attribute_position(&self, node: NodeId, name: &str) -> Option<Position> {
        let position = self.position(node)?;
        let mut attributes = self.document.attributes(node);
        let attribute = attributes.find(|attribute| attribute.name == name);
        Some(attribute.map_or(position, |attribute| attribute.position()))
    }

    pub(crate) fn value(&self, node: NodeId, name: &str) -> Option<&str> {
        self.document.attribute(node, name)
    }

    /// Gives an attribute a value, touching nothing when it has it already.
    pub(crate) fn set(&mut self, node: NodeId, name: &str, value: &str) {
        self.set_behind(node, None, name, value);
    }

    /// The same; a new attribute goes directly behind another one, if that is there.
    pub(crate) fn set_behind(
        &mut self,
        node: NodeId,
        behind: Option<&str>,
        name: &str,
        value: &str,
    ) {
        let before = self.value(node, name).map(str::to_owned);
        if before.as_deref() == Some(value) {
            return;
        }
        self.log(node, name, before.clone(), Some(value.to_owned()));
        let behind = behind.filter(|behind| self.value(node, behind).is_some());
        match behind {
            Some(behind) if before.is_none() => {
                self.document.insert_attribute_after(node, behind, name, value);
            }
            _ => self.document.set_attribute(node, name, value),
        }
    }

    /// Takes an attribute away, if it is there.
    pub(crate) fn unset(&mut self, node: NodeId, name: &str) {
        if let Some(before) = self.value(node, name).map(str::to_owned) {
            self.log(node, name, Some(before), None);
            self.document.remove_attribute(node, name);
        }
    }

    /// Gives an attribute that is missing or blank a value; a blank one is reported.
    pub(crate) fn fill(&mut self, node: NodeId, name: &str, value: &str) {
        match self.value(node, name) {
            Some(found) if !found.trim().is_empty() => {}
            Some(_) => {
                self.warn_empty(node, name);
                self.set(node, name, value);
            }
            None => self.set(node, name, value),
        }
    }

    /// Reports an attribute without content.
    pub(crate) fn warn_empty(&mut self, node: NodeId, name: &str) {
        let element = self.document.local_name(node);
        let message = format!("`{name}` of `{element}` is empty and counts as missing");
        let position = self.attribute_position(node, name);
        self.warn("empty-attribute", message, position);
    }

    fn log(&mut self, node: NodeId, name: &str, before: Option<String>, after: Option<String>) {
        let what = format!("{}/@{name}", self.document.local_name(node));
        let position = self.attribute_position(node, name);
        self.changes.push(Change { what, before, after, position });
    }

    /// A new element that can stand below `parent`: with its prefix, hence in its namespace.
    pub(crate) fn create(&mut self, parent: NodeId, name: &str) -> NodeId {
        let qualified = match self.document.prefix(parent) {
            Some(prefix) => format!("{prefix}:{name}"),
            None => name.to_owned(),
        };
        let node = self.document.create_element(&qualified);
        self.new.insert(node);
        node
    }

    /// Records that an element was added below `parent`.
    pub(crate) fn log_added(&mut self, parent: NodeId, what: &str, after: &str) {
        let position = self.position(parent);
        let (what, after) = (what.to_owned(), Some(after.to_owned()));
        self.changes.push(Change { what, before: None, after, position });
    }

    /// The only child of this name, or a new one behind the others.
    pub(crate) fn get_or_append(
        &mut self,
        parent: NodeId,
        name: &str,
    ) -> Result<NodeId, TransformError> {
        if let Some(found) = self.only(parent, name)? {
            return Ok(found);
        }
        let node = self.create(parent, name);
        self.log_added(parent, name, "new element");
        self.document.append_child(parent, node);
        Ok(node)
    }

    /// Comments of this content, ignoring case, wherever they stand.
    fn comments(&self, content: &str) -> Vec<NodeId> {
        let document = &self.document;
        let root = document.root();
        let parents = document.parent(root).into_iter().chain(document.descendants(root));
        let children = parents.flat_map(|parent| document.children(parent));
        children
            .filter(|&node| document.kind(node) == NodeKind::Comment)
            .filter(|&node| equal_ignoring_case(&document.text(node), content))
            .collect()
    }

    /// Removes comments of this content, ignoring case, wherever they stand.
    pub(crate) fn remove_comments(&mut self, content: &str) {
        for comment in self.comments(content) {
            let position = self.position(comment);
            let before = Some(self.document.text(comment).into_owned());
            self.changes.push(Change { what: "comment".to_owned(), before, after: None, position });
            self.document.remove(comment);
        }
    }

    /// Adds a comment as the last node of the document, unless there is one of this content.
    pub(crate) fn add_comment(&mut self, content: &str) {
        if !self.comments(content).is_empty() {
            return;
        }
        let document = &mut self.document;
        let root = document.root();
        let top = document.parent(root).expect("the root stands in the document");
        let visible = |node: &NodeId| document.kind(*node) != NodeKind::Text;
        let last = document.children(top).filter(visible).last().unwrap_or(root);
        let newline = document.newline().to_owned();
        let comment = document.create_comment(content);
        let starts_document = document.children(top).next() == Some(last);
        document.insert_after(last, comment);
        // The first node of a document has no line before it that could be imitated.
        if starts_document && !newline.is_empty() {
            let lead = document.create_text(&newline);
            document.insert_before(comment, lead);
        }
        let after = Some(content.to_owned());
        self.changes.push(Change {
            what: "comment".to_owned(),
            before: None,
            after,
            position: None,
        });
    }
}
