//! Numbers that grow in document order, also after edits.

use crate::tree::number;
use crate::{Document, NodeId};

/// The ranks of nodes. Those of the source are spread so widely that what edits bring finds room
/// between them; when there is none, all are numbered anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranks {
    /// How many nodes were read.
    read: u32,
    /// The first node that `known` holds the rank of; before it, ranks follow from the number.
    first: u32,
    known: Vec<u64>,
}

/// Distance of nodes in a row, where there is room.
const STEP: u64 = 1 << 20;

impl Ranks {
    pub(crate) fn new(read: usize) -> Self {
        Self { read: number(read), first: number(read), known: Vec::new() }
    }

    fn shift(&self) -> u32 {
        // Half of the numbers stay free behind the last node.
        self.read.leading_zeros() + 31
    }

    fn of(&self, n: NodeId) -> u64 {
        match n.0.checked_sub(self.first) {
            None => u64::from(n.0) << self.shift(),
            Some(index) => self.known.get(index as usize).copied().unwrap_or(0),
        }
    }

    fn set(&mut self, n: NodeId, rank: u64) {
        // What stood in the source is moved only by numbering all nodes anew, or by being put
        // elsewhere.
        if n.0 < self.first {
            let shift = self.shift();
            let read: Vec<u64> = (0..self.first).map(|id| u64::from(id) << shift).collect();
            self.known.splice(0..0, read);
            self.first = 0;
        }
        let index = (n.0 - self.first) as usize;
        if self.known.len() <= index {
            self.known.resize(index + 1, 0);
        }
        self.known[index] = rank;
    }

    fn is_new(&self, n: NodeId) -> bool {
        n.0 >= self.read
    }
}

impl Document {
    /// A number that grows in document order. Means something for nodes that stand in the tree,
    /// until the next edit.
    pub fn rank(&self, n: NodeId) -> u64 {
        self.ranks.of(n)
    }

    /// Ranks a node that was put into the tree, and all below it.
    pub(crate) fn rank_anew(&mut self, top: NodeId) {
        let before = match self.previous_sibling(top) {
            Some(previous) => self.last_within(previous),
            None => self.parent(top).unwrap_or(top),
        };
        let behind = self.beyond(top, self.document_node());
        let low = self.rank(before);
        let high = behind.map_or(u64::MAX, |behind| self.rank(behind));
        let count = self.within(top).count() as u64;
        let room = high.saturating_sub(low);
        let step = (room / (count + 1)).min(STEP);
        if step == 0 {
            self.rank_all();
            return;
        }
        let (is_before_new, is_behind_new) =
            (self.ranks.is_new(before), behind.is_some_and(|behind| self.ranks.is_new(behind)));
        // What is inserted often comes at one place: towards what came there before.
        let mut rank = match (is_before_new, is_behind_new) {
            (false, true) => high - step * (count + 1),
            (true, false) => low,
            _ => low + (room - step * (count + 1)) / 2,
        };
        let nodes: Vec<NodeId> = self.within(top).collect();
        for node in nodes {
            rank += step;
            self.ranks.set(node, rank);
        }
    }

    fn rank_all(&mut self) {
        let nodes: Vec<NodeId> = self.within(self.document_node()).collect();
        let step = (u64::MAX / 2) / (nodes.len() as u64 + 1);
        for (node, index) in nodes.into_iter().zip(1..) {
            self.ranks.set(node, step * index);
        }
    }

    /// A node and all below it, of every kind, in document order.
    fn within(&self, top: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(top), move |node| self.following(*node, top))
    }

    fn last_within(&self, n: NodeId) -> NodeId {
        let mut at = n;
        while let Some(last) = self.last_child(at) {
            at = last;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, NodeId};

    fn check(document: &Document) {
        let nodes: Vec<NodeId> = document.within(document.document_node()).collect();
        let ranks: Vec<u64> = nodes.iter().map(|node| document.rank(*node)).collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    }

    #[test]
    fn ranks_grow_wherever_nodes_are_put() {
        let mut document = Document::parse(b"<r><a/><b/><c><d/></c></r>").unwrap();
        check(&document);
        let [a, b, c] = document.elements(document.root()).collect::<Vec<_>>()[..] else {
            panic!("three elements")
        };
        for _ in 0..40 {
            for place in 0..5 {
                let (new, inner) = (document.create_element("n"), document.create_element("m"));
                document.link(new, None, inner);
                let root = document.root();
                match place {
                    0 => document.link(root, Some(a), new),
                    1 => document.link(root, document.previous_sibling(c), new),
                    2 => document.link(c, None, new),
                    3 => document.link(root, document.last_child(root), new),
                    _ => document.link(root, None, new),
                }
                check(&document);
            }
        }
        document.link(c, document.last_child(c), b);
        check(&document);
        document.rank_all();
        check(&document);
    }

    #[test]
    fn room_that_is_used_up_is_made_anew() {
        let mut document = Document::parse(b"<r><a/><b/></r>").unwrap();
        let mut at = document.first_child(document.root());
        // Always between the two newest.
        for n in 0..200 {
            let new = document.create_element("n");
            document.link(document.root(), at, new);
            if n % 2 == 0 {
                at = Some(new);
            }
            check(&document);
        }
    }
}
