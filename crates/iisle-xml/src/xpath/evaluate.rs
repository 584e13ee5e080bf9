//! Expressions and the values they come to. Types are known before, so that each is asked for what
//! is needed of it and nothing else is made.

use std::borrow::Cow;
use std::ops::ControlFlow::Break;

use super::expression::{Expression, Flow, Operator, Type};
use super::item::Item;
use super::model::Model;
use super::tree::XPathTree;
use super::value::Value;
use super::walk::{Sink, Walk, into, stop_if};
use super::{Dialect, dot_net, number};

/// What an evaluation looks at besides its context.
pub(crate) struct Evaluation<'e, T> {
    pub(crate) model: Model<'e, T>,
    pub(crate) dialect: Dialect,
    /// What each prefix of the expression is bound to; `None` is no namespace.
    pub(crate) bindings: Vec<Option<&'e str>>,
}

/// Where an expression is evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<N> {
    pub(crate) item: Item<N>,
    /// From 1.
    pub(crate) position: usize,
    /// Set where the expression asks for it.
    pub(crate) size: usize,
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "no tree has 2^53 nodes")]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

impl<'e, T: XPathTree> Evaluation<'e, T> {
    pub(crate) fn value(
        &self,
        expression: &'e Expression,
        context: &Context<T::Node>,
    ) -> Value<T::Node> {
        match expression.kind() {
            Type::Number => Value::Number(self.number(expression, context)),
            Type::Text => Value::Text(self.text(expression, context).into_owned()),
            Type::Boolean => Value::Boolean(self.boolean(expression, context)),
            Type::Nodes => {
                let items = self.nodes(expression, context);
                Value::Nodes(items.into_iter().map(|item| item.to_node(self.model)).collect())
            }
        }
    }

    pub(crate) fn boolean(&self, expression: &'e Expression, context: &Context<T::Node>) -> bool {
        match expression {
            Expression::Or(list) => list.iter().any(|e| self.boolean(e, context)),
            Expression::And(list) => list.iter().all(|e| self.boolean(e, context)),
            Expression::Chain(first, rest) if expression.kind() == Type::Boolean => {
                self.comparisons(first, rest, context)
            }
            Expression::Call(function, arguments) if function.gives() == Type::Boolean => {
                self.boolean_call(*function, arguments, context)
            }
            _ => match expression.kind() {
                Type::Nodes => self.visit(expression, context, &mut |_| Break(())).is_break(),
                Type::Text => !self.text(expression, context).is_empty(),
                Type::Number | Type::Boolean => {
                    let number = self.number(expression, context);
                    !(number.is_nan() || number == 0.0)
                }
            },
        }
    }

    pub(crate) fn number(&self, expression: &'e Expression, context: &Context<T::Node>) -> f64 {
        match expression {
            Expression::Number(number) => *number,
            Expression::Negate(inner) => -self.number(inner, context),
            Expression::Chain(first, rest) if expression.kind() == Type::Number => {
                let first = self.number(first, context);
                rest.iter().fold(first, |left, (operator, right)| {
                    calculate(left, *operator, self.number(right, context))
                })
            }
            Expression::Call(function, arguments) if function.gives() == Type::Number => {
                self.number_call(*function, arguments, context)
            }
            _ => match expression.kind() {
                Type::Boolean => f64::from(u8::from(self.boolean(expression, context))),
                _ => self.read_number(&self.text(expression, context)),
            },
        }
    }

    /// The number a text says.
    pub(crate) fn read_number(&self, text: &str) -> f64 {
        match self.dialect {
            Dialect::Standard => number::from_text(text),
            Dialect::DotNet => dot_net::number_from_text(text),
        }
    }

    pub(crate) fn text(
        &self,
        expression: &'e Expression,
        context: &Context<T::Node>,
    ) -> Cow<'e, str> {
        match expression {
            Expression::Literal(literal) => Cow::Borrowed(literal),
            Expression::Call(function, arguments) if function.gives() == Type::Text => {
                self.text_call(*function, arguments, context)
            }
            _ => match expression.kind() {
                Type::Nodes => self
                    .first(expression, context)
                    .map(|item| self.model.text(item))
                    .unwrap_or_default(),
                Type::Boolean => {
                    Cow::Borrowed(if self.boolean(expression, context) { "true" } else { "false" })
                }
                Type::Number | Type::Text => {
                    let number = self.number(expression, context);
                    Cow::Owned(match self.dialect {
                        Dialect::Standard => number::to_text(number),
                        Dialect::DotNet => dot_net::number_to_text(number),
                    })
                }
            },
        }
    }

    /// The nodes of a node set, in document order, none twice.
    pub(crate) fn nodes(
        &self,
        expression: &'e Expression,
        context: &Context<T::Node>,
    ) -> Vec<Item<T::Node>> {
        match expression {
            Expression::Path(path) => self.path(path, context),
            Expression::Union(list) => {
                let mut all: Vec<_> = list.iter().flat_map(|e| self.nodes(e, context)).collect();
                self.model.sort(&mut all);
                all
            }
            Expression::Filter(inner, predicates) => {
                let mut nodes = Vec::new();
                let feed = |sink: Sink<'_, T::Node>| self.in_order(inner, context, sink);
                // Nothing stops the list from growing.
                let _walk = self.sift(predicates, feed, &mut into(&mut nodes));
                nodes
            }
            Expression::FilterEach(inner, predicates) => {
                let mut nodes = self.nodes(inner, context);
                nodes.retain(|item| {
                    let alone = Context { item: *item, position: 1, size: 1 };
                    predicates.iter().all(|predicate| self.holds(predicate, &alone))
                });
                nodes
            }
            Expression::Call(_, arguments) => {
                arguments.first().map(|ids| self.with_ids(ids, context)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Shows the nodes of a node set in document order, and none more than are wanted.
    pub(crate) fn in_order(
        &self,
        expression: &'e Expression,
        context: &Context<T::Node>,
        sink: Sink<'_, T::Node>,
    ) -> Walk {
        match expression {
            Expression::Path(path) if path.flow == Flow::Ordered => {
                self.nested(&path.steps, self.start(path, context), sink)
            }
            _ => self.nodes(expression, context).into_iter().try_for_each(sink),
        }
    }

    /// Shows the nodes of a node set in any order.
    pub(crate) fn visit(
        &self,
        expression: &'e Expression,
        context: &Context<T::Node>,
        sink: Sink<'_, T::Node>,
    ) -> Walk {
        match expression {
            Expression::Path(path) if path.flow != Flow::Repeating => {
                self.nested(&path.steps, self.start(path, context), sink)
            }
            Expression::Union(list) => {
                list.iter().try_for_each(|e| self.visit(e, context, &mut *sink))
            }
            _ => self.in_order(expression, context, sink),
        }
    }

    /// The first node in document order.
    pub(crate) fn first(
        &self,
        expression: &'e Expression,
        context: &Context<T::Node>,
    ) -> Option<Item<T::Node>> {
        let mut first = None;
        let found = self.in_order(expression, context, &mut |item| {
            first = Some(item);
            stop_if(true)
        });
        first.filter(|_| found.is_break())
    }
}

fn calculate(left: f64, operator: Operator, right: f64) -> f64 {
    match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        // The remainder of a truncating division, whose sign is the dividend's.
        _ => left % right,
    }
}
