//! Tags: names, attributes, namespaces.

use std::ops::Range;
use std::rc::Rc;

use iisle_xml::Position;

use super::gaps::Gaps;
use super::reader::{MAX_DEPTH, MAX_EXPANSION, Malformed, Open, Reader, XML, XMLNS};
use super::reference::{Reference, reference};
use super::tree::{Attribute, Element, Id, Piece, local};

impl Reader<'_, '_> {
    pub(super) fn end_tag(&mut self) -> Result<(), Malformed> {
        let start = self.at + 2;
        self.at = start;
        let name = self.name(start)?;
        let open = self.open.pop().expect("the caller looked");
        if *self.tree.node(open.id).name != *name {
            return self.bad(start, format!("`</{name}>` closes another element"));
        }
        self.bound.truncate(open.outside);
        self.skip_space();
        self.expect(">")
    }

    pub(super) fn start_tag(&mut self, parent: Id) -> Result<(), Malformed> {
        let start = self.at + 1;
        self.at = start;
        let name = self.qualified_name()?;
        let mut found: Vec<(usize, Attribute)> = Vec::new();
        let is_empty = loop {
            let has_space = self.skip_space();
            let rest = self.rest();
            if rest.starts_with('>') {
                self.at += 1;
                break false;
            }
            if rest.starts_with('/') {
                self.at += 1;
                self.expect(">")?;
                break true;
            }
            if !has_space {
                return self.bad(self.at, "expected white space between attributes");
            }
            found.push(self.attribute()?);
        };
        let outside = self.bound.len();
        self.bind(&found)?;
        let namespace = match self.uri_of(prefix(name)) {
            Ok(namespace) => namespace,
            Err(problem) => return self.bad(start, problem),
        };
        self.resolve(&mut found)?;
        let position = self.position(start);
        let attributes: Vec<Attribute> =
            found.into_iter().map(|(_, attribute)| attribute).collect();
        let gaps = self.gaps(position)?;
        let preserves = self.preserves(&attributes);
        let element = Element {
            namespace,
            attributes,
            is_empty,
            is_original: self.is_original,
            position,
            gaps,
        };
        let id = self.tree.add_element(name, element);
        self.tree.append(parent, id);
        if is_empty {
            self.bound.truncate(outside);
        } else if self.open.len() >= MAX_DEPTH {
            return self.bad(start, format!("elements are nested deeper than {MAX_DEPTH}"));
        } else {
            self.open.push(Open { id, outside, preserves });
        }
        Ok(())
    }

    fn preserves(&self, attributes: &[Attribute]) -> bool {
        let outer = self.open.last().is_some_and(|open| open.preserves);
        let own = attributes.iter().find(|attribute| *attribute.name == *"xml:space");
        own.map_or(outer, |own| own.value.trim() == "preserve")
    }

    fn gaps(&mut self, position: Position) -> Result<Gaps, Malformed> {
        let Some(finder) = &mut self.finder else { return Ok(Gaps::default()) };
        let Position { line, column } = position;
        let Some(tag) = finder.tag_at(Position { line, column: column - 1 }) else {
            return Ok(Gaps::default());
        };
        Gaps::read(tag).map_err(|_| Malformed {
            position: None,
            problem: "a `>` in single quotes, or a lone carriage return, is too much for the reference engine".to_owned(),
        })
    }

    fn attribute(&mut self) -> Result<(usize, Attribute), Malformed> {
        let start = self.at;
        let position = self.position(start);
        let name = self.qualified_name()?;
        self.skip_space();
        self.expect("=")?;
        self.skip_space();
        let (value_start, raw) = self.quoted()?;
        let (value, pieces) = self.value(value_start, raw)?;
        if name == "xml:space" && !matches!(value.trim(), "preserve" | "default") {
            return self.bad(start, format!("xml:space cannot be `{value}`"));
        }
        let attribute =
            Attribute { name: name.into(), namespace: None, value: value.into(), pieces, position };
        Ok((start, attribute))
    }

    /// The value of an attribute, and, if it refers to entities, its pieces.
    fn value(&mut self, start: usize, raw: &str) -> Result<(String, Vec<Piece>), Malformed> {
        self.check(start, raw)?;
        let mut entities = Vec::new();
        let value = self.expanded(raw, |at| start + at, &mut entities)?;
        let mut pieces = Vec::new();
        if !entities.is_empty() {
            let mut from = 0;
            for (name, place) in entities {
                pieces.extend(piece(&value[from..place.start]));
                pieces.push(Piece::Entity(name.into()));
                from = place.end;
            }
            pieces.extend(piece(&value[from..]));
        }
        Ok((value, pieces))
    }

    /// What the text of a value stands for, and the entities it refers to, each with the part of the
    /// result that it stands for. `offset` tells where a byte of the text is.
    fn expanded<'n>(
        &mut self,
        raw: &'n str,
        offset: impl Fn(usize) -> usize,
        entities: &mut Vec<(&'n str, Range<usize>)>,
    ) -> Result<String, Malformed> {
        let mut value = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.find(['&', '<']) {
            let offset = offset(raw.len() - rest.len() + at);
            value.push_str(&rest[..at]);
            if rest[at..].starts_with('<') {
                return self.bad(offset, "there is a `<` in the value of an attribute");
            }
            let (reference, length) = match reference(&rest[at..]) {
                Ok(reference) => reference,
                Err(problem) => return self.bad(offset, problem),
            };
            match reference {
                Reference::Character(c, _) => value.push(c),
                Reference::Entity(name) => {
                    let text = self.entity(offset, name)?;
                    let from = value.len();
                    value += &self.entity_value(offset, name, &text)?;
                    entities.push((name, from..value.len()));
                }
            }
            rest = &rest[at + length..];
        }
        Ok(value + rest)
    }

    /// The text an entity stands for, as declared.
    pub(super) fn entity(&mut self, offset: usize, name: &str) -> Result<String, Malformed> {
        if self.within.iter().any(|open| **open == *name) {
            return self.bad(offset, format!("the entity `{name}` refers to itself"));
        }
        let Some(text) = self.doctype.entity(name).map(str::to_owned) else {
            return self.bad(offset + 1, format!("the entity `{name}` is not declared"));
        };
        let Some(left) = self.budget.checked_sub(text.len()) else {
            let problem = format!("entities expand to more than {MAX_EXPANSION} bytes");
            return self.bad(offset, problem);
        };
        self.budget = left;
        Ok(text)
    }

    /// The same as part of a value; all of it is where the reference is.
    fn entity_value(&mut self, offset: usize, name: &str, text: &str) -> Result<String, Malformed> {
        self.within.push(name.into());
        let value = self.expanded(text, |_| offset, &mut Vec::new())?;
        self.within.pop();
        Ok(value)
    }

    /// Takes in the declarations of namespaces.
    fn bind(&mut self, found: &[(usize, Attribute)]) -> Result<(), Malformed> {
        for (at, attribute) in found {
            let prefix = match attribute.name.strip_prefix("xmlns:") {
                Some(prefix) => prefix,
                None if *attribute.name == *"xmlns" => "",
                None => continue,
            };
            let uri = &*attribute.value;
            let is_good = match prefix {
                "" => uri != XML && uri != XMLNS,
                "xml" => uri == XML,
                "xmlns" => false,
                _ => !uri.is_empty() && uri != XML && uri != XMLNS,
            };
            if !is_good {
                return self.bad(*at, format!("`{prefix}` cannot be bound to `{uri}`"));
            }
            self.bound.push((prefix.into(), uri.into()));
        }
        Ok(())
    }

    /// What a prefix is bound to; of the default namespace, `None` if there is none.
    fn uri_of(&self, prefix: Option<&str>) -> Result<Option<Rc<str>>, String> {
        let wanted = prefix.unwrap_or("");
        let mut all = self.bound.iter().rev();
        match all.find(|(bound, _)| **bound == *wanted) {
            Some((_, uri)) => Ok((!uri.is_empty()).then(|| Rc::clone(uri))),
            None => match prefix {
                None => Ok(None),
                Some("xml") => Ok(Some(XML.into())),
                Some(prefix) => Err(format!("the prefix `{prefix}` is not bound to a namespace")),
            },
        }
    }

    /// Gives attributes their namespaces, and finds those that are there twice.
    fn resolve(&mut self, found: &mut [(usize, Attribute)]) -> Result<(), Malformed> {
        for index in 0..found.len() {
            let (at, attribute) = &mut found[index];
            let at = *at;
            let uri = match prefix(&attribute.name) {
                _ if *attribute.name == *"xmlns" => Ok(Some(XMLNS.into())),
                None => Ok(None),
                Some("xmlns") => Ok(Some(XMLNS.into())),
                prefix => self.uri_of(prefix),
            };
            match uri {
                Ok(uri) => attribute.namespace = uri,
                Err(problem) => return self.bad(at, problem),
            }
            let (before, rest) = found.split_at(index);
            let this = &rest[0].1;
            let is_same = |(_, other): &(usize, Attribute)| {
                other.name == this.name
                    || (this.namespace.is_some()
                        && other.namespace == this.namespace
                        && other.local() == this.local())
            };
            if before.iter().any(is_same) {
                let problem = format!("the attribute `{}` is there twice", this.name);
                return self.bad(at, problem);
            }
        }
        Ok(())
    }
}

fn prefix(name: &str) -> Option<&str> {
    name.split_once(':').map(|_| &name[..name.len() - local(name).len() - 1])
}

/// A text between entities, if there is any.
fn piece(text: &str) -> Option<Piece> {
    (!text.is_empty()).then(|| Piece::Text(text.into()))
}
