//! A document as the SDK's code holds it: white space between tags is gone, layout too.

/// A document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    /// `standalone` of the XML declaration.
    pub(crate) standalone: Option<String>,
    /// Nodes at the top: comments, instructions, the document type and one element.
    pub(crate) nodes: Vec<Node>,
}

/// A node; neighboring texts are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Element(Element),
    Text(String),
    CData(String),
    Comment(String),
    Instruction { target: String, data: String },
    DocType { name: String, rest: String },
}

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// The qualified name.
    pub(crate) name: String,
    /// The namespace, empty for none.
    pub(crate) namespace: String,
    /// Attributes and namespace declarations, in order.
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Node>,
    /// Whether an end tag is written although there are no children.
    pub(crate) has_end_tag: bool,
}

impl Element {
    /// An element in no namespace.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(crate) fn local_name(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// Whether this is its name in no namespace.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.namespace.is_empty() && self.local_name() == name
    }

    /// Attributes without prefix are in no namespace.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Changes an attribute in place, or appends it.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Appends an attribute unless there is one, even an empty one.
    pub(crate) fn set_if_absent(&mut self, name: &str, value: &str) {
        if self.value(name).is_none() {
            self.set(name, value);
        }
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// Where the first child of this name in no namespace stands among the children.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.children.iter().position(|node| matches!(node, Node::Element(e) if e.is(name)))
    }

    /// The child element at an index that [`Self::find`] gave.
    pub(crate) fn at(&mut self, index: usize) -> &mut Self {
        match &mut self.children[index] {
            Node::Element(element) => element,
            _ => unreachable!("the index is that of an element"),
        }
    }

    /// Where the first child of this name stands, a new one at the end if there is none.
    pub(crate) fn get_or_append(&mut self, name: &str) -> usize {
        self.find(name).unwrap_or_else(|| {
            self.children.push(Node::Element(Self::new(name)));
            self.children.len() - 1
        })
    }

    /// Whether this element, or anything below it, is called so in no namespace.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.is(name) || self.elements().any(|child| child.holds(name))
    }
}
