use std::borrow::Cow;
use std::fmt;

use super::Dialect;
use super::item::Item;
use super::model::Model;
use crate::scope::XMLNS_NAMESPACE;

/// What a node of a tree is to XPath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XPathKind {
    /// The root node: the document itself, above the document element.
    Root,
    /// An element.
    Element,
    /// A piece of character data: text, white space, CDATA, what an entity brought. Pieces that
    /// stand side by side are one text node, which the first of them stands for; pieces without
    /// characters are none.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    ProcessingInstruction,
    /// Nothing XPath knows, such as a document type declaration. It has no
    /// children.
    Nothing,
}

/// A name that has its prefix resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpandedName<'a> {
    /// The namespace; `None`, never an empty text, for a name in no namespace.
    pub namespace: Option<&'a str>,
    /// The name without prefix.
    pub local: &'a str,
}

/// The name of a node, both as written and resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QualifiedName<'a> {
    /// The name with its prefix, which `name()` gives.
    pub qualified: &'a str,
    /// The name that comparisons go by.
    pub expanded: ExpandedName<'a>,
}

/// An attribute or a namespace declaration, as a tree shows it.
#[derive(Debug, Clone)]
pub struct XPathAttribute<'a> {
    /// Its name. A declaration has one too: `xmlns` or `xmlns:p`, and `p` as local name.
    pub name: QualifiedName<'a>,
    /// Its value, references resolved and white space normalized.
    pub value: Cow<'a, str>,
}

impl XPathAttribute<'_> {
    /// The prefix it declares, empty for the default namespace; `None` when it declares none.
    pub fn declares(&self) -> Option<&str> {
        let name = &self.name;
        let declares = name.expanded.namespace == Some(XMLNS_NAMESPACE);
        let prefix = if name.qualified == "xmlns" { "" } else { name.expanded.local };
        declares.then_some(prefix)
    }
}

/// A node as XPath has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XNode<N> {
    /// A node of the tree. Of a text in pieces, the first.
    Tree(N),
    /// An attribute: its element, and its index among all the element's attributes, declarations
    /// of namespaces counted.
    Attribute(N, usize),
    /// A namespace node: the element it is in scope of, and its prefix, empty for the default.
    Namespace(N, Box<str>),
}

impl<N: Copy> XNode<N> {
    /// The node of the tree: itself, or the element it belongs to.
    pub fn tree_node(&self) -> N {
        match self {
            Self::Tree(node) | Self::Attribute(node, _) | Self::Namespace(node, _) => *node,
        }
    }
}

impl<N: Copy + Eq + Ord + fmt::Debug> XNode<N> {
    /// Its string-value (section 5): all text below a root node or an element, the value of an
    /// attribute, the URI of a namespace, the content of anything else.
    pub fn text<T: XPathTree<Node = N>>(&self, tree: &T) -> String {
        // Of a text, characters are all that counts.
        let model = Model { tree, dialect: Dialect::Standard };
        model.text(Item::from_node(model, self)).into_owned()
    }
}

/// A tree that expressions are evaluated on.
///
/// It shows its nodes as they are; what the data model of XPath makes of them (text nodes out of
/// pieces, namespace nodes out of declarations) is not its concern.
pub trait XPathTree {
    /// A handle of a node. Its order may be any.
    type Node: Copy + Eq + Ord + fmt::Debug;

    /// The root node, which `/` selects.
    fn document(&self) -> Self::Node;

    /// What a node is.
    fn kind(&self, n: Self::Node) -> XPathKind;

    /// The node above; `None` for the root node and for what stands in no tree.
    fn parent(&self, n: Self::Node) -> Option<Self::Node>;

    /// The first child, of any kind.
    fn first_child(&self, n: Self::Node) -> Option<Self::Node>;

    /// The last child, of any kind.
    fn last_child(&self, n: Self::Node) -> Option<Self::Node>;

    /// The node behind it under the same parent.
    fn next_sibling(&self, n: Self::Node) -> Option<Self::Node>;

    /// The node before it under the same parent.
    fn previous_sibling(&self, n: Self::Node) -> Option<Self::Node>;

    /// The name of an element; for a processing instruction its target, in no namespace. Of other
    /// kinds it is not asked.
    fn name(&self, n: Self::Node) -> QualifiedName<'_>;

    /// The attribute of an element at an index, declarations of namespaces among them; `None`
    /// behind the last one.
    fn attribute(&self, n: Self::Node, index: usize) -> Option<XPathAttribute<'_>>;

    /// Characters of a text piece, content of a comment, data of a processing instruction. Of
    /// other kinds it is not asked.
    fn text(&self, n: Self::Node) -> Cow<'_, str>;

    /// Whether a text piece counts for one: those without characters do not, unless the tree says
    /// otherwise.
    fn is_there(&self, n: Self::Node, _dialect: Dialect) -> bool {
        !self.text(n).is_empty()
    }

    /// A number that grows in document order, when that is known of every node without a walk;
    /// `None` has the order found out by a walk from the root where it matters.
    fn rank(&self, _n: Self::Node) -> Option<u64> {
        None
    }

    /// Index hook: the child elements of `parent` of that name whose attribute has that value, in
    /// document order. `None`, always allowed: no index, all children are looked at. What it
    /// gives is looked at once more, so that a superset in document order does no harm.
    fn children_with(
        &self,
        _parent: Self::Node,
        _name: &ExpandedName<'_>,
        _attribute: &ExpandedName<'_>,
        _value: &str,
    ) -> Option<Vec<Self::Node>> {
        None
    }

    /// The element whose attribute of type ID has that value, the first in document order. `None`
    /// where the tree has no document type.
    fn element_with_id(&self, _id: &str) -> Option<Self::Node> {
        None
    }
}
