//! Where inserted elements stand: on lines of their own, indented like their neighbors; in a
//! document without line breaks, none is added.

use crate::chars::is_blank;
use crate::tree::Flags;
use crate::{Document, NodeId, NodeKind};

/// What a level is indented by when the document does not show.
const UNIT: &str = "  ";

impl Document {
    /// Makes `child` the last child of `parent`, on a line of its own. No white space is added
    /// among text, nor in a document without line breaks, nor in an element that stands in no tree
    /// yet: its children get their lines when it is put in one.
    ///
    /// # Panics
    /// When `parent` is neither an element nor the document, or stands in `child`.
    pub fn append_child(&mut self, parent: NodeId, child: NodeId) {
        assert!(self.element(parent).is_some(), "only elements have children");
        self.detach(child);
        if self.newline.is_empty() || self.is_mixed(parent) || !self.is_attached(parent) {
            self.link(parent, self.last_child(parent), child);
            return;
        }
        let newline = self.newline;
        let indent = self.child_indent(parent);
        let closing = self.last_child(parent).filter(|last| self.is_white_space(*last));
        let lead = self.create_raw(&format!("{newline}{indent}"));
        match closing {
            Some(blank) if self.written(blank).contains(['\n', '\r']) => {
                // The white space before the end tag stays there.
                self.link(parent, self.previous_sibling(blank), lead);
                self.link(parent, Some(lead), child);
            }
            _ => {
                if let Some(blank) = closing {
                    self.detach(blank);
                }
                self.link(parent, self.last_child(parent), lead);
                self.link(parent, Some(lead), child);
                let end = self.own_indent(parent);
                let tail = self.create_raw(&format!("{newline}{end}"));
                self.link(parent, Some(child), tail);
            }
        }
        self.lay_out(child, &indent);
    }

    /// Puts `node` before `sibling`, on a line of its own when `sibling` begins one.
    ///
    /// # Panics
    /// When `sibling` stands in no tree, or in `node`.
    pub fn insert_before(&mut self, sibling: NodeId, node: NodeId) {
        self.detach(node);
        let parent = self.parent(sibling).expect("a sibling has a parent");
        let gap = self.element_gap(sibling);
        self.link(parent, self.previous_sibling(sibling), node);
        if let Some(gap) = gap {
            let lead = self.create_raw(&gap);
            self.link(parent, Some(node), lead);
            self.lay_out(node, indentation(&gap));
        }
    }

    /// Puts `node` behind `sibling`, on a line of its own when `sibling` begins one.
    ///
    /// # Panics
    /// When `sibling` stands in no tree, or in `node`.
    pub fn insert_after(&mut self, sibling: NodeId, node: NodeId) {
        self.detach(node);
        let parent = self.parent(sibling).expect("a sibling has a parent");
        let Some(gap) = self.element_gap(sibling) else {
            self.link(parent, Some(sibling), node);
            return;
        };
        let lead = self.create_raw(&gap);
        self.link(parent, Some(sibling), lead);
        self.link(parent, Some(lead), node);
        self.lay_out(node, indentation(&gap));
    }

    /// The line end and indentation before a node, when white space there means nothing.
    fn element_gap(&self, n: NodeId) -> Option<String> {
        let is_free = self.parent(n).is_some_and(|parent| !self.is_mixed(parent));
        self.line_gap(self.previous_sibling(n)).filter(|_| is_free).map(str::to_owned)
    }

    /// Cuts the line end and indentation before `n` when nothing else stands on its line.
    pub(crate) fn remove_line_of(&mut self, n: NodeId) {
        let next = self.next_sibling(n);
        let starts_line =
            |text: &str| text.trim_start_matches([' ', '\t']).starts_with(['\r', '\n']);
        let is_last = match next {
            Some(next) => self.kind(next) == NodeKind::Text && starts_line(self.written(next)),
            // The last line of the document needs no line end.
            None => self.parent(n) == Some(self.document_node()),
        };
        if !is_last {
            return;
        }
        match (self.previous_sibling(n), next) {
            (Some(before), _) => {
                let Some(gap) = self.line_gap(Some(before)) else { return };
                let kept = self.written(before).len() - gap.len();
                let kept = self.written(before)[..kept].to_owned();
                self.replace_text(before, &kept);
            }
            // The first line of the document: what goes with it is the line end behind it.
            (None, Some(behind)) if self.parent(n) == Some(self.document_node()) => {
                let rest = self.written(behind).trim_start_matches([' ', '\t']);
                let rest = rest.strip_prefix("\r\n").unwrap_or_else(|| &rest[1..]).to_owned();
                self.replace_text(behind, &rest);
            }
            (None, _) => {}
        }
    }

    /// Puts other white space in the place of some.
    fn replace_text(&mut self, old: NodeId, raw: &str) {
        if let (false, Some(parent)) = (raw.is_empty(), self.parent(old)) {
            let text = self.create_raw(raw);
            self.link(parent, Some(old), text);
        }
        self.detach(old);
    }

    /// Line end and indentation that end the text `before`, when nothing else follows the line end.
    fn line_gap(&self, before: Option<NodeId>) -> Option<&str> {
        let before = before.filter(|b| self.kind(*b) == NodeKind::Text)?;
        let raw = self.written(before);
        let at = raw.rfind(['\r', '\n'])?;
        let start = if raw[..=at].ends_with("\r\n") { at - 1 } else { at };
        is_blank(&raw[start..]).then(|| &raw[start..])
    }

    /// Gives the new element's own children lines of their own.
    fn lay_out(&mut self, top: NodeId, indent: &str) {
        let newline = self.newline;
        if newline.is_empty() {
            return;
        }
        let unit = self.unit(top);
        let mut open = vec![(top, indent.to_owned())];
        while let Some((parent, indent)) = open.pop() {
            let children: Vec<_> = self.children(parent).collect();
            let is_own = |c: &NodeId| {
                self.kind(*c) != NodeKind::Text && !self.in_source(self.node(*c).span.start)
            };
            if children.is_empty() || self.is_mixed(parent) || !children.iter().all(is_own) {
                continue;
            }
            let inner = format!("{indent}{unit}");
            for child in &children {
                let before = self.previous_sibling(*child);
                let lead = self.create_raw(&format!("{newline}{inner}"));
                self.link(parent, before, lead);
                open.push((*child, inner.clone()));
            }
            let tail = self.create_raw(&format!("{newline}{indent}"));
            self.link(parent, self.last_child(parent), tail);
        }
    }

    /// Whether an element has, or had, text or CDATA among its children: white space between them
    /// means something too.
    pub fn is_mixed(&self, n: NodeId) -> bool {
        self.node(n).flags.has(Flags::MIXED)
    }

    /// The indentation of the line a node begins on; empty when it does not begin one.
    fn own_indent(&self, n: NodeId) -> &str {
        self.line_gap(self.previous_sibling(n)).map_or("", indentation)
    }

    /// What children of `parent` are indented by: as the last one is, else one unit more.
    fn child_indent(&self, parent: NodeId) -> String {
        let backwards =
            std::iter::successors(self.last_child(parent), |n| self.previous_sibling(*n));
        let shown = backwards.into_iter().find(|child| self.kind(*child) != NodeKind::Text);
        match shown.and_then(|child| self.line_gap(self.previous_sibling(child))) {
            Some(gap) => indentation(gap).to_owned(),
            None => self.own_indent(parent).to_owned() + &self.unit(parent),
        }
    }

    /// The difference between an element's indentation and its parent's, found at `n` or above;
    /// else anywhere in the document.
    fn unit(&self, n: NodeId) -> String {
        let difference = |child: NodeId| {
            let parent = self.parent(child)?;
            let inner = indentation(self.line_gap(self.previous_sibling(child))?);
            inner.strip_prefix(self.own_indent(parent)).filter(|unit| !unit.is_empty())
        };
        let above = std::iter::successors(Some(n), |at| self.parent(*at)).find_map(difference);
        let anywhere = || {
            let first = || self.descendants(self.root()).skip(1).find_map(difference);
            self.unit.get_or_init(|| first().map(str::to_owned)).as_deref()
        };
        above.or_else(anywhere).unwrap_or(UNIT).to_owned()
    }
}

/// What stands behind the line end.
fn indentation(gap: &str) -> &str {
    gap.trim_start_matches(['\r', '\n'])
}
