//! The document type declaration: what it is written as, and what it says of entities. Attributes
//! that elements have by default are nothing to the reference engine.

use std::collections::BTreeMap;

use iisle_xml::Document;

use super::chars::{is_name, is_name_start, is_space};

#[derive(Debug, Clone, Default)]
pub(super) struct Doctype {
    pub(super) is_there: bool,
    /// As the reference engine writes it.
    pub(super) written: String,
    /// What entities stand for; the first declaration counts. Those outside of the document stand
    /// for nothing.
    entities: BTreeMap<String, String>,
}

impl Doctype {
    pub(super) fn entity(&self, name: &str) -> Option<&str> {
        self.entities.get(name).map(String::as_str)
    }
}

/// Reads a declaration at the start of a text; gives its length as well. Where and why it is not
/// well-formed, otherwise.
pub(super) fn read(text: &str) -> Result<(Doctype, usize), (usize, String)> {
    let mut scan = Scan { text, at: "<!DOCTYPE".len() };
    if !scan.space() {
        return Err(scan.bad("expected white space"));
    }
    let name = scan.name().ok_or_else(|| scan.bad("expected a name"))?;
    let mut doctype = Doctype { is_there: true, ..Doctype::default() };
    doctype.written = format!("<!DOCTYPE {name}");
    if scan.space() && (scan.takes("SYSTEM") || scan.takes("PUBLIC")) {
        let is_public = text[..scan.at].ends_with("PUBLIC");
        let mut literals = Vec::new();
        for _ in 0..=usize::from(is_public) {
            if !scan.space() {
                return Err(scan.bad("expected white space"));
            }
            literals.push(scan.literal().ok_or_else(|| scan.bad("expected a quote"))?);
        }
        doctype.written += if is_public { " PUBLIC" } else { " SYSTEM" };
        for literal in literals {
            doctype.written.extend([" \"", literal, "\""]);
        }
        scan.space();
    }
    if scan.takes("[") {
        let start = scan.at;
        let end = scan.end_of_subset().ok_or_else(|| scan.bad("`[` is never closed"))?;
        let subset = &text[start..end];
        doctype.written.extend(["[", subset, "]"]);
        doctype.take_in(subset);
        scan.at = end + 1;
        scan.space();
    }
    if !scan.takes(">") {
        return Err(scan.bad("expected `>`"));
    }
    doctype.written.push('>');
    // Whether all of it is well-formed, the lossless reader knows.
    let whole = format!("{}<{name}/>", &text[..scan.at]);
    if let Err(error) = Document::parse(whole.as_bytes()) {
        return Err((0, error.to_string()));
    }
    Ok((doctype, scan.at))
}

impl Doctype {
    /// Takes in the declarations of an internal subset.
    fn take_in(&mut self, subset: &str) {
        let mut scan = Scan { text: subset, at: 0 };
        while let Some(at) = subset[scan.at..].find('<') {
            scan.at += at;
            if scan.rest().starts_with("<!--") {
                scan.skip_past("-->");
            } else if scan.rest().starts_with("<?") {
                scan.skip_past("?>");
            } else if scan.takes("<!ENTITY") {
                self.entity_declaration(&mut scan);
            } else {
                scan.skip_declaration();
            }
        }
    }

    fn entity_declaration(&mut self, scan: &mut Scan<'_>) {
        scan.space();
        // Entities of declarations only are none of content.
        if !scan.rest().starts_with('%')
            && let Some(name) = scan.name()
        {
            scan.space();
            let text = scan.literal().map(expanded).unwrap_or_default();
            self.entities.entry(name.to_owned()).or_insert(text);
        }
        scan.skip_declaration();
    }
}

/// A literal with the references to characters in it replaced; others stay.
fn expanded(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let found = tail.find(';').and_then(|end| {
            let digits = &tail[2..end];
            let number = match digits.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            Some((number.ok().and_then(char::from_u32)?, end + 1))
        });
        let (c, length) = found.unwrap_or(('&', 1));
        out.push(c);
        rest = &tail[length..];
    }
    out + rest
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn bad(&self, problem: &str) -> (usize, String) {
        (self.at, problem.to_owned())
    }

    fn takes(&mut self, mark: &str) -> bool {
        let is_there = self.rest().starts_with(mark);
        if is_there {
            self.at += mark.len();
        }
        is_there
    }

    fn space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
        self.at += length;
        length > 0
    }

    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        if !rest.starts_with(is_name_start) {
            return None;
        }
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        self.at += length;
        Some(&rest[..length])
    }

    fn literal(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let length = rest[1..].find(quote)?;
        self.at += length + 2;
        Some(&rest[1..=length])
    }

    fn skip_past(&mut self, mark: &str) {
        let rest = self.rest();
        self.at += rest.find(mark).map_or(rest.len(), |at| at + mark.len());
    }

    /// Goes behind the `>` of a declaration, past the literals in it.
    fn skip_declaration(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            if matches!(c, '"' | '\'') && self.literal().is_some() {
                continue;
            }
            self.at += c.len_utf8();
            if c == '>' {
                return;
            }
        }
    }

    /// Where the `]` stands that ends the internal subset.
    fn end_of_subset(&self) -> Option<usize> {
        let mut scan = Scan { text: self.text, at: self.at };
        loop {
            let rest = scan.rest();
            let at = rest.find(['<', ']'])?;
            scan.at += at;
            if rest[at..].starts_with(']') {
                return Some(scan.at);
            }
            if rest[at..].starts_with("<!--") {
                scan.skip_past("-->");
            } else if rest[at..].starts_with("<?") {
                scan.skip_past("?>");
            } else {
                scan.skip_declaration();
            }
        }
    }
}
