use std::collections::BTreeMap;

use crate::chars::{is_char, is_space, name_length};

/// What an entity stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entity {
    /// Its replacement text, character references and parameter entities resolved.
    Internal(String),
    /// It lies elsewhere.
    External,
}

/// The general entities that a document type declaration declares.
pub(crate) type Entities = BTreeMap<String, Entity>;

/// A declaration that cannot be read: what, and the byte offset in it.
pub(crate) struct DocTypeError {
    pub(crate) problem: String,
    pub(crate) offset: usize,
}

/// Reads `<!DOCTYPE …>`; gives the name of the root element and the entities.
///
/// Element, attribute and notation declarations are skipped: nothing is validated and no default
/// values are added. External subsets are not read.
pub(crate) fn read(declaration: &str) -> Result<(String, Entities), DocTypeError> {
    let mut reader = Reader { text: declaration, at: "<!DOCTYPE".len() };
    reader.spaces(true)?;
    let name = reader.name()?;
    reader.spaces(false)?;
    if reader.skip("SYSTEM") || reader.rest().starts_with("PUBLIC") {
        if reader.skip("PUBLIC") {
            reader.spaces(true)?;
            reader.literal()?;
        }
        reader.spaces(true)?;
        reader.literal()?;
        reader.spaces(false)?;
    }
    let mut entities = Entities::new();
    if reader.skip("[") {
        subset(&mut reader, &mut entities)?;
        reader.spaces(false)?;
    }
    if reader.rest() == ">" {
        Ok((name.to_owned(), entities))
    } else {
        reader.fail("expected `>` at the end of DOCTYPE")
    }
}

fn subset(reader: &mut Reader<'_>, entities: &mut Entities) -> Result<(), DocTypeError> {
    loop {
        reader.spaces(false)?;
        if reader.skip("]") {
            return Ok(());
        }
        if reader.skip("<!--") {
            let end = reader.until("-->", "the comment in DOCTYPE is not closed")?;
            if end.contains("--") {
                return reader.fail("`--` is not allowed inside a comment");
            }
        } else if reader.skip("<?") {
            reader.until("?>", "the processing instruction in DOCTYPE is not closed")?;
        } else if reader.skip("<!ENTITY") {
            entity(reader, entities)?;
        } else if ["<!ELEMENT", "<!ATTLIST", "<!NOTATION"].iter().any(|d| reader.skip(d)) {
            reader.declaration()?;
        } else if reader.skip("%") {
            reader.name()?;
            if !reader.skip(";") {
                return reader.fail("expected `;` behind the parameter entity");
            }
        } else {
            return reader.fail("expected a declaration or `]` in DOCTYPE");
        }
    }
}

fn entity(reader: &mut Reader<'_>, entities: &mut Entities) -> Result<(), DocTypeError> {
    reader.spaces(true)?;
    let parameter = reader.skip("%");
    if parameter {
        reader.spaces(true)?;
    }
    let name = reader.name()?;
    reader.spaces(true)?;
    let value = if reader.skip("SYSTEM") {
        reader.spaces(true)?;
        reader.literal()?;
        Entity::External
    } else if reader.skip("PUBLIC") {
        reader.spaces(true)?;
        reader.literal()?;
        reader.spaces(true)?;
        reader.literal()?;
        Entity::External
    } else {
        let at = reader.at;
        let literal = reader.literal()?;
        match replacement(literal) {
            Some(text) => Entity::Internal(text),
            None => {
                return Err(DocTypeError {
                    problem: "the entity's value has a bad reference".into(),
                    offset: at,
                });
            }
        }
    };
    reader.spaces(false)?;
    if reader.skip("NDATA") {
        reader.spaces(true)?;
        reader.name()?;
        reader.spaces(false)?;
    }
    if !reader.skip(">") {
        return reader.fail("expected `>` at the end of the entity declaration");
    }
    if !parameter {
        // The first declaration of a name is binding.
        entities.entry(name.to_owned()).or_insert(value);
    }
    Ok(())
}

/// The literal with its character references resolved; general references stay for later.
fn replacement(literal: &str) -> Option<String> {
    let mut text = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(at) = rest.find(['&', '%']) {
        text.push_str(&rest[..at]);
        let reference = &rest[at..];
        let end = reference.find(';')?;
        if reference.starts_with("&#") {
            text.push(character(&reference[2..end])?);
        } else if reference.starts_with('%') || name_length(&reference[1..]) != end - 1 || end == 1
        {
            return None;
        } else {
            text.push_str(&reference[..=end]);
        }
        rest = &reference[end + 1..];
    }
    text.push_str(rest);
    Some(text)
}

/// The character of `38` or `x26`.
pub(crate) fn character(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix('x') {
        Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok(),
        None if !digits.starts_with('+') => digits.parse().ok(),
        _ => None,
    };
    code.and_then(char::from_u32).filter(|c| is_char(*c))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn fail<T>(&self, problem: &str) -> Result<T, DocTypeError> {
        Err(DocTypeError { problem: problem.to_owned(), offset: self.at })
    }

    fn skip(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn spaces(&mut self, required: bool) -> Result<(), DocTypeError> {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches(is_space).len();
        self.at += length;
        if required && length == 0 { self.fail("expected white space in DOCTYPE") } else { Ok(()) }
    }

    fn name(&mut self) -> Result<&'a str, DocTypeError> {
        let name = &self.rest()[..name_length(self.rest())];
        if !crate::chars::is_qname(name) {
            return self.fail("expected a name in DOCTYPE");
        }
        self.at += name.len();
        Ok(name)
    }

    fn literal(&mut self) -> Result<&'a str, DocTypeError> {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return self.fail("expected a quoted literal in DOCTYPE");
        };
        let Some(end) = rest[1..].find(quote) else {
            return self.fail("the literal in DOCTYPE is not closed");
        };
        self.at += end + 2;
        Ok(&rest[1..=end])
    }

    fn until(&mut self, end: &str, problem: &str) -> Result<&'a str, DocTypeError> {
        let rest = self.rest();
        let Some(at) = rest.find(end) else { return self.fail(problem) };
        self.at += at + end.len();
        Ok(&rest[..at])
    }

    /// Skips to the `>` of a declaration, over quoted literals.
    fn declaration(&mut self) -> Result<(), DocTypeError> {
        while let Some(at) = self.rest().find(['>', '"', '\'']) {
            self.at += at;
            if self.skip(">") {
                return Ok(());
            }
            self.literal()?;
        }
        self.fail("the declaration in DOCTYPE is not closed")
    }
}
