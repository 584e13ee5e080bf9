use std::cell::{OnceCell, RefCell};

use iisle_xml::{Document, NodeId, NodeKind, OpenedTags, Position};

use super::layout::lay_out;
use super::lookup::Lookup;
use crate::Code;
use crate::fault::Fault;
use crate::log::Log;
use crate::options::Hyphens;
use crate::script::XDT;
use crate::target::{Target, Unwritable};

/// A document that is edited.
#[derive(Debug)]
pub(crate) struct Safe {
    pub(super) document: Document,
    pub(super) lookup: RefCell<Lookup>,
    transform: Document,
    /// The document as it was read, once it was asked for.
    original: OnceCell<Box<Self>>,
    /// The copies in the order they were made, each with the transform element it is of.
    copies: Vec<(NodeId, NodeId)>,
}

impl Safe {
    pub(super) fn new(mut document: Document, transform: Document) -> Self {
        document.set_opened_tags(OpenedTags::AsWritten);
        Self {
            document,
            lookup: RefCell::default(),
            transform,
            original: OnceCell::new(),
            copies: Vec::new(),
        }
    }

    /// Tells the index that a copy is in the tree now.
    fn added(&mut self, copy: NodeId) {
        self.lookup.borrow_mut().changed(&self.document, copy);
    }

    /// The transform element that an element is, or is within, a copy of.
    fn origin(&self, n: NodeId) -> Option<NodeId> {
        let before = self.copies.partition_point(|(copy, _)| *copy <= n);
        let (_, origin) = self.copies.get(before.checked_sub(1)?)?;
        Some(*origin)
    }

    /// A place of the source, or of the transform for what came from there; both of the `<`.
    fn place(&self, n: NodeId) -> Position {
        let origin = self.document.is_new(n).then(|| self.origin(n)).flatten();
        match origin {
            Some(origin) => self.transform.position(origin),
            None => self.document.position(n),
        }
    }

    fn is_parent(&self, n: NodeId) -> Result<(), Fault> {
        match self.document.kind(n) {
            NodeKind::Element => Ok(()),
            kind => Err(Fault::new(Code::NotAnElement, [described(kind).to_owned()])),
        }
    }
}

impl Target for Safe {
    type Origin = NodeId;

    fn original(&self) -> &Self {
        if !self.document.is_edited() {
            return self;
        }
        let read = || {
            let transform = Document::parse(b"<none/>").expect("this is well-formed");
            Box::new(Self::new(self.document.original(), transform))
        };
        self.original.get_or_init(read)
    }

    fn display_name(&self, n: NodeId) -> String {
        match self.document.kind(n) {
            NodeKind::Element | NodeKind::ProcessingInstruction => self.document.name(n).to_owned(),
            NodeKind::Text => "#text".to_owned(),
            NodeKind::CData => "#cdata-section".to_owned(),
            NodeKind::Comment => "#comment".to_owned(),
            NodeKind::Document | NodeKind::DocType | NodeKind::Declaration => {
                "#document".to_owned()
            }
        }
    }

    fn element_position(&self, n: NodeId) -> Option<Position> {
        let Position { line, column } = self.place(n);
        let is_element = self.document.kind(n) == NodeKind::Element;
        is_element.then_some(Position { line, column: column + 1 })
    }

    fn attribute_position(&self, n: NodeId, index: usize) -> Option<Position> {
        if self.document.is_new(n) {
            return self.element_position(n);
        }
        self.document.attributes(n).nth(index).map(|attribute| attribute.position())
    }

    fn copy(&mut self, origin: NodeId) -> Result<NodeId, Fault> {
        let keeps = |attribute: &iisle_xml::Attribute<'_>| attribute.namespace != Some(XDT);
        let copy = self.document.import(&self.transform, origin, &keeps);
        self.copies.push((copy, origin));
        Ok(copy)
    }

    fn append(&mut self, parent: NodeId, copy: NodeId) -> Result<(), Fault> {
        self.is_parent(parent)?;
        self.document.link(parent, self.document.last_child(parent), copy);
        self.added(copy);
        Ok(())
    }

    fn insert_before(&mut self, sibling: NodeId, copy: NodeId) -> Result<(), Fault> {
        let parent = self.document.parent(sibling).filter(|parent| self.is_parent(*parent).is_ok());
        let Some(parent) = parent else { return Err(Fault::new(Code::NoParent, [])) };
        self.document.link(parent, self.document.previous_sibling(sibling), copy);
        self.added(copy);
        Ok(())
    }

    fn insert_after(&mut self, sibling: NodeId, copy: NodeId) -> Result<(), Fault> {
        let parent = self.document.parent(sibling).filter(|parent| self.is_parent(*parent).is_ok());
        let Some(parent) = parent else { return Err(Fault::new(Code::NoParent, [])) };
        self.document.link(parent, Some(sibling), copy);
        self.added(copy);
        Ok(())
    }

    fn replace(&mut self, old: NodeId, copy: NodeId) -> Result<(), Fault> {
        if self.document.parent(old).is_none() {
            return Err(Fault::new(Code::NoParent, []));
        }
        self.document.replace(old, copy);
        self.added(copy);
        Ok(())
    }

    fn remove(&mut self, n: NodeId) -> Result<(), Fault> {
        self.is_removable(n)?;
        self.document.detach(n);
        Ok(())
    }

    fn comment_out(&mut self, n: NodeId, hyphens: Hyphens, log: &mut Log) -> Result<(), Fault> {
        self.is_removable(n)?;
        let content = format!(" {} ", self.document.outer_markup(n));
        // The blank at the end sees to it that no hyphen stands there.
        if content.contains("--") {
            match hyphens {
                Hyphens::Refuse => return Err(Fault::new(Code::HyphensRefused, [])),
                Hyphens::Spread => log.info(Fault::new(Code::HyphensSpread, [])),
            }
        }
        let comment = self.document.create_comment(&content);
        self.document.replace(n, comment);
        Ok(())
    }

    fn set_attribute(
        &mut self,
        element: NodeId,
        from: NodeId,
        index: usize,
        value: &str,
    ) -> Result<(), Fault> {
        self.is_parent(element)?;
        let Some(attribute) = self.document.attributes(from).nth(index) else { return Ok(()) };
        let is_verbatim = attribute.value == value;
        let name = match (attribute.prefix, attribute.namespace) {
            (Some(prefix), Some(namespace)) => {
                let (prefix, namespace) = (prefix.to_owned(), namespace.to_owned());
                let local = attribute.local_name.to_owned();
                let same = self.document.attributes(element).find(|known| {
                    known.namespace == Some(&*namespace) && known.local_name == local
                });
                let same = same.map(|known| known.name.to_owned());
                same.unwrap_or_else(|| {
                    let bound = self.document.attribute_prefix(element, &prefix, &namespace);
                    format!("{bound}:{local}")
                })
            }
            _ => attribute.name.to_owned(),
        };
        if is_verbatim {
            self.document.set_attribute_as(element, &name, from, index);
        } else {
            self.document.set_attribute(element, &name, value);
        }
        self.lookup.borrow_mut().changed(&self.document, element);
        Ok(())
    }

    fn remove_attributes(&mut self, element: NodeId, indexes: &[usize]) -> Result<(), Fault> {
        let named = |index: &usize| self.document.attributes(element).nth(*index);
        let names: Vec<String> =
            indexes.iter().filter_map(named).map(|attribute| attribute.name.to_owned()).collect();
        for name in names {
            self.document.remove_attribute(element, &name);
        }
        Ok(())
    }

    fn into_bytes(mut self) -> Result<Vec<u8>, Unwritable> {
        lay_out(&mut self.document);
        match self.document.unencodable() {
            None => Ok(self.document.to_bytes()),
            Some(c) => {
                let fault = Fault::new(Code::Unencodable, [c.to_string()]);
                Err(Unwritable { fault, left: None })
            }
        }
    }
}

impl Safe {
    fn is_removable(&self, n: NodeId) -> Result<(), Fault> {
        let document = &self.document;
        if n == document.root() || n == document.document_node() {
            return Err(Fault::new(Code::DocumentElement, [self.display_name(n)]));
        }
        match document.parent(n) {
            Some(_) => Ok(()),
            None => Err(Fault::new(Code::NoParent, [])),
        }
    }
}

fn described(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Document => "the document",
        NodeKind::Element => "an element",
        NodeKind::Text | NodeKind::CData => "text",
        NodeKind::Comment => "a comment",
        NodeKind::ProcessingInstruction => "a processing instruction",
        NodeKind::DocType | NodeKind::Declaration => "something else",
    }
}
