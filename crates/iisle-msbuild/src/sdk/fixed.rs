//! Files of the model as trees that the compiler makes: parsing them took a third of an evaluation.
//!
//! Reads what the model is written in: elements, attributes in double quotes, comments, text. No
//! references; anything else is an error of the build, or of the test in `model` that compares the
//! trees with those of the real parser.

use iisle_xml::Position;

/// A range of bytes of the text.
type Span = (u32, u32);

/// No element.
const NONE: u32 = u32::MAX;

/// Elements nested deeper are an error of the build.
const DEEPEST: usize = 16;

/// An element; offsets count bytes of the text, everything else elements or attributes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element {
    /// Where its `<` stands.
    at: u32,
    name: Span,
    /// Its attributes among all.
    attributes: Span,
    /// What stands between its tags.
    inner: Span,
    first: u32,
    next: u32,
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute {
    name: Span,
    value: Span,
}

/// The elements of a file, the root first, and their attributes.
#[derive(Debug)]
pub(super) struct Tables<const E: usize, const A: usize> {
    pub(super) elements: [Element; E],
    pub(super) attributes: [Attribute; A],
}

/// A file of the model.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) name: &'static str,
    pub(super) text: &'static str,
    pub(super) elements: &'static [Element],
    pub(super) attributes: &'static [Attribute],
}

impl Fixed {
    fn slice(&self, span: Span) -> &'static str {
        &self.text[span.0 as usize..span.1 as usize]
    }

    fn element(&self, id: u32) -> &Element {
        &self.elements[id as usize]
    }

    /// The root element.
    pub(crate) const ROOT: u32 = 0;

    pub(crate) fn first_child(&self, id: u32) -> Option<u32> {
        Some(self.element(id).first).filter(|id| *id != NONE)
    }

    pub(crate) fn next_sibling(&self, id: u32) -> Option<u32> {
        Some(self.element(id).next).filter(|id| *id != NONE)
    }

    pub(crate) fn name(&self, id: u32) -> &'static str {
        self.slice(self.element(id).name)
    }

    /// Names and values, in order.
    pub(crate) fn attributes(&self, id: u32) -> impl Iterator<Item = (&str, &str)> {
        let (first, end) = self.element(id).attributes;
        let list = &self.attributes[first as usize..end as usize];
        list.iter().map(|attribute| (self.slice(attribute.name), self.slice(attribute.value)))
    }

    pub(crate) fn attribute(&self, id: u32, name: &str) -> Option<&str> {
        self.attributes(id).find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// What stands between the tags, as written.
    pub(crate) fn inner(&self, id: u32) -> &'static str {
        self.slice(self.element(id).inner)
    }

    pub(crate) fn position(&self, id: u32) -> Position {
        let before = &self.text[..self.element(id).at as usize];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Position {
            line: number(before.matches('\n').count()),
            column: number(before[line_start..].chars().count()),
        }
    }
}

/// How many elements and attributes a text holds.
pub(super) const fn count(text: &str) -> (usize, usize) {
    scan(text, &mut [], &mut [])
}

/// The tables of a text; their lengths are what [`count`] gives.
pub(super) const fn read<const E: usize, const A: usize>(text: &str) -> Tables<E, A> {
    let element =
        Element { at: 0, name: (0, 0), attributes: (0, 0), inner: (0, 0), first: NONE, next: NONE };
    let attribute = Attribute { name: (0, 0), value: (0, 0) };
    let mut tables = Tables { elements: [element; E], attributes: [attribute; A] };
    let (elements, attributes) = scan(text, &mut tables.elements, &mut tables.attributes);
    assert!(elements == E && attributes == A, "the tables are as long as what they hold");
    tables
}

/// Fills tables as far as they go.
const fn scan(
    text: &str,
    elements: &mut [Element],
    attributes: &mut [Attribute],
) -> (usize, usize) {
    let bytes = text.as_bytes();
    let (mut element_count, mut attribute_count) = (0, 0);
    // The open elements, and the last child that was met on each level.
    let (mut open, mut last, mut depth) = ([0; DEEPEST], [usize::MAX; DEEPEST], 0);
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'<' {
            assert!(bytes[at] != b'&', "references are not read");
            at += 1;
        } else if bytes[at + 1] == b'!' {
            while !(bytes[at] == b'-' && bytes[at + 1] == b'-' && bytes[at + 2] == b'>') {
                at += 1;
            }
            at += 3;
        } else if bytes[at + 1] == b'/' {
            depth -= 1;
            if open[depth] < elements.len() {
                elements[open[depth]].inner.1 = number(at);
            }
            at = find(bytes, at, b'>') + 1;
        } else {
            let element = element_count;
            element_count += 1;
            let begin = at;
            let first_attribute = attribute_count;
            at = name_end(bytes, at + 1);
            let name = (number(begin + 1), number(at));
            at = space_end(bytes, at);
            while bytes[at] != b'/' && bytes[at] != b'>' {
                let equals = find(bytes, at, b'=');
                assert!(bytes[equals + 1] == b'"', "values stand in double quotes");
                let end = find(bytes, equals + 2, b'"');
                if attribute_count < attributes.len() {
                    let value = (number(equals + 2), number(end));
                    attributes[attribute_count] =
                        Attribute { name: (number(at), number(equals)), value };
                }
                attribute_count += 1;
                at = space_end(bytes, end + 1);
            }
            let is_empty = bytes[at] == b'/';
            at = find(bytes, at, b'>') + 1;
            if element < elements.len() {
                elements[element] = Element {
                    at: number(begin),
                    name,
                    attributes: (number(first_attribute), number(attribute_count)),
                    inner: (number(at), number(at)),
                    first: NONE,
                    next: NONE,
                };
                if last[depth] < elements.len() {
                    elements[last[depth]].next = number(element);
                } else if depth > 0 {
                    elements[open[depth - 1]].first = number(element);
                }
            }
            last[depth] = element;
            if !is_empty {
                open[depth] = element;
                depth += 1;
                last[depth] = usize::MAX;
            }
        }
    }
    assert!(depth == 0, "every element is closed");
    (element_count, attribute_count)
}

#[expect(clippy::cast_possible_truncation, reason = "the files of the model are short")]
const fn number(n: usize) -> u32 {
    n as u32
}

const fn find(bytes: &[u8], mut at: usize, wanted: u8) -> usize {
    while bytes[at] != wanted {
        assert!(bytes[at] != b'&', "references are not read");
        at += 1;
    }
    at
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n')
}

const fn space_end(bytes: &[u8], mut at: usize) -> usize {
    while is_space(bytes[at]) {
        at += 1;
    }
    at
}

const fn name_end(bytes: &[u8], mut at: usize) -> usize {
    while !is_space(bytes[at]) && bytes[at] != b'/' && bytes[at] != b'>' {
        at += 1;
    }
    at
}
