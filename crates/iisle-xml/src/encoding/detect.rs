use super::{Charset, Spellings};
use crate::chars::space_length;
use crate::position::LineIndex;
use crate::{Position, XmlError};

/// How a document is stored.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) charset: Charset,
    /// The byte order mark it begins with; may be empty.
    pub(crate) bom: &'static [u8],
    pub(crate) spellings: Spellings,
    /// What is wrong when the declaration and the byte order mark disagree.
    pub(crate) conflict: Option<XmlError>,
}

impl Encoded {
    /// A document that was never bytes.
    pub(crate) fn text() -> Self {
        Self::new(Charset::Utf8, b"")
    }

    /// Whether text is written as it is kept in memory.
    pub(crate) fn is_utf8(&self) -> bool {
        self.charset == Charset::Utf8
    }

    fn new(charset: Charset, bom: &'static [u8]) -> Self {
        Self { charset, bom, spellings: Spellings::default(), conflict: None }
    }
}

/// The byte order marks we read.
const MARKS: [(&[u8], Charset); 3] = [
    (b"\xEF\xBB\xBF", Charset::Utf8),
    (b"\xFF\xFE", Charset::Utf16Le),
    (b"\xFE\xFF", Charset::Utf16Be),
];

/// What documents in UTF-32 begin with, with and without byte order mark.
const UTF32: [&[u8]; 4] = [b"\xFF\xFE\0\0", b"\0\0\xFE\xFF", b"<\0\0\0", b"\0\0\0<"];

/// Which declarations of another encoding than the byte order mark shows are overlooked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overlook {
    /// Any.
    All,
    /// That of another encoding whose characters begin at one byte, when the mark is UTF-8's.
    Narrow,
}

/// Finds the encoding by BOM, by the first bytes, and by the declaration, and decodes.
pub(crate) fn decode(bytes: &[u8], overlook: Overlook) -> Result<(String, Encoded), XmlError> {
    if UTF32.iter().any(|start| bytes.starts_with(start)) {
        let encoding = "utf-32".to_owned();
        return Err(XmlError::UnknownEncoding { encoding, position: Position::START });
    }
    let marked = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)).copied();
    let (bom, start) = marked.unwrap_or(match bytes {
        [b'<', 0, ..] => (b"", Charset::Utf16Le),
        [0, b'<', ..] => (b"", Charset::Utf16Be),
        _ => (b"", Charset::Utf8),
    });
    let body = &bytes[bom.len()..];
    let head = head(start, body);
    let mut conflict = None;
    let mut charset = start;
    if let Some((name, at)) = declared_encoding(&head) {
        let position = LineIndex::new(&head).position(&head, at);
        let mismatch = |actual| {
            let declared = name.to_owned();
            XmlError::EncodingMismatch { declared, actual, position }
        };
        let overlooks_all = !bom.is_empty() && overlook == Overlook::All;
        match agreed(start, name) {
            Ok(Some(declared)) if bom.is_empty() || declared == start => charset = declared,
            Ok(Some(_)) => conflict = Some(mismatch("UTF-8, by their byte order mark")),
            Ok(None) => {
                let encoding = name.to_owned();
                let error = XmlError::UnknownEncoding { encoding, position };
                conflict = Some(if overlooks_all { error } else { return Err(error) });
            }
            Err(actual) if overlooks_all => conflict = Some(mismatch(actual)),
            Err(actual) => return Err(mismatch(actual)),
        }
    }
    let Some(text) = charset.decode(body) else {
        let good = charset.decode_good_part(body);
        return Err(XmlError::Decode {
            encoding: charset.name().to_owned(),
            position: LineIndex::new(&good).position(&good, good.len()),
        });
    };
    let mut encoded = Encoded::new(charset, bom);
    encoded.spellings = Spellings::new(charset, body, &text);
    encoded.conflict = conflict;
    Ok((text, encoded))
}

/// The declaration at the start as far as it is ASCII; empty when there is none.
fn head(start: Charset, body: &[u8]) -> String {
    let unit = |pair: &[u8]| match start {
        Charset::Utf16Le => (pair[1] == 0).then_some(pair[0]),
        _ => (pair[0] == 0).then_some(pair[1]),
    };
    let two_bytes = matches!(start, Charset::Utf16Le | Charset::Utf16Be);
    let bytes: Box<dyn Iterator<Item = u8>> = if two_bytes {
        Box::new(body.chunks_exact(2).map_while(unit))
    } else {
        Box::new(body.iter().copied())
    };
    let mut head = String::new();
    for byte in bytes.take_while(u8::is_ascii) {
        head.push(char::from(byte));
        if head.len() == 6 && !(head.starts_with("<?xml") && space_length(&head[5..]) == 1) {
            return String::new();
        }
        if byte == b'>' {
            break;
        }
    }
    head
}

/// The value of `encoding` in a declaration, and its offset. What is wrong with the declaration
/// otherwise is found later.
fn declared_encoding(head: &str) -> Option<(&str, usize)> {
    let mut rest = head.strip_prefix("<?xml")?;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let behind = &behind[space_length(behind)..];
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, next) = behind[1..].split_once(quote)?;
        if name.trim() == "encoding" {
            return Some((value, value.as_ptr().addr() - head.as_ptr().addr()));
        }
        rest = next;
    }
}

/// What a declared name and the first bytes mean together: `None` when the name is not known,
/// `Err` says what the bytes are when they cannot be what is declared.
fn agreed(start: Charset, name: &str) -> Result<Option<Charset>, &'static str> {
    let is_wide = matches!(start, Charset::Utf16Le | Charset::Utf16Be);
    match (name.to_ascii_lowercase().as_str(), is_wide) {
        ("utf-16" | "ucs-2" | "iso-10646-ucs-2", true) => Ok(Some(start)),
        ("utf-16le", true) if start == Charset::Utf16Le => Ok(Some(start)),
        ("utf-16be", true) if start == Charset::Utf16Be => Ok(Some(start)),
        ("utf-16le" | "utf-16be", true) => Err("UTF-16 of the other byte order"),
        ("utf-16" | "utf-16le" | "utf-16be" | "ucs-2" | "iso-10646-ucs-2", false) => {
            Err("one byte a character")
        }
        (_, true) => Err("UTF-16"),
        (_, false) => Ok(Charset::named(name)),
    }
}
