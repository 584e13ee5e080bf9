//! The data model of XPath (section 5), made of what a tree shows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Dialect;
use super::item::{Item, Part};
use super::tree::{ExpandedName, QualifiedName, XPathAttribute, XPathKind, XPathTree};
use crate::scope::XML_NAMESPACE;

/// A tree seen as XPath sees it.
pub(crate) struct Model<'t, T> {
    pub(crate) tree: &'t T,
    /// Whose text nodes they are.
    pub(crate) dialect: Dialect,
}

impl<T> Clone for Model<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Model<'_, T> {}

/// The texts a walk stops at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texts {
    Visit,
    /// What is looked for is no text, so that its pieces need not be put together.
    Skip,
}

impl<'t, T: XPathTree> Model<'t, T> {
    fn is(self, n: T::Node, kind: XPathKind) -> bool {
        self.tree.kind(n) == kind
    }

    /// The first piece of a text in pieces; any other node is whole.
    pub(crate) fn whole(self, n: T::Node) -> T::Node {
        let mut first = n;
        if self.is(n, XPathKind::Text) {
            while let Some(before) = self.tree.previous_sibling(first)
                && self.is(before, XPathKind::Text)
            {
                first = before;
            }
        }
        first
    }

    /// The pieces of the text that begins with `first`.
    fn pieces(self, first: T::Node) -> impl Iterator<Item = T::Node> {
        std::iter::successors(Some(first), move |piece| {
            self.tree.next_sibling(*piece).filter(|next| self.is(*next, XPathKind::Text))
        })
    }

    fn behind_pieces(self, first: T::Node) -> Option<T::Node> {
        self.pieces(first).last().and_then(|last| self.tree.next_sibling(last))
    }

    fn has_characters(self, first: T::Node) -> bool {
        self.pieces(first).any(|piece| self.tree.is_there(piece, self.dialect))
    }

    /// The first node from `at` on that is one.
    fn forward(self, mut at: Option<T::Node>, texts: Texts) -> Option<T::Node> {
        while let Some(n) = at {
            at = match self.tree.kind(n) {
                XPathKind::Text if texts == Texts::Visit => {
                    if self.has_characters(n) {
                        return Some(n);
                    }
                    self.behind_pieces(n)
                }
                XPathKind::Text | XPathKind::Nothing => self.tree.next_sibling(n),
                _ => return Some(n),
            };
        }
        None
    }

    /// The first node from `at` back that is one.
    fn backward(self, mut at: Option<T::Node>, texts: Texts) -> Option<T::Node> {
        while let Some(mut n) = at {
            match self.tree.kind(n) {
                XPathKind::Text if texts == Texts::Visit => {
                    n = self.whole(n);
                    if self.has_characters(n) {
                        return Some(n);
                    }
                }
                XPathKind::Text | XPathKind::Nothing => {}
                _ => return Some(n),
            }
            at = self.tree.previous_sibling(n);
        }
        None
    }

    pub(crate) fn first(self, n: T::Node, texts: Texts) -> Option<T::Node> {
        self.forward(self.tree.first_child(n), texts)
    }

    pub(crate) fn last(self, n: T::Node, texts: Texts) -> Option<T::Node> {
        self.backward(self.tree.last_child(n), texts)
    }

    pub(crate) fn next(self, n: T::Node, texts: Texts) -> Option<T::Node> {
        let behind = match texts {
            Texts::Visit if self.is(n, XPathKind::Text) => self.behind_pieces(n),
            _ => self.tree.next_sibling(n),
        };
        self.forward(behind, texts)
    }

    pub(crate) fn previous(self, n: T::Node, texts: Texts) -> Option<T::Node> {
        self.backward(self.tree.previous_sibling(n), texts)
    }

    /// The node above: of an attribute or a namespace its element.
    pub(crate) fn parent(self, item: Item<T::Node>) -> Option<T::Node> {
        match item.part {
            Part::Itself => self.tree.parent(item.node),
            Part::Namespace(_) | Part::Attribute(_) => Some(item.node),
        }
    }

    /// Whether a node stands below another.
    pub(crate) fn is_below(self, item: Item<T::Node>, above: T::Node) -> bool {
        let mut at = self.parent(item);
        while let Some(n) = at {
            if n == above {
                return true;
            }
            at = self.tree.parent(n);
        }
        false
    }

    /// The attributes of an element with their indexes, declarations of namespaces among them.
    pub(crate) fn attributes(
        self,
        n: T::Node,
    ) -> impl Iterator<Item = (usize, XPathAttribute<'t>)> {
        let count = if self.is(n, XPathKind::Element) { usize::MAX } else { 0 };
        (0..count).map_while(move |index| Some((index, self.tree.attribute(n, index)?)))
    }

    /// The namespaces in scope of an element, by prefix.
    pub(crate) fn namespaces(self, n: T::Node) -> Vec<(Cow<'t, str>, Cow<'t, str>)> {
        if !self.is(n, XPathKind::Element) {
            return Vec::new();
        }
        let mut in_scope = BTreeMap::from([(Cow::Borrowed("xml"), Cow::Borrowed(XML_NAMESPACE))]);
        let mut at = Some(n);
        while let Some(element) = at {
            for (_, attribute) in self.attributes(element) {
                // The innermost declaration counts.
                if let Some(prefix) = attribute.declares()
                    && !in_scope.contains_key(prefix)
                {
                    in_scope.insert(Cow::Owned(prefix.to_owned()), attribute.value);
                }
            }
            at = self.tree.parent(element);
        }
        in_scope.into_iter().filter(|(_, uri)| !uri.is_empty()).collect()
    }

    /// Prefix and URI of a namespace node.
    pub(crate) fn namespace(self, n: T::Node, index: u32) -> (Cow<'t, str>, Cow<'t, str>) {
        self.namespaces(n).into_iter().nth(index as usize).unwrap_or_default()
    }

    /// What a node is named; `None` when it has no name. The name of a namespace node is its
    /// prefix, which `with` gets to see.
    pub(crate) fn named<R>(
        self,
        item: Item<T::Node>,
        with: impl FnOnce(QualifiedName<'_>) -> R,
    ) -> Option<R> {
        match item.part {
            Part::Itself => match self.tree.kind(item.node) {
                XPathKind::Element | XPathKind::ProcessingInstruction => {
                    Some(with(self.tree.name(item.node)))
                }
                _ => None,
            },
            Part::Attribute(index) => {
                self.tree.attribute(item.node, index as usize).map(|a| with(a.name))
            }
            Part::Namespace(index) => {
                let (prefix, _) = self.namespace(item.node, index);
                let expanded = ExpandedName { namespace: None, local: &prefix };
                Some(with(QualifiedName { qualified: &prefix, expanded }))
            }
        }
    }

    /// The string-value of a node.
    pub(crate) fn text(self, item: Item<T::Node>) -> Cow<'t, str> {
        let n = item.node;
        match item.part {
            Part::Namespace(index) => self.namespace(n, index).1,
            Part::Attribute(index) => {
                self.tree.attribute(n, index as usize).map(|a| a.value).unwrap_or_default()
            }
            Part::Itself => match self.tree.kind(n) {
                XPathKind::Text => together(self.pieces(n).map(|piece| self.tree.text(piece))),
                XPathKind::Comment | XPathKind::ProcessingInstruction => self.tree.text(n),
                XPathKind::Root | XPathKind::Element => {
                    let mut at = self.tree.first_child(n);
                    together(std::iter::from_fn(|| {
                        while let Some(current) = at {
                            at = self.after(current, n);
                            if self.is(current, XPathKind::Text) {
                                return Some(self.tree.text(current));
                            }
                        }
                        None
                    }))
                }
                XPathKind::Nothing => Cow::Borrowed(""),
            },
        }
    }

    /// The node behind in the order of the tree, of any kind, within `top`.
    fn after(self, n: T::Node, top: T::Node) -> Option<T::Node> {
        if let Some(child) = self.tree.first_child(n) {
            return Some(child);
        }
        let mut at = n;
        loop {
            if let Some(next) = self.tree.next_sibling(at) {
                return Some(next);
            }
            at = self.tree.parent(at).filter(|parent| *parent != top)?;
        }
    }
}

/// Texts joined, copied only when more than one is not empty.
fn together<'t>(texts: impl Iterator<Item = Cow<'t, str>>) -> Cow<'t, str> {
    let mut joined = Cow::Borrowed("");
    for text in texts {
        if joined.is_empty() {
            joined = text;
        } else if !text.is_empty() {
            joined.to_mut().push_str(&text);
        }
    }
    joined
}

/// An index as it is kept.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
