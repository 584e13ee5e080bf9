//! The functions of the core library, applied.

use std::borrow::Cow;
use std::ops::ControlFlow::Continue;

use super::evaluate::{Context, Evaluation, count};
use super::expression::{Expression, Type};
use super::functions::Function;
use super::item::Item;
use super::tree::{QualifiedName, XPathTree};
use super::{Dialect, dot_net, number, strings};
use crate::chars::is_space;
use crate::scope::XML_NAMESPACE;

impl<'e, T: XPathTree> Evaluation<'e, T> {
    /// The text of an argument; of the context node when there is none.
    fn argument(
        &self,
        arguments: &'e [Expression],
        index: usize,
        context: &Context<T::Node>,
    ) -> Cow<'e, str> {
        match arguments.get(index) {
            Some(argument) => self.text(argument, context),
            None => self.model.text(context.item),
        }
    }

    pub(crate) fn boolean_call(
        &self,
        function: Function,
        arguments: &'e [Expression],
        context: &Context<T::Node>,
    ) -> bool {
        let text = |index| self.argument(arguments, index, context);
        match function {
            Function::Boolean => arguments.iter().all(|e| self.boolean(e, context)),
            Function::Not => !arguments.iter().all(|e| self.boolean(e, context)),
            Function::Contains => text(0).contains(&*text(1)),
            Function::StartsWith => text(0).starts_with(&*text(1)),
            Function::Lang => self.is_in_language(context.item, &text(0)),
            Function::True => true,
            _ => false,
        }
    }

    pub(crate) fn number_call(
        &self,
        function: Function,
        arguments: &'e [Expression],
        context: &Context<T::Node>,
    ) -> f64 {
        let nodes = |each: &mut dyn FnMut(Item<T::Node>)| {
            if let Some(argument) = arguments.first() {
                // In document order, because sums of numbers depend on their order.
                let _walk = self.in_order(argument, context, &mut |item| {
                    each(item);
                    Continue(())
                });
            }
        };
        let first = || match arguments.first() {
            Some(argument) => self.number(argument, context),
            None => self.read_number(&self.model.text(context.item)),
        };
        match function {
            Function::Last => count(context.size),
            Function::Position => count(context.position),
            Function::Count => {
                let mut found = 0;
                nodes(&mut |_| found += 1);
                count(found)
            }
            Function::Sum => {
                let mut sum = 0.0;
                nodes(&mut |item| sum += self.read_number(&self.model.text(item)));
                sum
            }
            Function::Floor => first().floor(),
            Function::Ceiling => first().ceil(),
            Function::Round => number::round(first()),
            Function::StringLength => {
                let text = self.argument(arguments, 0, context);
                count(match self.dialect {
                    Dialect::Standard => text.chars().count(),
                    Dialect::DotNet => dot_net::length(&text),
                })
            }
            _ => first(),
        }
    }

    pub(crate) fn text_call(
        &self,
        function: Function,
        arguments: &'e [Expression],
        context: &Context<T::Node>,
    ) -> Cow<'e, str> {
        let text = |index| self.argument(arguments, index, context);
        let named = |part: fn(QualifiedName<'_>) -> &str| {
            let item = match arguments.first() {
                Some(argument) => self.first(argument, context),
                None => Some(context.item),
            };
            let name = item.and_then(|item| self.model.named(item, |n| part(n).to_owned()));
            Cow::Owned(name.unwrap_or_default())
        };
        match function {
            Function::Concat => {
                let mut all = text(0);
                (1..arguments.len()).for_each(|index| all.to_mut().push_str(&text(index)));
                all
            }
            Function::LocalName => named(|name| name.expanded.local),
            Function::Name => named(|name| name.qualified),
            Function::NamespaceUri => named(|name| name.expanded.namespace.unwrap_or_default()),
            Function::NormalizeSpace => strings::normalize_space(text(0)),
            Function::Substring => {
                let from = self.number(&arguments[1], context);
                let length = arguments.get(2).map(|length| self.number(length, context));
                match self.dialect {
                    Dialect::Standard => strings::substring(text(0), from, length),
                    Dialect::DotNet => dot_net::substring(&text(0), from, length).into(),
                }
            }
            Function::SubstringAfter => strings::after(text(0), &text(1)),
            Function::SubstringBefore => strings::before(text(0), &text(1)),
            Function::Translate => {
                let translate = match self.dialect {
                    Dialect::Standard => strings::translate,
                    Dialect::DotNet => dot_net::translate,
                };
                translate(&text(0), &text(1), &text(2)).into()
            }
            _ => text(0),
        }
    }

    /// `lang()`: the nearest `xml:lang`, or what it says before a hyphen, whatever the case.
    fn is_in_language(&self, item: Item<T::Node>, language: &str) -> bool {
        let mut at = item.as_tree().or_else(|| self.model.parent(item));
        while let Some(n) = at {
            let found = self.model.attributes(n).find(|(_, attribute)| {
                let name = attribute.name.expanded;
                name.local == "lang" && name.namespace == Some(XML_NAMESPACE)
            });
            if let Some((_, attribute)) = found {
                let (is, wanted) = (attribute.value.as_bytes(), language.as_bytes());
                return is.len() >= wanted.len()
                    && is[..wanted.len()].eq_ignore_ascii_case(wanted)
                    && is.get(wanted.len()).is_none_or(|b| *b == b'-');
            }
            at = self.model.tree.parent(n);
        }
        self.dialect == Dialect::DotNet && language.is_empty()
    }

    /// `id()`: the elements with these IDs; of a node set each node tells some.
    pub(crate) fn with_ids(
        &self,
        ids: &'e Expression,
        context: &Context<T::Node>,
    ) -> Vec<Item<T::Node>> {
        let mut found = Vec::new();
        let mut look_up = |ids: &str| {
            let ids = ids.split(is_space).filter(|id| !id.is_empty());
            found.extend(ids.filter_map(|id| self.model.tree.element_with_id(id)).map(Item::tree));
        };
        if ids.kind() == Type::Nodes {
            // Nothing stops before the end.
            let _walk = self.visit(ids, context, &mut |item| {
                look_up(&self.model.text(item));
                Continue(())
            });
        } else {
            look_up(&self.text(ids, context));
        }
        self.model.sort(&mut found);
        found
    }
}
