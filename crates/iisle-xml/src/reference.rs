use std::borrow::Cow;

use crate::doctype::{Entities, Entity};

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
    /// The entity of this name, or one that it refers to, holds markup.
    Markup(String),
    TooLarge,
}

/// Where the text stands: attribute values turn white space into blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Attribute,
    Content,
    /// For readers that normalize nothing: white space is what is written.
    Kept,
}

/// Entities that refer to each other are followed this deep.
pub(crate) const MAX_NESTING: usize = 64;

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
        Place::Kept => b != b'&',
    };
    if raw.bytes().all(plain) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut resolver = Resolver { place, entities, budget, open: Vec::new(), value: String::new() };
    resolver.value.reserve(raw.len());
    resolver.expand(raw)?;
    Ok(Cow::Owned(resolver.value))
}

struct Resolver<'a> {
    place: Place,
    entities: &'a Entities,
    budget: &'a mut usize,
    /// The entities that are being expanded, the outermost first.
    open: Vec<&'a str>,
    value: String,
}

impl Resolver<'_> {
    /// Recurses into entities, at most [`MAX_NESTING`] deep.
    fn expand(&mut self, raw: &str) -> Result<(), ReferenceError> {
        let mut at = 0;
        while let Some(found) = raw[at..].find(['&', '\r', '\n', '\t']) {
            self.value.push_str(&raw[at..at + found]);
            at += found;
            at += match &raw[at..] {
                rest if rest.starts_with('&') => {
                    self.reference(rest).map_err(|reason| ReferenceError { offset: at, reason })?
                }
                rest => self.white_space(rest),
            };
        }
        self.value.push_str(&raw[at..]);
        Ok(())
    }

    /// Takes in the white space character, or the line end, that `rest` begins with.
    fn white_space(&mut self, rest: &str) -> usize {
        // Line ends of the document are normalized; the values of entities already are, and what
        // a character reference brought into one stays.
        let in_document = self.open.is_empty();
        let is_one = in_document && self.place != Place::Kept && rest.starts_with("\r\n");
        let length = if is_one { 2 } else { 1 };
        self.value.push(match (self.place, rest.as_bytes()[0]) {
            (Place::Kept, written) => char::from(written),
            (Place::Attribute, _) => ' ',
            (Place::Content, b'\t') => '\t',
            (Place::Content, b'\r') if !in_document => '\r',
            (Place::Content, _) => '\n',
        });
        length
    }

    /// Takes in the reference that `rest` begins with; its length.
    fn reference(&mut self, rest: &str) -> Result<usize, Reason> {
        let Some(end) = rest.find(';') else {
            return Err(Reason::Bad(
                "`&` begins a reference that has no `;`; write `&amp;`".into(),
            ));
        };
        let name = &rest[1..end];
        if let Some(digits) = name.strip_prefix('#') {
            let c = character(digits)
                .ok_or_else(|| Reason::Bad(format!("`&{name};` names no character of XML")))?;
            self.value.push(c);
        } else if let Some(c) = predefined(name) {
            self.value.push(c);
        } else if !crate::chars::is_qname(name) {
            return Err(Reason::Bad("`&` begins no reference; write `&amp;`".into()));
        } else {
            self.entity(name)?;
        }
        Ok(end + 1)
    }

    fn entity(&mut self, name: &str) -> Result<(), Reason> {
        let (name, text) = match self.entities.get_key_value(name) {
            None => return Err(Reason::Unknown(name.into())),
            Some((_, Entity::External)) => return Err(Reason::External(name.into())),
            Some((_, Entity::Unparsed)) => {
                return Err(Reason::Bad(format!("the entity `&{name};` is no text")));
            }
            Some((name, Entity::Internal(text))) => (name, text),
        };
        if self.open.contains(&name.as_str()) {
            return Err(Reason::Bad(format!("the entity `&{name};` refers to itself")));
        }
        if text.contains('<') {
            return Err(Reason::Markup(name.clone()));
        }
        if self.place == Place::Content && text.contains("]]>") {
            return Err(Reason::Bad(format!("`]]>` in the text of the entity `&{name};`")));
        }
        *self.budget = self.budget.checked_sub(text.len().max(1)).ok_or(Reason::TooLarge)?;
        self.open.push(name);
        if self.open.len() > MAX_NESTING {
            return Err(Reason::TooLarge);
        }
        self.expand(text).map_err(|e| e.reason)?;
        self.open.pop();
        Ok(())
    }
}

/// The character of `38` or `x26`, if a document may hold it.
pub(crate) fn character(digits: &str) -> Option<char> {
    let (digits, radix) = match digits.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (digits, 10),
    };
    // A sign, which `from_str_radix` takes, is no digit.
    let all_digits = digits.chars().all(|c| c.is_digit(radix));
    let code = all_digits.then(|| u32::from_str_radix(digits, radix).ok()).flatten();
    code.and_then(char::from_u32).filter(|c| crate::chars::is_char(*c))
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
