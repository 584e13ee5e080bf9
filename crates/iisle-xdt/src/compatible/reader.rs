//! Reads a document as `XmlTextReader` and `XmlDocument` of .NET do: line ends and white space in
//! values stay as they are, references to characters are expanded, those to entities kept.

use std::rc::Rc;

use iisle_xml::Position;

use super::chars::{is_char, is_name, is_name_start, is_space};
use super::doctype::{self, Doctype};
use super::lines::Lines;
use super::reference::{Reference, Spelling, reference};
use super::tag_finder::TagFinder;
use super::tree::{Id, Kind, Tree};

pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// Depth of nested elements that is read, against hostile documents.
pub(super) const MAX_DEPTH: usize = 2048;
/// Bytes that entities may expand to, all in all.
pub(super) const MAX_EXPANSION: usize = 1 << 20;

/// The text is not well-formed.
#[derive(Debug)]
pub(super) struct Malformed {
    /// `None` where the reference engine loses it.
    pub(super) position: Option<Position>,
    pub(super) problem: String,
}

/// What is kept of white space between tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    All,
    Significant,
}

/// Reads a document: for the source all white space, and the gaps in its tags, for the transform
/// neither.
pub(super) fn read(text: &str, space: Space) -> Result<Tree, Malformed> {
    let mut tree = Tree::new();
    let finder = (space == Space::All).then(|| TagFinder::new(text));
    let mut reader = Reader {
        text,
        at: 0,
        lines: Lines::default(),
        shift: None,
        tree: &mut tree,
        space,
        finder,
        is_original: true,
        doctype: Doctype::default(),
        within: Vec::new(),
        budget: MAX_EXPANSION,
        bound: Vec::new(),
        open: Vec::new(),
    };
    reader.document(Tree::DOCUMENT)?;
    let end = reader.position(text.len());
    tree.end = end;
    Ok(tree)
}

/// Reads an element into a tree in which it stands nowhere yet. Positions are those of the text,
/// moved to begin at `start`, where its name stood.
pub(super) fn read_fragment(
    text: &str,
    tree: &mut Tree,
    start: Position,
) -> Result<Option<Id>, Malformed> {
    let holder = tree.add(Kind::Document, "", "");
    let mut reader = Reader {
        text,
        at: 0,
        lines: Lines::default(),
        shift: Some(start),
        tree,
        space: Space::All,
        finder: None,
        is_original: false,
        doctype: Doctype::default(),
        within: Vec::new(),
        budget: MAX_EXPANSION,
        bound: Vec::new(),
        open: Vec::new(),
    };
    reader.content(holder)?;
    let element = tree.node(holder).first;
    if let Some(element) = element {
        tree.detach(element);
    }
    Ok(element)
}

pub(super) struct Reader<'t, 'r> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) lines: Lines,
    pub(super) shift: Option<Position>,
    pub(super) tree: &'r mut Tree,
    pub(super) space: Space,
    pub(super) finder: Option<TagFinder<'t>>,
    pub(super) is_original: bool,
    pub(super) doctype: Doctype,
    /// The entities that are being read.
    pub(super) within: Vec<Box<str>>,
    pub(super) budget: usize,
    /// Prefixes and what they are bound to, the innermost last; the empty prefix is the default.
    pub(super) bound: Vec<(Box<str>, Rc<str>)>,
    pub(super) open: Vec<Open>,
}

/// An element that waits for its end tag.
pub(super) struct Open {
    pub(super) id: Id,
    /// How many prefixes are bound outside of it.
    pub(super) outside: usize,
    /// Whether `xml:space` preserves white space in it.
    pub(super) preserves: bool,
}

impl<'t> Reader<'t, '_> {
    pub(super) fn bad<T>(
        &mut self,
        offset: usize,
        problem: impl Into<String>,
    ) -> Result<T, Malformed> {
        let position = self.lines.position(self.text, offset);
        let position = self.within.is_empty().then_some(position);
        Err(Malformed { position, problem: problem.into() })
    }

    pub(super) fn position(&mut self, offset: usize) -> Position {
        let Position { line, column } = self.lines.position(self.text, offset);
        match self.shift {
            None => Position { line, column },
            // As the reference engine does it: the column of every line is moved.
            Some(start) => Position {
                line: line + start.line - 1,
                column: (column + start.column).saturating_sub(2),
            },
        }
    }

    pub(super) fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn document(&mut self, document: Id) -> Result<(), Malformed> {
        self.declaration(document)?;
        let mut has_root = false;
        while self.at < self.text.len() {
            let rest = self.rest();
            if rest.starts_with(is_space) {
                self.space_between(document);
            } else if rest.starts_with("<!--") {
                self.comment(document)?;
            } else if rest.starts_with("<?") {
                self.instruction(document)?;
            } else if rest.starts_with("<!DOCTYPE") {
                if has_root || self.doctype.is_there {
                    return self.bad(self.at, "a document type declaration stands where none may");
                }
                self.doctype(document)?;
            } else if rest.starts_with('<') && rest[1..].starts_with(is_name_start) {
                if has_root {
                    return self.bad(self.at + 1, "there is more than one document element");
                }
                has_root = true;
                self.content(document)?;
            } else {
                return self.bad(self.at, "there is text outside of the document element");
            }
        }
        if !has_root {
            return self.bad(self.at, "the document element is missing");
        }
        Ok(())
    }

    fn space_between(&mut self, parent: Id) {
        let rest = self.rest();
        let end = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
        self.at += end;
        if self.space == Space::All {
            let id = self.tree.add(Kind::Whitespace, "", &rest[..end]);
            self.tree.append(parent, id);
        }
    }

    pub(super) fn skip_space(&mut self) -> bool {
        let start = self.at;
        let rest = self.rest();
        self.at += rest.find(|c| !is_space(c)).unwrap_or(rest.len());
        self.at > start
    }

    /// `<?xml version="1.0" encoding="…" standalone="…"?>`, written the same way whatever it was.
    fn declaration(&mut self, document: Id) -> Result<(), Malformed> {
        let rest = self.rest();
        if !rest.strip_prefix("<?xml").is_some_and(|rest| rest.starts_with(is_space)) {
            return Ok(());
        }
        self.at += 5;
        let mut written = String::new();
        let mut encoding = None;
        let mut expected: &[&str] = &["version", "encoding", "standalone"];
        loop {
            let has_space = self.skip_space();
            if self.rest().starts_with("?>") {
                if expected.len() == 3 {
                    return self.bad(self.at, "the XML declaration lacks its version");
                }
                self.at += 2;
                break;
            }
            let Some(place) = expected.iter().position(|name| self.rest().starts_with(name)) else {
                return self.bad(self.at, "the XML declaration is not right");
            };
            if !has_space || (expected.len() == 3 && place > 0) {
                return self.bad(self.at, "the XML declaration is not right");
            }
            let name = expected[place];
            expected = &expected[place + 1..];
            self.at += name.len();
            self.skip_space();
            self.expect("=")?;
            self.skip_space();
            let (start, value) = self.quoted()?;
            self.check(start, value)?;
            if value.contains(['<', '>', '&', '\'', '"', '\t', '\r', '\n']) {
                return self.bad(start, format!("`{value}` is no value of `{name}`"));
            }
            match name {
                "version" if value != "1.0" => return self.bad(start, "the version is not 1.0"),
                "standalone" if value != "yes" && value != "no" => {
                    return self.bad(start, "standalone is neither yes nor no");
                }
                "encoding" => encoding = Some(value.to_owned()),
                _ => {}
            }
            if !value.is_empty() {
                let blank = if written.is_empty() { "" } else { " " };
                written.extend([blank, name, "=\"", value, "\""]);
            }
        }
        let id = self.tree.add(Kind::Declaration, &encoding.unwrap_or_default(), &written);
        self.tree.append(document, id);
        Ok(())
    }

    pub(super) fn expect(&mut self, mark: &str) -> Result<(), Malformed> {
        if self.rest().starts_with(mark) {
            self.at += mark.len();
            return Ok(());
        }
        self.bad(self.at, format!("expected `{mark}`"))
    }

    /// What stands in quotes, and where.
    pub(super) fn quoted(&mut self) -> Result<(usize, &'t str), Malformed> {
        let rest = self.rest();
        let Some(quote @ ('"' | '\'')) = rest.chars().next() else {
            return self.bad(self.at, "expected a quote");
        };
        let Some(length) = rest[1..].find(quote) else {
            return self.bad(self.text.len(), "the quote is never closed");
        };
        let start = self.at + 1;
        self.at += length + 2;
        Ok((start, &rest[1..=length]))
    }

    fn comment(&mut self, parent: Id) -> Result<(), Malformed> {
        let start = self.at + 4;
        let rest = &self.text[start..];
        let Some(end) = rest.find("--") else {
            return self.bad(self.text.len(), "the comment is never closed");
        };
        self.check(start, &rest[..end])?;
        if !rest[end..].starts_with("-->") {
            return self.bad(start + end, "there are two hyphens in a comment");
        }
        self.at = start + end + 3;
        let id = self.tree.add(Kind::Comment, "", &rest[..end]);
        self.tree.append(parent, id);
        Ok(())
    }

    fn instruction(&mut self, parent: Id) -> Result<(), Malformed> {
        let start = self.at + 2;
        self.at = start;
        let name = self.name(start)?;
        if name.eq_ignore_ascii_case("xml") {
            return self.bad(start, "an XML declaration stands where none may");
        }
        if name.contains(':') {
            return self.bad(start, "there is a colon in the name of an instruction");
        }
        let has_space = self.skip_space();
        let rest = self.rest();
        if !has_space && !rest.starts_with("?>") {
            return self.bad(self.at, "expected `?>`");
        }
        let Some(end) = rest.find("?>") else {
            return self.bad(self.text.len(), "the instruction is never closed");
        };
        self.check(self.at, &rest[..end])?;
        self.at += end + 2;
        let id = self.tree.add(Kind::Instruction, name, &rest[..end]);
        self.tree.append(parent, id);
        Ok(())
    }

    fn doctype(&mut self, document: Id) -> Result<(), Malformed> {
        let start = self.at;
        match doctype::read(&self.text[start..]) {
            Ok((doctype, length)) => {
                let id = self.tree.add(Kind::DocType, "", &doctype.written);
                self.tree.append(document, id);
                self.doctype = doctype;
                self.at += length;
                Ok(())
            }
            Err((offset, problem)) => self.bad(start + offset, problem),
        }
    }

    /// Content up to the end of what is open: the element at hand, or, of a fragment and an
    /// entity, the text.
    fn content(&mut self, top: Id) -> Result<(), Malformed> {
        let depth = self.open.len();
        // Of the document itself only its element is read here.
        let is_document = top == Tree::DOCUMENT && self.within.is_empty();
        loop {
            let rest = self.rest();
            let parent = self.open.last().map_or(top, |open| open.id);
            let parent = if self.open.len() == depth { top } else { parent };
            if rest.is_empty() {
                if self.open.len() > depth {
                    return self.bad(self.at, "there are elements that are never closed");
                }
                return Ok(());
            }
            if rest.starts_with("</") {
                if self.open.len() == depth {
                    return self.bad(self.at, "there is an end tag without start tag");
                }
                self.end_tag()?;
            } else if rest.starts_with("<!--") {
                self.comment(parent)?;
            } else if rest.starts_with("<![CDATA[") {
                self.cdata(parent)?;
            } else if rest.starts_with("<?") {
                self.instruction(parent)?;
            } else if rest.starts_with('<') {
                self.start_tag(parent)?;
            } else {
                self.text(parent)?;
            }
            if is_document && self.open.len() == depth {
                return Ok(());
            }
        }
    }

    fn cdata(&mut self, parent: Id) -> Result<(), Malformed> {
        let start = self.at + 9;
        let rest = &self.text[start..];
        let Some(end) = rest.find("]]>") else {
            return self.bad(self.text.len(), "the CDATA section is never closed");
        };
        self.check(start, &rest[..end])?;
        self.at = start + end + 3;
        let id = self.tree.add(Kind::CData, "", &rest[..end]);
        self.tree.append(parent, id);
        Ok(())
    }

    /// Finds characters that no document may have.
    pub(super) fn check(&mut self, start: usize, text: &str) -> Result<(), Malformed> {
        match text.char_indices().find(|(_, c)| !is_char(*c)) {
            None => Ok(()),
            Some((at, c)) => {
                self.bad(start + at, format!("the character U+{:04X} is not allowed", u32::from(c)))
            }
        }
    }

    pub(super) fn name(&mut self, start: usize) -> Result<&'t str, Malformed> {
        let rest = self.rest();
        if !rest.starts_with(is_name_start) {
            return self.bad(start, "expected a name");
        }
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        self.at += end;
        Ok(&rest[..end])
    }

    /// A name with at most one colon, which is neither first nor last.
    pub(super) fn qualified_name(&mut self) -> Result<&'t str, Malformed> {
        let start = self.at;
        let name = self.name(start)?;
        let mut parts = name.split(':');
        let is_good = match (parts.next(), parts.next(), parts.next()) {
            (Some(prefix), Some(local), None) => {
                !prefix.is_empty() && local.starts_with(is_name_start)
            }
            (_, None, None) => true,
            _ => false,
        };
        if is_good { Ok(name) } else { self.bad(start, format!("`{name}` is no name")) }
    }

    /// Character data up to a tag or a reference to an entity, or that reference.
    fn text(&mut self, parent: Id) -> Result<(), Malformed> {
        let mut value = String::new();
        let mut is_space_only = true;
        loop {
            let rest = self.rest();
            let end = rest.find(['<', '&']).unwrap_or(rest.len());
            let plain = &rest[..end];
            if let Some(at) = plain.find("]]>") {
                return self.bad(self.at + at, "there is a `]]>` in text");
            }
            self.check(self.at, plain)?;
            is_space_only &= plain.chars().all(is_space);
            value.push_str(plain);
            self.at += end;
            if !self.rest().starts_with('&') {
                break;
            }
            let (reference, length) = match reference(self.rest()) {
                Ok(reference) => reference,
                Err(problem) => return self.bad(self.at, problem),
            };
            match reference {
                Reference::Character(c, spelling) => {
                    // A space in decimal is text, in hexadecimal it is white space.
                    is_space_only &= is_space(c) && spelling == Spelling::Hexadecimal;
                    value.push(c);
                    self.at += length;
                }
                Reference::Entity(_) if !value.is_empty() => break,
                Reference::Entity(name) => {
                    let name = name.to_owned();
                    return self.entity_reference(parent, &name, length);
                }
            }
        }
        let preserves = self.open.last().is_some_and(|open| open.preserves);
        let kind = match (is_space_only, preserves) {
            (false, _) => Kind::Text,
            (true, true) => Kind::SignificantWhitespace,
            (true, false) if self.space == Space::Significant => return Ok(()),
            (true, false) => Kind::Whitespace,
        };
        let id = self.tree.add(kind, "", &value);
        self.tree.append(parent, id);
        Ok(())
    }

    fn entity_reference(&mut self, parent: Id, name: &str, length: usize) -> Result<(), Malformed> {
        let offset = self.at;
        let text = self.entity(offset, name)?;
        let id = self.tree.add(Kind::EntityReference, name, "");
        self.tree.append(parent, id);
        let depth = self.open.len();
        let mut within = std::mem::take(&mut self.within);
        within.push(name.into());
        // Positions in it are not known: all of it stands where the reference stands.
        let position = self.position(offset);
        let mut inner = Reader {
            text: &text,
            at: 0,
            lines: Lines::default(),
            shift: Some(position),
            tree: self.tree,
            space: self.space,
            finder: None,
            is_original: self.is_original,
            doctype: std::mem::take(&mut self.doctype),
            within,
            budget: self.budget,
            bound: std::mem::take(&mut self.bound),
            open: std::mem::take(&mut self.open),
        };
        let done = inner.content(id);
        self.doctype = inner.doctype;
        self.within = inner.within;
        self.budget = inner.budget;
        self.bound = inner.bound;
        self.open = inner.open;
        done?;
        self.open.truncate(depth);
        self.within.pop();
        self.at += length;
        Ok(())
    }
}
