use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How the characters of a document are stored.
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

/// The names of ISO 8859-1 and of ASCII, in lower case.
///
/// Source: IANA character sets registry.
const LATIN1: [&str; 10] = [
    "iso-8859-1",
    "iso_8859-1",
    "iso8859-1",
    "iso88591",
    "latin1",
    "l1",
    "cp819",
    "ibm819",
    "iso-ir-100",
    "csisolatin1",
];
const ASCII: [&str; 10] = [
    "us-ascii",
    "ascii",
    "us",
    "cp367",
    "ibm367",
    "csascii",
    "iso646-us",
    "iso-ir-6",
    "ansi_x3.4-1968",
    "ansi_x3.4-1986",
];

impl Charset {
    /// The encoding of this name whose characters begin at one byte; `None` when it is not known.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if LATIN1.contains(&&*lower) {
            return Some(Self::Latin1);
        }
        if ASCII.contains(&&*lower) {
            return Some(Self::Ascii);
        }
        let encoding = Encoding::for_label(name.as_bytes())?;
        if encoding == UTF_8 {
            return Some(Self::Utf8);
        }
        encoding.is_ascii_compatible().then_some(Self::Other(encoding))
    }

    /// The registered name.
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

    /// The text of all bytes; `None` when some do not decode.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Self::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Self::Latin1 => Some(bytes.iter().map(|b| char::from(*b)).collect()),
            Self::Ascii => {
                std::str::from_utf8(bytes).ok().filter(|s| s.is_ascii()).map(str::to_owned)
            }
            Self::Other(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
            }
        }
    }

    /// The text before the first byte that does not decode.
    pub(crate) fn decode_good_part(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => {
                let good = std::str::from_utf8(bytes).map_or_else(|e| e.valid_up_to(), str::len);
                String::from_utf8_lossy(&bytes[..good]).into_owned()
            }
            Self::Ascii => {
                bytes.iter().map_while(|b| b.is_ascii().then_some(char::from(*b))).collect()
            }
            Self::Latin1 => bytes.iter().map(|b| char::from(*b)).collect(),
            Self::Utf16Le => units(bytes, u16::from_le_bytes).map_while(Result::ok).collect(),
            Self::Utf16Be => units(bytes, u16::from_be_bytes).map_while(Result::ok).collect(),
            Self::Other(encoding) => {
                characters(encoding, bytes).map(|(text, _)| text.into_owned()).collect()
            }
        }
    }

    /// Whether the encoding has a character.
    pub(crate) fn has(self, c: char) -> bool {
        match self {
            Self::Utf8 | Self::Utf16Le | Self::Utf16Be => true,
            Self::Latin1 => u32::from(c) < 0x100,
            Self::Ascii => c.is_ascii(),
            Self::Other(encoding) => c.is_ascii() || !encoding.encode(c.encode_utf8(&mut [0; 4])).2,
        }
    }

    /// Appends the bytes of `text`; characters the encoding lacks become `&#xHEX;`.
    pub(crate) fn encode(self, text: &str, bytes: &mut Vec<u8>) {
        match self {
            Self::Utf8 => bytes.extend_from_slice(text.as_bytes()),
            Self::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Self::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
            Self::Latin1 | Self::Ascii => {
                for c in text.chars() {
                    match u8::try_from(u32::from(c)) {
                        Ok(byte) if self.has(c) => bytes.push(byte),
                        _ => bytes.extend_from_slice(reference(c).as_bytes()),
                    }
                }
            }
            Self::Other(encoding) => code_page(encoding, text, bytes),
        }
    }
}

/// The characters of bytes in a code page with their bytes, up to the first that do not decode.
pub(crate) fn characters<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
) -> impl Iterator<Item = (Cow<'a, str>, &'a [u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        // The longest spelling of one character in any code page has four bytes.
        for length in 1..=rest.len().min(4) {
            let (piece, behind) = rest.split_at(length);
            let text = encoding.decode_without_bom_handling_and_without_replacement(piece);
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                rest = behind;
                return Some((text, piece));
            }
        }
        None
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() / 2 + bytes.len() / 16);
    for c in units(bytes, unit) {
        text.push(c.ok()?);
    }
    bytes.len().is_multiple_of(2).then_some(text)
}

fn units(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
) -> impl Iterator<Item = Result<char, std::char::DecodeUtf16Error>> {
    char::decode_utf16(bytes.chunks_exact(2).map(move |pair| unit([pair[0], pair[1]])))
}

fn code_page(encoding: &'static Encoding, text: &str, bytes: &mut Vec<u8>) {
    let (all, _, is_lossy) = encoding.encode(text);
    if !is_lossy {
        bytes.extend_from_slice(&all);
        return;
    }
    for c in text.chars() {
        let mut buffer = [0; 4];
        let (one, _, is_lossy) = encoding.encode(c.encode_utf8(&mut buffer));
        if is_lossy {
            bytes.extend_from_slice(reference(c).as_bytes());
        } else {
            bytes.extend_from_slice(&one);
        }
    }
}

fn reference(c: char) -> String {
    format!("&#x{:X};", u32::from(c))
}
