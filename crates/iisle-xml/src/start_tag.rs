use crate::chars::{is_qname, name_length, space_length};

/// A start tag taken apart; offsets count from its `<`.
pub(crate) struct StartTag {
    pub(crate) name_end: usize,
    pub(crate) empty: bool,
}

/// One attribute as written.
pub(crate) struct Piece {
    pub(crate) lead: usize,
    pub(crate) name: usize,
    pub(crate) name_end: usize,
    pub(crate) value: usize,
    pub(crate) value_end: usize,
}

/// What is wrong with a tag, and where in it.
pub(crate) struct TagError {
    pub(crate) problem: String,
    pub(crate) offset: usize,
}

fn fail<T>(problem: impl Into<String>, offset: usize) -> Result<T, TagError> {
    Err(TagError { problem: problem.into(), offset })
}

/// Takes `<name a="b" …>` or `<name … />` apart; the attributes replace what is in `attributes`.
pub(crate) fn read(tag: &str, attributes: &mut Vec<Piece>) -> Result<StartTag, TagError> {
    attributes.clear();
    let name_end = 1 + name_length(&tag[1..]);
    if !is_qname(&tag[1..name_end]) {
        return fail(format!("`{}` is no name of an element", shown(&tag[1..])), 1);
    }
    let mut at = name_end;
    loop {
        let lead = at;
        at += space_length(&tag[at..]);
        let rest = &tag[at..];
        if rest == ">" || rest == "/>" {
            return Ok(StartTag { name_end, empty: rest.len() == 2 });
        }
        if lead == at {
            return fail("expected white space before the attribute", at);
        }
        let name = at;
        let name_end = at + name_length(rest);
        if !is_qname(&tag[name..name_end]) {
            return fail(format!("`{}` is no name of an attribute", shown(rest)), at);
        }
        let attribute = &tag[name..name_end];
        at = name_end + space_length(&tag[name_end..]);
        if !tag[at..].starts_with('=') {
            return fail(format!("the attribute `{attribute}` has no value"), name);
        }
        at += 1;
        at += space_length(&tag[at..]);
        let quote = match tag.as_bytes().get(at) {
            Some(q @ (b'"' | b'\'')) => *q,
            _ => return fail(format!("the value of `{attribute}` is not in quotes"), at),
        };
        let value = at + 1;
        let rest = &tag.as_bytes()[value..];
        let Some(length) = rest.iter().position(|b| *b == quote) else {
            return fail(format!("the value of `{attribute}` is not closed"), at);
        };
        let value_end = value + length;
        if let Some(bad) = rest[..length].iter().position(|b| *b == b'<') {
            return fail(format!("`<` in the value of `{attribute}`; write `&lt;`"), value + bad);
        }
        at = value_end + 1;
        attributes.push(Piece { lead, name, name_end, value, value_end });
    }
}

fn shown(text: &str) -> &str {
    let end = text
        .find(|c: char| crate::chars::is_space(c) || matches!(c, '=' | '>' | '/'))
        .unwrap_or(text.len());
    &text[..text.floor_char_boundary(end.min(40))]
}
