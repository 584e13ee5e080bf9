use std::collections::BTreeSet;

use super::item::Item;
use super::model::Model;
use super::tree::XPathTree;

impl<T: XPathTree> Model<'_, T> {
    /// Puts nodes in document order, each once.
    pub(crate) fn sort(self, items: &mut Vec<Item<T::Node>>) {
        if items.len() < 2 {
            return;
        }
        if items.iter().all(|item| self.tree.rank(item.node).is_some()) {
            let key = |item: &Item<T::Node>| (self.tree.rank(item.node), item.part);
            // A sorted list, the usual case, takes one pass.
            items.sort_by_key(key);
            items.dedup();
            return;
        }
        // Neighbors by their handles first, for the walk to find them.
        items.sort_unstable();
        items.dedup();
        let mut on_the_way = BTreeSet::new();
        let mut tops = Vec::new();
        for item in &*items {
            let mut at = item.node;
            while on_the_way.insert(at) {
                let Some(parent) = self.tree.parent(at) else {
                    tops.push(at);
                    break;
                };
                at = parent;
            }
        }
        let mut sorted = Vec::with_capacity(items.len());
        for top in tops {
            self.collect(top, &on_the_way, items, &mut sorted);
        }
        *items = sorted;
    }

    /// Walks through the nodes that lead to those of the list, and to those.
    fn collect(
        self,
        top: T::Node,
        on_the_way: &BTreeSet<T::Node>,
        items: &[Item<T::Node>],
        sorted: &mut Vec<Item<T::Node>>,
    ) {
        let mut at = top;
        loop {
            let from = items.partition_point(|item| item.node < at);
            sorted.extend(items[from..].iter().take_while(|item| item.node == at));
            let wanted = |mut n: Option<T::Node>| {
                while let Some(node) = n.filter(|node| !on_the_way.contains(node)) {
                    n = self.tree.next_sibling(node);
                }
                n
            };
            let mut next = wanted(self.tree.first_child(at));
            while next.is_none() {
                if at == top {
                    return;
                }
                next = wanted(self.tree.next_sibling(at));
                if next.is_none() {
                    match self.tree.parent(at) {
                        Some(parent) => at = parent,
                        None => return,
                    }
                }
            }
            at = next.unwrap_or(top);
        }
    }
}
