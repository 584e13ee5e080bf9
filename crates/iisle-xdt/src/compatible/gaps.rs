use super::dictionary::Dictionary;
use super::format::Indents;
use super::start_tag;
use super::tree::{Attribute, Tree};

/// The white space inside a start tag: what was read, and what changes of the attributes make of
/// it.
#[derive(Debug, Clone, Default)]
pub(super) struct Gaps {
    /// Names of attributes in the order they are written in: first those that were read.
    pub(super) order: Vec<Box<str>>,
    /// The white space before an attribute, by its name; that before the end of the tag by none.
    pub(super) before: Dictionary,
    /// The white space before an attribute on a line of its own, once it was asked for.
    pub(super) line_break: Option<Box<str>>,
    one_per_line: Option<bool>,
}

impl Gaps {
    /// Reads the text of a start tag.
    ///
    /// # Errors
    /// When it is none: the search for its end goes wrong where quotes of both kinds occur.
    pub(super) fn read(tag: &str) -> Result<Self, start_tag::Broken> {
        let (attributes, end) = start_tag::read(tag)?;
        let mut gaps = Self::default();
        for (name, gap) in attributes {
            gaps.order.push(name.into());
            if let Some(gap) = gap {
                gaps.before.set(name, gap);
            }
        }
        if let Some(gap) = end {
            gaps.before.set("", gap);
        }
        Ok(gaps)
    }

    /// Makes the gaps fit the attributes an element has now.
    pub(super) fn update(
        &mut self,
        attributes: &[Attribute],
        tree: &mut Tree,
        indents: &mut Indents,
    ) {
        if attributes.is_empty() {
            if !self.order.is_empty() {
                self.before.clear();
                self.order.clear();
            }
            return;
        }
        for attribute in attributes {
            if !self.order.contains(&attribute.name) {
                self.order.push(attribute.name.clone());
            }
        }
        let is_there = |name: &str| attributes.iter().any(|attribute| *attribute.name == *name);
        let mut is_first = true;
        let mut kept: Option<Box<str>> = None;
        for index in 0..self.order.len() {
            let name = self.order[index].clone();
            let gap: Option<Box<str>> = self.before.get(&name).map(Box::from);
            if !is_there(&name) {
                if let Some(gap) = gap {
                    let is_kept = if is_first { kept.is_none() } else { gap.contains('\n') };
                    if is_kept {
                        kept = Some(gap);
                    }
                    self.before.remove(&name);
                }
                continue;
            }
            if let Some(kept) = kept.take() {
                if is_first || !gap.is_some_and(|gap| gap.contains('\n')) {
                    self.before.set(&name, &kept);
                }
            } else if gap.is_none() {
                if is_first {
                    self.before.set(&name, " ");
                } else {
                    let is_alone = self.is_one_per_line();
                    let line_break = self.line_break(tree, indents);
                    if is_alone {
                        self.before.set(&name, &line_break);
                    }
                }
            }
            is_first = false;
        }
    }

    /// Whether every attribute but the first begins a line; decided when it is first asked for.
    fn is_one_per_line(&mut self) -> bool {
        if let Some(known) = self.one_per_line {
            return known;
        }
        let shares_line = |name: &str| self.before.get(name).is_some_and(|gap| !gap.contains('\n'));
        let known =
            self.before.len() > 1 && !self.order.iter().skip(1).any(|name| shares_line(name));
        self.one_per_line = Some(known);
        known
    }

    /// The white space before an attribute on a line of its own.
    fn line_break(&mut self, tree: &mut Tree, indents: &mut Indents) -> Box<str> {
        if self.known_line_break().is_none() {
            self.line_break = Some((&*indents.attribute_indent(tree)).into());
        }
        self.line_break.clone().unwrap_or_default()
    }

    /// The same, as far as the element itself tells. Once told, it stays.
    pub(super) fn known_line_break(&mut self) -> Option<&str> {
        if self.line_break.is_none() {
            let own = self.before.entries().find(|(_, gap)| gap.contains('\n'));
            self.line_break = own.map(|(_, gap)| gap.into());
        }
        self.line_break.as_deref()
    }
}
