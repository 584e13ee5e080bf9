//! Paths: steps inside one another where no node comes twice, else one set after the other.

use std::collections::BTreeSet;
use std::ops::ControlFlow::Continue;

use super::Dialect;
use super::axis::Axis;
use super::evaluate::{Context, Evaluation, count};
use super::expression::{Flow, Key, Name, NodeTest, Path, Predicate, Start, Step};
use super::item::{Item, Part};
use super::model::{Texts, number};
use super::tree::{ExpandedName, XPathAttribute, XPathKind, XPathTree};
use super::walk::{Sink, Walk, into, stop_if};

/// A node set in document order.
struct Set<N> {
    items: Vec<Item<N>>,
    /// Whether none is known to stand above another.
    flat: bool,
}

impl<'e, T: XPathTree> Evaluation<'e, T> {
    /// The node a path begins at, when it is one.
    pub(crate) fn start(&self, path: &Path, context: &Context<T::Node>) -> Item<T::Node> {
        match path.start {
            Start::Root => Item::tree(self.model.tree.document()),
            Start::Context | Start::Nodes(_) => context.item,
        }
    }

    pub(crate) fn path(&self, path: &'e Path, context: &Context<T::Node>) -> Vec<Item<T::Node>> {
        if path.flow != Flow::Repeating {
            let mut items = Vec::new();
            // Nothing stops the list from growing.
            let _walk = self.nested(&path.steps, self.start(path, context), &mut into(&mut items));
            if path.flow == Flow::Unordered {
                self.model.sort(&mut items);
            }
            return items;
        }
        let items = match &path.start {
            Start::Nodes(expression) => self.nodes(expression, context),
            Start::Context | Start::Root => vec![self.start(path, context)],
        };
        let start = Set { flat: items.len() < 2, items };
        path.steps.iter().fold(start, |set, step| self.step_from_all(step, set)).items
    }

    /// Takes steps inside one another.
    pub(crate) fn nested(
        &self,
        steps: &'e [Step],
        from: Item<T::Node>,
        sink: Sink<'_, T::Node>,
    ) -> Walk {
        match steps {
            [] => sink(from),
            [only] => self.step(only, from, sink),
            [step, rest @ ..] => {
                self.step(step, from, &mut |item| self.nested(rest, item, &mut *sink))
            }
        }
    }

    /// Takes a step from one node, in the order of its axis.
    fn step(&self, step: &'e Step, from: Item<T::Node>, sink: Sink<'_, T::Node>) -> Walk {
        let texts = step.test.texts();
        let feed = |sink: Sink<'_, T::Node>| {
            if let (Axis::Attribute, NodeTest::Name(name)) = (step.axis, &step.test) {
                return self.attribute(name, from, sink);
            }
            self.model.walk(step.axis, texts, from, &mut |item| {
                if self.passes(step, item) { sink(item) } else { Continue(()) }
            })
        };
        let Some((first, rest)) = step.predicates.split_first() else { return feed(sink) };
        let feed = |sink: Sink<'_, T::Node>| match &step.key {
            None => feed(sink),
            Some(key) => {
                feed(&mut |item| if self.has(key, item) { sink(item) } else { Continue(()) })
            }
        };
        if let (Some(parent), Axis::Child) = (from.as_tree(), step.axis) {
            if let Some(candidates) = self.indexed(step, parent) {
                let feed = |sink: Sink<'_, T::Node>| {
                    let mut items = candidates.into_iter().map(Item::tree);
                    items.try_for_each(|item| {
                        if self.passes(step, item) { sink(item) } else { Continue(()) }
                    })
                };
                return self.sift(&step.predicates, feed, sink);
            }
            if *first == Predicate::Last {
                let last = self.model.last_child(parent, texts, |item| self.passes(step, item));
                let feed = |sink: Sink<'_, T::Node>| last.into_iter().try_for_each(sink);
                return self.sift(rest, feed, sink);
            }
        }
        self.sift(&step.predicates, feed, sink)
    }

    /// The attribute of a name, which is what most predicates ask for.
    fn attribute(&self, name: &Name, from: Item<T::Node>, sink: Sink<'_, T::Node>) -> Walk {
        match self.named_attribute(name, from) {
            Some((index, _)) => {
                sink(Item { node: from.node, part: Part::Attribute(number(index)) })
            }
            None => Continue(()),
        }
    }

    /// Whether a node has what the first predicate asks for: a look before that is evaluated.
    fn has(&self, key: &Key, item: Item<T::Node>) -> bool {
        let found = self.named_attribute(&key.attribute, item);
        found.is_some_and(|(_, attribute)| attribute.value == *key.value)
    }

    fn named_attribute(
        &self,
        name: &Name,
        item: Item<T::Node>,
    ) -> Option<(usize, XPathAttribute<'e>)> {
        let wanted = self.resolved(name);
        self.model.attributes(item.as_tree()?).find(|(_, attribute)| {
            attribute.name.expanded == wanted && attribute.declares().is_none()
        })
    }

    /// What an index of the tree has for a step.
    fn indexed(&self, step: &Step, parent: T::Node) -> Option<Vec<T::Node>> {
        let (Some(key), NodeTest::Name(name)) = (&step.key, &step.test) else { return None };
        let (name, attribute) = (self.resolved(name), self.resolved(&key.attribute));
        self.model.tree.children_with(parent, &name, &attribute, &key.value)
    }

    fn resolved<'n>(&self, name: &'n Name) -> ExpandedName<'n>
    where
        'e: 'n,
    {
        let namespace = name.prefix.and_then(|prefix| self.bindings[prefix.0]);
        ExpandedName { namespace, local: &name.local }
    }

    /// Whether a node passes the node test of a step.
    fn passes(&self, step: &Step, item: Item<T::Node>) -> bool {
        let tree = self.model.tree;
        let is = |kind| item.part == Part::Itself && tree.kind(item.node) == kind;
        let is_principal = || match step.axis {
            Axis::Attribute => matches!(item.part, Part::Attribute(_)),
            Axis::Namespace => matches!(item.part, Part::Namespace(_)),
            _ => is(XPathKind::Element),
        };
        match &step.test {
            NodeTest::Any => true,
            NodeTest::Parent => is(XPathKind::Element) || is(XPathKind::Root),
            NodeTest::Text => is(XPathKind::Text),
            NodeTest::Comment => is(XPathKind::Comment),
            NodeTest::ProcessingInstruction(target) => {
                is(XPathKind::ProcessingInstruction)
                    && target.as_ref().is_none_or(|t| tree.name(item.node).qualified == &**t)
            }
            NodeTest::Principal => is_principal(),
            NodeTest::Namespace(prefix) => {
                let wanted = self.bindings[prefix.0];
                is_principal()
                    && self.model.named(item, |name| name.expanded.namespace == wanted)
                        == Some(true)
            }
            NodeTest::Name(name) => {
                let wanted = self.resolved(name);
                is_principal()
                    && self.model.named(item, |name| name.expanded == wanted) == Some(true)
            }
        }
    }

    /// Shows `sink` those of the nodes that `feed` gives which the predicates let through, and
    /// takes no more than are needed.
    pub(crate) fn sift(
        &self,
        predicates: &'e [Predicate],
        feed: impl FnOnce(Sink<'_, T::Node>) -> Walk,
        sink: Sink<'_, T::Node>,
    ) -> Walk {
        let known = predicates.iter().position(Predicate::needs_size).unwrap_or(predicates.len());
        let (streaming, rest) = predicates.split_at(known);
        let mut kept = Vec::new();
        let mut stopped = Continue(());
        let mut keep = |item| match rest.first() {
            None => {
                stopped = sink(item);
                stopped
            }
            Some(predicate) => {
                // Of `[last()]` only the last one so far.
                if *predicate == Predicate::Last {
                    kept.clear();
                }
                kept.push(item);
                Continue(())
            }
        };
        let (mut few, mut many) = ([0; 4], Vec::new());
        let positions = if known <= few.len() {
            &mut few[..known]
        } else {
            many.resize(known, 0);
            &mut many[..]
        };
        // That no more is wanted is seen from `stopped`.
        let _walk = feed(&mut |item| {
            let mut is_last = false;
            for (predicate, position) in streaming.iter().zip(&mut *positions) {
                *position += 1;
                let here = Context { item, position: *position, size: 0 };
                is_last |= matches!(predicate, Predicate::At(n) if n <= position);
                if !self.holds(predicate, &here) {
                    return stop_if(is_last);
                }
            }
            keep(item)?;
            stop_if(is_last)
        });
        let nodes = rest.iter().fold(kept, |nodes, predicate| self.filtered(nodes, predicate));
        stopped?;
        nodes.into_iter().try_for_each(sink)
    }

    /// The nodes that a predicate lets through.
    fn filtered(
        &self,
        mut nodes: Vec<Item<T::Node>>,
        predicate: &'e Predicate,
    ) -> Vec<Item<T::Node>> {
        let size = nodes.len();
        if *predicate == Predicate::Last {
            nodes.drain(..size.saturating_sub(1));
            return nodes;
        }
        let mut position = 0;
        nodes.retain(|item| {
            position += 1;
            self.holds(predicate, &Context { item: *item, position, size })
        });
        nodes
    }

    pub(crate) fn holds(&self, predicate: &'e Predicate, context: &Context<T::Node>) -> bool {
        match predicate {
            Predicate::At(n) => context.position == *n,
            Predicate::Last => context.position == context.size,
            #[expect(clippy::float_cmp, reason = "XPath compares numbers exactly")]
            Predicate::Number(expression, _) => {
                self.number(expression, context) == count(context.position)
            }
            Predicate::Test(expression, _) => self.boolean(expression, context),
        }
    }

    /// Takes a step from every node of a set.
    fn step_from_all(&self, step: &'e Step, set: Set<T::Node>) -> Set<T::Node> {
        let axis = step.axis;
        if let [only] = set.items[..] {
            let items = self.step_from(step, only);
            let flat = !matches!(
                axis,
                Axis::Ancestor
                    | Axis::AncestorOrSelf
                    | Axis::Descendant
                    | Axis::DescendantOrSelf
                    | Axis::Following
                    | Axis::Preceding
            );
            return Set { flat: flat || items.len() < 2, items };
        }
        let mut items = Vec::new();
        let sorted = match axis {
            Axis::Itself | Axis::Attribute | Axis::Namespace => true,
            Axis::Child | Axis::Descendant | Axis::DescendantOrSelf => set.flat,
            _ => false,
        };
        if step.is_positional() || (sorted && axis != Axis::Itself) {
            for item in set.items {
                items.append(&mut self.step_from(step, item));
            }
        } else {
            self.step_by_cover(step, &set.items, &mut items);
        }
        if !sorted {
            self.model.sort(&mut items);
        }
        let flat = match axis {
            Axis::Attribute | Axis::Namespace => true,
            Axis::Itself | Axis::Child => set.flat,
            _ => false,
        };
        Set { flat: flat || items.len() < 2, items }
    }

    /// The nodes of a step from one node, in document order.
    fn step_from(&self, step: &'e Step, from: Item<T::Node>) -> Vec<Item<T::Node>> {
        let mut items = Vec::new();
        // Nothing stops the list from growing.
        let _walk = self.step(step, from, &mut into(&mut items));
        if step.axis.is_reverse() {
            items.reverse();
        }
        items
    }

    /// A step without positions from nodes whose axes overlap: no node is looked at twice, so that
    /// it takes linear time.
    fn step_by_cover(
        &self,
        step: &'e Step,
        from: &[Item<T::Node>],
        items: &mut Vec<Item<T::Node>>,
    ) {
        let mut walk = |item| items.append(&mut self.step_from(step, item));
        match step.axis {
            Axis::Parent | Axis::Ancestor | Axis::AncestorOrSelf => {
                self.above(step, from, items);
            }
            // What stands below one that was walked was met there.
            Axis::Descendant | Axis::DescendantOrSelf => {
                let mut walked = None;
                for item in from {
                    let is_met = walked.is_some_and(|top| self.model.is_below(*item, top));
                    if !is_met || item.as_tree().is_none() {
                        walked = if is_met { walked } else { item.as_tree() };
                        walk(*item);
                    }
                }
            }
            // All that follows anything follows what ends first.
            Axis::Following => {
                let first = from.iter().copied().reduce(|first, item| {
                    let inside = first.as_tree().is_some_and(|n| self.model.is_below(item, n));
                    if inside { item } else { first }
                });
                first.into_iter().for_each(walk);
            }
            // All that precedes anything precedes what begins last.
            Axis::Preceding => from.last().copied().into_iter().for_each(walk),
            // Of siblings, the first is followed by all that follow, the last preceded by all that
            // precede.
            Axis::FollowingSibling => {
                let from = self.without_top_level(from);
                self.one_of_each(from).for_each(walk);
            }
            Axis::PrecedingSibling => self.one_of_each(from.iter().rev()).for_each(walk),
            Axis::Itself | Axis::Child | Axis::Attribute | Axis::Namespace => {
                from.iter().copied().for_each(walk);
            }
        }
    }

    /// What .NET takes following siblings of: with the root node go the nodes below it, up to the
    /// first node that stands deeper.
    fn without_top_level<'s>(
        &self,
        from: &'s [Item<T::Node>],
    ) -> impl Iterator<Item = &'s Item<T::Node>> {
        let root = self.model.tree.document();
        let has_root = from.first() == Some(&Item::tree(root));
        let is_left_out = has_root && self.dialect == Dialect::DotNet;
        from.iter().skip_while(move |item| {
            is_left_out && (item.node == root || self.model.parent(**item) == Some(root))
        })
    }

    /// The first of all that have the same parent.
    fn one_of_each<'s>(
        &self,
        items: impl Iterator<Item = &'s Item<T::Node>>,
    ) -> impl Iterator<Item = Item<T::Node>>
    where
        T::Node: 's,
    {
        let mut parents = BTreeSet::new();
        items
            .copied()
            .filter(|item| item.as_tree().is_some())
            .filter(move |item| parents.insert(self.model.parent(*item)))
    }

    /// The nodes above all of these, each looked at once.
    fn above(&self, step: &'e Step, from: &[Item<T::Node>], items: &mut Vec<Item<T::Node>>) {
        let mut seen = BTreeSet::new();
        let mut accept = |item| {
            let here = Context { item, position: 0, size: 0 };
            if self.passes(step, item) && step.predicates.iter().all(|p| self.holds(p, &here)) {
                items.push(item);
            }
        };
        for item in from {
            if step.axis == Axis::AncestorOrSelf
                && item.as_tree().is_none_or(|node| seen.insert(node))
            {
                accept(*item);
            }
            let mut at = self.model.parent(*item);
            while let Some(n) = at.filter(|n| seen.insert(*n)) {
                accept(Item::tree(n));
                let is_done = step.axis == Axis::Parent;
                at = if is_done { None } else { self.model.tree.parent(n) };
            }
        }
    }
}

impl NodeTest {
    fn texts(&self) -> Texts {
        match self {
            Self::Any | Self::Text => Texts::Visit,
            _ => Texts::Skip,
        }
    }
}
