use super::model::{Model, number};
use super::tree::{XNode, XPathTree};

/// A node as the evaluation has it: as [`XNode`], but small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item<N> {
    pub(crate) node: N,
    pub(crate) part: Part,
}

/// What of a node of the tree is meant; in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Itself,
    /// Index into the namespaces in scope, in the order of their prefixes.
    Namespace(u32),
    /// Index into the attributes.
    Attribute(u32),
}

impl<N: Copy> Item<N> {
    pub(crate) fn tree(node: N) -> Self {
        Self { node, part: Part::Itself }
    }

    /// The node, unless an attribute or a namespace is meant.
    pub(crate) fn as_tree(&self) -> Option<N> {
        (self.part == Part::Itself).then_some(self.node)
    }
}

impl<N: Copy + Eq + Ord + std::fmt::Debug> Item<N> {
    pub(crate) fn from_node<T: XPathTree<Node = N>>(model: Model<'_, T>, node: &XNode<N>) -> Self {
        match node {
            XNode::Tree(node) => Self::tree(model.whole(*node)),
            XNode::Attribute(node, index) => {
                Self { node: *node, part: Part::Attribute(number(*index)) }
            }
            XNode::Namespace(node, prefix) => {
                let in_scope = model.namespaces(*node);
                let index = in_scope.iter().position(|(known, _)| *known == **prefix);
                let index = index.unwrap_or(in_scope.len());
                Self { node: *node, part: Part::Namespace(number(index)) }
            }
        }
    }

    pub(crate) fn to_node<T: XPathTree<Node = N>>(self, model: Model<'_, T>) -> XNode<N> {
        match self.part {
            Part::Itself => XNode::Tree(self.node),
            Part::Attribute(index) => XNode::Attribute(self.node, index as usize),
            Part::Namespace(index) => {
                let (prefix, _) = model.namespace(self.node, index);
                XNode::Namespace(self.node, prefix.into_owned().into())
            }
        }
    }
}
