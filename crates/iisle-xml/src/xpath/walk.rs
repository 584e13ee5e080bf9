//! The axes: nodes one after the other, those near the context node first.

use std::ops::ControlFlow::{self, Break, Continue};

use super::axis::Axis;
use super::item::{Item, Part};
use super::model::{Model, Texts, number};
use super::tree::XPathTree;

/// Whether a walk goes on.
pub(crate) type Walk = ControlFlow<()>;

/// What is done with each node.
pub(crate) type Sink<'s, N> = &'s mut dyn FnMut(Item<N>) -> Walk;

impl<T: XPathTree> Model<'_, T> {
    /// Shows `sink` the nodes of an axis.
    pub(crate) fn walk(
        self,
        axis: Axis,
        texts: Texts,
        from: Item<T::Node>,
        sink: Sink<'_, T::Node>,
    ) -> Walk {
        let (n, in_tree) = (from.node, from.part == Part::Itself);
        match axis {
            Axis::Itself => sink(from),
            Axis::Parent => match self.parent(from) {
                Some(parent) => sink(Item::tree(parent)),
                None => Continue(()),
            },
            Axis::Ancestor => self.up(self.parent(from), sink),
            Axis::AncestorOrSelf => {
                sink(from)?;
                self.up(self.parent(from), sink)
            }
            Axis::DescendantOrSelf => {
                sink(from)?;
                if in_tree { self.below(n, texts, sink) } else { Continue(()) }
            }
            Axis::Following => {
                if !in_tree {
                    self.below(n, texts, sink)?;
                }
                let mut at = Some(n);
                while let Some(above) = at {
                    self.onwards(self.next(above, texts), texts, sink)?;
                    at = self.tree.parent(above);
                }
                Continue(())
            }
            Axis::Preceding => self.preceding(n, texts, sink),
            _ if !in_tree => Continue(()),
            Axis::Child => self.forth(self.first(n, texts), texts, sink),
            Axis::Descendant => self.below(n, texts, sink),
            Axis::FollowingSibling => self.forth(self.next(n, texts), texts, sink),
            Axis::PrecedingSibling => {
                let mut at = self.previous(n, texts);
                while let Some(sibling) = at {
                    sink(Item::tree(sibling))?;
                    at = self.previous(sibling, texts);
                }
                Continue(())
            }
            Axis::Attribute => {
                for (index, attribute) in self.attributes(n) {
                    if attribute.declares().is_none() {
                        sink(Item { node: n, part: Part::Attribute(number(index)) })?;
                    }
                }
                Continue(())
            }
            Axis::Namespace => {
                for index in 0..number(self.namespaces(n).len()) {
                    sink(Item { node: n, part: Part::Namespace(index) })?;
                }
                Continue(())
            }
        }
    }

    fn up(self, mut at: Option<T::Node>, sink: Sink<'_, T::Node>) -> Walk {
        while let Some(n) = at {
            sink(Item::tree(n))?;
            at = self.tree.parent(n);
        }
        Continue(())
    }

    /// A node and its following siblings.
    fn forth(self, mut at: Option<T::Node>, texts: Texts, sink: Sink<'_, T::Node>) -> Walk {
        while let Some(n) = at {
            sink(Item::tree(n))?;
            at = self.next(n, texts);
        }
        Continue(())
    }

    /// A node, its following siblings, and all below them.
    fn onwards(self, first: Option<T::Node>, texts: Texts, sink: Sink<'_, T::Node>) -> Walk {
        let Some(mut at) = first else { return Continue(()) };
        let mut depth = 0_usize;
        loop {
            sink(Item::tree(at))?;
            if let Some(child) = self.first(at, texts) {
                at = child;
                depth += 1;
                continue;
            }
            loop {
                if let Some(next) = self.next(at, texts) {
                    at = next;
                    break;
                }
                match self.tree.parent(at) {
                    Some(parent) if depth > 0 => at = parent,
                    _ => return Continue(()),
                }
                depth -= 1;
            }
        }
    }

    /// All below a node.
    fn below(self, n: T::Node, texts: Texts, sink: Sink<'_, T::Node>) -> Walk {
        self.onwards(self.first(n, texts), texts, sink)
    }

    /// All before a node but those above it, the last first.
    fn preceding(self, n: T::Node, texts: Texts, sink: Sink<'_, T::Node>) -> Walk {
        // How far `at` stands below a sibling that precedes an ancestor of `n`, or `n` itself; 0
        // is no place to show.
        let (mut at, mut depth) = (n, 0_usize);
        loop {
            if let Some(mut previous) = self.previous(at, texts) {
                depth = depth.max(1);
                while let Some(last) = self.last(previous, texts) {
                    previous = last;
                    depth += 1;
                }
                at = previous;
            } else {
                let Some(parent) = self.tree.parent(at) else { return Continue(()) };
                at = parent;
                depth = depth.saturating_sub(1);
            }
            if depth > 0 {
                sink(Item::tree(at))?;
            }
        }
    }

    /// The last child that is accepted.
    pub(crate) fn last_child(
        self,
        n: T::Node,
        texts: Texts,
        accepts: impl Fn(Item<T::Node>) -> bool,
    ) -> Option<Item<T::Node>> {
        let mut at = self.last(n, texts);
        while let Some(child) = at {
            if accepts(Item::tree(child)) {
                return Some(Item::tree(child));
            }
            at = self.previous(child, texts);
        }
        None
    }
}

/// A sink that keeps what it is shown.
pub(crate) fn into<N>(list: &mut Vec<Item<N>>) -> impl FnMut(Item<N>) -> Walk + '_ {
    |item| {
        list.push(item);
        Continue(())
    }
}

/// `Break` for what was found.
pub(crate) fn stop_if(found: bool) -> Walk {
    if found { Break(()) } else { Continue(()) }
}
