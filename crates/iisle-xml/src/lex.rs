//! From text to a tree: quick-xml cuts the document into pieces, everything it does not check is
//! checked here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::chars::{is_blank, is_char, is_ncname, is_space, name_length, space_length, split_name};
use crate::doctype::{self, Entities, Entity, Ids};
use crate::error::{Fault, FaultKind};
use crate::reference::{MAX_NESTING, Place, Reason, ReferenceError, resolve};
use crate::scope::{Scope, declared_prefix};
use crate::start_tag::{self, Piece, StartTag};
use crate::tree::{Arena, AttributeData, Element, Flags, Known, NONE, Node, number, range};
use crate::{Limits, NodeKind, declaration};

/// Stands between the values of entities.
const SEPARATOR: char = '\n';

/// What was read: the nodes, the entities, the IDs, and the text of entities that hold markup, which is
/// to stand behind the source.
pub(crate) struct Parsed {
    pub(crate) arena: Arena,
    pub(crate) entities: Entities,
    pub(crate) ids: Ids,
    pub(crate) expansions: String,
}

/// Reads the text of a document.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Parsed, Fault> {
    characters(text)?;
    let mut lexer = Lexer::new(text, limits);
    lexer.read(Source { text, base: 0 })?;
    if lexer.arena.root == NONE {
        return Err(bad(text.len(), "there is no root element"));
    }
    Ok(lexer.finish())
}

/// Bytes that are looked at together.
const PIECE: usize = 512;

/// Refuses characters that no document may hold.
fn characters(text: &str) -> Result<(), Fault> {
    if text.starts_with('\u{feff}') {
        return Err(bad(0, "a second byte order mark"));
    }
    // A byte scan finds nearly all documents good without decoding characters: what is not
    // allowed begins with a control character or with EF.
    let plain = |b| matches!(b, b' '..=0xee | 0xf0.. | b'\t' | b'\n' | b'\r');
    // Within a piece there is no way out, so that many bytes are looked at in one step.
    let all_plain = |piece: &[u8]| piece.iter().fold(true, |all, b| all & plain(*b));
    if text.as_bytes().chunks(PIECE).all(all_plain) {
        return Ok(());
    }
    match text.char_indices().find(|(_, c)| !is_char(*c)) {
        None => Ok(()),
        Some((at, c)) => {
            Err(bad(at, format!("the character U+{:04X} is not allowed in XML", u32::from(c))))
        }
    }
}

/// The document, or the value of an entity in it.
#[derive(Clone, Copy)]
struct Source<'t> {
    text: &'t str,
    /// Where it begins among all texts of the document.
    base: usize,
}

struct Lexer<'a> {
    text: &'a str,
    limits: &'a Limits,
    arena: Arena,
    scope: Scope,
    entities: Entities,
    ids: Ids,
    has_doctype: bool,
    /// The open element, or the document.
    open: u32,
    depth: usize,
    /// What entities may still expand to.
    budget: usize,
    /// The entities that are being read as markup, the outermost first.
    expanding: Vec<String>,
    expansions: String,
    /// Kept for its memory.
    pieces: Vec<Piece>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, limits: &'a Limits) -> Self {
        let mut document = Node::new(NodeKind::Document, 0..number(text.len()));
        document.element = 0;
        let mut arena = Arena {
            nodes: Vec::new(),
            elements: Vec::new(),
            attributes: Vec::new(),
            known: Vec::new(),
            values: String::new(),
            namespaces: Vec::new(),
            root: NONE,
        };
        arena.nodes.push(document);
        arena.elements.push(Element::new(0..0, 0..number(text.len())));
        Self {
            text,
            limits,
            arena,
            scope: Scope::new(),
            entities: Entities::new(),
            ids: Ids::new(),
            has_doctype: false,
            open: 0,
            depth: 0,
            budget: limits.max_expansion,
            expanding: Vec::new(),
            expansions: String::new(),
            pieces: Vec::new(),
        }
    }

    fn finish(mut self) -> Parsed {
        self.arena.nodes.shrink_to_fit();
        self.arena.elements.shrink_to_fit();
        self.arena.attributes.shrink_to_fit();
        self.arena.known.shrink_to_fit();
        self.arena.values.shrink_to_fit();
        self.arena.namespaces = self.scope.namespaces;
        Parsed {
            arena: self.arena,
            entities: self.entities,
            ids: self.ids,
            expansions: self.expansions,
        }
    }

    /// Reads a text into the open element, which it must leave open.
    fn read(&mut self, source: Source<'_>) -> Result<(), Fault> {
        let outer = self.open;
        // The reader drops marks at the start without counting them. A document has none here, but
        // the value of an entity may begin with that character.
        let marks = source.text.len() - source.text.trim_start_matches('\u{feff}').len();
        self.text(source, 0, &source.text[..marks])?;
        let mut reader = Reader::from_str(&source.text[marks..]);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let place = |n: u64| marks + usize::try_from(n).expect("positions lie in the text");
        let mut at = marks;
        loop {
            let event = reader.read_event();
            let end = place(reader.buffer_position());
            let slice = source.text.get(at..end).unwrap_or_default();
            match event {
                Err(error) => {
                    return Err(bad(place(reader.error_position()), unlexed(&error)));
                }
                Ok(Event::Eof) => break,
                Ok(Event::Start(_) | Event::Empty(_)) => self.start(source, at, slice)?,
                Ok(Event::End(_)) => self.end(source, at, slice, outer)?,
                Ok(Event::Text(_)) => self.text(source, at, slice)?,
                Ok(Event::GeneralRef(_)) => self.reference(source, at, slice)?,
                Ok(Event::CData(_)) => self.cdata(source, at, slice)?,
                Ok(Event::Comment(_)) => self.comment(source, at, slice)?,
                Ok(Event::Decl(_)) => self.declaration(source, at, slice)?,
                Ok(Event::PI(_)) => self.instruction(source, at, slice)?,
                Ok(Event::DocType(_)) => self.doctype(source, at, slice)?,
            }
            at = end;
        }
        if self.open == outer {
            return Ok(());
        }
        let begun = self.arena.nodes[self.open as usize].span.start as usize;
        let problem = format!("the element `{}` is not closed", self.name(self.open));
        Err(bad(begun.saturating_sub(source.base), problem))
    }

    /// The name of an element.
    fn name(&self, id: u32) -> &str {
        let element = &self.arena.elements[self.arena.nodes[id as usize].element as usize];
        let place = range(&element.name);
        match place.start.checked_sub(self.text.len()) {
            None => &self.text[place],
            Some(start) => &self.expansions[start..start + place.len()],
        }
    }

    fn start(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        if self.open == 0 && self.arena.root != NONE {
            return Err(bad(at, "there is a second root element"));
        }
        if self.depth >= self.limits.max_depth {
            return Err(FaultKind::TooDeep(self.limits.max_depth).at(at));
        }
        let mut pieces = std::mem::take(&mut self.pieces);
        let result = match start_tag::read(slice, &mut pieces) {
            Ok(tag) => self.element(source, at, slice, &tag, &pieces),
            Err(error) => Err(bad(at + error.offset, error.problem)),
        };
        self.pieces = pieces;
        result
    }

    fn element(
        &mut self,
        source: Source<'_>,
        at: usize,
        slice: &str,
        tag: &StartTag,
        pieces: &[Piece],
    ) -> Result<(), Fault> {
        let start = source.base + at;
        let share = (start, self.text.len());
        make_room(&mut self.arena.nodes, share);
        make_room(&mut self.arena.elements, share);
        make_room(&mut self.arena.attributes, share);
        let place = |offset: usize| number(start + offset);
        let first = self.arena.attributes.len();
        for piece in pieces {
            let name = &slice[piece.name..piece.name_end];
            let raw = &slice[piece.value..piece.value_end];
            let value = resolve(raw, Place::Attribute, &self.entities, &mut self.budget)
                .map_err(|e| self.unresolved(at + piece.value, e))?;
            if let Some(prefix) = declared_prefix(name) {
                if !Scope::may_bind(prefix, &value) {
                    let problem =
                        format!("the namespace declaration `{name}=\"{value}\"` is not allowed");
                    return Err(bad(at + piece.name, problem));
                }
                self.scope.declare(self.depth, prefix, &value);
            }
            let known = match value {
                Cow::Borrowed(_) => NONE,
                Cow::Owned(value) => {
                    let begin = number(self.arena.values.len());
                    self.arena.values.push_str(&value);
                    let value = begin..number(self.arena.values.len());
                    let origin = (place(piece.name), place(piece.value));
                    self.arena.known.push(Known { value, origin });
                    number(self.arena.known.len() - 1)
                }
            };
            self.arena.attributes.push(AttributeData {
                name: place(piece.name)..place(piece.name_end),
                raw: place(piece.value)..place(piece.value_end),
                namespace: 0,
                known,
            });
        }
        self.unique(at, slice, pieces, first)?;
        let name = &slice[1..tag.name_end];
        let mut element =
            Element::new(place(1)..place(tag.name_end), place(slice.len())..place(slice.len()));
        element.attributes = number(first)..number(self.arena.attributes.len());
        element.namespace = self.scope.element(name).map_err(|p| unbound(at + 1, p))?;
        let mut node = Node::new(NodeKind::Element, place(0)..place(slice.len()));
        if tag.empty {
            node.flags.set(Flags::EMPTY_TAG);
        }
        let id = self.arena.push_element(self.open, node, element);
        if self.open == 0 {
            self.arena.root = id;
        }
        if tag.empty {
            self.scope.leave(self.depth);
        } else {
            self.open = id;
            self.depth += 1;
        }
        Ok(())
    }

    /// Resolves the prefixes of attributes and refuses two of one name.
    fn unique(
        &mut self,
        at: usize,
        slice: &str,
        pieces: &[Piece],
        first: usize,
    ) -> Result<(), Fault> {
        let attributes = &mut self.arena.attributes[first..];
        let name = |index: usize| &slice[pieces[index].name..pieces[index].name_end];
        for (index, attribute) in attributes.iter_mut().enumerate() {
            attribute.namespace = self
                .scope
                .attribute(name(index))
                .map_err(|prefix| unbound(at + pieces[index].name, prefix))?;
        }
        let key = |index: usize| (attributes[index].namespace, local(name(index)));
        let twice = if pieces.len() <= 8 {
            (1..pieces.len()).find(|later| (0..*later).any(|index| key(index) == key(*later)))
        } else {
            let mut seen = BTreeSet::new();
            (0..pieces.len()).find(|index| !seen.insert(key(*index)))
        };
        match twice {
            None => Ok(()),
            Some(index) => {
                let problem = format!("the attribute `{}` stands twice", name(index));
                Err(bad(at + pieces[index].name, problem))
            }
        }
    }

    fn unresolved(&self, at: usize, error: ReferenceError) -> Fault {
        let kind = match error.reason {
            Reason::Bad(problem) => FaultKind::Bad(problem),
            Reason::Unknown(name) => FaultKind::UnknownEntity(name),
            Reason::External(name) => FaultKind::ExternalEntity(name),
            Reason::Markup(name) => {
                FaultKind::Bad(format!("the entity `&{name};` brings `<` into an attribute"))
            }
            Reason::TooLarge => FaultKind::ExpansionTooLarge(self.limits.max_expansion),
        };
        kind.at(at + error.offset)
    }

    fn end(&mut self, source: Source<'_>, at: usize, slice: &str, outer: u32) -> Result<(), Fault> {
        let name = slice[2..slice.len() - 1].trim_end_matches(is_space);
        if self.open == outer {
            return Err(bad(at, format!("`</{name}>` closes no element")));
        }
        let open = self.name(self.open);
        if name != open {
            let begun = self.arena.nodes[self.open as usize].span.start as usize;
            let line = match source.text.get(..begun.saturating_sub(source.base)) {
                Some(before) => {
                    crate::position::LineIndex::new(before).position(before, before.len()).line
                }
                None => 0,
            };
            let problem = format!("`</{name}>` does not close `<{open}>` of line {line}");
            return Err(bad(at, problem));
        }
        let node = &mut self.arena.nodes[self.open as usize];
        node.span.end = number(source.base + at + slice.len());
        self.open = node.parent;
        let element = &mut self.arena.elements[node.element as usize];
        element.inner.end = number(source.base + at);
        self.depth -= 1;
        self.scope.leave(self.depth);
        Ok(())
    }

    fn text(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        if slice.is_empty() {
            return Ok(());
        }
        if !is_blank(slice) {
            if self.open == 0 {
                return Err(self.outside(at + space_length(slice)));
            }
            if let Some(offset) = slice.find("]]>") {
                return Err(bad(at + offset, "`]]>` in text; write `]]&gt;`"));
            }
            self.mark_mixed();
        }
        self.push_text(source, at, slice);
        Ok(())
    }

    fn outside(&self, at: usize) -> Fault {
        let place = if self.arena.root == NONE { "before" } else { "behind" };
        bad(at, format!("text {place} the root element"))
    }

    fn mark_mixed(&mut self) {
        self.arena.nodes[self.open as usize].flags.set(Flags::MIXED);
    }

    /// Text and references that follow each other are one node.
    fn push_text(&mut self, source: Source<'_>, at: usize, slice: &str) {
        let (start, end) = (number(source.base + at), number(source.base + at + slice.len()));
        let parent = &self.arena.nodes[self.open as usize];
        let last = self.arena.elements[parent.element as usize].last;
        if let Some(node) = self.arena.nodes.get_mut(last as usize)
            && node.kind == NodeKind::Text
            && node.span.end == start
            && !node.flags.has(Flags::REFERENCE)
        {
            node.span.end = end;
        } else {
            self.arena.push(self.open, Node::new(NodeKind::Text, start..end));
        }
    }

    fn reference(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        if self.open == 0 {
            return Err(self.outside(at));
        }
        self.mark_mixed();
        match resolve(slice, Place::Content, &self.entities, &mut self.budget) {
            Ok(_) => {
                self.push_text(source, at, slice);
                Ok(())
            }
            Err(ReferenceError { reason: Reason::Markup(_), .. }) => self.expand(source, at, slice),
            Err(error) => Err(self.unresolved(at, error)),
        }
    }

    /// Reads the value of an entity that holds markup into the nodes behind the reference.
    fn expand(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        let name = slice[1..].trim_end_matches(';');
        let Some(Entity::Internal(text)) = self.entities.get(name).cloned() else {
            return Err(FaultKind::UnknownEntity(name.to_owned()).at(at));
        };
        if self.expanding.iter().any(|open| open == name) {
            return Err(bad(at, format!("the entity `&{name};` refers to itself")));
        }
        let left = self.budget.checked_sub(text.len().max(1));
        let (Some(left), true) = (left, self.expanding.len() < MAX_NESTING) else {
            return Err(FaultKind::ExpansionTooLarge(self.limits.max_expansion).at(at));
        };
        self.budget = left;
        let start = source.base + at;
        let mut node = Node::new(NodeKind::Text, number(start)..number(start + slice.len()));
        node.flags.set(Flags::REFERENCE);
        let id = self.arena.push(self.open, node);
        let base = self.text.len() + self.expansions.len();
        self.expansions.push_str(&text);
        // So that texts which follow each other do not look like one.
        self.expansions.push(SEPARATOR);
        self.expanding.push(name.to_owned());
        // What is wrong in an entity has no other place than the reference to it.
        self.read(Source { text: &text, base }).map_err(|fault| fault.kind.at(at))?;
        self.expanding.pop();
        let mut behind = self.arena.nodes[id as usize].next;
        while let Some(node) = self.arena.nodes.get_mut(behind as usize) {
            node.flags.set(Flags::EXPANDED);
            behind = node.next;
        }
        Ok(())
    }

    fn push(&mut self, source: Source<'_>, kind: NodeKind, at: usize, slice: &str) {
        let start = source.base + at;
        self.arena.push(self.open, Node::new(kind, number(start)..number(start + slice.len())));
    }

    fn cdata(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        if self.open == 0 {
            return Err(bad(at, "a CDATA section outside the root element"));
        }
        self.mark_mixed();
        self.push(source, NodeKind::CData, at, slice);
        Ok(())
    }

    fn comment(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        let content =
            slice.strip_prefix("<!--").and_then(|s| s.strip_suffix("-->")).unwrap_or("--");
        let hyphens = content.find("--");
        if let Some(offset) = hyphens.or_else(|| content.ends_with('-').then(|| content.len() - 1))
        {
            return Err(bad(at + 4 + offset, "`--` is not allowed inside a comment"));
        }
        self.push(source, NodeKind::Comment, at, slice);
        Ok(())
    }

    fn instruction(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        let content =
            slice.strip_prefix("<?").and_then(|s| s.strip_suffix("?>")).unwrap_or_default();
        let (target, data) = content.split_at(name_length(content));
        if target.eq_ignore_ascii_case("xml") {
            return Err(bad(at, "the XML declaration must stand once, at the very start"));
        }
        if !is_ncname(target) {
            return Err(bad(at, "expected a name behind `<?`"));
        }
        if !data.is_empty() && space_length(data) == 0 {
            let problem = "expected white space behind the target of the processing instruction";
            return Err(bad(at, problem));
        }
        self.push(source, NodeKind::ProcessingInstruction, at, slice);
        Ok(())
    }

    fn declaration(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        if source.base + at != 0 {
            return Err(bad(at, "the XML declaration must stand once, at the very start"));
        }
        declaration::check(slice).map_err(|e| bad(e.offset, e.problem))?;
        self.push(source, NodeKind::Declaration, at, slice);
        Ok(())
    }

    fn doctype(&mut self, source: Source<'_>, at: usize, slice: &str) -> Result<(), Fault> {
        if self.open != 0 || self.arena.root != NONE || self.has_doctype {
            return Err(bad(at, "DOCTYPE must stand once, before the root element"));
        }
        self.has_doctype = true;
        (self.entities, self.ids) = doctype::read(slice, &mut self.budget).map_err(|e| {
            let kind = if e.is_too_large {
                FaultKind::ExpansionTooLarge(self.limits.max_expansion)
            } else {
                FaultKind::Bad(e.problem)
            };
            kind.at(at + e.offset)
        })?;
        self.push(source, NodeKind::DocType, at, slice);
        Ok(())
    }
}

/// Makes room for as many items as the rest of the document will probably bring. A vector that
/// doubles would need twice its memory for a moment.
fn make_room<T>(items: &mut Vec<T>, (read, whole): (usize, usize)) {
    if items.capacity() - items.len() > 16 {
        return;
    }
    let expected = items.len().saturating_mul(whole) / read.max(1);
    // At least an eighth more, so that the time stays linear; and no guess is worth more than an
    // item for every eight bytes.
    let more = expected.min(whole / 8).saturating_sub(items.len()) / 64 * 65;
    items.reserve_exact(more.max(items.len() / 8) + 64);
}

fn bad(at: usize, problem: impl Into<String>) -> Fault {
    FaultKind::Bad(problem.into()).at(at)
}

fn unbound(at: usize, prefix: &str) -> Fault {
    FaultKind::UnboundPrefix(prefix.to_owned()).at(at)
}

/// A name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    split_name(name).map_or(name, |(_, local)| local)
}

fn unlexed(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Syntax(e) => e.to_string(),
        quick_xml::Error::IllFormed(e) => e.to_string(),
        other => other.to_string(),
    }
}
