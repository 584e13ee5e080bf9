//! Gives new elements their place on lines, in the way of the reference engine, except where white
//! space would mean something or the document has no lines (X11).

use std::collections::BTreeSet;
use std::rc::Rc;

use iisle_xml::{Document, NodeId, NodeKind};

/// What a level is indented by when nothing shows it.
const DEFAULT_UNIT: &str = "\t";

/// Indents what is new, and removes one of two pieces of white space that have come to stand side
/// by side.
pub(super) fn lay_out(document: &mut Document) {
    if document.is_edited() {
        let layout = Layout {
            may_preserve: document.has_preserved_space(),
            document,
            indents: Vec::new(),
            current: Some(Rc::from("")),
            unit: None,
            knows_line_gap: false,
            outer_line_gaps: Vec::new(),
            line_gaps: BTreeSet::new(),
            visited: None,
            at: None,
        };
        layout.run();
    }
}

/// A walk over the document. An indent is the last line break of some white space and all behind
/// it.
struct Layout<'d> {
    document: &'d mut Document,
    /// The indents of the open elements.
    indents: Vec<Rc<str>>,
    /// The indent of the nodes that are walked along, once it is known.
    current: Option<Rc<str>>,
    /// What a level is indented by. Known until another indent is met.
    unit: Option<Rc<str>>,
    /// Whether it was found out, for the nodes that are walked along and for the open elements,
    /// where attributes go that begin a line. Nothing goes there (X04), but finding out fixes the
    /// unit.
    knows_line_gap: bool,
    outer_line_gaps: Vec<bool>,
    /// The elements for which it was.
    line_gaps: BTreeSet<NodeId>,
    /// The node that was visited before `at`.
    visited: Option<NodeId>,
    at: Option<NodeId>,
    /// Whether `xml:space` may make white space mean something.
    may_preserve: bool,
}

impl Layout<'_> {
    fn run(mut self) {
        // Iterative, because documents may be deep: the open nodes, and what comes next in each.
        let top = self.document.document_node();
        let mut open = vec![(top, self.document.first_child(top))];
        while let Some((node, next)) = open.last_mut() {
            let Some(child) = *next else {
                let node = *node;
                open.pop();
                if node != top {
                    self.end(node);
                }
                continue;
            };
            *next = self.document.next_sibling(child);
            if self.document.is_expanded(child) {
                continue;
            }
            self.visit(child);
            match self.document.kind(child) {
                NodeKind::Element => {
                    self.begin(child);
                    open.push((child, self.document.first_child(child)));
                }
                NodeKind::Text if self.is_white(Some(child)) => self.white_space(child),
                NodeKind::Comment if self.needs_indent(child) => self.indent_before(child),
                _ => {}
            }
        }
    }

    fn visit(&mut self, n: NodeId) {
        self.visited = self.at.replace(n);
    }

    fn begin(&mut self, element: NodeId) {
        if self.needs_indent(element) {
            self.indent_before(element);
        }
        self.look_for_line_gap(element);
        let indent = self.indent();
        self.indents.push(indent);
        self.current = None;
        self.outer_line_gaps.push(std::mem::take(&mut self.knows_line_gap));
        if !self.document.is_new(element) {
            self.keep_white_space_last(element);
        }
    }

    fn end(&mut self, element: NodeId) {
        self.visit(element);
        self.current = self.indents.pop();
        self.knows_line_gap = self.outer_line_gaps.pop().unwrap_or_default();
        let is_blank_pair = self.document.first_child(element).is_none();
        if is_blank_pair || !self.needs_indent(element) {
            return;
        }
        let indent = self.indent();
        if self.may_indent_in(element, &indent) {
            let space = self.document.create_space(&indent);
            self.document.link(element, self.document.last_child(element), space);
        }
    }

    /// White space before an end tag stays there, when what was inserted came to stand behind it.
    fn keep_white_space_last(&mut self, element: NodeId) {
        let document = &self.document;
        let backwards =
            |n: Option<NodeId>| std::iter::successors(n, |n| document.previous_sibling(*n));
        let last = document.last_child(element);
        let found = backwards(last).find(|n| !document.is_new(*n));
        if let Some(space) = found.filter(|n| Some(*n) != last && self.is_white(Some(*n))) {
            self.document.link(element, last, space);
        }
    }

    fn white_space(&mut self, space: NodeId) {
        let indent = |n: NodeId| line_end(self.document.written(n)).map(Rc::<str>::from);
        let own = indent(space);
        if let Some(before) = self.visited.filter(|before| self.is_white(Some(*before))) {
            // Something went from between them.
            let keeps_first = own.is_none() && indent(before).is_some();
            self.document.detach(if keeps_first { space } else { before });
        }
        if let Some(own) = own.filter(|own| self.current.as_ref() != Some(own)) {
            self.current = Some(own);
            self.unit = None;
            self.knows_line_gap = false;
        }
    }

    fn look_for_line_gap(&mut self, element: NodeId) {
        if !self.document.lacks_line_gap(element) {
            return;
        }
        if !self.knows_line_gap {
            self.knows_line_gap = true;
            if !self.is_line_gap_beside(element) {
                self.indent();
                self.unit();
            }
        }
        self.line_gaps.insert(element);
    }

    /// Whether the element before, or else one behind, shows where attributes begin lines.
    fn is_line_gap_beside(&self, element: NodeId) -> bool {
        let document = &self.document;
        let is_element = |n: &NodeId| document.kind(*n) == NodeKind::Element;
        let shows = |n: NodeId| self.line_gaps.contains(&n) || document.has_line_gap(n);
        let beside = |next: fn(&Document, NodeId) -> Option<NodeId>| {
            std::iter::successors(next(document, element), move |n| next(document, *n))
                .filter(is_element)
        };
        beside(Document::previous_sibling).next().is_some_and(shows)
            || beside(Document::next_sibling).any(shows)
    }

    fn indent_before(&mut self, n: NodeId) {
        let Some(parent) = self.document.parent(n) else { return };
        let indent = self.indent();
        if self.may_indent_in(parent, &indent) {
            let space = self.document.create_space(&indent);
            self.document.link(parent, self.document.previous_sibling(n), space);
        }
    }

    /// Whether white space in an element means nothing, in a document that has lines, and an
    /// indent is one.
    fn may_indent_in(&self, parent: NodeId, indent: &str) -> bool {
        !self.document.newline().is_empty()
            && line_end(indent).is_some()
            && self.document.kind(parent) == NodeKind::Element
            && !(self.document.is_mixed(parent) && self.has_text(parent))
    }

    /// Whether an element that had text or CDATA has some now.
    fn has_text(&self, parent: NodeId) -> bool {
        let means_something =
            |n: NodeId| self.document.kind(n) == NodeKind::CData || self.is_text(n);
        self.document.children(parent).any(means_something)
    }

    fn needs_indent(&self, n: NodeId) -> bool {
        let before = self.visited;
        !self.is_white(before)
            && !before.is_some_and(|n| self.is_text(n))
            && (self.is_within_new(Some(n)) || self.is_within_new(before))
    }

    /// Whether a node is, or stands in, an element that a directive brought.
    fn is_within_new(&self, n: Option<NodeId>) -> bool {
        let mut above = std::iter::successors(n, |n| self.document.parent(*n));
        let element = above.find(|n| self.document.kind(*n) == NodeKind::Element);
        element.is_some_and(|element| self.document.is_new(element))
    }

    fn is_white(&self, n: Option<NodeId>) -> bool {
        n.is_some_and(|n| {
            self.document.is_white_space(n)
                && !(self.may_preserve && self.document.preserves_space(n))
        })
    }

    /// Whether a node is text that is more than white space; what `xml:space` keeps is neither.
    fn is_text(&self, n: NodeId) -> bool {
        self.document.kind(n) == NodeKind::Text && !self.document.is_white_space(n)
    }

    /// The indent of what is visited; found out when it is not known.
    fn indent(&mut self) -> Rc<str> {
        if let Some(known) = &self.current {
            return Rc::clone(known);
        }
        let indent = self.indent_of_siblings().unwrap_or_else(|| {
            let outer = self.indents.last().map_or("", |outer| outer).to_owned();
            Rc::from(outer + &self.unit())
        });
        self.current = Some(Rc::clone(&indent));
        indent
    }

    fn indent_of_siblings(&self) -> Option<Rc<str>> {
        let parent = self.document.parent(self.at?)?;
        let mut white = self
            .document
            .children(parent)
            .filter(|n| self.is_white(Some(*n)) && self.document.next_sibling(*n).is_some());
        white.find_map(|n| line_end(self.document.written(n)).map(Rc::from))
    }

    fn unit(&mut self) -> Rc<str> {
        let unit = self.unit.take().unwrap_or_else(|| unit(&self.indents));
        self.unit = Some(Rc::clone(&unit));
        unit
    }
}

/// The difference of two levels, the innermost that shows one.
fn unit(indents: &[Rc<str>]) -> Rc<str> {
    let mut levels = indents.windows(2).rev();
    if let Some(unit) = levels.find_map(|pair| pair[1].strip_prefix(&*pair[0])) {
        return unit.into();
    }
    let outermost = indents.first().map_or("", |outermost| outermost);
    let line = outermost.trim_start_matches(['\r', '\n']);
    // The reference engine loses the first blank, and does not look at the last.
    match line.get(1..) {
        Some(rest) if !rest.is_empty() => rest.into(),
        _ => DEFAULT_UNIT.into(),
    }
}

/// White space from its last line end on.
fn line_end(space: &str) -> Option<&str> {
    let at = space.rfind(['\r', '\n'])?;
    let at = if space[..=at].ends_with("\r\n") { at - 1 } else { at };
    Some(&space[at..])
}
