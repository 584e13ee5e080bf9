use std::borrow::Cow;

use crate::doctype::{Entities, Entity, character};

/// Why references cannot be resolved; the offset is that of the reference in the given text.
#[derive(Debug)]
pub(crate) struct ReferenceError {
    pub(crate) offset: usize,
    pub(crate) reason: Reason,
}

#[derive(Debug)]
pub(crate) enum Reason {
    Bad(String),
    Unknown(String),
    External(String),
    Markup(String),
    Recursive(String),
    TooLarge,
}

/// Where the text stands: attribute values turn white space into blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Attribute,
    Content,
}

/// Resolves references and normalizes line ends (and, in attributes, white space).
///
/// `budget` is what entities of the whole document may still expand to, in bytes.
pub(crate) fn resolve<'a>(
    raw: &'a str,
    place: Place,
    entities: &Entities,
    budget: &mut usize,
) -> Result<Cow<'a, str>, ReferenceError> {
    let plain = |b: u8| match place {
        Place::Attribute => !matches!(b, b'&' | b'\t' | b'\r' | b'\n'),
        Place::Content => !matches!(b, b'&' | b'\r'),
    };
    if raw.bytes().all(plain) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut open = Vec::new();
    expand(raw, place, entities, budget, &mut open, &mut value)?;
    Ok(Cow::Owned(value))
}

fn expand(
    raw: &str,
    place: Place,
    entities: &Entities,
    budget: &mut usize,
    open: &mut Vec<String>,
    value: &mut String,
) -> Result<(), ReferenceError> {
    let mut at = 0;
    while let Some(found) = raw[at..].find(['&', '\r', '\n', '\t']) {
        value.push_str(&raw[at..at + found]);
        at += found;
        let rest = &raw[at..];
        if !rest.starts_with('&') {
            let length = if rest.starts_with("\r\n") { 2 } else { 1 };
            let line_end = !rest.starts_with('\t');
            value.push(match place {
                Place::Attribute => ' ',
                Place::Content if line_end => '\n',
                Place::Content => '\t',
            });
            at += length;
            continue;
        }
        let fail = |reason| Err(ReferenceError { offset: at, reason });
        let Some(end) = rest.find(';') else {
            return fail(Reason::Bad(
                "`&` begins a reference that has no `;`; write `&amp;`".into(),
            ));
        };
        let name = &rest[1..end];
        if let Some(digits) = name.strip_prefix('#') {
            match character(digits) {
                Some(c) => value.push(c),
                None => return fail(Reason::Bad(format!("`&{name};` names no character of XML"))),
            }
        } else if let Some(c) = predefined(name) {
            value.push(c);
        } else if !crate::chars::is_qname(name) {
            return fail(Reason::Bad("`&` begins no reference; write `&amp;`".into()));
        } else {
            match entities.get(name) {
                None => return fail(Reason::Unknown(name.into())),
                Some(Entity::External) => return fail(Reason::External(name.into())),
                Some(Entity::Internal(text)) => {
                    if open.iter().any(|n| n == name) {
                        return fail(Reason::Recursive(name.into()));
                    }
                    if text.contains('<') {
                        return fail(Reason::Markup(name.into()));
                    }
                    let Some(left) = budget.checked_sub(text.len().max(1)) else {
                        return fail(Reason::TooLarge);
                    };
                    *budget = left;
                    open.push(name.to_owned());
                    // Depth is bounded by the number of declared entities, which cannot recur.
                    if open.len() > 64 {
                        return fail(Reason::TooLarge);
                    }
                    expand(text, place, entities, budget, open, value)
                        .map_err(|e| ReferenceError { offset: at, reason: e.reason })?;
                    open.pop();
                }
            }
        }
        at += end + 1;
    }
    value.push_str(&raw[at..]);
    Ok(())
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}
