//! Comparisons (section 3.4).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow::Continue;

use super::evaluate::{Context, Evaluation};
use super::expression::{Expression, Operator, Type};
use super::tree::XPathTree;
use super::walk::stop_if;

/// One side of a comparison.
#[derive(Clone, Copy)]
enum Side<'e> {
    Expression(&'e Expression),
    /// What the comparison before it came to.
    Boolean(bool),
}

impl Side<'_> {
    fn kind(self) -> Type {
        match self {
            Self::Expression(expression) => expression.kind(),
            Self::Boolean(_) => Type::Boolean,
        }
    }
}

/// Applies a comparison to what has an order. NaN has none: it is unequal to everything.
fn holds<V: PartialOrd>(left: &V, operator: Operator, right: &V) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}

/// The operator that says the same with the sides exchanged.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}

fn is_equality(operator: Operator) -> bool {
    matches!(operator, Operator::Equal | Operator::NotEqual)
}

impl<'e, T: XPathTree> Evaluation<'e, T> {
    /// Comparisons of one precedence, from the left.
    pub(crate) fn comparisons(
        &self,
        first: &'e Expression,
        rest: &'e [(Operator, Expression)],
        context: &Context<T::Node>,
    ) -> bool {
        let mut left = Side::Expression(first);
        for (operator, right) in rest {
            left = Side::Boolean(self.compare(left, *operator, Side::Expression(right), context));
        }
        self.side_boolean(left, context)
    }

    fn side_boolean(&self, side: Side<'e>, context: &Context<T::Node>) -> bool {
        match side {
            Side::Expression(expression) => self.boolean(expression, context),
            Side::Boolean(boolean) => boolean,
        }
    }

    fn side_number(&self, side: Side<'e>, context: &Context<T::Node>) -> f64 {
        match side {
            Side::Expression(expression) => self.number(expression, context),
            Side::Boolean(boolean) => f64::from(u8::from(boolean)),
        }
    }

    fn side_text(&self, side: Side<'e>, context: &Context<T::Node>) -> Cow<'e, str> {
        match side {
            Side::Expression(expression) => self.text(expression, context),
            Side::Boolean(boolean) => Cow::Borrowed(if boolean { "true" } else { "false" }),
        }
    }

    fn compare(
        &self,
        left: Side<'e>,
        operator: Operator,
        right: Side<'e>,
        context: &Context<T::Node>,
    ) -> bool {
        use Type::{Boolean, Nodes};
        match (left, left.kind(), right, right.kind()) {
            // With a node set, or for equality, both become booleans; else both become numbers.
            (_, Boolean, _, other) | (_, other, _, Boolean)
                if other == Nodes || is_equality(operator) =>
            {
                let sides = [left, right].map(|side| self.side_boolean(side, context));
                holds(&sides[0], operator, &sides[1])
            }
            (Side::Expression(left), Nodes, Side::Expression(right), Nodes) => {
                self.compare_sets(left, operator, right, context)
            }
            (Side::Expression(nodes), Nodes, value, kind) => {
                self.compare_nodes(nodes, operator, value, kind, context)
            }
            (value, kind, Side::Expression(nodes), Nodes) => {
                self.compare_nodes(nodes, mirrored(operator), value, kind, context)
            }
            (_, Type::Text, _, Type::Text) if is_equality(operator) => {
                let sides = [left, right].map(|side| self.side_text(side, context));
                holds(&sides[0], operator, &sides[1])
            }
            _ => {
                let sides = [left, right].map(|side| self.side_number(side, context));
                holds(&sides[0], operator, &sides[1])
            }
        }
    }

    /// Whether some node compares with a number or a string.
    fn compare_nodes(
        &self,
        nodes: &'e Expression,
        operator: Operator,
        value: Side<'e>,
        kind: Type,
        context: &Context<T::Node>,
    ) -> bool {
        if is_equality(operator) && kind == Type::Text {
            let value = self.side_text(value, context);
            return self.some(nodes, context, |text| holds(text, operator, &value));
        }
        let value = self.side_number(value, context);
        self.some(nodes, context, |text| holds(&self.read_number(text), operator, &value))
    }

    /// Whether the string-value of some node fulfills a condition.
    fn some(
        &self,
        nodes: &'e Expression,
        context: &Context<T::Node>,
        mut fulfills: impl FnMut(&Cow<'e, str>) -> bool,
    ) -> bool {
        self.visit(nodes, context, &mut |item| stop_if(fulfills(&self.model.text(item)))).is_break()
    }

    /// Whether some node of one set compares with some node of another; no pair is looked at.
    fn compare_sets(
        &self,
        left: &'e Expression,
        operator: Operator,
        right: &'e Expression,
        context: &Context<T::Node>,
    ) -> bool {
        match operator {
            Operator::Equal => {
                let mut texts = BTreeSet::new();
                self.each_text(left, context, |text| {
                    texts.insert(text);
                });
                !texts.is_empty() && self.some(right, context, |text| texts.contains(text))
            }
            Operator::NotEqual => {
                let mut only: Option<Cow<'e, str>> = None;
                let differ = self
                    .some(left, context, |text| only.get_or_insert_with(|| text.clone()) != text);
                only.is_some_and(|only| self.some(right, context, |text| differ || *text != only))
            }
            _ => {
                // The number of either side that makes it true if any does.
                let least = matches!(operator, Operator::Less | Operator::LessOrEqual);
                let best = |nodes, least: bool| {
                    let mut best = f64::NAN;
                    self.each_text(nodes, context, |text| {
                        let number = self.read_number(&text);
                        // Of a number and NaN both give the number.
                        best = if least { best.min(number) } else { best.max(number) };
                    });
                    best
                };
                holds(&best(left, least), operator, &best(right, !least))
            }
        }
    }

    fn each_text(
        &self,
        nodes: &'e Expression,
        context: &Context<T::Node>,
        mut each: impl FnMut(Cow<'e, str>),
    ) {
        // Nothing stops before the end.
        let _walk = self.visit(nodes, context, &mut |item| {
            each(self.model.text(item));
            Continue(())
        });
    }
}
