use super::number;
use super::tree::{XNode, XPathTree};

/// What an expression comes to. Conversions are the recommendation's, whatever the dialect was.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<N> {
    /// A node set, in document order, no node twice.
    Nodes(Vec<XNode<N>>),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// A boolean.
    Boolean(bool),
}

impl<N: Copy + Eq + Ord + std::fmt::Debug> Value<N> {
    /// As `number()` converts it; a node set by its first node.
    pub fn to_number<T: XPathTree<Node = N>>(&self, tree: &T) -> f64 {
        match self {
            Self::Nodes(_) => number::from_text(&self.to_text(tree)),
            Self::Number(number) => *number,
            Self::Text(text) => number::from_text(text),
            Self::Boolean(boolean) => f64::from(u8::from(*boolean)),
        }
    }

    /// As `string()` converts it; a node set by its first node.
    pub fn to_text<T: XPathTree<Node = N>>(&self, tree: &T) -> String {
        match self {
            Self::Nodes(nodes) => nodes.first().map(|node| node.text(tree)).unwrap_or_default(),
            Self::Number(number) => number::to_text(*number),
            Self::Text(text) => text.clone(),
            Self::Boolean(boolean) => boolean.to_string(),
        }
    }

    /// As `boolean()` converts it.
    pub fn to_boolean(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Number(number) => !(number.is_nan() || *number == 0.0),
            Self::Text(text) => !text.is_empty(),
            Self::Boolean(boolean) => *boolean,
        }
    }
}
