//! Where inserted elements stand: on lines of their own, indented like their neighbors; in a
//! document without line breaks, none is added.

use crate::chars::is_space;
use crate::{Document, NodeId, NodeKind};

/// What a level is indented by when the document does not show.
const UNIT: &str = "  ";

impl Document {
    /// Makes `child` the last child of `parent`.
    pub fn append_child(&mut self, parent: NodeId, child: NodeId) {
        if !self.is_attached(parent) {
            let last = self.last_child(parent);
            self.link(parent, last, child);
            return;
        }
        let newline = self.newline();
        if newline.is_empty() || self.is_mixed(parent) {
            let last = self.last_child(parent);
            self.link(parent, last, child);
            return;
        }
        let indent = self.child_indent(parent);
        let closing = self.last_child(parent).filter(|last| self.is_blank(*last));
        match closing {
            Some(blank) if self.raw(blank).contains(['\n', '\r']) => {
                // The white space before the end tag stays there.
                let before = self.previous_sibling(blank);
                let lead = self.create_text(&format!("{newline}{indent}"));
                self.link(parent, before, lead);
                self.link(parent, Some(lead), child);
            }
            _ => {
                if let Some(blank) = closing {
                    self.detach(blank);
                }
                let last = self.last_child(parent);
                let lead = self.create_text(&format!("{newline}{indent}"));
                self.link(parent, last, lead);
                self.link(parent, Some(lead), child);
                let end = self.own_indent(parent);
                let tail = self.create_text(&format!("{newline}{end}"));
                self.link(parent, Some(child), tail);
            }
        }
        self.lay_out(child, &indent);
    }

    /// Puts `node` before `sibling`, on a line of its own when `sibling` has one.
    ///
    /// # Panics
    /// When `sibling` stands in no tree.
    pub fn insert_before(&mut self, sibling: NodeId, node: NodeId) {
        let parent = self.parent(sibling).expect("a sibling has a parent");
        let before = self.previous_sibling(sibling);
        self.link(parent, before, node);
        if let Some(gap) = self.line_gap(before) {
            let indent = gap.trim_start_matches(['\r', '\n']).to_owned();
            let lead = self.create_text(&gap);
            self.link(parent, Some(node), lead);
            self.lay_out(node, &indent);
        }
    }

    /// Puts `node` behind `sibling`, on a line of its own when `sibling` has one.
    ///
    /// # Panics
    /// When `sibling` stands in no tree.
    pub fn insert_after(&mut self, sibling: NodeId, node: NodeId) {
        let parent = self.parent(sibling).expect("a sibling has a parent");
        match self.line_gap(self.previous_sibling(sibling)) {
            Some(gap) => {
                let indent = gap.trim_start_matches(['\r', '\n']).to_owned();
                let lead = self.create_text(&gap);
                self.link(parent, Some(sibling), lead);
                self.link(parent, Some(lead), node);
                self.lay_out(node, &indent);
            }
            None => self.link(parent, Some(sibling), node),
        }
    }

    /// Cuts the line end and indentation before `n` when nothing else stands on its line.
    pub(crate) fn remove_line_of(&mut self, n: NodeId) {
        let Some(before) = self.previous_sibling(n) else { return };
        let Some(gap) = self.line_gap(Some(before)) else { return };
        let alone = self.next_sibling(n).is_some_and(|next| {
            self.kind(next) == NodeKind::Text
                && self.raw(next).trim_start_matches([' ', '\t']).starts_with(['\r', '\n'])
        });
        if !alone {
            return;
        }
        let kept = self.raw(before).strip_suffix(&*gap).unwrap_or_default().to_owned();
        if kept.is_empty() {
            self.detach(before);
        } else {
            let parent = self.parent(n).expect("what has a sibling has a parent");
            let text = self.create_text(&kept);
            self.link(parent, Some(before), text);
            self.detach(before);
        }
    }

    /// Line end and indentation that end the text `before`, when nothing else follows the line end.
    fn line_gap(&self, before: Option<NodeId>) -> Option<String> {
        let before = before.filter(|b| self.kind(*b) == NodeKind::Text)?;
        let raw = self.raw(before);
        let at = raw.rfind(['\r', '\n'])?;
        let start = if raw[..=at].ends_with("\r\n") { at - 1 } else { at };
        raw[start..].chars().all(is_space).then(|| raw[start..].to_owned())
    }

    /// Gives the new element's own children lines of their own.
    fn lay_out(&mut self, top: NodeId, indent: &str) {
        let newline = self.newline();
        if newline.is_empty() {
            return;
        }
        let unit = self.unit(top);
        let mut open = vec![(top, indent.to_owned())];
        while let Some((parent, indent)) = open.pop() {
            let children: Vec<_> = self.children(parent).collect();
            if children.is_empty() || children.iter().any(|c| self.kind(*c) != NodeKind::Element) {
                continue;
            }
            let inner = format!("{indent}{unit}");
            for child in &children {
                let before = self.previous_sibling(*child);
                let lead = self.create_text(&format!("{newline}{inner}"));
                self.link(parent, before, lead);
                open.push((*child, inner.clone()));
            }
            let tail = self.create_text(&format!("{newline}{indent}"));
            self.link(parent, self.last_child(parent), tail);
        }
    }

    fn is_attached(&self, n: NodeId) -> bool {
        let mut at = n;
        while let Some(parent) = self.parent(at) {
            at = parent;
        }
        at == self.document_node()
    }

    fn is_blank(&self, n: NodeId) -> bool {
        self.kind(n) == NodeKind::Text && self.raw(n).chars().all(is_space)
    }

    fn is_mixed(&self, n: NodeId) -> bool {
        self.children(n).any(|c| match self.kind(c) {
            NodeKind::Text => !self.is_blank(c),
            NodeKind::CData => true,
            _ => false,
        })
    }

    fn raw(&self, n: NodeId) -> &str {
        self.slice(&self.node(n).span)
    }

    /// The indentation of the line an element begins on; empty when it does not begin one.
    fn own_indent(&self, n: NodeId) -> String {
        let gap = self.line_gap(self.previous_sibling(n));
        gap.map(|gap| gap.trim_start_matches(['\r', '\n']).to_owned()).unwrap_or_default()
    }

    /// What children of `parent` are indented by: as the last one is, else one unit more.
    fn child_indent(&self, parent: NodeId) -> String {
        let shown = self.children(parent).filter(|c| self.kind(*c) != NodeKind::Text).last();
        match shown.and_then(|child| self.line_gap(self.previous_sibling(child))) {
            Some(gap) => gap.trim_start_matches(['\r', '\n']).to_owned(),
            None => self.own_indent(parent) + &self.unit(parent),
        }
    }

    /// The difference between an element's indentation and its parent's, found at `n` or above;
    /// else anywhere in the document.
    fn unit(&self, n: NodeId) -> String {
        let difference = |child: NodeId| {
            let parent = self.parent(child)?;
            let inner = self.line_gap(self.previous_sibling(child))?;
            let inner = inner.trim_start_matches(['\r', '\n']);
            let unit = inner.strip_prefix(&*self.own_indent(parent))?;
            (!unit.is_empty()).then(|| unit.to_owned())
        };
        let above = std::iter::successors(Some(n), |at| self.parent(*at)).find_map(difference);
        let unit = above.or_else(|| self.descendants(self.root()).skip(1).find_map(difference));
        unit.unwrap_or_else(|| UNIT.to_owned())
    }
}
