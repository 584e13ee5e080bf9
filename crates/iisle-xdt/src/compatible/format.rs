//! White space for what is new, and less of it where something was.

use std::rc::Rc;

use super::tree::{Id, Kind, Tree};

/// Why the reference engine gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Died {
    /// Three pieces of white space in a row, the second without a line break.
    OfWhiteSpace,
    /// White space is wanted before a node that stands in no element.
    AtTheTop,
}

/// Gives everything new its indentation, and all gaps of attributes their final form.
pub(super) fn format(tree: &mut Tree) -> Result<(), Died> {
    let mut formatter = Formatter {
        tree,
        indents: Indents {
            outer: Vec::new(),
            outer_of_attributes: Vec::new(),
            current: Some(Rc::from("")),
            of_attributes: None,
            tab: None,
            node: None,
            previous: None,
        },
    };
    formatter.children(Tree::DOCUMENT)
}

/// What is known of indentation at the node that is looked at.
pub(super) struct Indents {
    /// Those of the elements around, the innermost last. Each begins with a line break.
    outer: Vec<Rc<str>>,
    outer_of_attributes: Vec<Option<Rc<str>>>,
    /// That of the siblings, unless it is still to be found out.
    current: Option<Rc<str>>,
    of_attributes: Option<Rc<str>>,
    /// What one level adds.
    tab: Option<Rc<str>>,
    node: Option<Id>,
    /// The node that was looked at before.
    previous: Option<Id>,
}

impl Indents {
    fn visit(&mut self, node: Id) {
        self.previous = self.node.replace(node);
    }

    fn set(&mut self, indent: &str) {
        if self.current.as_deref() != Some(indent) {
            self.current = Some(indent.into());
            self.tab = None;
            self.of_attributes = None;
        }
    }

    fn push(&mut self, tree: &Tree) {
        let current = self.current(tree);
        self.outer.push(current);
        self.current = None;
        self.outer_of_attributes.push(self.of_attributes.take());
    }

    fn pop(&mut self) {
        self.current = self.outer.pop();
        self.of_attributes = self.outer_of_attributes.pop().flatten();
    }

    fn current(&mut self, tree: &Tree) -> Rc<str> {
        if let Some(current) = &self.current {
            return Rc::clone(current);
        }
        let found = self.node.and_then(|node| indent_of_siblings(tree, node));
        let current = found.map_or_else(|| self.deeper(self.outer.last().cloned()), Rc::from);
        self.current = Some(Rc::clone(&current));
        current
    }

    /// An indent with one level more.
    fn deeper(&mut self, indent: Option<Rc<str>>) -> Rc<str> {
        let tab = self.tab();
        format!("{}{tab}", indent.unwrap_or_default()).into()
    }

    fn tab(&mut self) -> Rc<str> {
        let outer = &self.outer;
        Rc::clone(self.tab.get_or_insert_with(|| tab(outer)))
    }

    /// The white space before an attribute on a line of its own in the element looked at.
    pub(super) fn attribute_indent(&mut self, tree: &mut Tree) -> Rc<str> {
        if let Some(indent) = &self.of_attributes {
            return Rc::clone(indent);
        }
        let found = self.node.and_then(|node| line_break_of_siblings(tree, node));
        let indent = found.unwrap_or_else(|| {
            let current = self.current(tree);
            self.deeper(Some(current))
        });
        self.of_attributes = Some(Rc::clone(&indent));
        indent
    }
}

/// What one level adds: the difference of two indents around, or else a tab.
fn tab(outer: &[Rc<str>]) -> Rc<str> {
    let Some(mut inner) = outer.last() else { return "\t".into() };
    for around in outer.iter().rev().skip(1) {
        if let Some(more) = inner.strip_prefix(&**around) {
            return more.into();
        }
        inner = around;
    }
    // One character too many is cut off, except that a single one is left alone.
    let after = inner.trim_start_matches(['\r', '\n']);
    let mut chars = after.chars();
    chars.next();
    match chars.as_str() {
        "" => "\t".into(),
        rest => rest.into(),
    }
}

/// The first white space with a line break among a node and its siblings, unless it is the last
/// node of all.
fn indent_of_siblings(tree: &Tree, node: Id) -> Option<&str> {
    let parent = tree.node(node).parent?;
    let is_between = |id: &Id| tree.kind(*id) == Kind::Whitespace && tree.node(*id).next.is_some();
    tree.children(parent).filter(is_between).find_map(|id| last_line(&tree.node(id).value))
}

/// The line break before attributes in the element before, else in the first one behind that has
/// one.
fn line_break_of_siblings(tree: &mut Tree, node: Id) -> Option<Rc<str>> {
    let parent = tree.node(node).parent?;
    let mut found = None;
    let mut is_before = true;
    let mut at = tree.node(parent).first;
    while let Some(sibling) = at {
        at = tree.node(sibling).next;
        if sibling == node {
            is_before = false;
        } else if let Some(element) = tree.element_mut(sibling) {
            found = element.gaps.known_line_break().map(Rc::from);
        }
        if !is_before && found.is_some() {
            return found;
        }
    }
    None
}

/// From the last line break to the end; `None` without one.
fn last_line(text: &str) -> Option<&str> {
    let at = text.trim_end_matches([' ', '\t']);
    if let Some(before) = at.strip_suffix("\r\n") {
        return Some(&text[before.len()..]);
    }
    let before = at.strip_suffix(['\r', '\n'])?;
    Some(&text[before.len()..])
}

struct Formatter<'t> {
    tree: &'t mut Tree,
    indents: Indents,
}

impl Formatter<'_> {
    fn children(&mut self, parent: Id) -> Result<(), Died> {
        let mut at = self.tree.node(parent).first;
        while let Some(node) = at {
            self.indents.visit(node);
            let next = self.tree.node(node).next;
            match self.tree.kind(node) {
                Kind::Element => {
                    self.element(node)?;
                    at = self.tree.node(node).next;
                }
                Kind::Whitespace => {
                    self.white_space(node)?;
                    at = next;
                }
                Kind::Comment => {
                    self.indent_before(node)?;
                    at = next;
                }
                _ => at = next,
            }
        }
        Ok(())
    }

    fn element(&mut self, node: Id) -> Result<(), Died> {
        self.indent_before(node)?;
        self.gaps(node);
        self.indents.push(self.tree);
        self.move_white_space_to_end(node);
        self.children(node)?;
        self.indents.visit(node);
        self.indents.pop();
        let is_empty = self.tree.element(node).is_some_and(|element| element.is_empty);
        if !is_empty && self.needs_indent(node) {
            let white_space = self.indent();
            self.tree.append(node, white_space);
        }
        Ok(())
    }

    fn gaps(&mut self, node: Id) {
        let Some(element) = self.tree.element_mut(node) else { return };
        let attributes = std::mem::take(&mut element.attributes);
        let mut gaps = std::mem::take(&mut element.gaps);
        gaps.update(&attributes, self.tree, &mut self.indents);
        if let Some(element) = self.tree.element_mut(node) {
            element.attributes = attributes;
            element.gaps = gaps;
        }
    }

    /// New elements were put behind the white space that indents the end tag; there it goes again.
    fn move_white_space_to_end(&mut self, node: Id) {
        if self.tree.is_new(node) {
            return;
        }
        let mut at = self.tree.node(node).last;
        while let Some(child) = at.filter(|child| self.is_new_element(*child)) {
            at = self.tree.node(child).previous;
        }
        match at {
            Some(found) if self.tree.kind(found) == Kind::Whitespace => {
                self.tree.detach(found);
                self.tree.append(node, found);
            }
            _ => {}
        }
    }

    fn is_new_element(&self, node: Id) -> bool {
        self.tree.kind(node) == Kind::Element && self.tree.is_new(node)
    }

    /// Two pieces of white space in a row: something between them has gone.
    fn white_space(&mut self, node: Id) -> Result<(), Died> {
        let line = last_line(&self.tree.node(node).value).map(str::to_owned);
        if let Some(previous) = self.indents.previous
            && self.tree.kind(previous) == Kind::Whitespace
        {
            let breaks = last_line(&self.tree.node(previous).value).is_some();
            let extra = if line.is_none() && breaks { node } else { previous };
            if self.tree.node(extra).parent.is_none() {
                return Err(Died::OfWhiteSpace);
            }
            self.tree.detach(extra);
        }
        if let Some(line) = line {
            self.indents.set(&line);
        }
        Ok(())
    }

    fn indent_before(&mut self, node: Id) -> Result<(), Died> {
        if !self.needs_indent(node) {
            return Ok(());
        }
        let parent = self.tree.node(node).parent.filter(|parent| *parent != Tree::DOCUMENT);
        let parent = parent.ok_or(Died::AtTheTop)?;
        let white_space = self.indent();
        self.tree.insert(parent, white_space, Some(node));
        Ok(())
    }

    fn indent(&mut self) -> Id {
        let indent = self.indents.current(self.tree);
        self.tree.add(Kind::Whitespace, "", &indent)
    }

    fn needs_indent(&self, node: Id) -> bool {
        let previous = self.indents.previous;
        let is_apart = previous.is_none_or(|previous| {
            !matches!(self.tree.kind(previous), Kind::Whitespace | Kind::Text)
        });
        is_apart
            && (self.tree.is_new(node)
                || previous.is_some_and(|previous| self.tree.is_new(previous)))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{last_line, tab};

    #[test]
    fn an_indent_begins_with_the_last_line_break() {
        assert_eq!(last_line("\n\n  "), Some("\n  "));
        assert_eq!(last_line(" \r\n\t"), Some("\r\n\t"));
        assert_eq!(last_line("\r "), Some("\r "));
        assert_eq!(last_line("  "), None);
    }

    #[test]
    fn a_level_is_the_difference_of_two_indents() {
        let check = |outer: &[&str]| {
            let outer: Vec<Rc<str>> = outer.iter().map(|indent| Rc::from(*indent)).collect();
            tab(&outer).to_string()
        };
        assert_eq!(check(&[]), "\t");
        assert_eq!(check(&["", "\n", "\n  "]), "  ");
        assert_eq!(check(&["\n    "]), "   ");
        assert_eq!(check(&["\n "]), "\t");
        assert_eq!(check(&["\n"]), "\t");
    }
}
