use super::evaluate::{Context, Evaluation};
use super::expression::Type;
use super::item::Item;
use super::model::Model;
use super::parse::{Parsed, parse};
use super::{Dialect, Namespaces, Value, XNode, XPathError, XPathProblem, XPathTree};

/// An expression, read and checked: its evaluation fails only when a prefix is not bound.
#[derive(Debug, Clone)]
pub struct XPath {
    text: Box<str>,
    dialect: Dialect,
    parsed: Parsed,
}

impl XPath {
    /// Reads an expression.
    ///
    /// # Errors
    /// All that is wrong whatever the tree is: syntax, unknown axes and functions, counts of
    /// arguments, what must be a node set and is none, variables, because none has a value.
    pub fn parse(text: &str) -> Result<Self, XPathError> {
        Self::parse_as(text, Dialect::Standard)
    }

    /// Reads an expression of a dialect.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_as(text: &str, dialect: Dialect) -> Result<Self, XPathError> {
        Ok(Self { text: text.into(), dialect, parsed: parse(text, dialect)? })
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it comes to a node set, so that [`Self::select`] may be used.
    pub fn is_node_set(&self) -> bool {
        self.parsed.expression.kind() == Type::Nodes
    }

    /// Whether every prefix is bound, also those in parts that an evaluation might not reach.
    ///
    /// # Errors
    /// [`XPathProblem::UnboundPrefix`] for the first one that is not.
    pub fn check(&self, namespaces: &Namespaces) -> Result<(), XPathError> {
        self.bindings(namespaces).map(drop)
    }

    fn bindings<'a>(&self, namespaces: &'a Namespaces) -> Result<Vec<Option<&'a str>>, XPathError> {
        let bound = self.parsed.prefixes.iter().map(|(prefix, offset)| {
            let problem = || XPathProblem::UnboundPrefix { prefix: (**prefix).into() };
            let uri = namespaces.uri(prefix);
            let uri = uri.ok_or_else(|| XPathError::new(&self.text, *offset, problem()))?;
            Ok((!uri.is_empty()).then_some(uri))
        });
        bound.collect()
    }

    /// What the expression comes to at a node of the tree; its position there and the size of the
    /// context are 1.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn evaluate<T: XPathTree>(
        &self,
        tree: &T,
        context: &XNode<T::Node>,
        namespaces: &Namespaces,
    ) -> Result<Value<T::Node>, XPathError> {
        let model = Model { tree, dialect: self.dialect };
        let evaluation =
            Evaluation { model, dialect: self.dialect, bindings: self.bindings(namespaces)? };
        let context = Context { item: Item::from_node(model, context), position: 1, size: 1 };
        Ok(evaluation.value(&self.parsed.expression, &context))
    }

    /// The nodes the expression selects, in document order, none twice.
    ///
    /// # Errors
    /// [`XPathProblem::NoNodeSet`] for an expression that is none, and as [`Self::check`].
    pub fn select<T: XPathTree>(
        &self,
        tree: &T,
        context: &XNode<T::Node>,
        namespaces: &Namespaces,
    ) -> Result<Vec<XNode<T::Node>>, XPathError> {
        if let Value::Nodes(nodes) = self.evaluate(tree, context, namespaces)? {
            return Ok(nodes);
        }
        let found = self.parsed.expression.kind().noun();
        let problem = XPathProblem::NoNodeSet { what: "the expression".into(), found };
        Err(XPathError::new(&self.text, 0, problem))
    }
}
