use crate::chars::{is_qname, is_space, name_length};

/// A start tag taken apart; offsets count from its `<`.
pub(crate) struct StartTag {
    pub(crate) name_end: usize,
    pub(crate) attributes: Vec<Piece>,
    pub(crate) empty: bool,
}

/// One attribute as written.
pub(crate) struct Piece {
    pub(crate) lead: usize,
    pub(crate) name: usize,
    pub(crate) name_end: usize,
    pub(crate) value: usize,
    pub(crate) value_end: usize,
    pub(crate) quote: u8,
}

/// What is wrong with a tag, and where in it.
pub(crate) struct TagError {
    pub(crate) problem: String,
    pub(crate) offset: usize,
}

fn fail<T>(problem: impl Into<String>, offset: usize) -> Result<T, TagError> {
    Err(TagError { problem: problem.into(), offset })
}

/// Takes `<name a="b" …>` or `<name … />` apart.
pub(crate) fn read(tag: &str) -> Result<StartTag, TagError> {
    let name_end = 1 + name_length(&tag[1..]);
    let name = &tag[1..name_end];
    if !is_qname(name) {
        return fail(format!("`{}` is no name of an element", shown(&tag[1..])), 1);
    }
    let mut attributes = Vec::new();
    let mut at = name_end;
    loop {
        let lead = at;
        at += tag[at..].len() - tag[at..].trim_start_matches(is_space).len();
        let rest = &tag[at..];
        if rest == ">" || rest == "/>" {
            return Ok(StartTag { name_end, attributes, empty: rest.len() == 2 });
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
        at = name_end + tag[name_end..].len() - tag[name_end..].trim_start_matches(is_space).len();
        if !tag[at..].starts_with('=') {
            return fail(format!("the attribute `{attribute}` has no value"), name);
        }
        at += 1;
        at += tag[at..].len() - tag[at..].trim_start_matches(is_space).len();
        let quote = match tag.as_bytes().get(at) {
            Some(q @ (b'"' | b'\'')) => *q,
            _ => return fail(format!("the value of `{attribute}` is not in quotes"), at),
        };
        let value = at + 1;
        let Some(length) = tag[value..].find(char::from(quote)) else {
            return fail(format!("the value of `{attribute}` is not closed"), at);
        };
        let value_end = value + length;
        if let Some(bad) = tag[value..value_end].find('<') {
            return fail(format!("`<` in the value of `{attribute}`; write `&lt;`"), value + bad);
        }
        at = value_end + 1;
        attributes.push(Piece { lead, name, name_end, value, value_end, quote });
    }
}

fn shown(text: &str) -> &str {
    let end =
        text.find(|c: char| is_space(c) || matches!(c, '=' | '>' | '/')).unwrap_or(text.len());
    &text[..text.floor_char_boundary(end.min(40))]
}
