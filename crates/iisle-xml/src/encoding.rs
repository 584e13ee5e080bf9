use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::position::LineIndex;
use crate::{Position, XmlError};

/// How a document is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// ISO 8859-1: bytes are code points. The web platform's label means windows-1252, .NET's does not.
    Latin1,
    Ascii,
    /// A code page of the web platform that agrees with .NET's of the same name.
    Other(&'static Encoding),
}

/// A decoded document.
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) charset: Charset,
    pub(crate) bom: bool,
}

impl Charset {
    /// The registered name, lower-case.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16",
            Self::Utf16Be => "utf-16BE",
            Self::Latin1 => "iso-8859-1",
            Self::Ascii => "us-ascii",
            Self::Other(encoding) if encoding == WINDOWS_1252 => "windows-1252",
            Self::Other(encoding) => encoding.name(),
        }
    }

    fn bom(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xEF\xBB\xBF",
            Self::Utf16Le => b"\xFF\xFE",
            Self::Utf16Be => b"\xFE\xFF",
            Self::Latin1 | Self::Ascii | Self::Other(_) => b"",
        }
    }

    fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Self::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Self::Latin1 => Some(bytes.iter().map(|b| char::from(*b)).collect()),
            Self::Ascii => bytes.is_ascii().then(|| bytes.iter().map(|b| char::from(*b)).collect()),
            Self::Other(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
            }
        }
    }

    /// The bytes of `text`; characters the encoding lacks become `&#xHEX;`.
    pub(crate) fn encode(self, text: &str, with_bom: bool) -> Vec<u8> {
        let mut bytes = if with_bom { self.bom().to_vec() } else { Vec::new() };
        match self {
            Self::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Self::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Self::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Self::Latin1 => each(&mut bytes, text, |c| u8::try_from(u32::from(c)).ok()),
            Self::Ascii => each(&mut bytes, text, |c| c.is_ascii().then_some(c as u8)),
            Self::Other(encoding) => other(&mut bytes, text, encoding),
        }
        bytes
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    let complete = pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    complete.then(|| char::decode_utf16(units).collect::<Result<_, _>>().ok()).flatten()
}

fn each(bytes: &mut Vec<u8>, text: &str, byte: impl Fn(char) -> Option<u8>) {
    for c in text.chars() {
        match byte(c) {
            Some(b) => bytes.push(b),
            None => bytes.extend_from_slice(reference(c).as_bytes()),
        }
    }
}

fn other(bytes: &mut Vec<u8>, text: &str, encoding: &'static Encoding) {
    let (all, _, lossy) = encoding.encode(text);
    if !lossy {
        bytes.extend_from_slice(&all);
        return;
    }
    for c in text.chars() {
        let mut buffer = [0; 4];
        let (one, _, lossy) = encoding.encode(c.encode_utf8(&mut buffer));
        if lossy {
            bytes.extend_from_slice(reference(c).as_bytes());
        } else {
            bytes.extend_from_slice(&one);
        }
    }
}

fn reference(c: char) -> String {
    format!("&#x{:X};", u32::from(c))
}

/// Finds the encoding by BOM, by the first bytes, and by the declaration, and decodes.
///
/// Source: the rules of the .NET XML reader: a declared encoding wins over a UTF-8 BOM, a declared
/// UTF-16 needs two-byte characters.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, XmlError> {
    let (start, bom) = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (Charset::Utf8, true),
        [0xFF, 0xFE, ..] => (Charset::Utf16Le, true),
        [0xFE, 0xFF, ..] => (Charset::Utf16Be, true),
        [b'<', 0, ..] => (Charset::Utf16Le, false),
        [0, b'<', ..] => (Charset::Utf16Be, false),
        _ => (Charset::Utf8, false),
    };
    let body = if bom { &bytes[start.bom().len()..] } else { bytes };
    let head = head(start, body);
    let declared = declared_encoding(&head);
    let charset = match declared {
        None => start,
        Some((name, at)) => choose(start, name, at, &head)?,
    };
    let text = charset.decode(body).ok_or_else(|| XmlError::Decode {
        encoding: charset.name().to_owned(),
        position: first_bad(charset, body),
    })?;
    Ok(Decoded { text, charset, bom })
}

/// The first characters, as far as they are ASCII: enough for a declaration.
fn head(start: Charset, body: &[u8]) -> String {
    let ascii: Vec<u8> = match start {
        Charset::Utf16Le => {
            body.chunks_exact(2).take(1024).map_while(|p| (p[1] == 0).then_some(p[0])).collect()
        }
        Charset::Utf16Be => {
            body.chunks_exact(2).take(1024).map_while(|p| (p[0] == 0).then_some(p[1])).collect()
        }
        _ => body.iter().copied().take(1024).collect(),
    };
    ascii.into_iter().take_while(u8::is_ascii).map(char::from).collect()
}

/// The value of `encoding` in a declaration at the very start, and its offset.
fn declared_encoding(head: &str) -> Option<(&str, usize)> {
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    let at = declaration.find("encoding")? + "encoding".len();
    let rest = declaration[at..].trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = rest[1..].split(quote).next()?;
    Some((value, value.as_ptr().addr() - head.as_ptr().addr()))
}

fn choose(start: Charset, name: &str, at: usize, head: &str) -> Result<Charset, XmlError> {
    let position = LineIndex::new(head).position(head, at);
    let two_bytes = matches!(start, Charset::Utf16Le | Charset::Utf16Be);
    let mismatch =
        |actual| XmlError::EncodingMismatch { declared: name.to_owned(), actual, position };
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "utf-16" | "utf-16le" | "utf-16be" | "ucs-2" | "iso-10646-ucs-2" => {
            return if two_bytes { Ok(start) } else { Err(mismatch("one byte a character")) };
        }
        _ if two_bytes => return Err(mismatch("UTF-16")),
        "utf-8" | "utf8" => return Ok(Charset::Utf8),
        "us-ascii" | "ascii" => return Ok(Charset::Ascii),
        "iso-8859-1" | "latin1" | "iso_8859-1" => return Ok(Charset::Latin1),
        _ => {}
    }
    match Encoding::for_label(name.as_bytes()) {
        Some(encoding) if encoding == UTF_8 => Ok(Charset::Utf8),
        Some(encoding) if encoding.is_ascii_compatible() => Ok(Charset::Other(encoding)),
        _ => Err(XmlError::UnknownEncoding { encoding: name.to_owned(), position }),
    }
}

/// The place of the first byte that does not decode.
fn first_bad(charset: Charset, body: &[u8]) -> Position {
    if charset != Charset::Utf8 {
        return Position { line: 1, column: 1 };
    }
    let good = std::str::from_utf8(body).err().map_or(body.len(), |e| e.valid_up_to());
    let text = String::from_utf8_lossy(&body[..good]);
    LineIndex::new(&text).position(&text, text.len())
}
