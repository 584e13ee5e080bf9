use super::{Namespaces, Value, XNode, XPathError, XPathTree};

/// An expression, read and checked.
#[derive(Debug, Clone)]
pub struct XPath {
    text: Box<str>,
}

impl XPath {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, XPathError> {
        Ok(Self { text: text.into() })
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every prefix is bound.
    pub fn check(&self, namespaces: &Namespaces) -> Result<(), XPathError> {
        todo!("{namespaces:?}")
    }

    /// What the expression comes to at a node.
    pub fn evaluate<T: XPathTree>(
        &self,
        tree: &T,
        context: &XNode<T::Node>,
        namespaces: &Namespaces,
    ) -> Result<Value<T::Node>, XPathError> {
        todo!("{namespaces:?} {context:?} {:?}", tree.document())
    }

    /// The nodes the expression selects, in document order, none twice.
    ///
    /// # Errors
    /// [`XPathProblem::NoNodeSet`](super::XPathProblem::NoNodeSet) for an expression that selects
    /// none.
    pub fn select<T: XPathTree>(
        &self,
        tree: &T,
        context: &XNode<T::Node>,
        namespaces: &Namespaces,
    ) -> Result<Vec<XNode<T::Node>>, XPathError> {
        todo!("{namespaces:?} {context:?} {:?}", tree.document())
    }
}
