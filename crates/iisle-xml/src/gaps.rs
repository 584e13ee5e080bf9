//! The white space before the attributes of a tag that was changed.

use crate::chars::is_space;
use crate::start_tag;
use crate::tree::{AttributeData, Flags, NONE, Node, Span, number};
use crate::{Document, NodeId};

/// An attribute of the tag as it is written.
pub(crate) struct Placed<'a> {
    /// The white space before it; `None` is one blank.
    pub(crate) gap: Option<Span>,
    pub(crate) data: &'a AttributeData,
}

/// An attribute of the tag as it was read, or one that is new, or both.
#[derive(Default)]
struct Slot<'a> {
    gap: Option<Span>,
    now: Option<&'a AttributeData>,
}

impl Document {
    /// The attributes of a changed tag in the order they are written: those from the source where
    /// they were, even when they were taken away in between, and new ones where they were put.
    ///
    /// White space of an attribute that went is passed on when it began the tag or a line. A new
    /// attribute follows behind one blank, unless attributes of the source stand on different
    /// lines: then behind the first line break of the tag.
    pub(crate) fn placed(&self, n: NodeId) -> Vec<Placed<'_>> {
        let list = self.attribute_list(n);
        let node = self.node(n);
        if list.is_empty() || node.span.is_empty() {
            return list.iter().map(|data| Placed { gap: None, data }).collect();
        }
        let slots = self.slots(n, list);
        let breaks = |gap: &Option<Span>| {
            gap.as_ref().is_some_and(|gap| self.slice(gap).contains(['\r', '\n']))
        };
        let has_lines = slots.iter().filter(|slot| slot.gap.is_some()).skip(1);
        let has_lines = has_lines.into_iter().any(|slot| breaks(&slot.gap));
        let line = slots.iter().find(|slot| breaks(&slot.gap)).and_then(|slot| slot.gap.clone());
        let mut placed: Vec<Placed<'_>> = Vec::with_capacity(list.len());
        let mut passed_on: Option<Span> = None;
        for Slot { gap, now } in slots {
            let is_first = placed.is_empty();
            let Some(data) = now else {
                let goes_on = if is_first { passed_on.is_none() } else { breaks(&gap) };
                if goes_on {
                    passed_on = gap;
                }
                continue;
            };
            let takes = is_first || !breaks(&gap);
            let gap = match passed_on.take().filter(|_| takes).or(gap) {
                None if has_lines && !is_first => line.clone(),
                gap => gap,
            };
            placed.push(Placed { gap, data });
        }
        placed
    }

    /// Whether a new attribute follows others in the element's tag, and no line break in the tag
    /// shows where such a one goes. Declarations of namespaces do not count in new elements.
    pub fn lacks_line_gap(&self, n: NodeId) -> bool {
        let node = self.node(n);
        if !node.flags.has(Flags::CHANGED) {
            return false;
        }
        if node.span.is_empty() {
            return self
                .attributes(n)
                .filter(|attribute| !attribute.is_namespace())
                .nth(1)
                .is_some();
        }
        let placed = self.placed(n);
        let breaks = |gap: &str| gap.contains('\n');
        let is_empty = EmptyTag::of(node);
        placed.iter().skip(1).any(|one| one.gap.is_none())
            && !placed.iter().filter_map(|one| one.gap.as_ref()).any(|gap| breaks(self.slice(gap)))
            && !breaks(self.tail_gap(n, is_empty))
    }

    /// Whether white space in the element's tag, as it was read, holds a line feed.
    pub fn has_line_gap(&self, n: NodeId) -> bool {
        let (node, Some(element)) = (self.node(n), self.element(n)) else { return false };
        let tag = self.slice(&(node.span.start..element.inner.start));
        let mut pieces = Vec::new();
        tag.contains('\n')
            && start_tag::read(tag, &mut pieces).is_ok()
            && (pieces.iter().any(|p| tag[p.lead..p.name].contains('\n'))
                || tag[pieces.last().map_or(0, |p| p.value_end)..].contains('\n'))
    }

    /// The attributes of the source, with those that are new among them.
    fn slots<'a>(&'a self, n: NodeId, list: &'a [AttributeData]) -> Vec<Slot<'a>> {
        let start = self.node(n).span.start;
        let end = self.element(n).map_or(start, |element| element.inner.start);
        let tag = self.slice(&(start..end));
        let mut pieces = Vec::new();
        let _known = start_tag::read(tag, &mut pieces).is_ok();
        let place = |offset: usize| start + number(offset);
        let original = |data: &AttributeData| match self.origin(data).0 {
            NONE => pieces.iter().position(|p| tag[p.name..p.name_end] == *self.slice(&data.name)),
            origin => pieces.binary_search_by_key(&origin, |p| place(p.name)).ok(),
        };
        let mut slots: Vec<Vec<Slot<'_>>> = pieces
            .iter()
            .map(|p| vec![Slot { gap: Some(place(p.lead)..place(p.name)), now: None }])
            .collect();
        // Behind the last one.
        slots.push(Vec::new());
        let mut next = pieces.len();
        for data in list.iter().rev() {
            match original(data) {
                Some(index) => {
                    if let Some(slot) = slots[index].last_mut() {
                        slot.now = Some(data);
                    }
                    // What was taken away and came back is where it was, not where it was put.
                    if self.origin(data).0 != NONE {
                        next = index;
                    }
                }
                None => slots[next].insert(0, Slot { gap: None, now: Some(data) }),
            }
        }
        slots.into_iter().flatten().collect()
    }

    /// The white space before the end of a changed tag, of which `is_empty` says whether it ends
    /// in `/>`. When all attributes went, it goes with them.
    pub(crate) fn tail_gap(&self, n: NodeId, is_empty: EmptyTag) -> &str {
        let node = self.node(n);
        let Some(element) = self.element(n) else { return "" };
        if node.span.is_empty() {
            let is_spaced = is_empty == EmptyTag::Yes && !node.flags.has(Flags::TIGHT);
            return if is_spaced { " " } else { "" };
        }
        let tag = self.slice(&(node.span.start..element.inner.start));
        let (body, was_empty) = match tag.strip_suffix("/>") {
            Some(body) => (body, EmptyTag::Yes),
            None => (tag.strip_suffix('>').unwrap_or(tag), EmptyTag::No),
        };
        let stays = was_empty == is_empty || self.opened_tags == OpenedTags::AsWritten;
        let had_attributes = body.contains('=');
        if !stays || had_attributes && element.attributes.is_empty() {
            return "";
        }
        &body[body.trim_end_matches(is_space).len()..]
    }

    /// Says how tags are written that were `<a />` and are to hold something.
    pub fn set_opened_tags(&mut self, opened: OpenedTags) {
        self.opened_tags = opened;
    }
}

/// How a tag is written that was `<a />` when the element has got children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenedTags {
    /// `<a>`: the blank goes with the slash.
    #[default]
    Tight,
    /// `<a >`: only the slash goes.
    AsWritten,
}

/// Whether an element is written as `<a />`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmptyTag {
    Yes,
    No,
}

impl EmptyTag {
    pub(crate) fn of(node: &Node) -> Self {
        if node.flags.has(Flags::EMPTY_TAG) { Self::Yes } else { Self::No }
    }
}
